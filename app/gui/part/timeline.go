package part

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Stretch is a piece of a timeline in which one state held.
type Stretch struct {
	From, To time.Time
	State    State // OK, Warning, Fault; anything else is drawn as not seen
}

// Timeline draws what was well and what was not over time, as one band. The states differ in height as
// well as in colour: trouble is tall, well is low, and where nothing was seen there is only a line.
type Timeline struct {
	widget.BaseWidget
	Clock    func(time.Time) string // writes a moment beneath the band
	OnTapped func(time.Time)        // nil where nothing can be opened

	stretches []Stretch
	from, to  time.Time
}

var (
	_ fyne.Tappable      = (*Timeline)(nil)
	_ desktop.Cursorable = (*Timeline)(nil)
)

// timelineMost bounds how many stretches are drawn; more would lie on one another.
const timelineMost = 400

// NewTimeline returns an empty band.
func NewTimeline(clock func(time.Time) string) *Timeline {
	t := &Timeline{Clock: clock}
	t.ExtendBaseWidget(t)
	return t
}

// SetStretches shows what was seen between two moments, in the order of time; later ones lie above.
func (t *Timeline) SetStretches(list []Stretch, from, to time.Time) {
	t.stretches, t.from, t.to = list[max(0, len(list)-timelineMost):], from, to
	t.Refresh()
}

// room is where the band is: right above the plot of a chart of the same width.
func (t *Timeline) room() (left, width float32) {
	l := lookOf(t)
	return l.grid(chartLeft), t.Size().Width - l.grid(chartLeft+chartRight)
}

// Tapped implements fyne.Tappable.
func (t *Timeline) Tapped(e *fyne.PointEvent) {
	left, width := t.room()
	if t.OnTapped == nil || width <= 0 || !t.to.After(t.from) {
		return
	}
	t.OnTapped(t.from.Add(time.Duration(float64(t.to.Sub(t.from)) * float64(min(max((e.Position.X-left)/width, 0), 1)))))
}

// Cursor implements desktop.Cursorable.
func (t *Timeline) Cursor() desktop.Cursor {
	if t.OnTapped != nil {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer implements fyne.Widget.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer {
	return &timelineView{t: t, line: canvas.NewRectangle(nil), words: []*canvas.Text{canvas.NewText("", nil), canvas.NewText("", nil), canvas.NewText("", nil)}}
}

type timelineView struct {
	t     *Timeline
	line  *canvas.Rectangle
	bands []*canvas.Rectangle
	words []*canvas.Text
}

func (v *timelineView) Destroy()         {}
func (v *timelineView) Layout(fyne.Size) { v.draw() }

func (v *timelineView) MinSize() fyne.Size {
	l := lookOf(v.t)
	return fyne.NewSize(l.grid(30), l.grid(4)+v.wordHeight())
}

func (v *timelineView) wordHeight() float32 {
	return font{size: lookOf(v.t).size(SizeSmall)}.height() + lookOf(v.t).grid(0.5)
}

func (v *timelineView) Refresh() {
	v.draw()
	canvas.Refresh(v.t)
}

func (v *timelineView) Objects() []fyne.CanvasObject {
	list := []fyne.CanvasObject{v.line}
	for _, b := range v.bands {
		list = append(list, b)
	}
	for _, w := range v.words {
		list = append(list, w)
	}
	return list
}

func (v *timelineView) draw() {
	l, t := lookOf(v.t), v.t
	high := l.grid(4)
	start, width := t.room()
	v.line.FillColor = l.color(ColorEdge)
	v.line.Move(fyne.NewPos(start, high-l.grid(0.25)))
	v.line.Resize(fyne.NewSize(width, l.grid(0.25)))
	drawn := 0
	span := t.to.Sub(t.from).Seconds()
	for _, s := range t.stretches {
		if span <= 0 || width <= 0 || !s.To.After(t.from) || !s.From.Before(t.to) {
			continue
		}
		left := max(0, width*float32(s.From.Sub(t.from).Seconds()/span))
		right := min(width, width*float32(s.To.Sub(t.from).Seconds()/span))
		v.band(l, drawn, s.State, start+left, start+max(right, left+l.grid(0.375)), high)
		drawn++
	}
	for _, b := range v.bands[drawn:] {
		b.Hidden = true
	}
	v.label(l, start, width, high)
}

// band draws one stretch: the taller, the worse.
func (v *timelineView) band(l look, i int, s State, left, right, high float32) {
	if i == len(v.bands) {
		v.bands = append(v.bands, canvas.NewRectangle(nil))
	}
	var tall float32
	var paint fyne.ThemeColorName
	b := v.bands[i]
	switch s {
	case OK:
		tall, paint = 0.4, ColorOK
	case Warning:
		tall, paint = 0.7, ColorWarning
	case Fault, Failed:
		tall, paint = 1, ColorFault
	default:
		b.Hidden = true
		return
	}
	b.Hidden, b.FillColor = false, l.color(paint)
	b.Move(fyne.NewPos(left, high*(1-tall)))
	b.Resize(fyne.NewSize(right-left, high*tall))
}

// label writes beginning, middle and end beneath the band.
func (v *timelineView) label(l look, left, width, high float32) {
	t := v.t
	for i, w := range v.words {
		w.Text, w.TextSize, w.Color = "", l.size(SizeSmall), l.color(ColorQuiet)
		if t.to.After(t.from) && t.Clock != nil {
			w.Text = t.Clock(t.from.Add(t.to.Sub(t.from) * time.Duration(i) / 2))
		}
		least := w.MinSize()
		w.Resize(least)
		w.Move(fyne.NewPos(left+(width-least.Width)*float32(i)/2, high+l.grid(0.5)))
	}
}
