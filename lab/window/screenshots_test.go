//go:build lab && linux

package window

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// remembered are the answers in the history of the pictures: when they were given, and their scenario
// in the recorded examinations. The newest comes first.
var remembered = []struct{ when, scenario string }{
	{"20260314T091500", "site.bad-gateway-nginx"},
	{"20260314T090200", "ok.now"},
	{"20260313T184000", "router.not-forwarding"},
	{"20260312T121000", "dns.server-closed"},
	{"20260311T083000", "tls.expired"},
	{"20260310T201500", "cdn.origin-502"},
}

// remember puts the recorded examinations into the person's history.
func (d *Desktop) remember() {
	d.t.Helper()
	z, err := zip.OpenReader("../../app/report/testdata/recorded.zip")
	if err != nil {
		d.t.Fatal(err)
	}
	defer z.Close()
	for _, r := range remembered {
		f, err := z.Open(r.scenario + ".json")
		if err != nil {
			d.t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			d.t.Fatal(err)
		}
		d.write(".local/state/waymend/answers/"+r.when+".000000000Z.json", string(text))
	}
}

// gallery takes pictures of one window.
type gallery struct {
	*App
	folder, variant, window string
}

// gallerist starts a window whose pictures are alike from day to day.
func gallerist(t *testing.T, folder, variant, language string, env ...string) *gallery {
	d := New(t, "site.no-answer", Screen{Size: "2100x1500"})
	theme := map[bool]string{true: "dark", false: "light"}[strings.HasPrefix(variant, "dark")]
	d.write(".config/waymend/settings.toml", fmt.Sprintf("language = %q\n\n[window]\ntheme = %q\nstill = true\n", language, theme))
	d.remember()
	d.Env = append(d.Env, env...)
	a := d.Open()
	a.Until("the history", func() bool { return a.State.Kept == len(remembered) })
	return &gallery{a, folder, variant, strings.TrimSpace(a.Must("xdotool", "getactivewindow"))}
}

// picture keeps what the window shows, once that no longer changes.
func (g *gallery) picture(name string) {
	g.t.Helper()
	var last string
	raw := filepath.Join(g.Home, "raw.png")
	g.wait("a picture that stays", func() bool {
		g.Must("import", "-window", g.window, raw)
		now := g.Must("identify", "-format", "%#", raw)
		same := now == last
		last = now
		return same
	})
	g.keep(raw, name)
}

// keep saves a picture with as few colours as a page has.
func (g *gallery) keep(raw, name string) {
	g.t.Helper()
	small := filepath.Join(g.Home, "small.png")
	g.Must("convert", raw, "-strip", "+dither", "-colors", "128", "-define", "png:compression-level=9", "-define", "png:exclude-chunks=date,time", "PNG8:"+small)
	data, err := os.ReadFile(small)
	if err == nil {
		err = os.WriteFile(filepath.Join(g.folder, g.variant+"-"+name+".png"), data, 0o644)
	}
	if err != nil {
		g.t.Fatal(err)
	}
	if len(data) > 120<<10 {
		g.t.Errorf("%s takes %d bytes", name, len(data))
	}
}

// recall opens one of the remembered answers from the history.
func (g *gallery) recall(n int) {
	g.t.Helper()
	run := g.State.Run
	g.visit("history")
	g.Until("the page", func() bool { return g.Focus.Type == "part.Push" })
	g.Key("Tab")
	g.Until("the first answer", func() bool { return g.Focus.Type == "part.EntryRow" })
	for range n {
		g.Press("Down")
	}
	g.Key("Return")
	g.Until("the answer", func() bool { return g.State.Place == "check" && g.State.Run > run && g.State.Fault != "" })
}

// TestScreenshots makes the pictures of the documentation, in the folder WINDOW_SCREENSHOTS.
func TestScreenshots(t *testing.T) {
	skip(t)
	folder := os.Getenv("WINDOW_SCREENSHOTS")
	if folder == "" {
		t.Skip("WINDOW_SCREENSHOTS=DIR makes the pictures")
	}
	for _, variant := range []string{"light", "dark"} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			g := gallerist(t, folder, variant, "en")
			g.picture("check-empty")
			g.places()
			g.answers()
			g.Key("ctrl+l")
			g.Type("shop.example")
			g.Key("Return")
			g.Until("an examination", func() bool { return g.State.Running && g.State.Facts > 20 })
			raw := filepath.Join(g.Home, "raw.png")
			time.Sleep(700 * time.Millisecond) // for a time to be shown
			g.Must("import", "-window", g.window, raw)
			g.keep(raw, "check-running")
		})
	}
	for variant, language := range map[string]string{"light-ja": "ja", "dark-zh-Hans": "zh-Hans"} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			g := gallerist(t, folder, variant, language)
			g.recall(0)
			g.picture("check-fault")
		})
	}
	t.Run("double", func(t *testing.T) {
		t.Parallel()
		g := gallerist(t, folder, "light-900x600-200", "en", "FYNE_SCALE=2")
		g.Must("xdotool", "windowsize", g.window, "900", "600")
		g.Until("the size", func() bool { return g.State.Width == 450 && g.State.Height == 300 })
		g.picture("check-empty")
		g.recall(0)
		g.picture("check-fault")
		g.visit("settings")
		g.picture("settings")
	})
}

// places are the pictures of the other places.
func (g *gallery) places() {
	for _, place := range places[1:] {
		g.visit(place)
		g.picture(place)
	}
}

// answers are the pictures of a fault with all that belongs to it, of a sound answer, and of the guide.
func (g *gallery) answers() {
	g.recall(0)
	g.picture("check-fault")
	g.Reach("Copy message")
	g.picture("check-steps")
	g.Key("Return")
	g.Until("the letter", func() bool { return g.State.Sheet })
	g.picture("letter")
	g.Key("Escape")
	g.Until("the page", func() bool { return !g.State.Sheet })
	for g.Focus.Type != "part.foldHead" {
		g.Press("Tab")
	}
	g.Key("Return")
	g.Until("the details", func() bool { return g.State.Details })
	g.Press("Tab")
	g.picture("check-details")
	g.recall(1)
	g.picture("check-ok")
	g.recall(2)
	g.Reach("Guide me step by step")
	g.Key("Return")
	g.Until("the guide", func() bool { return g.State.Guide })
	g.picture("guide")
}
