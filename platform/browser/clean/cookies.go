package clean

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/sqlitefile"
	"github.com/waymend/waymend/platform/browser/tree"
)

// store is the form of a database that holds cookies or what makes them.
type store struct {
	table string
	host  string // column with the host of a cookie, or "" for sessions
	// partition is the column that says below which site a cookie is kept; older forms lack it.
	partition string
	// key is a column with the site itself.
	key string
}

var (
	chromiumStore = store{table: "cookies", host: "host_key", partition: "top_frame_site_key"}
	geckoStore    = store{table: "moz_cookies", host: "host", partition: "originAttributes"}
	sessionStore  = store{table: "dbsc_session_tbl", key: "key"}
)

func storeOf(what What, engine browser.Engine) store {
	switch {
	case what == Sessions:
		return sessionStore
	case engine == browser.Gecko || engine == browser.WebKitGTK:
		return geckoStore
	}
	return chromiumStore
}

// columns lists those that every form has, and whether the partition is among those that are there.
func (s store) check(has []string) (partitioned bool, err error) {
	need := s.host
	if need == "" {
		need = s.key
	}
	if !slices.Contains(has, need) {
		return false, Schema
	}
	return s.partition != "" && slices.Contains(has, s.partition), nil
}

// where is the condition for a site's rows; ?1 is the site's name, ?2 the ending of hosts below
// it. There is no LIKE in it: "%example.com" would also find notexample.com.
func (s store) where(site *Site, partitioned bool) (condition string, args []any) {
	if site == nil {
		return "1", nil
	}
	args = []any{site.Name, site.below()}
	if s.host == "" {
		return s.key + ` IN ('https://' || ?1, 'http://' || ?1) AND ?2 IS NOT NULL`, args
	}
	host := s.host
	condition = host + ` = ?1 OR ` + host + ` = '.' || ?1 OR ?2 <> '' AND substr(` + host + `, -length(?2)) = ?2`
	for _, p := range site.Parents {
		args = append(args, "."+p)
		condition += fmt.Sprintf(" OR %s = ?%d", host, len(args))
	}
	if !partitioned {
		return condition, args
	}
	if s.partition == "top_frame_site_key" {
		return condition + ` OR ` + s.partition + ` IN ('https://' || ?1, 'http://' || ?1)`, args
	}
	for _, scheme := range []string{"https", "http"} {
		for _, end := range []string{"%29", "%2C"} { // the end, or a port
			condition += fmt.Sprintf(" OR instr(%s, 'partitionKey=%%28%s%%2C' || ?1 || '%s') > 0", s.partition, scheme, end)
		}
	}
	return condition, args
}

// matches is the condition in Go, for reading without the database's locks.
func (s store) matches(site *Site, host, partition string) bool {
	if site == nil {
		return true
	}
	https, http := "https://"+site.Name, "http://"+site.Name
	switch {
	case s.host == "":
		return host == https || host == http
	case site.hasCookie(host), s.partition == "top_frame_site_key" && (partition == https || partition == http):
		return true
	case s.partition != "originAttributes":
		return false
	}
	for _, start := range []string{"partitionKey=%28https%2C", "partitionKey=%28http%2C"} {
		for _, end := range []string{"%29", "%2C"} {
			if strings.Contains(partition, start+site.Name+end) {
				return true
			}
		}
	}
	return false
}

// maxDatabase bounds a cookie store with its journals; browsers keep a few thousand cookies.
const maxDatabase = 64 << 20

// planCookies counts the rows that would go, as they lie on the disk, without opening the
// database as its browser would. It notes the hosts of the site.
func planCookies(ctx context.Context, i *Item, site *Site, hosts map[string]bool) error {
	dir, name, err := parent(i.Place)
	if err != nil {
		return err
	}
	defer dir.Close()
	info, err := database(dir, name)
	if err != nil {
		return err
	}
	i.id = info.ID
	s := storeOf(i.What, i.profile.Family.Engine)
	db, err := sqlitefile.OpenFile(ctx, filepath.Join(dir.Stable(), name), maxDatabase)
	if err != nil {
		return readError(err)
	}
	has, err := db.Columns(s.table)
	if errors.Is(err, sqlitefile.ErrMissing) {
		return Schema
	}
	if err != nil {
		return readError(err)
	}
	partitioned, err := s.check(has)
	if err != nil {
		return err
	}
	columns := []string{s.host}
	if s.host == "" {
		columns[0] = s.key
	}
	if partitioned {
		columns = append(columns, s.partition)
	}
	err = db.Rows(s.table, columns, func(row []sqlitefile.Value) bool {
		partition := ""
		if partitioned {
			partition = row[1].Text()
		}
		if host := row[0].Text(); s.matches(site, host, partition) {
			i.Rows++
			if site != nil && len(hosts) < 1000 {
				hosts[host] = true
			}
		}
		return ctx.Err() == nil
	})
	if err = errors.Join(ctx.Err(), err); err != nil {
		return readError(err)
	}
	if i.Rows == 0 {
		return errNothing
	}
	i.Files = 0
	return nil
}

// database looks at a database file without opening it.
func database(dir *tree.Dir, name string) (tree.Info, error) {
	info, err := dir.Stat(name)
	switch {
	case err != nil:
		return info, err
	case info.Mode&fs.ModeSymlink != 0:
		return info, tree.ErrLink
	case !info.Mode.IsRegular():
		return info, NotDir
	case info.Owner != tree.Self():
		return info, NotOurs
	case info.Size > maxDatabase:
		return info, TooLarge
	}
	for _, suffix := range suffixes[1:] { // a link for a journal would be followed by the database
		side, err := dir.Stat(name + suffix)
		if err == nil && !side.Mode.IsRegular() {
			return info, because{IsLink, name + suffix}
		}
	}
	return info, nil
}

