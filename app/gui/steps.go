package gui

import (
	"net/url"

	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/checks"
)

// steps are the remedies of the answer with their buttons, in the order of the answer. A website's
// visitor also gets the pages that say whether others have the same trouble.
func (w *window) steps(s *state) []part.Step {
	d := s.exam.document
	var list []part.Step
	for _, r := range d.Verdict.Remedies {
		list = append(list, part.Step{Title: r.Title, Text: r.Text, Who: w.say("window.who." + r.Who), Buttons: w.buttons(s, r), Status: s.statusOf(r.ID)})
	}
	if pages := w.outagePages(s); len(pages) > 0 {
		list = append(list, part.Step{Title: w.say("window.outage"), Text: w.say("window.outage.text"), Who: w.say("window.who.you"), Buttons: pages})
	}
	return list
}

// does says what the buttons of each remedy do; a remedy that is not here is something that the
// person does elsewhere and reports back.
var does = map[string]func(*window, *state) []part.Button{
	"wait-and-retry":     (*window).retryButtons,
	"reload":             (*window).reloadButtons,
	"check-spelling":     (*window).spellingButtons,
	"open-start-page":    (*window).startPageButtons,
	"open-in-browser":    (*window).browserButtons,
	"private-window":     (*window).privateButtons,
	"sign-in-to-network": (*window).signInButtons,
	"sign-in-to-site":    (*window).siteButtons,
	"choose-certificate": (*window).siteButtons,
	"use-plain-http":     (*window).plainButtons,
	"restart-router":     (*window).routerButtons,
	"restart-computer":   (*window).computerButtons,
	"limit-router-queue": (*window).queueButtons,
	"contact-owner":      letterTo("owner"),
	"contact-provider":   letterTo("provider"),
	"contact-admin":      letterTo("network-admin"),
	"sign-in-to-proxy":   (*window).siteButtons,
	"disable-extensions": (*window).suspectButtons,
	"clear-site-cookies": (*window).suspectButtons,
	"clear-site-cache":   (*window).suspectButtons,
	"clear-site-hsts":    (*window).privateButtons,
	"change-browser-dns": (*window).doneButtons,
}

// buttons are what the window can do about a remedy.
func (w *window) buttons(s *state, r report.Remedy) []part.Button {
	var list []part.Button
	if canMend(r.ID) && s.exam.demo == "" {
		list = append(list, w.mendButton(s, r))
	}
	if make, ok := does[r.ID]; ok {
		return append(list, make(w, s)...)
	}
	if r.Who == "you" {
		return append(list, w.doneButtons(s)...)
	}
	return list
}

func (w *window) button(key, icon string, do func()) part.Button {
	return part.Button{Label: w.say(key), Icon: part.Icon(icon), Importance: widget.MediumImportance, Tapped: do}
}

func (w *window) doneButtons(*state) []part.Button {
	return []part.Button{w.button("window.did-it", "repeat", w.again)}
}

func (w *window) retryButtons(*state) []part.Button {
	return []part.Button{w.button("window.again", "repeat", w.again)}
}

func (w *window) spellingButtons(*state) []part.Button {
	return []part.Button{w.button("window.edit-address", "chevron", func() { w.visit(placeCheck); w.view.check.chooseAddress() })}
}

// address is what is examined, for opening it in a browser; "" for the connection in general and for
// a demo, whose certificate no browser trusts.
func (s *state) address() string {
	if s.exam.target.None() || s.exam.demo != "" {
		return ""
	}
	return s.exam.target.URL
}

func (w *window) siteButtons(s *state) []part.Button {
	if s.address() == "" {
		return nil
	}
	return []part.Button{w.button("window.open-site", "open", func() { w.openURL(s.address()) })}
}

func (w *window) startPageButtons(s *state) []part.Button {
	u, err := url.Parse(s.address())
	if err != nil || u.Host == "" {
		return nil
	}
	start := u.Scheme + "://" + u.Host + "/"
	return []part.Button{
		w.button("window.open-start", "open", func() { w.openURL(start) }),
		w.button("window.examine-start", "check", func() { w.examineAddress(start) }),
	}
}

