package gui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform/launch"
)

// mostClean bounds the buttons of one step for clean profiles; private windows are beside them.
const mostClean = 2

// cleanButtons open the page in a browser with a clean profile: if it comes there, the fault is in
// what that browser keeps.
func (w *window) cleanButtons(s *state) (list []part.Button) {
	address := s.address()
	if address == "" {
		return nil
	}
	for _, b := range s.browsers {
		if b.CanClean() && len(list) < mostClean {
			list = append(list, part.Button{Label: w.say("window.clean-in", "browser", b.Name), Icon: part.Icon("open"),
				Tapped: func() { w.openClean(b, address) }})
		}
	}
	return list
}

// suspectButtons are for steps where a browser's own state is suspected.
func (w *window) suspectButtons(s *state) []part.Button {
	private := w.privateButtons(s)
	n := max(len(private)-1, 0) // the last one says that it was done
	return append(append(append([]part.Button{}, private[:n]...), w.cleanButtons(s)...), private[n:]...)
}

// openClean opens an address in a browser with a clean profile, and says what that will tell.
func (w *window) openClean(b launch.Browser, address string) {
	lang, open := w.state.lang, w.outside.openClean
	w.apply(noticed{text: w.say("window.clean-opening", "browser", b.Name)})
	w.aside(func() {
		err := open(w.kit, b, address)
		w.post(call(func() {
			if err != nil {
				w.apply(noticed{text: say(lang, "window.not-opened", "why", mend.Why(err, lang)), fault: true})
				return
			}
			w.apply(noticed{text: say(lang, "window.clean-opened", "browser", b.Name), good: true})
			w.tidyLater() // it deletes the profile when the browser has ended
		}))
	})
}

// renderClean shows a button for each browser that can be opened with a clean profile.
func (p *cleanupPage) renderClean(s *state) {
	if len(s.browsers) == p.cleanFor {
		return
	}
	p.cleanFor = len(s.browsers)
	var list []fyne.CanvasObject
	for _, b := range s.browsers {
		if b.CanClean() && len(list) < mostBrowsers {
			list = append(list, part.NewPush(p.w.say("window.clean-in", "browser", b.Name), part.Icon("open"), func() { p.openClean(b) }))
		}
	}
	inner := p.cleanBody
	inner.Objects = append(inner.Objects[:2:2], part.Flow(list...))
	inner.Refresh()
	show(p.clean, len(list) > 0)
}

// openClean opens the website that is typed on the page, or else the one that was examined last.
func (p *cleanupPage) openClean(b launch.Browser) {
	address := p.w.state.address()
	if typed := strings.TrimSpace(p.site.Text); typed != "" {
		t, err := diagnostics.ParseTarget(typed)
		if err != nil {
			p.w.apply(noticed{text: p.w.say("window.cleanup.clean-which"), fault: true})
			return
		}
		address = t.URL
	}
	if address == "" {
		p.w.apply(noticed{text: p.w.say("window.cleanup.clean-which"), fault: true})
		return
	}
	p.w.openClean(b, address)
}