func readError(err error) error {
	if errors.Is(err, sqlitefile.ErrDamaged) || errors.Is(err, sqlitefile.ErrNotDatabase) {
		return Damaged
	}
	if errors.Is(err, errors.ErrUnsupported) {
		return because{Schema, err.Error()}
	}
	return err
}

// suffixes are the files of a database.
var suffixes = []string{"", "-wal", "-shm", "-journal"}

// copySet copies a database with its journals into a new directory, which gets its name when it is
// complete and on the disk.
func copySet(dir *tree.Dir, name string, aside *tree.Dir, number string) error {
	part := number + ".part"
	if err := aside.Mkdir(part, 0o700); err != nil {
		return err
	}
	to, err := aside.Sub(part)
	if err != nil {
		return err
	}
	defer to.Close()
	for _, suffix := range suffixes {
		if suffix == "-shm" {
			continue // only an index of the log, made anew
		}
		if err := copyFile(dir, name+suffix, to, "copy"+suffix); err != nil && !(suffix != "" && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return errors.Join(to.Sync(), aside.Replace(part, aside, number), aside.Sync())
}

func copyFile(from *tree.Dir, name string, to *tree.Dir, as string) error {
	in, err := from.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := to.OpenFile(as, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, io.LimitReader(in, maxDatabase+1))
	if n > maxDatabase {
		err = TooLarge
	}
	return errors.Join(err, out.Sync(), out.Close())
}

// openDatabase opens a database for changing; it must exist.
func openDatabase(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	name := (&url.URL{Scheme: "file", Path: path}).String() +
		"?mode=rw&_pragma=busy_timeout(300)&_pragma=trusted_schema(0)&_pragma=temp_store(2)&_pragma=cell_size_check(1)"
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, conn, nil
}

// removeRows deletes rows in the database's own way: in one transaction, which a crash undoes, with
// nothing left in its log. It checks the whole database before and after.
func removeRows(ctx context.Context, path string, s store, site *Site) (rows int64, err error) {
	db, conn, err := openDatabase(ctx, path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(), db.Close()) }()
	exec := func(query string, args ...any) (sql.Result, error) { return conn.ExecContext(ctx, query, args...) }
	if _, err := exec("BEGIN EXCLUSIVE"); err != nil {
		return 0, err
	}
	done := false
	defer func() {
		if !done {
			conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") //nolint:errcheck // it is what the error is about
		}
	}()
	if err := sound(ctx, conn); err != nil {
		return 0, err
	}
	has, err := tableColumns(ctx, conn, s.table)
	if err != nil {
		return 0, err
	}
	partitioned, err := s.check(has)
	if err != nil {
		return 0, err
	}
	condition, args := s.where(site, partitioned)
	result, err := exec("DELETE FROM "+s.table+" WHERE "+condition, args...)
	if err != nil {
		return 0, err
	}
	if rows, err = result.RowsAffected(); err != nil {
		return 0, err
	}
	if err := sound(ctx, conn); err != nil {
		return 0, err
	}
	if _, err := exec("COMMIT"); err != nil {
		return 0, err
	}
	done = true
	_, err = exec("PRAGMA wal_checkpoint(TRUNCATE)")
	return rows, err
}

// sound has the database check itself.
func sound(ctx context.Context, conn *sql.Conn) error {
	var said string
	if err := conn.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return because{Damaged, said}
	}
	return nil
}

// tableColumns lists the columns of a plain table. One with triggers or views in its place would
// do more than is asked, and is not touched.
func tableColumns(ctx context.Context, conn *sql.Conn, table string) (columns []string, err error) {
	var tables, triggers int
	err = conn.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE type = 'table' AND name = ?1 AND sql LIKE 'CREATE TABLE%'),
		count(*) FILTER (WHERE type IN ('trigger', 'view')) FROM sqlite_schema`, table).Scan(&tables, &triggers)
	if err != nil {
		return nil, err
	}
	if tables != 1 || triggers > 0 {
		return nil, Schema
	}
	rows, err := conn.QueryContext(ctx, "SELECT name FROM pragma_table_info(?1)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		columns = append(columns, name)
	}
	return columns, rows.Err()
}

// restoreRows puts the rows of a copy back that the database lacks. Cookies that the browser has
// set again meanwhile stay as they are.
func restoreRows(ctx context.Context, path, copied string, s store, site *Site) (rows int64, err error) {
	db, conn, err := openDatabase(ctx, path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(), db.Close()) }()
	if _, err := conn.ExecContext(ctx, "ATTACH DATABASE ?1 AS copy", copied); err != nil {
		return 0, err
	}
	if err := sound(ctx, conn); err != nil {
		return 0, err
	}
	has, err := tableColumns(ctx, conn, s.table)
	if err != nil {
		return 0, err
	}
	partitioned, err := s.check(has)
	if err != nil {
		return 0, err
	}
	quoted := []string{}
	for _, name := range has {
		if name != "id" { // Firefox's number of a row, which may be given away by now
			quoted = append(quoted, `"`+strings.ReplaceAll(name, `"`, `""`)+`"`)
		}
	}
	list := strings.Join(quoted, ", ")
	condition, args := s.where(site, partitioned)
	result, err := conn.ExecContext(ctx, "INSERT OR IGNORE INTO main."+s.table+" ("+list+") SELECT "+list+
		" FROM copy."+s.table+" WHERE "+condition+" EXCEPT SELECT "+list+" FROM main."+s.table, args...)
	if err != nil {
		return 0, err
	}
	if rows, err = result.RowsAffected(); err != nil {
		return 0, err
	}
	_, err = conn.ExecContext(ctx, "PRAGMA main.wal_checkpoint(TRUNCATE)")
	return rows, err
}
