package remedy

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/clean"
)

// TestRefusedMeanwhile: of two caches one is swapped for a link between plan and apply. The other is
// cleared, and the refusal is told with the file's name; no progress is about nothing.
func TestRefusedMeanwhile(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put := func(file, text string) string {
		t.Helper()
		file = filepath.Join(home, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		return filepath.Dir(file)
	}
	put(".mozilla/firefox/profiles.ini", "[Profile0]\nName=main\nPath=ab.main\n")
	put(".mozilla/firefox/ab.main/prefs.js", "")
	put(".cache/mozilla/firefox/ab.main/cache2/entries/0000", "page")
	swapped := put(".cache/mozilla/firefox/ab.main/startupCache/x", "start")
	system := browser.System{OS: "linux", Getenv: func(key string) string { return map[string]string{"HOME": home}[key] }, Now: time.Now}
	h := Host{Cleaner: &clean.Cleaner{System: system, Dir: filepath.Join(t.TempDir(), "cleared"), Keep: time.Minute}}
	r := find(t, ClearBrowsers)
	plan, err := r.Plan(t.Context(), h, Target{})
	if err != nil || len(plan.Refused) > 0 {
		t.Fatalf("%v, %+v", err, plan.Refused)
	}
	canary := put("precious/letter", "dear")
	if err := errors.Join(os.RemoveAll(swapped), os.Symlink(canary, swapped)); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	var refused []Line
	undo, err := r.Apply(t.Context(), h, plan, func(p Progress) {
		if p.Line.Key == "" || strings.HasSuffix(p.Line.Key, ".") {
			t.Errorf("a progress about nothing: %+v", p)
		}
		if p.Number > 0 && p.Refused != nil {
			t.Errorf("told as a change: %+v", p)
		}
		refused = append(refused, p.Refused...)
	})
	if err != nil || undo.Empty() {
		t.Errorf("%v, %+v", err, undo)
	}
	if len(refused) != 1 || !strings.Contains(refused[0].Text("en"), swapped) {
		t.Errorf("told of %+v", refused)
	}
	if _, err := os.Stat(filepath.Join(canary, "letter")); err != nil {
		t.Error("what the link leads to was touched")
	}
}

// TestLeftAlone names all of it, also in a log.
func TestLeftAlone(t *testing.T) {
	list := []clean.Refusal{
		{Browser: "B", Profile: "p", Path: "/a", Reason: clean.IsLink}, {Browser: "B", Profile: "p", Path: "/b", Reason: clean.IsLink},
		{Browser: "B", Profile: "p", Path: "/a", Reason: clean.IsLink},
		{Browser: "B", Profile: "p", Path: "/c", Reason: clean.Stopped}, {Browser: "B", Profile: "p", Path: "/d", Reason: clean.Stopped},
	}
	if got := leftAlone(list).Error(); strings.Count(got, "/a is a link") != 1 || !strings.Contains(got, "/b is a link") || strings.Count(got, "stopped") != 1 {
		t.Errorf("%q", got)
	}
}

// TestHSTS: a website's remembered order to use https goes only when that is asked for, of that website
// alone, and the plan warns. It comes back with Undo.
func TestHSTS(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// As Chromium 156 writes it: the host is the SHA-256 of its name as in DNS, in base64.
	entry := func(host string) string {
		var wire []byte
		for label := range strings.SplitSeq(host, ".") {
			wire = append(append(wire, byte(len(label))), label...)
		}
		sum := sha256.Sum256(append(wire, 0))
		return `{"expiry":2000000000.0,"host":"` + base64.StdEncoding.EncodeToString(sum[:]) + `","mode":"force-https","sts_include_subdomains":false,"sts_observed":1700000000.0}`
	}
	profile := filepath.Join(home, ".config/chromium/Default")
	orders := filepath.Join(profile, "TransportSecurity")
	for file, text := range map[string]string{
		filepath.Join(home, ".config/chromium/Local State"): `{"profile":{"info_cache":{"Default":{"name":"Home"}}}}`,
		filepath.Join(profile, "Preferences"):               "{}",
		orders:                                              `{"sts":[` + entry("a.test") + "," + entry("other.test") + `],"version":2}`,
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int {
		b, err := os.ReadFile(orders)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(b), "force-https")
	}
	system := browser.System{OS: "linux", Getenv: func(key string) string { return map[string]string{"HOME": home}[key] }, Now: time.Now}
	h := Host{Cleaner: &clean.Cleaner{System: system, Dir: filepath.Join(t.TempDir(), "cleared"), Keep: time.Minute}}
	for _, id := range []string{ClearBrowsers, ClearSiteCookies, ClearSiteCache} {
		if p, err := find(t, id).Plan(t.Context(), h, Target{Host: "a.test"}); err == nil {
			t.Errorf("%s: %+v", id, p.Lines)
		}
	}
	r := find(t, ClearSiteHSTS)
	p, err := r.Plan(t.Context(), h, Target{Host: "a.test"})
	if err != nil || len(p.Lines) != 1 || len(p.Notes) != 1 || p.Risk != RiskMedium || !p.Undoable || !strings.Contains(p.Lines[0].Text("en"), "https for a.test") {
		t.Fatalf("%+v, %v", p, err)
	}
	undo, err := r.Apply(t.Context(), h, p, nil)
	if err != nil || count() != 1 {
		t.Fatalf("%v, %d orders are left", err, count())
	}
	if err := r.Revert(t.Context(), h, undo, nil); err != nil || count() != 2 {
		t.Errorf("%v, %d orders after undoing", err, count())
	}
}
