package clean

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waymend/waymend/platform/browser"
)

// The schemas are those of Chromium 156 and Firefox 153.
const (
	chromiumSchema = `CREATE TABLE cookies(creation_utc INTEGER NOT NULL, host_key TEXT NOT NULL, top_frame_site_key TEXT NOT NULL,
		name TEXT NOT NULL, value TEXT NOT NULL, path TEXT NOT NULL, has_cross_site_ancestor INTEGER NOT NULL DEFAULT 0);
		CREATE UNIQUE INDEX cookies_unique_index ON cookies(host_key, top_frame_site_key, has_cross_site_ancestor, name, path)`
	firefoxSchema = `CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,
		host TEXT, path TEXT, CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes))`
	sessionSchema = `CREATE TABLE dbsc_session_tbl (key TEXT PRIMARY KEY, proto BLOB)`
)

// jar lists cookies: host, then what it is kept below, and whether they are of the site
// example.co.uk.
var jar = []struct {
	host, below string
	ours        bool
}{
	{"example.co.uk", "", true}, {".example.co.uk", "", true}, {"www.example.co.uk", "", true},
	{".a.b.example.co.uk", "", true}, {"example.co.uk", "https://other.test", true},
	{"cdn.test", "https://example.co.uk", true}, {"cdn.test", "http://example.co.uk", true},
	{"notexample.co.uk", "", false}, {".notexample.co.uk", "", false}, {"xexample.co.uk", "", false},
	{"example.co.uk.evil.test", "", false}, {".example.co.uk.evil.test", "", false}, {"co.uk", "", false}, {".co.uk", "", false},
	{"other.co.uk", "", false}, {"example.co", "", false}, {"example_co.uk", "", false}, {"a.exampleXco.uk", "", false},
	{"cdn.test", "https://notexample.co.uk", false}, {"cdn.test", "https://example.co.uk.evil.test", false},
	{"cdn.test", "https://www.example.co.uk", false}, {"cdn.test", "", false}, {"%.example.co.uk.x", "", false},
}

// attributes writes what a cookie is kept below as Firefox does.
func attributes(below string) string {
	scheme, host, ok := strings.Cut(below, "://")
	if !ok {
		return ""
	}
	return "^partitionKey=%28" + scheme + "%2C" + host + "%29"
}

// stock fills both browsers' jars: the cookies above and 200 other sites'.
func (w *world) stock() {
	w.t.Helper()
	chromium, firefox := []string{chromiumSchema}, []string{"PRAGMA journal_mode=WAL", firefoxSchema}
	add := func(host, below string) {
		chromium = append(chromium, fmt.Sprintf("INSERT INTO cookies VALUES (1, '%s', '%s', 'n', 'v', '/', 0)", host, below))
		firefox = append(firefox, fmt.Sprintf("INSERT INTO moz_cookies (originAttributes, name, value, host, path) VALUES ('%s', 'n', 'v', '%s', '/')",
			attributes(below), host))
	}
	for _, c := range jar {
		add(c.host, c.below)
	}
	for i := range 200 {
		add(fmt.Sprintf(".site%d.test", i), "")
	}
	firefox = append(firefox,
		`INSERT INTO moz_cookies (originAttributes, name, host, path) VALUES ('^userContextId=2', 'n', 'example.co.uk', '/')`,
		`INSERT INTO moz_cookies (originAttributes, name, host, path) VALUES ('^userContextId=2&partitionKey=%28https%2Cexample.co.uk%2C8443%29', 'n', 'cdn.test', '/')`,
		`INSERT INTO moz_cookies (originAttributes, name, host, path) VALUES ('^userContextId=2', 'n', 'cdn.test', '/')`)
	makeDatabase(w.t, w.chromium+"/Cookies", chromium...)
	makeDatabase(w.t, w.firefox+"/cookies.sqlite", firefox...)
	makeDatabase(w.t, w.chromium+"/Device Bound Sessions", sessionSchema,
		`INSERT INTO dbsc_session_tbl VALUES ('https://example.co.uk', 'x'), ('https://notexample.co.uk', 'x'), ('https://a.test', 'x')`)
}

