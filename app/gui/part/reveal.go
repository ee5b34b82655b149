package part

import "fyne.io/fyne/v2"

// Revealer is the layout of a window's content that can scroll an object into view.
type Revealer interface {
	Reveal(fyne.CanvasObject)
}

// Reveal asks the window to scroll an object into view, as one that got the keyboard must be.
func Reveal(o fyne.CanvasObject) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return
	}
	if root, ok := c.Content().(*fyne.Container); ok {
		if r, ok := root.Layout.(Revealer); ok {
			r.Reveal(o)
		}
	}
}
