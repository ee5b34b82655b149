package browser

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // makes the databases of the tests, and says what is in them

	"github.com/waymend/waymend/platform/browser/sqlitefile"
)

// chromiumTables are the table cookies as versions of Chromium's store declare it.
var chromiumTables = map[int]string{
	5: `CREATE TABLE cookies (creation_utc INTEGER NOT NULL UNIQUE PRIMARY KEY,host_key TEXT NOT NULL,name TEXT NOT NULL,value TEXT NOT NULL,path TEXT NOT NULL,` +
		`expires_utc INTEGER NOT NULL,secure INTEGER NOT NULL,httponly INTEGER NOT NULL,last_access_utc INTEGER NOT NULL, has_expires INTEGER NOT NULL DEFAULT 1, ` +
		`persistent INTEGER NOT NULL DEFAULT 1,priority INTEGER NOT NULL DEFAULT 1,encrypted_value BLOB DEFAULT '')`,
	12: `CREATE TABLE cookies(creation_utc INTEGER NOT NULL,host_key TEXT NOT NULL,name TEXT NOT NULL,value TEXT NOT NULL,path TEXT NOT NULL,expires_utc INTEGER NOT NULL,` +
		`is_secure INTEGER NOT NULL,is_httponly INTEGER NOT NULL,last_access_utc INTEGER NOT NULL,has_expires INTEGER NOT NULL DEFAULT 1,is_persistent INTEGER NOT NULL DEFAULT 1,` +
		`priority INTEGER NOT NULL DEFAULT 1,encrypted_value BLOB DEFAULT '',samesite INTEGER NOT NULL DEFAULT -1,source_scheme INTEGER NOT NULL DEFAULT 0,UNIQUE (host_key, name, path))`,
	18: `CREATE TABLE cookies(creation_utc INTEGER NOT NULL,host_key TEXT NOT NULL,top_frame_site_key TEXT NOT NULL,name TEXT NOT NULL,value TEXT NOT NULL,encrypted_value BLOB NOT NULL,` +
		`path TEXT NOT NULL,expires_utc INTEGER NOT NULL,is_secure INTEGER NOT NULL,is_httponly INTEGER NOT NULL,last_access_utc INTEGER NOT NULL,has_expires INTEGER NOT NULL,` +
		`is_persistent INTEGER NOT NULL,priority INTEGER NOT NULL,samesite INTEGER NOT NULL,source_scheme INTEGER NOT NULL,source_port INTEGER NOT NULL,is_same_party INTEGER NOT NULL,last_update_utc INTEGER NOT NULL)`,
	24: chromiumSchema[strings.Index(chromiumSchema, "CREATE TABLE cookies"):],
}

// geckoTables are the table moz_cookies of Firefox, from old to new, and of GNOME Web.
var geckoTables = []string{
	`CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, baseDomain TEXT, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER, ` +
		`lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER, appId INTEGER DEFAULT 0, inBrowserElement INTEGER DEFAULT 0, ` +
		`CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes))`,
	`CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, ` +
		`creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, rawSameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0, ` +
		`CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes))`,
	firefoxSchema,
	`CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, isSecure INTEGER, isHttpOnly INTEGER, sameSite INTEGER)`,
}

const hostCells = `CASE n % 5 WHEN 0 THEN 'www.example.com' WHEN 1 THEN '.example.com' WHEN 2 THEN 'example.com' WHEN 3 THEN '.www.example.com' ELSE 'www.example.com.evil.test' END`

// cells are what the columns hold in row n; those that are not named hold n.
var cells = map[string]string{
	"host":               hostCells,
	"host_key":           hostCells,
	"top_frame_site_key": `CASE n % 4 WHEN 0 THEN 'https://example.com' WHEN 1 THEN 'https://other.test' ELSE '' END`,
	"originAttributes":   `CASE n % 4 WHEN 0 THEN '^partitionKey=%28https%2Cexample.com%29' WHEN 1 THEN '^userContextId=2' ELSE '' END`,
	"name":               `CASE n % 7 WHEN 0 THEN '' ELSE 'näme' || n END`,
	"value":              `CASE n % 3 WHEN 0 THEN '' ELSE hex(zeroblob(n * 13)) || 'ß' END`,
	"encrypted_value":    `CASE n % 3 WHEN 0 THEN zeroblob(n * 17) ELSE x'' END`,
	"path":               `CASE n % 6 WHEN 0 THEN '/' WHEN 1 THEN '' ELSE '/p' || n % 6 END`,
	"has_expires":        `n % 11 > 1`,
	"expires_utc":        fmt.Sprintf(`%d + (n %% 9 - 3) * 1000000`, chromiumTime(now)),
	"expiry":             fmt.Sprintf(`CASE n %% 10 WHEN 0 THEN 0 WHEN 1 THEN NULL WHEN 2 THEN (%[1]d + n) * 1000 ELSE %[1]d + n %% 9 - 3 END`, now.Unix()),
}

// fill makes a database with 400 rows in a table and tells the table's columns.
func fill(t *testing.T, mode, table, declaration string, more ...string) (file string, columns []string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "db")
	database(t, file, "", "PRAGMA page_size = 1024; "+mode, declaration)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	rows, err := db.Query(`SELECT name FROM pragma_table_info(?)`, table)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, c)
		if values = append(values, "n"); cells[c] != "" {
			values[len(values)-1] = cells[c]
		}
	}
	for _, s := range append([]string{"PRAGMA wal_autocheckpoint = 0", fmt.Sprintf(`INSERT OR IGNORE INTO %s SELECT %s FROM
		(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400) SELECT n FROM c)`, table, strings.Join(values, ", "))}, more...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return file, columns
}

