package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Tick is a check box that Enter changes as well as Space, that comes into view with the keyboard,
// and that leaves Escape to the window.
type Tick struct {
	widget.Check
}

// NewTick returns a check box; changed is told what a person chose.
func NewTick(label string, on bool, changed func(bool)) *Tick {
	t := &Tick{}
	t.Text, t.Checked, t.OnChanged = label, on, changed
	t.ExtendBaseWidget(t)
	return t
}

// FocusGained implements fyne.Focusable.
func (t *Tick) FocusGained() {
	t.Check.FocusGained()
	Reveal(t)
}

// TypedKey implements fyne.Focusable.
func (t *Tick) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		t.SetChecked(!t.Checked)
	case fyne.KeyEscape:
		LeaveKey(t, e)
	default:
		t.Check.TypedKey(e)
	}
}

// Choice is a list to choose one of, that opens with Enter as well as Space, comes into view with the
// keyboard, and leaves Escape to the window.
type Choice struct {
	widget.Select
}

// NewChoice returns a list with one of its names chosen, -1 for none; changed is told the number of
// what a person chose.
func NewChoice(names []string, chosen int, changed func(int)) *Choice {
	c := &Choice{}
	c.Options = names
	if chosen >= 0 && chosen < len(names) {
		c.Selected = names[chosen]
	}
	c.OnChanged = func(string) {
		if i := c.SelectedIndex(); i >= 0 {
			changed(i)
		}
	}
	c.ExtendBaseWidget(c)
	return c
}

// SetNames offers other names, one of them chosen; nobody is told of it.
func (c *Choice) SetNames(names []string, chosen int) {
	c.Options, c.Selected = names, ""
	if chosen >= 0 && chosen < len(names) {
		c.Selected = names[chosen]
	}
	c.Refresh()
}

// FocusGained implements fyne.Focusable.
func (c *Choice) FocusGained() {
	c.Select.FocusGained()
	Reveal(c)
}

// TypedKey implements fyne.Focusable.
func (c *Choice) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.Select.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	case fyne.KeyEscape:
		LeaveKey(c, e)
	default:
		c.Select.TypedKey(e)
	}
}

// Field is a line to type in, that comes into view with the keyboard and leaves Escape to the window.
type Field struct {
	widget.Entry
}

// NewField returns an empty line with a hint in it.
func NewField(hint string) *Field {
	f := &Field{}
	f.PlaceHolder = hint
	f.ExtendBaseWidget(f)
	return f
}

// FocusGained implements fyne.Focusable.
func (f *Field) FocusGained() {
	f.Entry.FocusGained()
	Reveal(f)
}

// TypedShortcut implements fyne.Shortcutable.
func (f *Field) TypedShortcut(s fyne.Shortcut) {
	if OfWindow(s) {
		LeaveShortcut(f, s)
		return
	}
	f.Entry.TypedShortcut(s)
}

// OfWindow tells the keys of the whole window, letters and digits, from those that move and edit in a
// line of text.
func OfWindow(s fyne.Shortcut) bool {
	c, custom := s.(*desktop.CustomShortcut)
	return custom && len(c.KeyName) == 1
}

// TypedKey implements fyne.Focusable.
func (f *Field) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyEscape {
		LeaveKey(f, e)
		return
	}
	f.Entry.TypedKey(e)
}
