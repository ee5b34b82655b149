package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
)

// addressEntry is the field for the address: it offers the last ones, and leaves the window's own
// keys to the window.
type addressEntry struct {
	widget.SelectEntry
	onEscape func()
	onPaste  func(take func(text string)) // reads the clipboard
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
	if part.OfWindow(s) {
		part.LeaveShortcut(e, s)
		return
	}
	if _, ok := s.(*fyne.ShortcutPaste); ok {
		e.onPaste(func(text string) { e.SelectEntry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: pasted(text)}) })
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

// pasted is a clipboard that was read already: Fyne's own waits for ever for an owner that hangs.
type pasted string

// Content implements fyne.Clipboard.
func (p pasted) Content() string { return string(p) }

// SetContent implements fyne.Clipboard.
func (pasted) SetContent(string) {}
