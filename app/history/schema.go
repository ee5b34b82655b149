package history

import (
	"context"
	"database/sql"
	"fmt"
	"maps"

	"modernc.org/sqlite"
)

// application marks our files (SQLite's application_id): "WMnd".
const application = 0x574d6e64

// version is the newest form of the file (SQLite's user_version).
var version = len(migrations) + 1

// schema is the newest form, word for word as SQLite keeps it. A file that differs is not ours.
//
// Times are µs since 1970 in UTC. Addresses and proxies are numbered; raw holds the probes of a tick (see
// encodeProbes), summary the minutes of an hour or the hours of a day (see encodeCells).
var schema = map[string]string{
	"address":     `CREATE TABLE address (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`,
	"proxy":       `CREATE TABLE proxy (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`,
	"raw":         `CREATE TABLE raw (at INTEGER PRIMARY KEY, probes BLOB NOT NULL)`,
	"summary":     `CREATE TABLE summary (unit INTEGER NOT NULL, address INTEGER NOT NULL, at INTEGER NOT NULL, cells BLOB NOT NULL, PRIMARY KEY (unit, address, at)) WITHOUT ROWID`,
	"mark":        `CREATE TABLE mark (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID`,
	"incident":    `CREATE TABLE incident (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, fault TEXT NOT NULL, blame TEXT NOT NULL, title TEXT NOT NULL, sure REAL NOT NULL, began INTEGER NOT NULL, known INTEGER NOT NULL, ended INTEGER NOT NULL)`,
	"examination": `CREATE TABLE examination (incident INTEGER PRIMARY KEY, data BLOB NOT NULL)`,
}

// migrations lead from version i+1 to the next one. Each runs in a transaction of its own.
var migrations []func(context.Context, *sql.Conn) error

// prepare makes a new file's tables, or brings an older file to the newest form.
func prepare(ctx context.Context, conn *sql.Conn) error {
	from, err := number(ctx, conn, "PRAGMA user_version")
	if err != nil {
		return err
	}
	for v := int(from); v < version; v++ {
		if err := migrate(ctx, conn, v); err != nil {
			return err
		}
		if v == 0 {
			return nil // a new file has the newest form at once
		}
	}
	if int(from) < version {
		return inspect(ctx, conn)
	}
	return nil
}

func migrate(ctx context.Context, conn *sql.Conn, from int) (err error) {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	to := from + 1
	if from == 0 {
		to = version
		for _, create := range schema {
			if _, err = conn.ExecContext(ctx, create); err != nil {
				break
			}
		}
	} else {
		err = migrations[from-1](ctx, conn)
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", application, to))
	}
	if err != nil {
		conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") //nolint:errcheck // it is what the error is about
	}
	return err
}

// inspect says whether a file is ours, whole, and of a form that this version knows; nil for an empty
// one.
func inspect(ctx context.Context, conn *sql.Conn) error {
	pages, err := number(ctx, conn, "PRAGMA page_count")
	if err != nil || pages == 0 {
		return err
	}
	app, err := number(ctx, conn, "PRAGMA application_id")
	if err != nil {
		return err
	}
	has, err := number(ctx, conn, "PRAGMA user_version")
	switch tables, err := tables(ctx, conn); {
	case err != nil:
		return err
	case app == 0 && has == 0 && len(tables) == 0:
		return nil // a process was ended before it had made the tables
	case app != application:
		return fmt.Errorf("%w: it belongs to another program", ErrDamaged)
	case has > int64(version):
		return ErrNewer
	case has < 1, has == int64(version) && !maps.Equal(tables, schema):
		return fmt.Errorf("%w: its tables are not those of a history", ErrDamaged)
	}
	return err
}

// tables lists all that the file defines. It is short in ours; what is longer is cut off and so
// differs.
func tables(ctx context.Context, conn *sql.Conn) (map[string]string, error) {
	rows, err := conn.QueryContext(ctx, `SELECT name, coalesce(sql, '') FROM sqlite_schema
		WHERE name NOT IN ('sqlite_autoindex_address_1', 'sqlite_autoindex_proxy_1', 'sqlite_sequence') LIMIT 20`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		list[name] = text
	}
	return list, rows.Err()
}

// sound has SQLite look for damage, for as long as the context lasts.
func sound(ctx context.Context, conn *sql.Conn) error {
	var said string
	err := conn.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said)
	if err == nil && said != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, said)
	}
	return err
}

func number(ctx context.Context, conn *sql.Conn, query string, args ...any) (n int64, err error) {
	err = conn.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// code is SQLite's primary result code (https://www.sqlite.org/rescode.html), 0 for other errors.
func code(err error) int {
	if e, ok := asSQLite(err); ok {
		return e.Code() & 0xff
	}
	return 0
}

func asSQLite(err error) (*sqlite.Error, bool) {
	for err != nil {
		if e, ok := err.(*sqlite.Error); ok {
			return e, true
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return nil, false
		}
		err = u.Unwrap()
	}
	return nil, false
}
