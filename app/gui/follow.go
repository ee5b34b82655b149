package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/waymend/waymend/app/gui/part"
)

// followFocus keeps what has the keyboard in sight: Fyne moves the focus on Tab, but not the page.
// Nothing tells of a new focus, so it is looked at in each turn of the event loop, by an animation that
// draws nothing.
func (w *window) followFocus() {
	var last fyne.Focusable
	look := fyne.NewAnimation(time.Second, func(float32) {
		if now := w.win.Canvas().Focused(); now != last {
			last = now
			if o, ok := now.(fyne.CanvasObject); ok {
				w.bringIntoSight(o)
			}
		}
	})
	look.RepeatCount = fyne.AnimationRepeatForever
	look.Start()
}

// bringIntoSight scrolls the page as little as needed to show one of its widgets.
func (w *window) bringIntoSight(o fyne.CanvasObject) {
	scroll, ok := w.view.pages[w.state.place].object().(*container.Scroll)
	if !ok || w.win.Canvas().Overlays().Top() != nil {
		return
	}
	position := fyne.CurrentApp().Driver().AbsolutePositionForObject
	begin, at := position(scroll), position(o)
	if at.X < begin.X { // the side bar
		return
	}
	air := theme.Size(part.SizeGrid)
	top, bottom := at.Y-begin.Y-air, at.Y-begin.Y+o.Size().Height+air
	room := scroll.Size().Height
	move := float32(0)
	switch {
	case bottom-top > room: // larger than the window: any part of it will do
		if top > room || bottom < 0 {
			move = top
		}
	case top < 0:
		move = top
	case bottom > room:
		move = bottom - room
	}
	if move != 0 {
		scroll.ScrollToOffset(fyne.NewPos(0, max(0, scroll.Offset.Y+move)))
	}
}
