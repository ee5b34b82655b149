package clean

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/waymend/waymend/platform/browser"
)

func TestStorageNames(t *testing.T) {
	site, address := siteOf(t, "site1.test"), siteOf(t, "http://[2001:db8::1]/")
	for _, test := range []struct {
		engine browser.Engine
		name   string
		ours   bool // of site1.test
		web    bool // of any site
	}{
		{browser.Gecko, "https+++site1.test", true, true},
		{browser.Gecko, "http+++a.b.site1.test+8080^userContextId=2", true, true},
		{browser.Gecko, "https+++cdn.test^partitionKey=%28https%2Csite1.test%29", true, true},
		{browser.Gecko, "https+++site1.test^partitionKey=%28https%2Cother.test%29", true, true},
		{browser.Gecko, "https+++cdn.test^partitionKey=%28https%2Cnotsite1.test%29", false, true},
		{browser.Gecko, "https+++notsite1.test", false, true},
		{browser.Gecko, "https+++site1.test.other.test", false, true},
		{browser.Gecko, "http+++[2001+db8++1]+8080", false, true},
		{browser.Gecko, "moz-extension+++site1.test", false, false},
		{browser.Gecko, "about+++home", false, false},
		{browser.Gecko, "indexeddb+++fx-devtools", false, false},
		{browser.Gecko, "https+++", false, false},
		{browser.Gecko, "site1.test", false, false},
		{browser.Chromium, "https_site1.test_0.indexeddb.leveldb", true, true},
		{browser.Chromium, "https_a_b.site1.test_8443.indexeddb.blob", true, true},
		{browser.Chromium, "https_notsite1.test_0.indexeddb.leveldb", false, true},
		{browser.Chromium, "https_site1.test.other.test_0.indexeddb.leveldb", false, true},
		{browser.Chromium, "http_[2001_db8__1]_0.indexeddb.leveldb", false, true},
		{browser.Chromium, "chrome-extension_site1.test_0.indexeddb.leveldb", false, false},
		{browser.Chromium, "https_site1.test_0", false, false},
		{browser.Chromium, "https_.indexeddb.leveldb", false, false},
	} {
		if got := storageOf(test.engine, site).has(test.name); got != test.ours {
			t.Errorf("%s is the site's: %v", test.name, got)
		}
		if got := storageOf(test.engine, nil).has(test.name); got != test.web {
			t.Errorf("%s is a site's: %v", test.name, got)
		}
		if got, want := storageOf(test.engine, address).has(test.name), strings.Contains(test.name, "[2001"); got != want {
			t.Errorf("%s is the address's: %v", test.name, got)
		}
	}
}

const workers = "9\n" +
	"\nhttps://www.site1.test/\nhttps://www.site1.test/sw.js\ntrue\nname\n1\n2\n3\n4\nfalse\ntrue\n#\n" +
	"^partitionKey=%28https%2Csite1.test%29\nhttps://cdn.test/x/\nhttps://cdn.test/sw.js\ntrue\nname\n1\n2\n3\n4\nfalse\ntrue\n#\n" +
	"\nhttps://notsite1.test/\nhttps://notsite1.test/sw.js\ntrue\nname\n1\n2\n3\n4\nfalse\ntrue\n#\n" +
	"\nmoz-extension://site1.test/\nmoz-extension://site1.test/sw.js\ntrue\nname\n1\n2\n3\n4\nfalse\ntrue\n#\n"

func TestWorkersList(t *testing.T) {
	for _, test := range []struct {
		file string
		site string
		rows int64
		err  error
	}{
		{workers, "site1.test", 2, nil}, {workers, "", 3, nil}, {workers, "absent.test", 0, nil}, {"9\n", "", 0, nil},
		{"", "", 0, Schema}, {"9\n\nhttps://site1.test/\n", "", 0, Schema}, {"9\nhttps://site1.test/\n\n#\n", "", 0, Schema}, {"<?xml\n", "", 0, Schema},
	} {
		var site *Site
		if test.site != "" {
			site = siteOf(t, test.site)
		}
		out, rows, err := withoutWorkers([]byte(test.file), site)
		if rows != test.rows || ReasonOf(err) != ReasonOf(test.err) {
			t.Errorf("%.30q for %q: %d rows, %v", test.file, test.site, rows, err)
		}
		if err == nil && !bytes.HasPrefix(out, []byte("9\n")) {
			t.Errorf("%q", out)
		}
		if test.file == workers && (!strings.Contains(string(out), "moz-extension://site1.test/sw.js\ntrue") || test.site != "" && !strings.Contains(string(out), "//notsite1.test/sw.js")) {
			t.Errorf("for %q: %q", test.site, out)
		}
	}
}

