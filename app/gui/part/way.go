package part

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Way draws the way from the person to the site: its stations on a line that fills from left to
// right as they settle, and is broken beyond the first fault. Where there is no room for a row of
// columns it is a column of rows. Every station can be tapped, or reached with the arrow keys and
// chosen with Enter.
type Way struct {
	widget.BaseWidget
	OnTapped func(i int) // a station was tapped or chosen by key; it is selected already

	stops   []Stop
	motion  bool
	chosen  int // the selected station, -1 for none
	current int // the station that the keys are on
	hovered int // the station under the mouse, -1 for none
	focused bool
	planned *wayPlan // nil: to be made
	view    *wayView // nil until it is drawn
}

var (
	_ fyne.Focusable     = (*Way)(nil)
	_ fyne.Tappable      = (*Way)(nil)
	_ desktop.Hoverable  = (*Way)(nil)
	_ desktop.Cursorable = (*Way)(nil)
)

// NewWay makes an empty way that may move.
func NewWay() *Way {
	w := &Way{motion: true, chosen: -1, hovered: -1}
	w.ExtendBaseWidget(w)
	return w
}

// SetStops shows the stations. It touches only what differs from before, so it may be called for
// every single change.
func (w *Way) SetStops(stops []Stop) {
	if slices.Equal(stops, w.stops) {
		return
	}
	before := w.stops
	if !slices.EqualFunc(before, stops, func(a, b Stop) bool { return a.Name == b.Name }) {
		w.planned = nil
	}
	w.stops = slices.Clone(stops)
	w.chosen = min(w.chosen, len(stops)-1)
	w.current = max(0, min(w.current, len(stops)-1))
	w.hovered = min(w.hovered, len(stops)-1)
	if w.view != nil {
		w.view.change(before)
	}
}

// SetMotion says whether running stations breathe and the line flows. Without it everything jumps to
// its place. Switch it off also while the page with the way is not shown.
func (w *Way) SetMotion(motion bool) {
	if motion != w.motion {
		w.motion = motion
		w.Refresh()
	}
}

// Select marks a station, or none with -1. OnTapped is not called.
func (w *Way) Select(i int) {
	if i < -1 || i >= len(w.stops) || i == w.chosen {
		return
	}
	w.chosen = i
	if i >= 0 {
		w.current = i
	}
	w.remark()
}

// choose is what a tap or the Enter key does.
func (w *Way) choose(i int) {
	if i < 0 || i >= len(w.stops) {
		return
	}
	w.Select(i)
	if w.OnTapped != nil {
		w.OnTapped(i)
	}
}

// Tapped implements fyne.Tappable.
func (w *Way) Tapped(e *fyne.PointEvent) { w.choose(w.plan().at(e.Position)) }

// MouseIn implements desktop.Hoverable.
func (w *Way) MouseIn(e *desktop.MouseEvent) { w.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (w *Way) MouseMoved(e *desktop.MouseEvent) { w.hover(w.plan().at(e.Position)) }

// MouseOut implements desktop.Hoverable.
func (w *Way) MouseOut() { w.hover(-1) }

func (w *Way) hover(i int) {
	if i != w.hovered {
		w.hovered = i
		w.remark()
	}
}

// Cursor implements desktop.Cursorable.
func (w *Way) Cursor() desktop.Cursor {
	if w.hovered >= 0 {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// FocusGained implements fyne.Focusable.
func (w *Way) FocusGained() {
	w.focused = true
	w.remark()
	Reveal(w)
}

// FocusLost implements fyne.Focusable.
func (w *Way) FocusLost() {
	w.focused = false
	w.remark()
}

// TypedRune implements fyne.Focusable.
func (w *Way) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (w *Way) TypedKey(e *fyne.KeyEvent) {
	to := w.current
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		to--
	case fyne.KeyRight, fyne.KeyDown:
		to++
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = len(w.stops) - 1
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		w.choose(w.current)
		return
	}
	if to >= 0 && to < len(w.stops) && to != w.current {
		w.current = to
		w.remark()
	}
}

// Resize implements fyne.CanvasObject. The height that the way needs depends on its width, so its
// parent is told to ask again when that changes.
func (w *Way) Resize(size fyne.Size) {
	if size == w.Size() {
		return
	}
	before := w.MinSize()
	w.BaseWidget.Resize(size)
	if w.MinSize() != before {
		canvas.Refresh(w)
	}
}

// remark shows what is selected, under the mouse and in focus.
func (w *Way) remark() {
	if w.view != nil {
		w.view.marks()
	}
}

// Hide implements fyne.CanvasObject.
func (w *Way) Hide() {
	if w.view != nil {
		w.view.breath.stop()
	}
	w.BaseWidget.Hide()
}
