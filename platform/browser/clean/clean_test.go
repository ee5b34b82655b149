package clean

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/platform/browser"
)

// world is an account in a temporary directory with a Chromium and a Firefox.
type world struct {
	*Cleaner
	t        testing.TB
	home     string
	clock    time.Time
	chromium string // directories of the profiles and of their caches
	chrCache string
	firefox  string
	ffCache  string
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func newWorld(t testing.TB, home string) *world {
	t.Helper()
	home, err := filepath.EvalSymlinks(home)
	must(t, err)
	w := &world{t: t, home: home, clock: time.Unix(1e9, 0),
		chromium: filepath.Join(home, ".config/chromium/Weird Name"), chrCache: filepath.Join(home, ".cache/chromium/Weird Name"),
		firefox: filepath.Join(home, ".mozilla/firefox/ab.a"), ffCache: filepath.Join(home, ".cache/mozilla/firefox/ab.a")}
	env := map[string]string{"HOME": home}
	w.Cleaner = &Cleaner{
		System: browser.System{OS: "linux", Getenv: func(k string) string { return env[k] }, Now: func() time.Time { return w.clock }},
		Dir:    filepath.Join(home, "waymend"), Keep: time.Hour,
	}
	return w
}

// furnished is a world whose browsers have been used.
func furnished(t testing.TB, home string) *world {
	w := newWorld(t, home)
	w.put(filepath.Dir(w.chromium)+"/Local State", `{"profile":{"info_cache":{"Weird Name":{"name":"Work"}}}}`)
	w.put(w.chromium+"/Preferences", "{}")
	w.put(w.chromium+"/Login Data", "logins")
	w.put(filepath.Dir(w.firefox)+"/profiles.ini", "[Profile0]\nName=a\nPath=ab.a\n")
	w.put(w.firefox+"/prefs.js", "")
	w.put(w.firefox+"/logins.json", "logins")
	for i := range 40 {
		w.put(fmt.Sprintf("%s/Cache/Cache_Data/%016x_0", w.chrCache, i), strings.Repeat("c", 6000))
		w.put(fmt.Sprintf("%s/cache2/entries/%040X", w.ffCache, i), strings.Repeat("f", 6000))
	}
	w.put(w.chrCache+"/Cache/No_Vary_Search/snapshot", "x")
	w.put(w.ffCache+"/safebrowsing/list", "keep")
	return w
}

func (w *world) put(file, text string) {
	w.t.Helper()
	must(w.t, os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600))
}

func (w *world) plan(q Request) *Plan {
	w.t.Helper()
	if q.Profiles == nil {
		q.Profiles = w.System.Profiles(context.Background())
	}
	p, err := w.Plan(context.Background(), q)
	must(w.t, err)
	return p
}

func (w *world) apply(p *Plan) Result {
	w.t.Helper()
	r, err := w.Apply(context.Background(), p, nil)
	must(w.t, err)
	return r
}

// files lists everything in the home with contents, besides this program's own directory.
func (w *world) files() (list []string) {
	w.t.Helper()
	must(w.t, filepath.WalkDir(w.home, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(w.home, path)
		switch {
		case err != nil:
			return err
		case rel == "waymend":
			return fs.SkipDir
		case d.IsDir():
			list = append(list, rel+"/")
		case d.Type().IsRegular():
			b, err := os.ReadFile(path)
			list = append(list, fmt.Sprintf("%s %d %.20q", rel, len(b), b))
			return err
		default:
			list = append(list, rel+" "+d.Type().String())
		}
		return nil
	}))
	return list
}

func (w *world) same(when string, want []string) {
	w.t.Helper()
	got := w.files()
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: files differ\n got %d: %s\nwant %d: %s", when, len(got), only(got, want), len(want), only(want, got))
	}
}

func only(a, b []string) string {
	var list []string
	for _, s := range a {
		if !slices.Contains(b, s) {
			list = append(list, s)
		}
	}
	return strings.Join(list, "\n\t")
}

// refused writes refusals as "what reason name".
func refused(list []Refusal) (out []string) {
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s %s %s", r.What, string(r.Reason), filepath.Base(r.Path)))
	}
	slices.Sort(out)
	return out
}

