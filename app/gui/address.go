package gui

import (
	"strings"

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
	rest     string   // what the ellipsis in the text stands for
}

// mostShown is how many characters of an address are shown: a longer line is wider than the largest
// picture that OpenGL takes, and turns black.
const mostShown = 250

const ellipsis = "[…]"

func newAddressEntry(hints ...string) *addressEntry {
	e := &addressEntry{hints: hints}
	e.ExtendBaseWidget(e)
	e.SetOptions(nil)
	e.Wrapping = fyne.TextWrapOff
	e.OnChanged = func(string) { e.shorten() }
	return e
}

// shorten keeps the end of a long text aside.
func (e *addressEntry) shorten() {
	if !strings.Contains(e.Text, ellipsis) {
		e.rest = ""
	}
	if runes := []rune(e.Text); len(runes) > mostShown {
		runes = []rune(e.address())
		head := mostShown - len(ellipsis)
		e.rest = string(runes[head:])
		e.SetText(string(runes[:head]) + ellipsis)
	}
}

// address is the whole text, also of what is not shown.
func (e *addressEntry) address() string {
	if e.rest == "" {
		return e.Text
	}
	head, tail, cut := strings.Cut(e.Text, ellipsis)
	if !cut {
		return e.Text
	}
	return head + e.rest + tail
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

// Content implements fyne.Clipboard: all of it in one line.
func (p pasted) Content() string { return strings.Join(strings.Fields(string(p)), " ") }

// SetContent implements fyne.Clipboard.
func (pasted) SetContent(string) {}