// stored is a furnished world in which sites and extensions have stored something.
func stored(t *testing.T) *world {
	w := furnished(t, t.TempDir())
	for _, name := range []string{"https+++www.site1.test", "https+++cdn.test^partitionKey=%28https%2Csite1.test%29", "https+++notsite1.test", "moz-extension+++0-1"} {
		w.put(w.firefox+"/storage/default/"+name+"/ls/data.sqlite", strings.Repeat("s", 5000))
	}
	w.put(w.firefox+"/storage/permanent/chrome/idb/1.sqlite", "never")
	w.put(w.firefox+"/serviceworker.txt", workers)
	for _, name := range []string{"https_www.site1.test_0", "https_notsite1.test_0", "chrome-extension_abc_0"} {
		w.put(w.chromium+"/IndexedDB/"+name+".indexeddb.leveldb/CURRENT", "x")
		w.put(w.chromium+"/IndexedDB/"+name+".indexeddb.blob/1/00/1", "x")
	}
	w.put(w.chromium+"/Local Storage/leveldb/000003.log", "x")
	w.put(w.chromium+"/Service Worker/Database/CURRENT", "x")
	must(t, os.MkdirAll(w.chromium+"/File System", 0o700))
	return w
}

func TestStorageOnlyWhenNamed(t *testing.T) {
	w := stored(t)
	before := w.files()
	w.stock()
	site := siteOf(t, "site1.test")
	for _, q := range []Request{{Caches: true, Cookies: true}, {Site: site, Cookies: true, Pages: true, HSTS: true}} {
		w.apply(w.plan(q))
		for _, line := range before {
			if strings.Contains(line, "storage/") || strings.Contains(line, "IndexedDB/") || strings.Contains(line, "Local Storage/") || strings.Contains(line, "serviceworker") {
				if !slices.Contains(w.files(), line) {
					t.Fatalf("%s is gone, though storage was not named", line)
				}
			}
		}
	}
}

func TestStorageGoesAndComesBack(t *testing.T) {
	for _, name := range []string{"site1.test", ""} {
		w := stored(t)
		before := w.files()
		q := Request{Storage: true}
		dirs, rows := int64(3+4), int64(3) // Firefox's and Chromium's
		if name != "" {
			q.Site = siteOf(t, name)
			dirs, rows = 2+2, 2
		}
		plan := w.plan(q)
		w.same("after the plan", before)
		if want := []string{"storage together Service Worker", "storage together leveldb"}; !slices.Equal(refused(plan.Refused), want) {
			t.Errorf("refused %q, want %q", refused(plan.Refused), want)
		}
		if plan.Files != dirs || plan.Rows != rows || plan.Bytes < 8000 {
			t.Errorf("%q: plan %+v", name, plan)
		}
		result := w.apply(plan)
		if result.Files != plan.Files || result.Rows != plan.Rows || result.Bytes != plan.Bytes {
			t.Errorf("%q: result %+v", name, result)
		}
		for _, line := range w.files() {
			if strings.Contains(line, ".waymend-") {
				continue
			}
			if strings.Contains(line, "www.site1.test") || strings.Contains(line, "2Csite1.test") {
				t.Errorf("%q: left %s", name, line)
			}
		}
		for _, line := range before {
			extension := strings.Contains(line, "extension") || strings.Contains(line, "permanent") || strings.Contains(line, "leveldb/0")
			if (extension || name != "" && strings.Contains(line, "notsite1")) && !slices.Contains(w.files(), line) {
				t.Errorf("%q: lost %s", name, line)
			}
		}
		back, err := w.Undo(context.Background(), result.ID)
		must(t, err)
		if len(back.Refused) > 0 {
			t.Errorf("%q: undo %+v", name, back)
		}
		w.Resume(context.Background(), Quickly)
		w.same("after undo", before)

		result = w.apply(w.plan(q))
		if gone, err := w.Delete(context.Background(), result.ID, Quickly, nil); err != nil || len(gone.Refused) > 0 {
			t.Errorf("%q: deleted %+v %v", name, gone, err)
		}
		if left := strings.Join(w.files(), "\n"); strings.Contains(left, ".waymend-") {
			t.Errorf("%q: left %s", name, left)
		}
	}
}

func FuzzWorkers(f *testing.F) {
	f.Add([]byte(workers))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, rows, err := withoutWorkers(b, &Site{Name: "site1.test"})
		if err != nil {
			return
		}
		if _, again, err := withoutWorkers(out, &Site{Name: "site1.test"}); err != nil || again != 0 {
			t.Errorf("after %d rows: %d more, %v", rows, again, err)
		}
	})
}
