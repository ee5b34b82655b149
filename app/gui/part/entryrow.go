package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// EntryRow is one line of a list that can be opened: a mark, a sentence, and two quiet remarks.
type EntryRow struct {
	widget.BaseWidget
	OnTapped func()

	ground  *canvas.Rectangle
	content *fyne.Container
	over    bool
	focused bool
}

var (
	_ fyne.Focusable     = (*EntryRow)(nil)
	_ fyne.Tappable      = (*EntryRow)(nil)
	_ desktop.Hoverable  = (*EntryRow)(nil)
	_ desktop.Cursorable = (*EntryRow)(nil)
)

// NewEntryRow returns a row with its texts.
func NewEntryRow(state State, sentence, subject, when string) *EntryRow {
	title := widget.NewLabel(sentence)
	title.Wrapping, title.TextStyle.Bold = fyne.TextWrapWord, true
	about := Quiet(subject)
	about.Wrapping, about.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
	time := Quiet(when)
	time.Wrapping = fyne.TextWrapOff
	r := &EntryRow{ground: canvas.NewRectangle(color.Transparent)}
	badge := container.NewCenter(NewBadge(state, false, false))
	r.content = container.NewStack(r.ground, container.NewPadded(
		container.NewBorder(nil, nil, container.NewPadded(badge), nil, container.NewVBox(title, container.NewBorder(nil, nil, nil, time, about)))))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *EntryRow) CreateRenderer() fyne.WidgetRenderer {
	r.paint()
	return &entryRenderer{WidgetRenderer: widget.NewSimpleRenderer(r.content), row: r}
}

type entryRenderer struct {
	fyne.WidgetRenderer
	row *EntryRow
}

func (e *entryRenderer) Refresh() {
	e.row.paint()
	e.WidgetRenderer.Refresh()
}

func (r *EntryRow) paint() {
	look := lookOf(r)
	r.ground.FillColor, r.ground.StrokeColor = look.color(ColorPanel), look.color(ColorEdge)
	r.ground.CornerRadius, r.ground.StrokeWidth = look.size(SizeRounding), 1
	if r.over {
		r.ground.FillColor = look.color(ColorChosen)
	}
	if r.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = look.color(ColorRing), 2
	}
	r.ground.Refresh()
}

// Tapped implements fyne.Tappable.
func (r *EntryRow) Tapped(*fyne.PointEvent) {
	if r.OnTapped != nil {
		r.OnTapped()
	}
}

// TypedKey implements fyne.Focusable.
func (r *EntryRow) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.Tapped(nil)
	case fyne.KeyDown:
		if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil {
			c.FocusNext()
		}
	case fyne.KeyUp:
		if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil {
			c.FocusPrevious()
		}
	case fyne.KeyEscape:
		LeaveKey(r, e)
	}
}

// TypedRune implements fyne.Focusable.
func (r *EntryRow) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (r *EntryRow) FocusGained() { r.focused = true; r.paint(); Reveal(r) }

// FocusLost implements fyne.Focusable.
func (r *EntryRow) FocusLost() { r.focused = false; r.paint() }

// MouseIn implements desktop.Hoverable.
func (r *EntryRow) MouseIn(*desktop.MouseEvent) { r.over = true; r.paint() }

// MouseMoved implements desktop.Hoverable.
func (r *EntryRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *EntryRow) MouseOut() { r.over = false; r.paint() }

// Cursor implements desktop.Cursorable.
func (r *EntryRow) Cursor() desktop.Cursor { return desktop.PointerCursor }