// rows reads a table as text.
func rows(t testing.TB, file, query string) (list []string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	must(t, err)
	defer db.Close()
	r, err := db.Query(query)
	must(t, err)
	defer r.Close()
	for r.Next() {
		var a, b string
		must(t, r.Scan(&a, &b))
		list = append(list, a+" "+b)
	}
	must(t, r.Err())
	slices.Sort(list)
	return list
}

func (w *world) jars() map[string][]string {
	return map[string][]string{
		"chromium": rows(w.t, w.chromium+"/Cookies", "SELECT host_key, top_frame_site_key FROM cookies"),
		"firefox":  rows(w.t, w.firefox+"/cookies.sqlite", "SELECT host, originAttributes FROM moz_cookies"),
		"sessions": rows(w.t, w.chromium+"/Device Bound Sessions", "SELECT key, '' FROM dbsc_session_tbl"),
	}
}

func siteOf(t testing.TB, address string) *Site {
	t.Helper()
	s, err := ParseSite(address)
	must(t, err)
	return &s
}

func TestCookiesOfOneSite(t *testing.T) {
	w := furnished(t, t.TempDir())
	w.stock()
	before := w.jars()
	files := w.files()
	plan := w.plan(Request{Cookies: true, Site: siteOf(t, "https://www.example.co.uk/login")})
	w.same("after the plan", files)
	if len(plan.Items) != 3 || plan.Rows != 7+9+1 || len(plan.Refused) != 0 {
		t.Fatalf("plan %+v", plan)
	}
	result := w.apply(plan)
	if result.Rows != plan.Rows || len(result.Refused) != 0 {
		t.Errorf("result %+v", result)
	}
	after := w.jars()
	for _, c := range jar {
		if got := slices.Contains(after["chromium"], c.host+" "+c.below); got == c.ours {
			t.Errorf("chromium: %v kept %v", c, got)
		}
		if got := slices.Contains(after["firefox"], c.host+" "+attributes(c.below)); got == c.ours {
			t.Errorf("firefox: %v kept %v", c, got)
		}
	}
	if len(after["chromium"]) != len(before["chromium"])-7 || len(after["firefox"]) != len(before["firefox"])-9 {
		t.Errorf("left %d of %d and %d of %d", len(after["chromium"]), len(before["chromium"]), len(after["firefox"]), len(before["firefox"]))
	}
	if !slices.Equal(after["sessions"], []string{"https://a.test ", "https://notexample.co.uk "}) {
		t.Errorf("sessions %q", after["sessions"])
	}
	for _, side := range []string{"Cookies-journal", "Cookies-wal"} {
		if info, err := os.Stat(w.chromium + "/" + side); err == nil && info.Size() > 0 {
			t.Errorf("%s has %d bytes", side, info.Size())
		}
	}

	// The browser sets one of them again before the person wants all back.
	makeDatabase(t, w.chromium+"/Cookies", "INSERT INTO cookies VALUES (2, 'example.co.uk', '', 'n', 'newer', '/', 0)")
	back, err := w.Undo(context.Background(), result.ID)
	must(t, err)
	if back.Rows != plan.Rows-1 || len(back.Refused) != 0 {
		t.Errorf("undo %+v", back)
	}
	for name, want := range before {
		if got := w.jars()[name]; !slices.Equal(got, want) {
			t.Errorf("%s after undo: lacks %s, has more: %s", name, only(want, got), only(got, want))
		}
	}
	if got := rows(t, w.chromium+"/Cookies", "SELECT value, '' FROM cookies WHERE host_key = 'example.co.uk' AND top_frame_site_key = ''"); !slices.Equal(got, []string{"newer "}) {
		t.Errorf("the newer cookie is %q", got)
	}
}

func TestAllCookies(t *testing.T) {
	w := furnished(t, t.TempDir())
	w.stock()
	result := w.apply(w.plan(Request{Cookies: true}))
	want := int64(2*(len(jar)+200) + 3 + 3)
	if result.Rows != want || len(result.Refused) != 0 {
		t.Errorf("%d rows, want %d; %+v", result.Rows, want, result.Refused)
	}
	for name, left := range w.jars() {
		if len(left) > 0 {
			t.Errorf("%s: left %q", name, left)
		}
	}
	if _, err := w.Undo(context.Background(), result.ID); err != nil {
		t.Error(err)
	}
	if got := w.jars(); len(got["chromium"]) != len(jar)+200 {
		t.Errorf("back: %d", len(got["chromium"]))
	}
}