func TestCachesGoAsideComeBackAndAreDeleted(t *testing.T) {
	w := furnished(t, t.TempDir())
	must(t, os.Chmod(w.chrCache+"/Cache", 0o750))
	before := w.files()
	plan := w.plan(Request{Caches: true})
	w.same("after the plan", before)
	if plan.Files != 81 || plan.Bytes < 80*6000 || len(plan.Items) != 2 || len(plan.Refused) != 0 {
		t.Fatalf("plan %+v", plan)
	}

	result := w.apply(plan)
	if result.Files != 81 || result.Bytes != plan.Bytes || len(result.Refused) != 0 {
		t.Errorf("result %+v", result)
	}
	for _, dir := range []string{w.chrCache + "/Cache", w.ffCache + "/cache2/entries"} {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 0 {
			t.Errorf("%s has %v, %v", dir, left, err)
		}
	}
	if info, err := os.Stat(w.chrCache + "/Cache"); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("new directory: %v %v", info.Mode(), err)
	}

	w.put(w.chrCache+"/Cache/newer", "made by the browser since")
	back, err := w.Undo(context.Background(), result.ID)
	must(t, err)
	if len(back.Refused) != 0 || back.Files != 81 {
		t.Errorf("undo %+v", back)
	}
	if again, err := w.Undo(context.Background(), result.ID); ReasonOf(err) != Expired {
		t.Errorf("undone twice: %+v %v", again, err)
	}
	w.Resume(context.Background(), Quickly)
	w.same("after undo", before)

	result = w.apply(w.plan(Request{Caches: true}))
	gone, err := w.Delete(context.Background(), result.ID, Gently, nil)
	must(t, err)
	if gone.Files != 81 || gone.Bytes < result.Bytes || len(gone.Refused) != 0 {
		t.Errorf("deleted %+v, planned %d bytes", gone, result.Bytes)
	}
	for _, line := range w.files() {
		if strings.Contains(line, "waymend") || strings.Contains(line, "Cache/") && !strings.HasSuffix(line, "/") {
			t.Errorf("left: %s", line)
		}
	}
	if left, _ := os.ReadDir(w.Dir); len(left) != 0 {
		t.Errorf("journals left: %v", left)
	}
	if _, err := w.Undo(context.Background(), result.ID); ReasonOf(err) != Expired {
		t.Errorf("undo after the deletion: %v", err)
	}
}

func TestResumeDeletesWhenTheTimeIsOver(t *testing.T) {
	w := furnished(t, t.TempDir())
	result := w.apply(w.plan(Request{Caches: true}))
	if list := w.Resume(context.Background(), Quickly); len(list) != 1 || list[0].Files != 81 || list[0].Until.IsZero() {
		t.Errorf("kept %+v", list)
	}
	w.clock = w.clock.Add(2 * time.Hour)
	if list := w.Resume(context.Background(), Quickly); len(list) != 1 || list[0].Bytes < result.Bytes {
		t.Errorf("deleted %+v", list)
	}
	if list := w.Resume(context.Background(), Quickly); len(list) != 0 {
		t.Errorf("again %+v", list)
	}
	if left, _ := filepath.Glob(w.chrCache + "/.waymend-*"); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestRefusals(t *testing.T) {
	precious := func(w *world) string {
		w.put(w.home+"/docs/letter", "dear")
		return w.home + "/docs"
	}
	for _, test := range []struct {
		name    string
		prepare func(*world)
		want    string
	}{
		{"the cache is a link to the home", func(w *world) {
			must(t, os.RemoveAll(w.chrCache+"/Cache"), os.Symlink(w.home, w.chrCache+"/Cache"))
		}, "cache link Cache"},
		{"the cache is a link to documents", func(w *world) {
			must(t, os.RemoveAll(w.chrCache+"/Cache"), os.Symlink(precious(w), w.chrCache+"/Cache"))
		}, "cache link Cache"},
		{"the directory above is a link", func(w *world) {
			must(t, os.Rename(w.home+"/.cache/chromium", w.home+"/elsewhere"), os.Symlink(w.home+"/elsewhere", w.home+"/.cache/chromium"))
		}, "cache link Weird Name"},
		{"a profile in the cache", func(w *world) { w.put(w.chrCache+"/Cache/Preferences", "{}") }, "cache canary Cache"},
		{"a profile one level down", func(w *world) { w.put(w.chrCache+"/Cache/x/places.sqlite", "") }, "cache canary Cache"},
		{"the cache is a file", func(w *world) {
			must(t, os.RemoveAll(w.chrCache+"/Cache"))
			w.put(w.chrCache+"/Cache", "x")
		}, "cache not-dir Cache"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := furnished(t, t.TempDir())
			test.prepare(w)
			before := w.files()
			plan := w.plan(Request{Caches: true})
			got := refused(plan.Refused)
			if len(got) == 0 || !slices.Contains(got, test.want) {
				t.Errorf("refused %q, want %q", got, test.want)
			}
			for _, i := range plan.Items {
				if i.Browser == "Chromium" {
					t.Errorf("planned all the same: %+v", i)
				}
			}
			plan.Items = nil
			w.apply(plan)
			w.same("after", before)
		})
	}
}

