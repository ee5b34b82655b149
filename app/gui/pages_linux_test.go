package gui

import (
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/waymend/waymend/app/kept"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/platform/launch"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // the pages show times
	os.Exit(m.Run())
}

// pages are states of the window whose whole content is compared with testdata/pages/*.xml.
var pages = []struct {
	name string
	set  func(*testing.T, *testWindow)
}{
	{"welcome", func(*testing.T, *testWindow) {}},
	{"bad-gateway", func(t *testing.T, w *testWindow) {
		e, d := recorded(t, "site.bad-gateway-nginx", "en")
		w.apply(found{browsers: []launch.Browser{{ID: "firefox", Name: "Firefox"}}}, opened{e, d})
	}},
	{"no-uplink", func(t *testing.T, w *testWindow) {
		e, d := recorded(t, "router.no-answer", "en")
		w.apply(opened{e, d})
	}},
	{"ok", func(t *testing.T, w *testWindow) {
		e, d := recorded(t, "ok.now", "en")
		w.apply(opened{e, d})
	}},
	{"guide", func(t *testing.T, w *testWindow) {
		e, d := recorded(t, "router.no-answer", "en")
		w.apply(opened{e, d}, guided{guide{open: true, waiting: true, seen: "Your router does not answer"}})
	}},
	{"notice", func(t *testing.T, w *testWindow) { w.examine("mailto:a@example.com") }},
	{"route", func(t *testing.T, w *testWindow) { w.visit(placeRoute) }},
	{"cleanup", func(t *testing.T, w *testWindow) { w.visit(placeCleanUp) }},
	{"history-empty", func(t *testing.T, w *testWindow) { w.visit(placeHistory) }},
	{"history", func(t *testing.T, w *testWindow) {
		when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		w.apply(listed{[]kept.Entry{
			{Name: "b", When: when.Add(time.Hour), Address: "https://example.com/", Fault: "site.bad-gateway", Blame: "website", Short: "The website is broken, not your computer"},
			{Name: "a", When: when, Fault: "ok", Blame: "nobody", Short: "This computer's connection works"},
		}})
		w.visit(placeHistory)
	}},
	{"settings", func(t *testing.T, w *testWindow) { w.visit(placeSettings) }},
}

func TestPages(t *testing.T) {
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			w := openTestWindow(t, settings.Defaults())
			for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "AppData", "LocalAppData"} {
				t.Setenv(name, "/home/visitor")
			}
			w.build()
			w.win.Resize(fyne.NewSize(960, 680))
			p.set(t, w)
			w.win.Canvas().Unfocus()
			test.AssertRendersToMarkup(t, "pages/"+p.name+".xml", w.win.Canvas())
		})
	}
}
