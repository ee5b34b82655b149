//go:build lab && linux

package lab

import (
	"database/sql"
	"fmt"
	"os"
	"strings"

	_ "modernc.org/sqlite" // registers the driver
)

// firefoxCookies gives the person a Firefox profile with n cookies of a site, each of the given size in bytes.
func (w *World) firefoxCookies(site string, n, size int) {
	const profile = ".mozilla/firefox/k3x9w2ab.default-esr"
	w.Home(".mozilla/firefox/profiles.ini", "[Profile0]\nName=default-esr\nIsRelative=1\nPath=k3x9w2ab.default-esr\nDefault=1\n\n[General]\nStartWithLastProfile=1\nVersion=2\n")
	w.Home(profile+"/times.json", "{}\n")
	db, err := sql.Open("sqlite", w.file("home/"+profile+"/cookies.sqlite"))
	if w.check(err); err != nil {
		return
	}
	defer db.Close()
	// Firefox's schema 16, as of version 128.
	_, err = db.Exec(`CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, rawSameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0, isPartitionedAttributeSet INTEGER DEFAULT 0, CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes)); PRAGMA user_version = 16`)
	w.check(err)
	for i := range n {
		_, err = db.Exec(`INSERT INTO moz_cookies (name, value, host, path, expiry, lastAccessed, creationTime, isSecure, isHttpOnly) VALUES (?, ?, ?, '/', 4000000000, 1760000000000000, 1760000000000000, 1, 0)`,
			fmt.Sprintf("track%02d", i), strings.Repeat("x", size-7), site)
		w.check(err)
	}
	w.check(os.Chown(w.file("home/"+profile+"/cookies.sqlite"), userID, userID))
}
