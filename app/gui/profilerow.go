package gui

import (
	"context"
	"errors"
	"maps"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/platform/browser"
)

// profileRow is one profile with its sizes.
type profileRow struct {
	tick  *part.Tick
	about *widget.Label
	quit  *part.Push // asks the running browser to close
	// network is what it says about DNS and proxies, with where that is changed.
	network *fyne.Container
	says    []mend.Network
	row     fyne.CanvasObject
}

func (p *cleanupPage) renderProfile(s *state, f browser.Found) {
	r := p.rows[f.Dir]
	if r == nil {
		r = &profileRow{about: part.Quiet(""), network: container.New(layout.NewCustomPaddedVBoxLayout(4))}
		r.tick = part.NewTick(f.Browser+" – "+f.Name, !s.cleanup.left[f.Dir], func(on bool) { p.w.apply(tickedProfile{f.Dir, on}) })
		r.quit = part.NewPush(p.w.say("window.cleanup.quit", "browser", f.Browser), part.Icon("close"), func() { p.w.quitBrowser(f.Profile) })
		r.row = container.New(layout.NewCustomPaddedVBoxLayout(0), r.tick, r.about, r.network, part.Flow(r.quit))
		p.rows[f.Dir] = r
		p.list.Add(r.row)
	}
	text := p.w.say("window.cleanup.sizes", "cache", report.Size(s.lang, f.CacheBytes), "cookies", report.Size(s.lang, f.CookieBytes))
	switch {
	case f.Family != nil && !f.Family.Clearing():
		text = p.w.say("clean.refused.by-hand", "browser", f.Browser)
	case f.State == browser.Running:
		text += " " + p.w.say("window.cleanup.running")
	}
	setText(r.about, text)
	p.renderNetwork(r, f)
	show(r.quit, f.State == browser.Running && f.Family != nil && f.Family.Clearing())
}

// renderNetwork says what the profile has set about DNS and proxies, when it is not as the browser came.
// No program can open these pages in every browser, so their address is to be copied.
func (p *cleanupPage) renderNetwork(r *profileRow, f browser.Found) {
	says := slices.DeleteFunc(mend.NetworkOf(f), func(n mend.Network) bool { return n.Usual })
	if slices.EqualFunc(says, r.says, func(a, b mend.Network) bool {
		return a.Page == b.Page && a.Line.Key == b.Line.Key && maps.Equal(a.Line.Values, b.Line.Values)
	}) {
		return
	}
	r.says = says
	r.network.RemoveAll()
	for _, n := range says {
		r.network.Add(part.Body(mend.Words(n.Line, p.w.state.lang)))
		r.network.Add(part.Quiet(mend.Words(n.Change(f.Network.Managed), p.w.state.lang)))
		if !f.Network.Managed {
			r.network.Add(part.Flow(part.NewPush(p.w.say("window.cleanup.copy-page"), part.Icon("copy"), func() { p.w.copy(n.Page) })))
		}
	}
}

// quitBrowser asks a browser to close, never by force, and looks again when it has.
func (w *window) quitBrowser(p browser.Profile) {
	lang, cleaner := w.state.lang, w.kit.Host.Cleaner
	if cleaner == nil {
		return
	}
	w.apply(noticed{text: w.say("window.cleanup.quitting", "browser", p.Browser)})
	w.aside(func() {
		ctx, cancel := context.WithTimeout(context.Background(), planLimit)
		defer cancel()
		err := cleaner.System.Close(ctx, p)
		w.post(call(func() {
			switch {
			case errors.Is(err, browser.ErrByHand):
				w.apply(noticed{text: say(lang, "clean.close.ask", "browser", p.Browser)})
			case err != nil:
				w.apply(noticed{text: say(lang, "clean.close.still-open", "browser", p.Browser)})
			default:
				w.apply(noticed{})
			}
			w.scan()
		}))
	})
}
