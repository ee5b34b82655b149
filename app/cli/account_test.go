package cli

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// tidyKey in the environment lets the program start what goes on after its end.
const tidyKey = "WAYMEND_TEST_TIDY"

// The schemas are those of Chromium 156 and Firefox 153, without the columns that nothing asks for.
const (
	chromiumJar = `CREATE TABLE cookies(creation_utc INTEGER NOT NULL, host_key TEXT NOT NULL, top_frame_site_key TEXT NOT NULL,
		name TEXT NOT NULL, value TEXT NOT NULL, path TEXT NOT NULL, has_cross_site_ancestor INTEGER NOT NULL DEFAULT 0);
		CREATE UNIQUE INDEX cookies_unique_index ON cookies(host_key, top_frame_site_key, has_cross_site_ancestor, name, path)`
	firefoxJar = `CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,
		host TEXT, path TEXT, CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes))`
)

// cookieHosts are in both jars; those of example.test are the first three.
var cookieHosts = []string{"example.test", ".example.test", "www.example.test", "notexample.test", "example.test.other.test", "other.test"}

// account makes the home of a person with two profiles of Chromium, named after what could command a
// terminal, and one of Firefox.
func account(home string) error {
	var errs []error
	put := func(file, text string) {
		file = filepath.Join(home, file)
		errs = append(errs, os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600))
	}
	put(".config/chromium/Local State", `{"profile":{"info_cache":{"Default":{"name":"Home"},"Profile 1":{"name":"Work\u001b]0;PWNED\u0007"}}}}`)
	put(".mozilla/firefox/profiles.ini", "[Profile0]\nName=main\nPath=ab.main\n")
	put(".mozilla/firefox/ab.main/logins.json", "logins")
	put(".mozilla/firefox/ab.main/prefs.js", "")
	for i, profile := range []string{"Default", "Profile 1"} {
		put(".config/chromium/"+profile+"/Preferences", "{}")
		put(".config/chromium/"+profile+"/Login Data", "logins")
		for n := range 10 * (i + 1) {
			put(fmt.Sprintf(".cache/chromium/%s/Cache/Cache_Data/%016x_0", profile, n), strings.Repeat("c", 6000))
			put(fmt.Sprintf(".cache/chromium/%s/Code Cache/js/%016x_0", profile, n), "code")
		}
	}
	for n := range 10 {
		put(fmt.Sprintf(".cache/mozilla/firefox/ab.main/cache2/entries/%040X", n), strings.Repeat("f", 6000))
	}
	chromium, firefox := []string{chromiumJar}, []string{firefoxJar}
	for _, host := range cookieHosts {
		chromium = append(chromium, "INSERT INTO cookies VALUES (1, '"+host+"', '', 'n', 'v', '/', 0)")
		firefox = append(firefox, "INSERT INTO moz_cookies (name, value, host, path) VALUES ('n', 'v', '"+host+"', '/')")
	}
	errs = append(errs, database(filepath.Join(home, ".config/chromium/Default/Cookies"), chromium...),
		database(filepath.Join(home, ".mozilla/firefox/ab.main/cookies.sqlite"), firefox...))
	return errors.Join(errs...)
}

func database(file string, statements ...string) error {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	for _, s := range statements {
		_, e := db.Exec(s)
		err = errors.Join(err, e)
	}
	return errors.Join(err, db.Close())
}

// hosts lists whose cookies are in a jar.
func hosts(file string) (list []string, err error) {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	query := "SELECT host_key FROM cookies"
	if filepath.Ext(file) == ".sqlite" {
		query = "SELECT host FROM moz_cookies"
	}
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var host string
		if err := rows.Scan(&host); err != nil {
			return nil, err
		}
		list = append(list, host)
	}
	slices.Sort(list)
	return list, rows.Err()
}

// fingerprint writes a line about everything below a directory: its name, what it is, its contents.
func fingerprint(dir string) (string, error) {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		sum := ""
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum = fmt.Sprintf("%x", sha256.Sum256(text))
		}
		fmt.Fprintf(&b, "%q %s %s\n", strings.TrimPrefix(path, dir), d.Type(), sum)
		return nil
	})
	return b.String(), err
}

// makeAccount is the script's: account DIRECTORY
func makeAccount(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(account(ts.MkAbs(args[0])))
}

// writeTree is the script's: tree DIRECTORY FILE
func writeTree(ts *testscript.TestScript, _ bool, args []string) {
	text, err := fingerprint(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// writeJar lists the hosts of a jar: jar DATABASE FILE
func writeJar(ts *testscript.TestScript, _ bool, args []string) {
	list, err := hosts(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(list, "\n")+"\n"), 0o600))
}