func (w *window) plainButtons(s *state) []part.Button {
	u, err := url.Parse(s.address())
	if err != nil || u.Host == "" {
		return nil
	}
	u.Scheme, u.Host = "http", u.Hostname()
	return []part.Button{w.button("window.examine-plain", "check", func() { w.examineAddress(u.String()) })}
}

// mostBrowsers bounds the row of buttons.
const mostBrowsers = 4

func (w *window) browserButtons(s *state) (list []part.Button) {
	address := s.address()
	if address == "" {
		return nil
	}
	for _, b := range s.browsers[:min(len(s.browsers), mostBrowsers)] {
		list = append(list, part.Button{Label: w.say("window.open-in", "browser", b.Name), Icon: part.Icon("open"), Tapped: func() {
			w.try(func() error { return w.outside.open(b, address, false) })
		}})
	}
	if len(list) == 0 {
		return w.siteButtons(s)
	}
	return list
}

func (w *window) privateButtons(s *state) (list []part.Button) {
	address := s.address()
	if address == "" {
		return nil
	}
	for _, b := range s.browsers {
		if b.CanPrivate() && len(list) < mostBrowsers {
			list = append(list, part.Button{Label: w.say("window.private-in", "browser", b.Name), Icon: part.Icon("eye"), Tapped: func() {
				w.try(func() error { return w.outside.open(b, address, true) })
			}})
		}
	}
	return append(list, w.doneButtons(s)...)
}

// reloadButtons open the page again; the keys that load it anew are in the step's text.
func (w *window) reloadButtons(s *state) []part.Button {
	return append(w.siteButtons(s), w.button("window.reload-keys", "info", w.showReloadKeys))
}

// signInButtons open a page that is never encrypted, so that the network can put its sign-in page in
// front of it.
func (w *window) signInButtons(s *state) []part.Button {
	probes := s.settings.References.SignIn
	if len(probes) == 0 {
		return w.doneButtons(s)
	}
	return []part.Button{
		w.button("window.open-sign-in", "open", func() { w.openURL(probes[0].URL) }),
		w.button("window.did-it", "repeat", w.again),
	}
}

func (w *window) routerButtons(s *state) []part.Button {
	return append([]part.Button{w.button("window.guide", "router", w.openGuide)}, w.routerPageButtons(s)...)
}

func (w *window) queueButtons(s *state) []part.Button {
	return append(w.routerPageButtons(s), w.doneButtons(s)...)
}

// routerPageButtons open the router's own page.
func (w *window) routerPageButtons(s *state) []part.Button {
	address := routerOf(s)
	if address == "" {
		return nil
	}
	return []part.Button{w.button("window.router-page", "open", func() { w.openURL("http://" + address + "/") })}
}

// routerOf is the address of the first router that was seen, ready for a URL.
func routerOf(s *state) string {
	if s.exam.result == nil {
		return ""
	}
	routes, ok := checks.Routes.From(s.exam.result.Facts)
	if !ok {
		return ""
	}
	for _, r := range routes.Routes {
		if r.Gateway.IsValid() && r.Gateway.Is4() {
			return r.Gateway.String()
		}
	}
	return ""
}

func (w *window) computerButtons(*state) []part.Button {
	return []part.Button{w.button("window.restart-computer", "computer", w.askRestart)}
}

func letterTo(who string) func(*window, *state) []part.Button {
	return func(w *window, s *state) []part.Button {
		d := *s.exam.document
		return []part.Button{w.button("window.copy-letter", "mail", func() { w.showLetter(d, who) })}
	}
}

func (w *window) outagePages(s *state) (list []part.Button) {
	d := s.exam.document
	if s.address() == "" || d.Verdict.Blame != "website" && d.Verdict.Blame != "cdn" && d.Verdict.Fault != "unknown" {
		return nil
	}
	for _, page := range d.OutagePages() {
		list = append(list, part.Button{Label: page.Name, Icon: part.Icon("open"), Tapped: func() { w.openURL(page.URL) }})
	}
	return list
}
