package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
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
	hints    []string // what stands in the empty field: the first that fits
}

func newAddressEntry(hints ...string) *addressEntry {
	e := &addressEntry{hints: hints}
	e.ExtendBaseWidget(e)
	e.SetOptions(nil)
	e.Wrapping = fyne.TextWrapOff
	return e
}

// Resize implements fyne.CanvasObject.
func (e *addressEntry) Resize(size fyne.Size) {
	const around = 80 // margins and the button of the list
	for _, hint := range e.hints {
		e.PlaceHolder = hint
		if fyne.MeasureText(hint, e.Theme().Size(theme.SizeNameText), fyne.TextStyle{}).Width < size.Width-around {
			break
		}
	}
	e.SelectEntry.Resize(size)
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
