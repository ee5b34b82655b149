package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// HopRow is one hop of a route: its number and address, its figures, and a line of its latest times.
// It can be chosen.
type HopRow struct {
	widget.BaseWidget
	OnTapped func()

	ground  *canvas.Rectangle
	number  *widget.Label
	name    *widget.Label
	figures *widget.Label
	state   *Badge
	spark   *Spark
	content *fyne.Container
	chosen  bool
	over    bool
	focused bool
}

var (
	_ fyne.Focusable    = (*HopRow)(nil)
	_ fyne.Tappable     = (*HopRow)(nil)
	_ desktop.Hoverable = (*HopRow)(nil)
)

// NewHopRow returns an empty row.
func NewHopRow() *HopRow {
	r := &HopRow{ground: canvas.NewRectangle(color.Transparent), state: NewBadge(Waiting, false, false), spark: NewSpark()}
	r.number, r.name, r.figures = Body(""), Body(""), Quiet("")
	r.number.Wrapping, r.name.Wrapping, r.figures.Wrapping = fyne.TextWrapOff, fyne.TextWrapOff, fyne.TextWrapOff
	r.name.Truncation, r.figures.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
	r.number.Alignment = fyne.TextAlignTrailing
	r.content = container.New(&hopLayout{r}, r.ground, r.number, r.state, r.name, r.figures, r.spark)
	r.ExtendBaseWidget(r)
	return r
}

// Set shows what is known of the hop; values below 0 got lost.
func (r *HopRow) Set(number, name, figures string, state State, values []float32) {
	setText(r.number, number)
	setText(r.name, name)
	setText(r.figures, figures)
	r.state.SetState(state)
	r.spark.SetValues(values)
}

// Choose marks the row.
func (r *HopRow) Choose(on bool) {
	if on != r.chosen {
		r.chosen = on
		r.paint()
	}
}

type hopLayout struct{ row *HopRow }

func (h *hopLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	l := lookOf(h.row)
	return fyne.NewSize(l.grid(34), l.grid(6.5))
}

func (h *hopLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	r, l := h.row, lookOf(h.row)
	r.ground.Resize(size)
	line := l.grid(4)
	number, spark := l.grid(5), l.grid(18)
	if size.Width < l.grid(60) {
		spark = l.grid(9)
	}
	r.number.Move(fyne.NewPos(0, (size.Height-line)/2))
	r.number.Resize(fyne.NewSize(number, line))
	badge := r.state.MinSize()
	r.state.Move(fyne.NewPos(number, (size.Height-badge.Height)/2))
	r.state.Resize(badge)
	left := number + badge.Width
	room := max(0, size.Width-left-spark-l.grid(2))
	r.name.Move(fyne.NewPos(left, -l.grid(0.25)))
	r.name.Resize(fyne.NewSize(room, line))
	r.figures.Move(fyne.NewPos(left, l.grid(2.75)))
	r.figures.Resize(fyne.NewSize(room, line))
	r.spark.Move(fyne.NewPos(size.Width-spark-l.grid(1), l.grid(1.5)))
	r.spark.Resize(fyne.NewSize(spark, size.Height-l.grid(3)))
}

// CreateRenderer implements fyne.Widget.
func (r *HopRow) CreateRenderer() fyne.WidgetRenderer {
	r.paint()
	return &hopView{WidgetRenderer: widget.NewSimpleRenderer(r.content), row: r}
}

type hopView struct {
	fyne.WidgetRenderer
	row *HopRow
}

func (v *hopView) Refresh() {
	v.row.paint()
	v.WidgetRenderer.Refresh()
}

func (r *HopRow) paint() {
	l := lookOf(r)
	r.ground.FillColor, r.ground.StrokeWidth, r.ground.CornerRadius = color.Transparent, 0, l.size(theme.SizeNameInputRadius)
	switch {
	case r.chosen:
		r.ground.FillColor = l.color(ColorChosen)
	case r.over:
		r.ground.FillColor = l.color(theme.ColorNameHover)
	}
	if r.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = l.color(ColorRing), l.grid(0.25)
	}
	r.ground.Refresh()
}

// Tapped implements fyne.Tappable.
func (r *HopRow) Tapped(*fyne.PointEvent) {
	if r.OnTapped != nil {
		r.OnTapped()
	}
}

// TypedKey implements fyne.Focusable.
func (r *HopRow) TypedKey(e *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.Tapped(nil)
	case fyne.KeyDown:
		if c != nil {
			c.FocusNext()
		}
	case fyne.KeyUp:
		if c != nil {
			c.FocusPrevious()
		}
	default:
		LeaveKey(r, e)
	}
}

// TypedRune implements fyne.Focusable.
func (r *HopRow) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (r *HopRow) FocusGained() { r.focused = true; r.paint(); Reveal(r) }

// FocusLost implements fyne.Focusable.
func (r *HopRow) FocusLost() { r.focused = false; r.paint() }

// MouseIn implements desktop.Hoverable.
func (r *HopRow) MouseIn(*desktop.MouseEvent) { r.over = true; r.paint() }

// MouseMoved implements desktop.Hoverable.
func (r *HopRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *HopRow) MouseOut() { r.over = false; r.paint() }
