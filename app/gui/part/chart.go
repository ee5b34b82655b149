package part

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// ChartPoint is what was measured in one span of time.
type ChartPoint struct {
	At             time.Time
	Low, Mean, Top float32 // Mean below 0: nothing answered
	Lost           float32 // share, 0 to 1
}

// Chart draws one quantity over time: the mean as a line, from the lowest to the highest as bars
// behind it, and losses as bars at the foot. Where nothing was measured there is a gap.
type Chart struct {
	widget.BaseWidget
	Value func(float32) string   // writes a value on the axis
	Clock func(time.Time) string // writes a moment on the axis

	points   []ChartPoint
	from, to time.Time
	apart    time.Duration // points farther apart than this are not joined
	objects  []fyne.CanvasObject
}

// chartMost bounds how many points are drawn; more would lie on one another.
const chartMost = 360

// chartLeft and chartRight are what is free beside the plot, in units of the grid.
const chartLeft, chartRight = 8, 1

// NewChart returns an empty chart.
func NewChart(value func(float32) string, clock func(time.Time) string) *Chart {
	c := &Chart{Value: value, Clock: clock}
	c.ExtendBaseWidget(c)
	return c
}

// SetPoints shows the points between two moments, in the order of time. Neighbours that are farther
// apart than the given span are a gap.
func (c *Chart) SetPoints(points []ChartPoint, from, to time.Time, apart time.Duration) {
	c.points, c.from, c.to, c.apart = points[max(0, len(points)-chartMost):], from, to, apart
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *Chart) CreateRenderer() fyne.WidgetRenderer { return &chartView{c: c} }

type chartView struct {
	c     *Chart
	pens  []*canvas.Line
	boxes []*canvas.Rectangle
	words []*canvas.Text
	pen   int
	box   int
	word  int
}

func (v *chartView) Destroy()         {}
func (v *chartView) Layout(fyne.Size) { v.draw() }

func (v *chartView) MinSize() fyne.Size {
	l := lookOf(v.c)
	return fyne.NewSize(l.grid(30), l.grid(22))
}

func (v *chartView) Refresh() {
	v.draw()
	canvas.Refresh(v.c)
}

func (v *chartView) Objects() []fyne.CanvasObject { return v.c.objects }

// Drawings are used again, and hidden when there are fewer.
func (v *chartView) line() *canvas.Line {
	if v.pen == len(v.pens) {
		v.pens = append(v.pens, canvas.NewLine(nil))
		v.c.objects = append(v.c.objects, v.pens[v.pen])
	}
	v.pen++
	v.pens[v.pen-1].Hidden = false
	return v.pens[v.pen-1]
}

func (v *chartView) rectangle() *canvas.Rectangle {
	if v.box == len(v.boxes) {
		v.boxes = append(v.boxes, canvas.NewRectangle(nil))
		v.c.objects = append(v.c.objects, v.boxes[v.box])
	}
	v.box++
	v.boxes[v.box-1].Hidden = false
	return v.boxes[v.box-1]
}

func (v *chartView) text(s string, at fyne.Position) *canvas.Text {
	l := lookOf(v.c)
	if v.word == len(v.words) {
		v.words = append(v.words, canvas.NewText("", nil))
		v.c.objects = append(v.c.objects, v.words[v.word])
	}
	t := v.words[v.word]
	v.word++
	t.Hidden, t.Text, t.TextSize, t.Color = false, s, l.size(SizeSmall), l.color(ColorQuiet)
	t.Move(at)
	t.Resize(t.MinSize())
	return t
}

func (v *chartView) draw() {
	v.pen, v.box, v.word = 0, 0, 0
	if v.c.Size().Width > 0 && v.c.to.After(v.c.from) {
		v.plot()
	}
	for _, o := range v.pens[v.pen:] {
		o.Hidden = true
	}
	for _, o := range v.boxes[v.box:] {
		o.Hidden = true
	}
	for _, o := range v.words[v.word:] {
		o.Hidden = true
	}
}

// plot draws the axes and the points.
func (v *chartView) plot() {
	l, c := lookOf(v.c), v.c
	left, foot := l.grid(chartLeft), l.grid(3)
	width, height := c.Size().Width-left-l.grid(chartRight), c.Size().Height-foot-l.grid(1)
	high := float32(0)
	for _, p := range c.points {
		high = max(high, p.Top)
	}
	high = niceTop(high)
	y := func(value float32) float32 { return l.grid(1) + height*(1-value/high) }
	x := func(at time.Time) float32 {
		return left + width*float32(at.Sub(c.from).Seconds()/c.to.Sub(c.from).Seconds())
	}
	for i := range 3 {
		value := high * float32(i) / 2
		grid := v.line()
		grid.StrokeColor, grid.StrokeWidth = l.color(ColorEdge), 1
		grid.Position1, grid.Position2 = fyne.NewPos(left, y(value)), fyne.NewPos(left+width, y(value))
		v.text(c.Value(value), fyne.NewPos(0, y(value)-l.size(SizeSmall)*0.75))
	}
	for i := range 3 {
		at := c.from.Add(c.to.Sub(c.from) * time.Duration(i) / 2)
		t := v.text(c.Clock(at), fyne.NewPos(0, c.Size().Height-foot+l.grid(0.5)))
		t.Move(fyne.NewPos(min(max(left, x(at)-t.MinSize().Width/2), left+width-t.MinSize().Width), t.Position().Y))
	}
	v.points(l, x, y, high)
}

func (v *chartView) points(l look, x func(time.Time) float32, y func(float32) float32, high float32) {
	c := v.c
	step := max(l.grid(0.25), 2)
	for i, p := range c.points {
		at := x(p.At)
		if p.Lost > 0 {
			box := v.rectangle()
			box.FillColor = l.color(ColorFault)
			tall := max(l.grid(0.5), (y(0)-y(high))*0.25*p.Lost)
			box.Move(fyne.NewPos(at-step/2, y(0)-tall))
			box.Resize(fyne.NewSize(step, tall))
		}
		if p.Mean < 0 {
			continue
		}
		if p.Top > p.Low {
			box := v.rectangle()
			box.FillColor = l.faded(ColorWay, 0.25)
			box.Move(fyne.NewPos(at-step/2, y(p.Top)))
			box.Resize(fyne.NewSize(step, max(1, y(p.Low)-y(p.Top))))
		}
		pen := v.line()
		pen.StrokeColor, pen.StrokeWidth = l.color(ColorWay), l.grid(0.25)
		before := p
		if i > 0 && c.points[i-1].Mean >= 0 && p.At.Sub(c.points[i-1].At) <= c.apart {
			before = c.points[i-1]
		}
		pen.Position1, pen.Position2 = fyne.NewPos(x(before.At), y(before.Mean)), fyne.NewPos(at, y(p.Mean))
		if before.At.Equal(p.At) {
			pen.Position1 = pen.Position2.SubtractXY(1, 0)
		}
	}
}

// niceTop is a round value at or above the highest.
func niceTop(high float32) float32 {
	top := float32(1)
	for _, factor := range []float32{2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2} {
		if top >= high {
			break
		}
		top *= factor
	}
	return max(top, high)
}
