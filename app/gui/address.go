package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// addressEntry is the field for the address: it offers the last ones, and leaves the window's own
// keys to the window.
type addressEntry struct {
	widget.SelectEntry
	onEscape func()
	recent   []string
}

func newAddressEntry() *addressEntry {
	e := &addressEntry{}
	e.ExtendBaseWidget(e)
	e.SetOptions(nil)
	e.Wrapping = fyne.TextWrapOff
	return e
}

// TypedShortcut implements fyne.Shortcutable.
func (e *addressEntry) TypedShortcut(s fyne.Shortcut) {
	if isOurs(s) {
		forward(e, s)
		return
	}
	e.SelectEntry.TypedShortcut(s)
}

// TypedKey implements fyne.Focusable.
func (e *addressEntry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		e.onEscape()
		return
	}
	e.SelectEntry.TypedKey(k)
}

// choose selects the whole text, so that typing replaces it.
func (e *addressEntry) choose() {
	e.SelectEntry.TypedShortcut(&fyne.ShortcutSelectAll{})
}
