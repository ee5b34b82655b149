package browser

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"os"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// querier is what the readers use of a database.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// fromDatabase opens a private copy of a database for a reader. No file, no cookies.
func fromDatabase(ctx context.Context, file string, read func(querier) ([]cookie, error)) ([]cookie, error) {
	if file == "" {
		return nil, nil
	}
	dir, copied, err := private(ctx, file)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	db, err := sql.Open("sqlite", copied)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	// A database is data: no functions from its schema, no mapping of a file of unknown shape,
	// and four megabytes of cache at most.
	for _, pragma := range []string{"trusted_schema=0", "mmap_size=0", "cache_size=-4096", "cell_size_check=1"} {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return nil, err
		}
	}
	return read(conn)
}

// columns lists the columns of a table.
func columns(ctx context.Context, db querier, table string) (map[string]bool, error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names[name] = true
	}
	return names, rows.Err()
}

// marks are the question marks and arguments of "host IN (…)".
func marks(host string) (string, []any) {
	var args []any
	for _, h := range cookieHosts(host) {
		args = append(args, h)
	}
	return "(?" + strings.Repeat(",?", len(args)-1) + ")", args
}

// sealed is how many bytes more a ciphertext has than its value, by GOOS: the version mark, then
// on Windows nonce and tag of AES-GCM, elsewhere half a block of padding on average. Newer
// databases (version 24) also seal in a hash of the host.
var sealed = map[string]int{"windows": 3 + 12 + 16, "darwin": 3 + 8, "linux": 3 + 8}

const (
	sealedHash    = 32
	sealedVersion = 24
)

// chromiumCookies reads the table cookies of Chromium's store.
func chromiumCookies(ctx context.Context, db querier, host string, now time.Time, overhead int) ([]cookie, error) {
	has, err := columns(ctx, db, "cookies")
	if err != nil {
		return nil, err
	}
	var version int
	if rows, err := db.QueryContext(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'version'"); err == nil {
		if rows.Next() {
			_ = rows.Scan(&version) // an odd version is an old one
		}
		rows.Close()
	}
	if version >= sealedVersion {
		overhead += sealedHash
	}
	in, args := marks(host)
	query := `SELECT path, length(CAST(name AS BLOB)), length(CAST(value AS BLOB)), length(encrypted_value)
		FROM cookies WHERE host_key IN ` + in + ` AND (has_expires = 0 OR expires_utc > ?)`
	args = append(args, chromiumTime(now))
	if has["top_frame_site_key"] { // partitioned cookies are sent below their own site only
		query += ` AND top_frame_site_key IN ('', ?)`
		args = append(args, "https://"+site(host))
	}
	rows, err := db.QueryContext(ctx, query+` LIMIT ?`, append(args, maxCookies)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []cookie
	for rows.Next() {
		var path sql.NullString
		var name, value, cipher sql.NullInt64
		if err := rows.Scan(&path, &name, &value, &cipher); err != nil {
			return nil, err
		}
		size := value.Int64
		if cipher.Int64 > 0 {
			size = max(cipher.Int64-int64(overhead), 0)
		}
		list = append(list, newCookie(path.String, name.Int64, size))
	}
	return list, rows.Err()
}

// geckoCookies reads the table moz_cookies of Firefox, and of GNOME Web, which lacks a column.
// Containers are jars of their own and are left out.
func geckoCookies(ctx context.Context, db querier, host string, now time.Time) ([]cookie, error) {
	has, err := columns(ctx, db, "moz_cookies")
	if err != nil {
		return nil, err
	}
	in, args := marks(host)
	// expiry counts seconds, in newer versions milliseconds; no date in seconds is above 1e11.
	query := `SELECT path, length(CAST(name AS BLOB)), length(CAST(value AS BLOB)) FROM moz_cookies
		WHERE host IN ` + in + ` AND (CASE WHEN expiry > 100000000000 THEN expiry / 1000 ELSE expiry END > ? OR expiry = 0)`
	args = append(args, now.Unix())
	if has["originAttributes"] {
		query += ` AND originAttributes IN ('', ?)`
		args = append(args, "^partitionKey=%28https%2C"+site(host)+"%29")
	}
	rows, err := db.QueryContext(ctx, query+` LIMIT ?`, append(args, maxCookies)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []cookie
	for rows.Next() {
		var path sql.NullString
		var name, value sql.NullInt64
		if err := rows.Scan(&path, &name, &value); err != nil {
			return nil, err
		}
		list = append(list, newCookie(path.String, name.Int64, value.Int64))
	}
	return list, rows.Err()
}

// newCookie bounds what a strange database claims.
func newCookie(path string, name, value int64) cookie {
	const most = 1 << 20
	return cookie{
		path: cmp.Or(path[:min(len(path), 4096)], "/"),
		size: int(min(max(name, 0), most)) + len("=") + int(min(max(value, 0), most)),
	}
}

// groupProfiles reads names and paths of the profiles that Firefox's newer manager keeps.
func groupProfiles(file string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		ctx, cancel := context.WithTimeout(context.Background(), CookieTime)
		defer cancel()
		_, _ = fromDatabase(ctx, file, func(db querier) ([]cookie, error) {
			rows, err := db.QueryContext(ctx, "SELECT name, path FROM Profiles LIMIT ?", maxProfiles)
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			for rows.Next() {
				var name, path sql.NullString
				if err := rows.Scan(&name, &path); err != nil || !yield(name.String, path.String) {
					return nil, err
				}
			}
			return nil, rows.Err()
		})
	}
}
