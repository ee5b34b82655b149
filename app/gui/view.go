package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/settings"
)

// page is what one place of the side bar shows. Its methods run on Fyne's main goroutine.
type page interface {
	// object is the page's content, made once.
	object() fyne.CanvasObject
	// render brings the state to the page; it is called for the page that is shown only.
	render(*state)
	// scroller scrolls the page.
	scroller() *container.Scroll
	// first gets the keyboard when the page is opened; nil leaves it where it is.
	first() fyne.Focusable
}

// view is all that is on the screen in one language.
type view struct {
	rail   *part.Rail
	pages  [places]page // those that were shown already; at makes the others
	make   [places]func() page
	check  *checkPage
	shown  place
	notice *noticeRow
	body   *fyne.Container // holds the page that is shown
	page   *fyne.Container // with the notice above it
}

// at is the page of a place, made when it is first asked for: the first frame need not wait for others.
func (v *view) at(p place) page {
	if v.pages[p] == nil {
		v.pages[p] = v.make[p]()
	}
	return v.pages[p]
}

// railPlaces are the drawings and the keys of the names of the places, in their order.
var railPlaces = [places]struct{ icon, key string }{
	placeCheck:    {"check", "window.place.check"},
	placeRoute:    {"route", "window.place.route"},
	placeCleanUp:  {"cleanup", "window.place.cleanup"},
	placeHistory:  {"history", "window.place.history"},
	placeSettings: {"settings", "window.place.settings"},
}

// build makes all pages anew, in the language of the state. The address that was typed stays.
func (w *window) build() {
	typed := ""
	if w.view != nil {
		typed = w.view.check.entry.address()
	}
	v := &view{shown: -1}
	v.check = newCheckPage(w)
	v.check.entry.SetText(typed)
	v.make = [places]func() page{
		placeCheck:    func() page { return v.check },
		placeRoute:    func() page { return newRoutePage(w) },
		placeCleanUp:  func() page { return newCleanupPage(w) },
		placeHistory:  func() page { return newHistoryPage(w) },
		placeSettings: func() page { return newSettingsPage(w) },
	}
	items := make([]part.RailItem, places)
	for i, p := range railPlaces {
		items[i] = part.RailItem{Icon: part.Icon(p.icon), Name: w.say(p.key)}
	}
	v.rail = part.NewRail(items)
	v.rail.OnSelected = func(i int) { w.visit(place(i)) }
	v.body, v.notice = container.NewStack(), newNoticeRow(w)
	w.view = v
	v.page = container.NewBorder(v.notice.row, nil, nil, nil, v.body)
	w.win.SetContent(newFrame(v.rail, v.page, w.reveal))
	w.addShortcuts()
	w.render()
}

// render brings the state to the screen.
func (w *window) render() {
	defer w.trace.rendered(w)
	v, s := w.view, &w.state
	if v.notice.render(s.notice) {
		if v.shown == s.place {
			v.shift(v.at(s.place).scroller())
		} else {
			v.page.Refresh()
		}
	}
	if v.shown != s.place {
		v.shown = s.place
		v.rail.Select(int(s.place))
		v.body.Objects = []fyne.CanvasObject{v.at(s.place).object()}
		v.at(s.place).render(s)
		v.body.Refresh()
		return
	}
	v.at(s.place).render(s)
}

// shift makes room above the page, or takes it away; what is read on a scrolled page stays in place.
func (v *view) shift(scroll *container.Scroll) {
	top := func() float32 { return fyne.CurrentApp().Driver().AbsolutePositionForObject(scroll).Y }
	before := top()
	v.page.Refresh()
	if offset := scroll.Offset.Y; offset > 0 {
		scroll.ScrollToOffset(fyne.NewPos(0, max(0, offset+top()-before)))
	}
}

// reveal scrolls the page so that an object on it can be seen whole, with a little air.
func (w *window) reveal(o fyne.CanvasObject) {
	if w.sheet != nil {
		return
	}
	scroll, driver := w.view.at(w.state.place).scroller(), fyne.CurrentApp().Driver()
	const air = 16
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(scroll.Content).Y
	scrollTo(scroll, top-air, o.Size().Height+2*air)
}

// scrollTo brings a part of a scrolled content into view; of one that is too high, its top.
func scrollTo(scroll *container.Scroll, top, height float32) {
	room := scroll.Size().Height
	offset := scroll.Offset.Y
	if top+height > offset+room {
		offset = top + height - room
	}
	offset = min(offset, top)
	if offset = max(0, offset); offset != scroll.Offset.Y {
		scroll.ScrollToOffset(fyne.NewPos(0, offset))
	}
}

// visit goes to a place and gives it the keyboard.
func (w *window) visit(to place) {
	w.apply(went{to})
	if p, ok := w.view.at(to).(*routePage); ok {
		p.offer(w.state.exam.target.Host)
	}
	if to == placeCleanUp && !w.state.cleanup.scanned && !w.state.cleanup.scanning {
		w.scan()
	}
	if to == placeSettings {
		w.lookAtLogin()
	}
	if to == placeHistory {
		w.recall(w.state.past.address, w.state.past.span)
	}
	if first := w.view.at(w.state.place).first(); first != nil {
		w.win.Canvas().Focus(first)
	}
}

// dress puts the theme on.
func (w *window) dress() {
	variant := part.System
	switch w.state.settings.Theme {
	case settings.Light:
		variant = part.Light
	case settings.Dark:
		variant = part.Dark
	}
	w.app.Settings().SetTheme(part.Theme{Variant: variant})
}

// shortcut is one key that works everywhere in the window.
type shortcut struct {
	key fyne.KeyName
	run func(w *window)
}

func shortcuts() []shortcut {
	return []shortcut{
		{fyne.KeyL, func(w *window) { w.visit(placeCheck); w.view.check.chooseAddress() }},
		{fyne.KeyR, func(w *window) { w.again() }},
		{fyne.Key1, func(w *window) { w.visit(placeCheck) }},
		{fyne.Key2, func(w *window) { w.visit(placeRoute) }},
		{fyne.Key3, func(w *window) { w.visit(placeCleanUp) }},
		{fyne.Key4, func(w *window) { w.visit(placeHistory) }},
		{fyne.Key5, func(w *window) { w.visit(placeSettings) }},
		{fyne.KeyQ, func(w *window) { w.leave() }},
		{fyne.KeyW, func(w *window) { w.leave() }},
	}
}

func (s shortcut) combination() *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: s.key, Modifier: fyne.KeyModifierShortcutDefault}
}

func (w *window) addShortcuts() {
	c := w.win.Canvas()
	for _, s := range shortcuts() {
		c.AddShortcut(s.combination(), func(fyne.Shortcut) { s.run(w) })
	}
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			w.escape()
		}
	})
}

// escape ends what runs, or closes what is open.
func (w *window) escape() {
	switch {
	case w.sheet != nil:
		w.closeSheet()
	case w.state.guide.open:
		w.closeGuide()
	case w.state.exam.running:
		w.halt()
	case w.state.notice.text != "":
		w.apply(noticed{})
	}
}