// TestConditionsAgree holds the SQL that deletes against the Go that plans.
func TestConditionsAgree(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	makeDatabase(t, file, "CREATE TABLE cookies (host_key TEXT, top_frame_site_key TEXT)", "CREATE TABLE moz_cookies (host TEXT, originAttributes TEXT)",
		"CREATE TABLE dbsc_session_tbl (key TEXT, x TEXT)")
	db, err := sql.Open("sqlite", file)
	must(t, err)
	defer db.Close()
	sites := []Site{{Name: "example.co.uk"}, {Name: "localhost", Alone: true}, {Name: "127.0.0.1", Alone: true}, {Name: "::1", Alone: true},
		{Name: "www.example.co.uk", Parents: []string{"example.co.uk"}}, {Name: "co.uk"}}
	hosts := []string{"localhost", "a.localhost", ".localhost", "127.0.0.1", "1.127.0.0.1", "::1", ""}
	belows := []string{"", "https://localhost", "http://127.0.0.1"}
	for _, c := range jar {
		hosts, belows = append(hosts, c.host), append(belows, c.below)
	}
	for _, s := range []store{chromiumStore, geckoStore, sessionStore} {
		for _, site := range sites {
			condition, args := s.where(&site, s.partition != "")
			column, other := s.host, s.partition
			if column == "" {
				column, other = s.key, "x"
			}
			for _, host := range hosts {
				for _, below := range belows {
					partition := below
					if s.partition == "originAttributes" {
						partition = attributes(below)
					}
					if s.host == "" {
						host, partition = below, ""
					}
					var got bool
					query := fmt.Sprintf("SELECT (%s) FROM (SELECT ?%d AS %s, ?%d AS %s)", condition, len(args)+1, column, len(args)+2, other)
					must(t, db.QueryRow(query, append(slices.Clone(args), host, partition)...).Scan(&got))
					if want := s.matches(&site, host, partition); got != want {
						t.Errorf("%s of %+v, host %q below %q: SQL %v, Go %v", s.table, site, host, partition, got, want)
					}
				}
			}
		}
	}
}

func TestParseSite(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.Example.CO.uk:8443/a?b": "example.co.uk", "example.com.": "example.com", "alice.github.io": "alice.github.io",
		"x.alice.github.io": "alice.github.io", "localhost:8080": "localhost", "127.0.0.1:80": "127.0.0.1", "[::1]:80": "::1",
		"http://[2001:db8::1]/": "2001:db8::1", "bücher.example": "xn--bcher-kva.example", "site.test.other.test": "other.test",
		"github.io": "", "co.uk": "", "": "", "a..b": "", ".": "", "com": "com", "ex ample.com": "",
	} {
		got, err := ParseSite(in)
		if (err != nil) != (want == "") || err == nil && got.Name != want {
			t.Errorf("%q: %+v %v, want %q", in, got, err, want)
		}
		if (want == "com" || want == "localhost") && (!got.Alone || got.Has("x."+want)) {
			t.Errorf("%q takes in what is below: %+v", in, got)
		}
	}
	if s, err := ParseHost("a.b.example.com"); err != nil || s.Name != "a.b.example.com" || !slices.Equal(s.Parents, []string{"b.example.com", "example.com"}) ||
		!s.hasCookie(".example.com") || s.hasCookie("example.com") || s.hasCookie("c.example.com") {
		t.Errorf("host: %+v %v", s, err)
	}
}

