package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Push is a button that Enter presses as well as Space, and that leaves Escape to the window.
type Push struct {
	widget.Button
	focused bool
}

// NewPush returns a button; the icon may be nil.
func NewPush(label string, icon fyne.Resource, tapped func()) *Push {
	b := &Push{}
	b.Text, b.Icon, b.OnTapped = label, icon, holding(b, tapped)
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *Push) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	case fyne.KeyEscape:
		LeaveKey(b, e)
	default:
		b.Button.TypedKey(e)
	}
}

// LeaveKey hands a key that a focused widget has no use for to its window.
func LeaveKey(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// holding keeps the focus on a button that is pressed; Fyne's own lets go of it, and the next Tab
// would start at the top of the window.
func holding(w *Push, tapped func()) func() {
	return func() {
		if c := fyne.CurrentApp().Driver().CanvasForObject(w); c != nil {
			c.Focus(w)
		}
		if tapped != nil {
			tapped()
		}
	}
}

// LeaveShortcut hands a shortcut that a focused widget has no use for to its window.
func LeaveShortcut(o fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(o).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}
