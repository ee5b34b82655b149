package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/waymend/waymend/app/gui/part"
)

// laterPage says honestly that a place is not there in this version, and what helps meanwhile.
type laterPage struct {
	scroll *container.Scroll
	check  *part.Push
}

func newLaterPage(w *window, name string) *laterPage {
	p := &laterPage{check: part.NewPush(w.say("window.place.check"), part.Icon("check"), func() { w.visit(placeCheck) })}
	p.scroll = newColumn(container.New(layout.NewCustomPaddedVBoxLayout(16), part.Headline(w.say("window.place."+name)),
		part.Body(w.say("window.later."+name)), part.Flow(p.check)))
	return p
}

func (p *laterPage) object() fyne.CanvasObject   { return p.scroll }
func (p *laterPage) scroller() *container.Scroll { return p.scroll }
func (p *laterPage) first() fyne.Focusable       { return p.check }
func (p *laterPage) render(*state)               {}