func TestOddDatabasesAreLeftAlone(t *testing.T) {
	lock := func(w *world) {
		db, err := sql.Open("sqlite", w.chromium+"/Cookies")
		must(t, err)
		t.Cleanup(func() { db.Close() })
		db.SetMaxOpenConns(1)
		_, err = db.Exec("BEGIN EXCLUSIVE")
		must(t, err)
	}
	for _, test := range []struct {
		name    string
		prepare func(*world)
		plan    string // refusal of the plan, or
		apply   string // of its application
	}{
		{"not a database", func(w *world) { w.put(w.chromium+"/Cookies", strings.Repeat("x", 9000)) }, "cookies damaged Cookies", ""},
		{"cut short", func(w *world) { must(t, os.Truncate(w.chromium+"/Cookies", 8192)) }, "cookies damaged Cookies", ""},
		{"an unknown table", func(w *world) { makeDatabase(t, w.chromium+"/Cookies", "ALTER TABLE cookies RENAME TO biscuits") }, "cookies schema Cookies", ""},
		{"an unknown column", func(w *world) {
			makeDatabase(t, w.chromium+"/Cookies", "ALTER TABLE cookies RENAME COLUMN host_key TO h")
		}, "cookies schema Cookies", ""},
		{"a trigger", func(w *world) {
			makeDatabase(t, w.chromium+"/Cookies", "CREATE TABLE other(x)", "CREATE TRIGGER trap AFTER DELETE ON cookies BEGIN DELETE FROM other; END")
		}, "", "cookies schema Cookies"},
		{"locked", lock, "", "cookies locked Cookies"},
		{"a link", func(w *world) {
			must(t, os.Rename(w.chromium+"/Cookies", w.home+"/other"), os.Symlink(w.home+"/other", w.chromium+"/Cookies"))
		}, "cookies link Cookies", ""},
		{"a link for a journal", func(w *world) { must(t, os.Symlink(w.home+"/other", w.chromium+"/Cookies-wal")) }, "cookies link Cookies", ""},
		{"damaged inside", func(w *world) {
			page := rows(t, w.chromium+"/Cookies", "SELECT rootpage, '' FROM sqlite_schema WHERE type = 'index'")
			var number int
			_, err := fmt.Sscan(page[0], &number)
			must(t, err)
			b, err := os.ReadFile(w.chromium + "/Cookies")
			must(t, err)
			for i := range 40 { // the index, which the plan does not look at
				b[number*4096-1-i] ^= 0x0f
			}
			must(t, os.WriteFile(w.chromium+"/Cookies", b, 0o600))
		}, "", "cookies damaged Cookies"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := furnished(t, t.TempDir())
			w.stock()
			must(t, os.RemoveAll(w.firefox), os.Remove(w.chromium+"/Device Bound Sessions"))
			test.prepare(w)
			before := w.files()
			plan := w.plan(Request{Cookies: true, Site: siteOf(t, "example.co.uk")})
			w.same("after the plan", before)
			if test.plan != "" {
				if got := refused(plan.Refused); !slices.Equal(got, []string{test.plan}) || len(plan.Items) != 0 {
					t.Errorf("plan refused %q, items %d", got, len(plan.Items))
				}
				return
			}
			if len(plan.Items) != 1 {
				t.Fatalf("plan %+v", plan)
			}
			result := w.apply(plan)
			if got := refused(result.Refused); !slices.Equal(got, []string{test.apply}) || result.ID != "" {
				t.Errorf("refused %q %q, done %+v", got, result.Refused, result.Done)
			}
			w.same("after", before)
		})
	}
}

func TestCookiesChangedSinceThePlan(t *testing.T) {
	w := furnished(t, t.TempDir())
	w.stock()
	must(t, os.RemoveAll(w.firefox), os.Remove(w.chromium+"/Device Bound Sessions"))
	plan := w.plan(Request{Cookies: true})
	must(t, os.Rename(w.chromium+"/Cookies", w.chromium+"/Cookies.old"))
	makeDatabase(t, w.chromium+"/Cookies", chromiumSchema, "INSERT INTO cookies VALUES (2, 'a.test', '', 'n', 'newer', '/', 0)")
	before := w.files()
	if result := w.apply(plan); !slices.Equal(refused(result.Refused), []string{"cookies changed Cookies"}) {
		t.Errorf("result %+v", result)
	}
	w.same("after", before)
}

func TestGNOMEWebHasNoPartitions(t *testing.T) {
	w := newWorld(t, t.TempDir())
	makeDatabase(t, w.home+"/.local/share/epiphany/cookies.sqlite",
		"CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER)",
		"INSERT INTO moz_cookies (name, host) VALUES ('n', '.example.com'), ('n', 'notexample.com')")
	q := Request{Cookies: true, Site: siteOf(t, "example.com")}
	if p := w.plan(q); len(p.Refused) != 1 || p.Refused[0].Reason != MayRun {
		t.Errorf("plan %+v", p)
	}
	q.Closed = true
	if r := w.apply(w.plan(q)); r.Rows != 1 || r.Done[0].Browser != browser.Families[15].Name {
		t.Errorf("result %+v", r)
	}
}
