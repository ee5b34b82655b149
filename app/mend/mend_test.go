package mend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/clean"
	"github.com/waymend/waymend/platform/launch"
)

// kit mends an account in a temporary directory with one profile of Firefox, and nothing else: the
// host has no network.
func kit(t *testing.T) (k Kit, cache string) {
	t.Helper()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cache = filepath.Join(home, ".cache/mozilla/firefox/ab.main/cache2/entries")
	for file, text := range map[string]string{
		filepath.Join(home, ".mozilla/firefox/profiles.ini"):     "[Profile0]\nName=main\nPath=ab.main\n",
		filepath.Join(home, ".mozilla/firefox/ab.main/prefs.js"): "",
		filepath.Join(cache, "0000"):                             strings.Repeat("f", 6000),
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	getenv := func(key string) string { return map[string]string{"HOME": home}[key] }
	system := browser.System{OS: "linux", Getenv: getenv, Now: time.Now}
	own := t.TempDir()
	return Kit{
		Host: remedy.Host{Cleaner: &clean.Cleaner{System: system, Dir: filepath.Join(own, "cleared"), Keep: UndoFor}},
		Log:  changes.Log{Path: filepath.Join(own, "changes.jsonl")},
	}, cache
}

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// TestTidyAdopts loses the journal of a clearing: its space is given back all the same, and written down.
func TestTidyAdopts(t *testing.T) {
	k, cache := kit(t)
	plan, err := k.PlanClearing(t.Context(), remedy.Clearing{Caches: true})
	if err == nil {
		_, err = k.Apply(t.Context(), plan, nil)
	}
	hold, _ := filepath.Glob(filepath.Join(filepath.Dir(cache), ".waymend-*"))
	if err != nil || len(hold) != 1 {
		t.Fatal(hold, err)
	}
	old := time.Now().Add(-2 * UndoFor)
	if err := errors.Join(os.RemoveAll(k.Host.Cleaner.Dir), os.Remove(k.Log.Path), os.Chtimes(hold[0], old, old)); err != nil {
		t.Fatal(err)
	}
	k.Tidy(t.Context())
	if _, err := os.Stat(hold[0]); !errors.Is(err, os.ErrNotExist) {
		t.Error("it was left:", err)
	}
	list, err := k.Log.Entries()
	if err != nil || len(list) != 1 || list[0].Bytes < 6000 || CanUndo(list[0]) || len(Did(list[0])) != 1 {
		t.Errorf("written down: %+v %v", list, err)
	}
	if text := Words(Did(list[0])[0], "en"); !strings.Contains(text, ".waymend-") || strings.Contains(text, "{{") {
		t.Errorf("in words: %s", text)
	}
}

// TestTidy gives the space back when the time for undoing is over, and not before.
func TestTidy(t *testing.T) {
	k, cache := kit(t)
	synctest.Test(t, func(t *testing.T) {
		f, err := k.Plan(t.Context(), remedy.ClearBrowsers, remedy.Target{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := k.Apply(t.Context(), f, nil)
		if err != nil || !CanUndo(e) || e.Bytes == 0 {
			t.Fatalf("%+v, %v", e, err)
		}
		k.Tidy(within(t, UndoFor-time.Minute))
		if held, _ := filepath.Glob(filepath.Dir(cache) + "/.waymend-*"); len(held) != 1 || entries(t, held[0]) == 0 {
			t.Errorf("nothing is kept while it can be undone: %v", held)
		}
		k.Tidy(t.Context())
		if held, _ := filepath.Glob(filepath.Dir(cache) + "/.waymend-*"); len(held) != 0 {
			t.Errorf("kept for ever: %v", held)
		}
		if since := time.Since(e.When); since < UndoFor || since > UndoFor+time.Minute { // virtual time
			t.Errorf("given back after %s", since)
		}
		if CanUndo(e) {
			t.Error("it is said that it can be undone")
		}
		if _, err := k.Undo(t.Context(), ""); !errors.Is(err, changes.ErrUnknown) {
			t.Errorf("undo: %v", err)
		}
		if _, err := k.Undo(t.Context(), e.ID); Why(err, "en") != "The time for undoing is over." {
			t.Errorf("undo by name: %v", err)
		}
	})
}

func within(t *testing.T, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// TestUndoAfterACrash takes back what a process did that was ended before it could tell the log.
func TestUndoAfterACrash(t *testing.T) {
	k, cache := kit(t)
	line := fmt.Sprintf(`{"id":"aaaaaaaaaa","when":%q,"event":"begin","remedy":"clear-browsers"}`+"\n", time.Now().UTC().Format(time.RFC3339Nano))
	if err := os.WriteFile(k.Log.Path, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	c := k.Host.Cleaner
	plan, err := c.Plan(t.Context(), clean.Request{Profiles: c.System.Profiles(t.Context()), Caches: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Apply(t.Context(), plan, nil); err != nil || entries(t, cache) != 0 {
		t.Fatal(err)
	}
	e, err := k.Undo(t.Context(), "")
	if err != nil || e.ID != "aaaaaaaaaa" || e.State != changes.Undone || entries(t, cache) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestPlanReset(t *testing.T) {
	k, _ := kit(t)
	list := k.PlanReset(t.Context(), remedy.Target{}, false)
	if len(list) != 2 || list[0].ID != remedy.ClearBrowsers || list[0].Idle() || list[1].ID != "flush-dns" || !list[1].Idle() {
		t.Errorf("%+v", list)
	}
	if a := k.PlanReset(t.Context(), remedy.Target{Host: "co.uk"}, false)[0]; !errors.Is(a.Err, clean.ErrSuffix) || a.Idle() {
		t.Errorf("a public suffix: %+v", a)
	}
	if a := k.PlanAsked(t.Context(), remedy.ClearSiteCookies, remedy.Target{}, true); !a.Idle() {
		t.Errorf("cookies of no site: %+v", a)
	}
}

// TestFixesNameWhatIsRefused lists a fix that can do nothing now but says why.
func TestFixesNameWhatIsRefused(t *testing.T) {
	k, cache := kit(t)
	profile := filepath.Dir(filepath.Dir(cache))
	elsewhere := t.TempDir()
	if err := errors.Join(os.RemoveAll(profile), os.Symlink(elsewhere, profile)); err != nil {
		t.Skip(err)
	}
	for _, f := range k.Fixes(t.Context(), remedy.Target{}) {
		if f.ID == remedy.ClearBrowsers && len(f.Plan.Lines) == 0 && len(f.Plan.Refused) > 0 {
			return
		}
	}
	t.Errorf("a cache that is a link is not named: %+v", k.Fixes(t.Context(), remedy.Target{}))
}

func TestAsksFirst(t *testing.T) {
	for _, c := range []struct {
		id, risk string
		want     bool
	}{
		{remedy.ClearSiteCookies, remedy.RiskLow, true}, {remedy.ClearBrowsers, remedy.RiskNone, true}, {"flush-dns", remedy.RiskNone, false},
		{"renew-lease", remedy.RiskLow, false}, {"remove-hosts-entry", remedy.RiskMedium, true}, {"reset-winsock", remedy.RiskHigh, true}, {"flush-dns", "", true},
	} {
		if got := AsksFirst(Fix{c.id, remedy.Plan{Risk: c.risk}}); got != c.want {
			t.Errorf("%s, %q: %v", c.id, c.risk, got)
		}
	}
}

// TestDid sums up what was cleared in as many sentences as were planned, and names what was not.
func TestDid(t *testing.T) {
	line := func(what, profile, bytes string) remedy.Line {
		return remedy.Line{Key: "clean.line." + what, Values: map[string]string{"browser": "B", "profile": profile, "bytes": bytes}}
	}
	e := changes.Entry{Remedy: remedy.ClearBrowsers, Plan: []remedy.Line{line("cache", "a", "30"), line("cookies", "a", "1"), line("cache", "b", "5")},
		Changes: []changes.Change{{Line: line("cache", "a", "10")}, {Line: line("cache", "a", "20")}, {Line: line("cache", "b", "5")}}}
	var got []string
	for _, l := range Did(e) {
		got = append(got, l.Values["profile"]+l.Values["bytes"])
	}
	if !slices.Equal(got, []string{"a30", "b5"}) {
		t.Errorf("did %q", got)
	}
	if missed := Missed(e); len(missed) != 1 || missed[0].Key != "clean.line.cookies" {
		t.Errorf("missed %+v", missed)
	}
	if e.Changes[0].Line.Values["bytes"] != "10" {
		t.Error("the entry was changed")
	}
}

// TestTold: what the system only confirms is told with what was planned, and what is undone is told
// without the warning that came before it.
func TestTold(t *testing.T) {
	confirmed := []changes.Change{{Line: remedy.Line{Key: "change.done.proved"}}}
	e := changes.Entry{Remedy: "remove-hosts-entry", State: changes.Done, Changes: confirmed, Plan: []remedy.Line{{Key: "change.hosts-comment", Values: map[string]string{"line": "10.0.0.1 a.test", "name": "a.test"}}}}
	if got := strings.Join(All(Told(e), "en"), "|"); !strings.Contains(got, "10.0.0.1 a.test|Done") {
		t.Errorf("%q", got)
	}
	if e.State = changes.Failed; len(Told(e)) != 1 {
		t.Error("a plan that failed is told as done")
	}
	stored := remedy.Line{Key: "clean.line.storage", Values: map[string]string{"browser": "B", "profile": "a", "bytes": "10"}}
	e = changes.Entry{Remedy: remedy.ClearBrowsers, State: changes.Undone, Plan: []remedy.Line{stored}, Changes: []changes.Change{{Line: stored}}}
	if got := All(Told(e), "en"); len(got) != 1 || strings.Contains(got[0], "fetched") || !strings.Contains(Words(stored, "en"), "fetched") {
		t.Errorf("%q", got)
	}
}

func TestPlanned(t *testing.T) {
	got := Planned([]remedy.Line{{Key: "change.flush-nscd", Admin: true}, {Key: "change.flush-resolved"}}, "en")
	if len(got) != 2 || !strings.HasSuffix(got[0], "asks for an administrator") || strings.Contains(got[1], "administrator") {
		t.Errorf("%q", got)
	}
}

func TestWhy(t *testing.T) {
	variable := remedy.Line{Key: "change.note.variable", Values: map[string]string{"name": "https_proxy", "file": "/home/a/.profile", "line": "3"}}
	for _, c := range []struct {
		err  error
		want string
	}{
		{remedy.ErrNothing, "nothing to do here"}, {fmt.Errorf("step: %w", remedy.ErrRefused), "consent"}, {ErrUnknown, "no such fix"},
		{&remedy.ShowError{Lines: []remedy.Line{variable}}, "/home/a/.profile, line 3"}, {clean.Busy, "already working"},
		{remedy.LeftAlone{{Key: "clean.refused.running", Values: map[string]string{"browser": "B\x1b"}}}, "B is running"},
		{fmt.Errorf("flush-unbound: %w", context.DeadlineExceeded), "did not answer in time"}, {context.Canceled, "It was stopped."},
		{errors.New("bad\x1b[2J"), "bad"},
		{&fs.PathError{Op: "open", Path: "/home/a/log\x1b", Err: fs.ErrPermission}, "/home/a/log"},
	} {
		if got := Why(c.err, "en"); !strings.Contains(got, c.want) || strings.ContainsRune(got, 0x1b) {
			t.Errorf("%v: %q", c.err, got)
		}
	}
	if got := WhyAt(clean.IsLink, "/a\x1b", "en"); !strings.HasPrefix(got, "/a") || strings.ContainsRune(got, 0x1b) {
		t.Errorf("%q", got)
	}
}

// TestTidyProfiles: a clean profile that nobody uses goes, and one that was made just now stays until
// it is known that nobody does.
func TestTidyProfiles(t *testing.T) {
	k, _ := kit(t)
	k.Profiles, k.Launch = t.TempDir(), launch.System{OS: "linux", Getenv: func(string) string { return "" }}
	if k.Waits() {
		t.Error("something waits")
	}
	synctest.Test(t, func(t *testing.T) {
		made := func(age time.Duration) string {
			dir := filepath.Join(k.Profiles, fmt.Sprintf("clean-firefox-%d-abcdefgh", time.Now().Add(-age).Unix()))
			if err := os.MkdirAll(filepath.Join(dir, "cache2"), 0o700); err != nil {
				t.Fatal(err)
			}
			return dir
		}
		old, young := made(time.Hour), made(0)
		if !k.Waits() {
			t.Error("nothing waits")
		}
		began := time.Now()
		k.Tidy(within(t, 30*time.Second))
		if _, err := os.Stat(old); err == nil {
			t.Error("the old one is left")
		}
		if _, err := os.Stat(young); err != nil {
			t.Error("the browser had no time to start")
		}
		k.Tidy(t.Context())
		if took := time.Since(began); took < time.Minute || took > 2*time.Minute || k.Waits() { // virtual time
			t.Errorf("waits: %v after %v", k.Waits(), took)
		}
	})
}