// ask reads cookies with SQL, from a copy.
func ask(t *testing.T, file, query string, size func(value, cipher int64) int64, args ...any) (list []cookie) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "db")
	for _, suffix := range []string{"", "-wal"} {
		if b, err := os.ReadFile(file + suffix); err == nil {
			put(t, copied+suffix, string(b))
		}
	}
	db, err := sql.Open("sqlite", copied)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var path string
		var name, value, cipher int64
		if err := rows.Scan(&path, &name, &value, &cipher); err != nil {
			t.Fatal(err)
		}
		list = append(list, newCookie(path, name, size(value, cipher)))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

const hostsIn = `IN ('www.example.com', '.www.example.com', '.example.com')`

// TestCookieTables compares what is read of every version of the tables with what SQL says.
func TestCookieTables(t *testing.T) {
	for _, mode := range []string{"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode = WAL"} {
		for version, declaration := range chromiumTables {
			file, columns := fill(t, mode, "cookies", declaration, `CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR)`,
				fmt.Sprintf(`INSERT INTO meta VALUES ('mmap_status', '-1'), ('version', '%d'), ('last_compatible_version', '99')`, version), `DELETE FROM cookies WHERE name LIKE '%7'`)
			query := `SELECT path, length(CAST(name AS BLOB)), length(CAST(value AS BLOB)), length(encrypted_value) FROM cookies
				WHERE host_key ` + hostsIn + ` AND (has_expires = 0 OR expires_utc > ?)`
			if slices.Contains(columns, "top_frame_site_key") {
				query += ` AND top_frame_site_key IN ('', 'https://example.com')`
			}
			overhead := int64(10)
			if version == 24 {
				overhead += sealedHash
			}
			want := ask(t, file, query+` ORDER BY rowid`, func(value, cipher int64) int64 {
				if cipher > 0 {
					return max(cipher-overhead, 0)
				}
				return value
			}, chromiumTime(now))
			got, err := fromDatabase(t.Context(), file, func(db *sqlitefile.DB) ([]cookie, error) {
				return chromiumCookies(t.Context(), db, "www.example.com", now, 10)
			})
			if err != nil || !slices.Equal(got, want) || len(got) < 50 {
				t.Errorf("Chromium %d, %s: %v, %d cookies, want %d", version, mode, err, len(got), len(want))
			}
		}
		for i, declaration := range geckoTables {
			file, columns := fill(t, mode, "moz_cookies", declaration, `DELETE FROM moz_cookies WHERE id % 10 = 7`)
			query := `SELECT path, length(CAST(name AS BLOB)), length(CAST(value AS BLOB)), 0 FROM moz_cookies
				WHERE host ` + hostsIn + ` AND (CASE WHEN expiry > 100000000000 THEN expiry / 1000 ELSE expiry END > ? OR expiry = 0)`
			if slices.Contains(columns, "originAttributes") {
				query += ` AND originAttributes IN ('', '^partitionKey=%28https%2Cexample.com%29')`
			}
			want := ask(t, file, query+` ORDER BY rowid`, func(value, _ int64) int64 { return value }, now.Unix())
			got, err := fromDatabase(t.Context(), file, func(db *sqlitefile.DB) ([]cookie, error) {
				return geckoCookies(t.Context(), db, "www.example.com", now)
			})
			if err != nil || !slices.Equal(got, want) || len(got) < 50 {
				t.Errorf("Firefox %d, %s: %v, %d cookies, want %d", i, mode, err, len(got), len(want))
			}
		}
	}
}

// TestOldRows: rows that were written before a column was added are in the jar without containers.
func TestOldRows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	database(t, file, "", geckoTables[3], fmt.Sprintf(`INSERT INTO moz_cookies (name, value, host, path, expiry) VALUES ('old', 'row', 'www.example.com', '/', %d)`, now.Unix()+9),
		`ALTER TABLE moz_cookies ADD COLUMN originAttributes TEXT NOT NULL DEFAULT ''`)
	got, err := fromDatabase(t.Context(), file, func(db *sqlitefile.DB) ([]cookie, error) {
		return geckoCookies(t.Context(), db, "www.example.com", now)
	})
	if err != nil || !slices.Equal(got, []cookie{{"/", 7}}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestManyCookies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	database(t, file, "", geckoTables[3], fmt.Sprintf(`INSERT INTO moz_cookies (name, value, host, path)
		SELECT 'n', n, 'www.example.com', '/' FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT n FROM c)`, maxCookies+1),
		`UPDATE moz_cookies SET expiry = 0`)
	got, err := fromDatabase(t.Context(), file, func(db *sqlitefile.DB) ([]cookie, error) {
		return geckoCookies(t.Context(), db, "www.example.com", now)
	})
	if err != nil || len(got) != maxCookies {
		t.Errorf("%d, %v", len(got), err)
	}
}

func TestGroupProfiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	database(t, file, "", `CREATE TABLE Profiles (id INTEGER NOT NULL, path TEXT NOT NULL UNIQUE, name TEXT NOT NULL, avatar TEXT NOT NULL, PRIMARY KEY(id))`,
		`INSERT INTO Profiles VALUES (1, 'Profiles/a.one', 'One', 'book'), (2, 'Profiles/b.two', 'Two', 'star'), (3, 'Profiles/c.three', 'Three', 'x')`)
	var got []string
	for name, path := range groupProfiles(file) {
		if got = append(got, name+" "+path); len(got) == 2 {
			break
		}
	}
	if want := []string{"One Profiles/a.one", "Two Profiles/b.two"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
