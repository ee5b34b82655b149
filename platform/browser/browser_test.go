package browser

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// now is the clock of the tests.
var now = time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)

// home makes an account with the files given, and the System that looks at it.
func home(t testing.TB, system string, files map[string]string) (System, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	env := map[string]string{"HOME": dir, "APPDATA": filepath.Join(dir, "Roaming"), "LOCALAPPDATA": filepath.Join(dir, "Local")}
	return System{OS: system, Getenv: func(k string) string { return env[k] }, Etc: filepath.Join(dir, "etc"), Now: func() time.Time { return now }}, dir
}

func put(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// database makes a SQLite database; it is left open until the test ends when a mode is given.
func database(t testing.TB, file, mode string, statements ...string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{mode}, statements...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if mode == "" {
		db.Close()
	} else {
		t.Cleanup(func() { db.Close() })
	}
}

// The schemas are those of Chromium 156 and Firefox 153.
const (
	chromiumSchema = `CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
		CREATE TABLE cookies(creation_utc INTEGER NOT NULL, host_key TEXT NOT NULL, top_frame_site_key TEXT NOT NULL,
		name TEXT NOT NULL, value TEXT NOT NULL, encrypted_value BLOB NOT NULL, path TEXT NOT NULL, expires_utc INTEGER NOT NULL,
		is_secure INTEGER NOT NULL, is_httponly INTEGER NOT NULL, last_access_utc INTEGER NOT NULL, has_expires INTEGER NOT NULL,
		is_persistent INTEGER NOT NULL, priority INTEGER NOT NULL, samesite INTEGER NOT NULL, source_scheme INTEGER NOT NULL,
		source_port INTEGER NOT NULL, last_update_utc INTEGER NOT NULL, source_type INTEGER NOT NULL, has_cross_site_ancestor INTEGER NOT NULL)`
	firefoxSchema = `CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,
		host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER,
		inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0,
		isPartitionedAttributeSet INTEGER DEFAULT 0, updateTime INTEGER)`
)

// chromiumRow and firefoxRow insert a cookie; expires is in seconds since 1970, 0 for a session's.
func chromiumRow(host, partition, name, value, path string, encrypted int, expires int64) string {
	utc, has := int64(0), 0
	if expires != 0 {
		utc, has = chromiumTime(time.Unix(expires, 0)), 1
	}
	return fmt.Sprintf(`INSERT INTO cookies VALUES (1, '%s', '%s', '%s', '%s', zeroblob(%d), '%s', %d, 1, 1, 1, %d, %d, 1, 0, 2, 443, 1, 0, 0)`,
		host, partition, name, value, encrypted, path, utc, has, has)
}

func firefoxRow(host, attributes, name, value, path string, expiry int64) string {
	return fmt.Sprintf(`INSERT INTO moz_cookies (originAttributes, name, value, host, path, expiry) VALUES ('%s', '%s', '%s', '%s', '%s', %d)`,
		attributes, name, value, host, path, expiry)
}

// fingerprint lists all files below a directory with their contents.
func fingerprint(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		list = append(list, fmt.Sprintf("%s %x", path, sha256.Sum256(b)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// line writes a report in one line.
func line(r Report) string {
	s := fmt.Sprintf("%s/%s doh=%s %s proxy=%s %s cookies=%d/%d", r.Browser, r.Name, r.DoHMode, r.DoHURL, r.ProxyMode, r.Proxy, r.Jar.Count, r.Jar.Bytes)
	if r.Managed {
		s += " managed"
	}
	if r.CookieErr != "" {
		s += " error"
	}
	return s
}

func TestReports(t *testing.T) {
	later, earlier := now.Add(time.Hour).Unix(), now.Add(-time.Hour).Unix()
	s, dir := home(t, "linux", map[string]string{
		".config/chromium/Local State": `{"profile":{"info_cache":{
			"Weird Name":{"name":"Work","active_time":1770000000.5},"Default":{"name":"Home","active_time":1771000000},
			"System Profile":{},"../../etc":{"name":"out"},"Gone":{"name":"Gone"}}},
			"dns_over_https":{"mode":"secure","templates":"https://doh.example/dns-query{?dns} https://second.example"}}`,
		".config/chromium/Default/Preferences":        `{"proxy":{"mode":"system"}}`,
		".config/chromium/Weird Name/Preferences":     `{"proxy":{"mode":"fixed_servers","server":"http=a.example:1;https=someone:secret@b.example:2"}}`,
		".config/chromium/System Profile/Preferences": `{}`,
		".config/google-chrome/Local State":           `{"profile":{"info_cache":{"Default":{"name":"Person 1"}}},"dns_over_https":{"mode":"automatic"}}`,
		".config/google-chrome/Default/Preferences":   `{"proxy":{"mode":"system"}}`,
		"etc/opt/chrome/policies/managed/corp.json":   `{"DnsOverHttpsMode":"off","ProxyMode":"pac_script","ProxyPacUrl":"http://someone:secret@wpad.example/proxy.pac"}`,
		".config/opera/Default/Preferences":           `{}`,
		"snap/firefox/common/.mozilla/firefox/profiles.ini": "[Profile1]\nName=work\nIsRelative=1\nPath=ab12.work\n\n[Profile0]\nName=default\nIsRelative=0\nPath=" +
			"HOME/elsewhere\n[Profile2]\nName=out\nIsRelative=1\nPath=../../out\n[Install4F96D1932A9F858E]\nDefault=cd34.default-release\nLocked=1\n",
		"snap/firefox/common/.mozilla/firefox/ab12.work/prefs.js": "// comment\nuser_pref(\"network.trr.mode\", 3);\nuser_pref(\"network.trr.uri\", \"https:\\/\\/doh.example/q\");\n" +
			"user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.ssl\", \"proxy.example\");\nuser_pref(\"network.proxy.ssl_port\", 3128);\n",
		"snap/firefox/common/.mozilla/firefox/ab12.work/user.js":             "user_pref(\"network.trr.mode\", 5);",
		"snap/firefox/common/.mozilla/firefox/cd34.default-release/prefs.js": "user_pref(\"network.trr.mode\", 2);\n",
		".zen/installs.ini":             "[ABCD]\nDefault=Profiles/zz.zen\nLocked=1\n",
		".zen/Profiles/zz.zen/x":        "",
		".local/share/epiphany/x":       "",
		".mozilla/firefox/profiles.ini": "\xff\x00[[[[\n=\n[Profile0]\nPath=",
	})
	ini := filepath.Join(dir, "snap/firefox/common/.mozilla/firefox/profiles.ini")
	b, _ := os.ReadFile(ini)
	put(t, ini, strings.ReplaceAll(string(b), "HOME", dir))
	put(t, filepath.Join(dir, "elsewhere", "prefs.js"), "")

	database(t, filepath.Join(dir, ".config/chromium/Default/Cookies"), "", chromiumSchema,
		`INSERT INTO meta VALUES ('version', '24')`,
		chromiumRow("www.example.com", "", "a", "12345", "/", 0, 0),                        // 7
		chromiumRow(".example.com", "", "bb", "", "/", 3+8+32+100, later),                  // 103
		chromiumRow("www.example.com", "", "deep", "1234567890", "/shop", 0, later),        // 15
		chromiumRow("www.example.com", "", "other", "1", "/shopping", 0, later),            // 7, not with /shop
		chromiumRow(".www.example.com", "https://example.com", "chip", "1", "/", 0, later), // 6
		chromiumRow(".www.example.com", "https://embedder.example", "third", "1", "/", 0, later),
		chromiumRow("example.com", "", "hostonly", "1", "/", 0, later),
		chromiumRow("www.example.com", "", "old", "1", "/", 0, earlier),
		chromiumRow("notexample.com", "", "x", "1", "/", 0, later),
		chromiumRow(".com", "", "suffix", "1", "/", 0, later),
	)
	// A running Firefox: the last cookies are in the write-ahead log only.
	database(t, filepath.Join(dir, "snap/firefox/common/.mozilla/firefox/cd34.default-release/cookies.sqlite"),
		"PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0", firefoxSchema,
		firefoxRow("www.example.com", "", "a", "12345", "/", later),
		firefoxRow(".example.com", "", "b", "1", "/", later*1000),
		firefoxRow(".example.com", "^partitionKey=%28https%2Cexample.com%29", "chip", "1", "/", later*1000),
		firefoxRow(".example.com", "^partitionKey=%28https%2Cother.example%29", "third", "1", "/", later),
		firefoxRow(".example.com", "^userContextId=2", "container", "1", "/", later),
		firefoxRow(".example.com", "", "old", "1", "/", earlier*1000),
	)
	database(t, filepath.Join(dir, ".local/share/epiphany/cookies.sqlite"), "",
		`CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, isSecure INTEGER, isHttpOnly INTEGER, sameSite INTEGER)`,
		fmt.Sprintf(`INSERT INTO moz_cookies (name, value, host, path, expiry) VALUES ('gnome', 'web', 'www.example.com', '/', %d)`, later))
	put(t, filepath.Join(dir, ".config/google-chrome/Default/Cookies"), "SQLite format 3\x00 and then garbage")

	before := fingerprint(t, dir)
	var got []string
	for _, r := range s.Reports(t.Context(), "WWW.example.com.") {
		got = append(got, line(r))
	}
	slices.Sort(got)
	want := []string{
		"Chromium/Home doh=secure https://doh.example/dns-query{?dns} proxy=system  cookies=4/137",
		"Chromium/Work doh=secure https://doh.example/dns-query{?dns} proxy=fixed http://b.example:2 cookies=0/0",
		"Firefox (snap)/cd34.default-release doh=automatic https://mozilla.cloudflare-dns.com/dns-query proxy=  cookies=3/20",
		"Firefox (snap)/default doh=  proxy=  cookies=0/0",
		"Firefox (snap)/work doh=off  proxy=fixed http://proxy.example:3128 cookies=0/0",
		"GNOME Web/default doh=  proxy=  cookies=1/9",
		"Google Chrome/Person 1 doh=off  proxy=script http://wpad.example/proxy.pac cookies=0/0 managed error",
		"Opera/Default doh=  proxy=  cookies=0/0",
		"Zen Browser/zz.zen doh=  proxy=  cookies=0/0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if after := fingerprint(t, dir); !slices.Equal(before, after) {
		t.Errorf("files have changed:\n%s\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

func TestNothingThere(t *testing.T) {
	s, _ := home(t, "linux", nil)
	if got := s.Reports(t.Context(), "www.example.com"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	s.Getenv = func(string) string { return "" } // no home: nothing below the working directory either
	put(t, filepath.Join(t.TempDir(), "x"), "")
	if got := s.Profiles(t.Context()); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestOtherSystems(t *testing.T) {
	for system, files := range map[string]map[string]string{
		"windows": {
			"Local/Microsoft/Edge/User Data/Local State":                                                               `{"profile":{"info_cache":{"Default":{"name":"One"}}}}`,
			"Local/Microsoft/Edge/User Data/Default/Preferences":                                                       `{}`,
			"Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox/profiles.ini":             "[Profile0]\r\nName=one\r\nIsRelative=1\r\nPath=Profiles/ab.one\r\n",
			"Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox/Profiles/ab.one/prefs.js": "",
		},
		"darwin": {
			"Library/Application Support/Google/Chrome Beta/Local State":   `{"profile":{"info_cache":{"Default":{"name":"One"}}}}`,
			"Library/Application Support/Google/Chrome Beta/Default/x":     ``,
			"Library/Containers/com.apple.Safari/Data/Library/Cookies/foo": ``,
		},
	} {
		s, _ := home(t, system, files)
		var got []string
		for _, p := range s.Profiles(t.Context()) {
			got = append(got, p.Browser)
		}
		slices.Sort(got)
		want := map[string][]string{"windows": {"Firefox (Store)", "Microsoft Edge"}, "darwin": {"Google Chrome Beta", "Safari"}}[system]
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", system, got, want)
		}
	}
}

// TestFamilies keeps the table whole: variables are known, no root is listed twice.
func TestFamilies(t *testing.T) {
	s, dir := home(t, "linux", nil)
	if len(Families) != 18 {
		t.Errorf("%d families", len(Families))
	}
	seen := map[string]string{}
	for _, f := range Families {
		for system, roots := range f.Roots {
			for _, r := range roots {
				key := system + " " + r.Path
				if seen[key] != "" {
					t.Errorf("%s belongs to %s and %s", key, seen[key], f.ID)
				}
				seen[key] = f.ID
				if !strings.Contains(r.Path, "*") {
					if got := s.expand(r.Path); len(got) != 1 || !strings.HasPrefix(got[0], dir) {
						t.Errorf("%s: %q", r.Path, got)
					}
				}
			}
		}
	}
}

func TestTooLarge(t *testing.T) {
	s, dir := home(t, "linux", map[string]string{".config/opera/Preferences": "{}", ".config/opera/Cookies": ""})
	if err := os.Truncate(filepath.Join(dir, ".config/opera/Cookies"), maxDatabase+1); err != nil {
		t.Fatal(err)
	}
	if got := s.Reports(t.Context(), "example.com"); len(got) != 1 || !strings.Contains(got[0].CookieErr, "64 MB") {
		t.Errorf("%+v", got)
	}
}

func TestContextEnded(t *testing.T) {
	s, dir := home(t, "linux", map[string]string{".config/opera/Preferences": "{}"})
	database(t, filepath.Join(dir, ".config/opera/Cookies"), "", chromiumSchema)
	p := s.Profiles(t.Context())[0]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Cookies(ctx, p, "example.com"); err == nil {
		t.Error("cookies are read although the context has ended")
	}
	if got := s.Profiles(ctx); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestLargest(t *testing.T) {
	for _, tt := range []struct {
		cookies []cookie
		want    Jar
	}{
		{nil, Jar{}},
		{[]cookie{{"/", 10}}, Jar{1, 10}},
		{[]cookie{{"/", 10}, {"/", 20}}, Jar{2, 32}},
		{[]cookie{{"/a", 10}, {"/b", 20}}, Jar{1, 20}},
		{[]cookie{{"/a", 10}, {"/a/b", 20}, {"/a/", 5}, {"/ab", 1}}, Jar{3, 39}},
		{[]cookie{{"/", 1}, {"odd", 100}}, Jar{1, 100}},
	} {
		if got := largest(tt.cookies); got != tt.want {
			t.Errorf("%v: %+v, want %+v", tt.cookies, got, tt.want)
		}
	}
}

func TestCookieHosts(t *testing.T) {
	for host, want := range map[string]string{
		"www.example.com":   "www.example.com .www.example.com .example.com",
		"a.b.example.co.uk": "a.b.example.co.uk .a.b.example.co.uk .b.example.co.uk .example.co.uk",
		"someone.github.io": "someone.github.io .someone.github.io",
		"localhost":         "localhost .localhost",
		"192.168.1.1":       "192.168.1.1",
		"[2001:db8::1]":     "[2001:db8::1]",
		"co.uk":             "co.uk .co.uk",
		"":                  " .",
	} {
		if got := strings.Join(cookieHosts(host), " "); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}