func TestWhatChangedSinceThePlanIsLeftAlone(t *testing.T) {
	for name, change := range map[string]func(w *world, dir string){
		"another directory": func(w *world, dir string) { must(w.t, os.Rename(dir, dir+".old"), os.Mkdir(dir, 0o700)) },
		"a link": func(w *world, dir string) {
			must(w.t, os.Rename(dir, dir+".old"), os.Symlink(w.home+"/docs", dir))
		},
		"a link above": func(w *world, dir string) {
			up := filepath.Dir(dir)
			must(w.t, os.Rename(up, up+".old"), os.Symlink(up+".old", up))
		},
		"a profile": func(w *world, dir string) { w.put(dir+"/Preferences", "{}") },
		"nothing":   func(w *world, dir string) { must(w.t, os.Rename(dir, dir+".old")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := furnished(t, t.TempDir())
			w.put(w.home+"/docs/letter", "dear")
			plan := w.plan(Request{Caches: true})
			change(w, w.chrCache+"/Cache")
			before := w.files()
			result := w.apply(plan)
			if len(result.Refused) != 1 || result.Refused[0].Browser != "Chromium" || len(result.Done) != 1 {
				t.Errorf("result %+v", result)
			}
			if _, err := w.Undo(context.Background(), result.ID); err != nil {
				t.Error(err)
			}
			w.Resume(context.Background(), Quickly)
			w.same("after", before)
		})
	}
}

func TestRunningAndForbiddenBrowsersAreNamed(t *testing.T) {
	w := furnished(t, t.TempDir())
	must(t, os.Symlink("elsewhere-99", filepath.Dir(w.chromium)+"/SingletonLock"))
	w.put(w.home+"/.local/share/torbrowser/tbb/x86_64/tor-browser/Browser/TorBrowser/Data/Browser/profiles.ini", "[Profile0]\nName=t\nPath=profile.default\n")
	w.put(w.home+"/.local/share/torbrowser/tbb/x86_64/tor-browser/Browser/TorBrowser/Data/Browser/profile.default/cache2/entries/1", "x")
	plan := w.plan(Request{Caches: true, Cookies: true})
	if got := refused(plan.Refused); !slices.Equal(got, []string{" by-hand profile.default", " may-run Weird Name"}) {
		t.Errorf("refused %q", got)
	}
	plan = w.plan(Request{Caches: true, Closed: true})
	if got := refused(plan.Refused); !slices.Equal(got, []string{" by-hand profile.default"}) || len(plan.Items) != 2 {
		t.Errorf("closed by hand: refused %q, %d items", got, len(plan.Items))
	}
}

// makeDatabase makes a SQLite database.
func makeDatabase(t testing.TB, file string, statements ...string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(file), 0o700))
	db, err := sql.Open("sqlite", file)
	must(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{"PRAGMA synchronous=OFF"}, statements...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
