package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/kept"
)

// historyPage lists the answers that were given on this computer.
type historyPage struct {
	w      *window
	scroll *container.Scroll
	empty  fyne.CanvasObject
	rows   *fyne.Container
	shown  []kept.Entry
}

func newHistoryPage(w *window) *historyPage {
	p := &historyPage{w: w, rows: container.New(layout.NewCustomPaddedVBoxLayout(8))}
	p.empty = container.New(layout.NewCustomPaddedVBoxLayout(8), part.Body(w.say("window.history.empty")),
		part.Flow(part.NewPush(w.say("window.place.check"), part.Icon("check"), func() { w.visit(placeCheck) })))
	p.scroll = newColumn(container.New(layout.NewCustomPaddedVBoxLayout(16),
		part.Headline(w.say("window.place.history")), part.Quiet(w.say("window.history.text")), p.empty, p.rows))
	return p
}

func (p *historyPage) object() fyne.CanvasObject   { return p.scroll }
func (p *historyPage) scroller() *container.Scroll { return p.scroll }

func (p *historyPage) first() fyne.Focusable {
	if len(p.rows.Objects) > 0 {
		return p.rows.Objects[0].(fyne.Focusable)
	}
	return nil
}

func (p *historyPage) render(s *state) {
	show(p.empty, len(s.kept) == 0)
	if slices.Equal(s.kept, p.shown) {
		return
	}
	p.shown = s.kept
	p.rows.RemoveAll()
	for _, k := range s.kept {
		what := k.Address
		if what == "" {
			what = p.w.say("window.subject.general")
		}
		entry := part.NewEntryRow(stateOf(k.Fault), k.Short, what, whenText(k.When, s.lang))
		entry.OnTapped = func() { p.w.open(k) }
		p.rows.Add(entry)
	}
}
