package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Spark draws the latest values as a small line without axes. What got lost is a gap with a mark at
// the bottom.
type Spark struct {
	widget.BaseWidget
	values []float32 // below 0: lost
	lines  []*canvas.Line
	marks  []*canvas.Rectangle
}

// sparkMost is how many values are drawn; older ones are not.
const sparkMost = 60

// NewSpark returns an empty line.
func NewSpark() *Spark {
	s := &Spark{}
	s.ExtendBaseWidget(s)
	return s
}

// SetValues shows these values, the latest last; one below 0 got lost.
func (s *Spark) SetValues(values []float32) {
	s.values = values[max(0, len(values)-sparkMost):]
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Spark) CreateRenderer() fyne.WidgetRenderer {
	for range sparkMost {
		line, mark := canvas.NewLine(nil), canvas.NewRectangle(nil)
		line.Hidden, mark.Hidden = true, true
		s.lines, s.marks = append(s.lines, line), append(s.marks, mark)
	}
	return &sparkView{s}
}

type sparkView struct{ s *Spark }

func (v *sparkView) Destroy()           {}
func (v *sparkView) Layout(fyne.Size)   { v.draw() }
func (v *sparkView) MinSize() fyne.Size { l := lookOf(v.s); return fyne.NewSize(l.grid(12), l.grid(3)) }

func (v *sparkView) Refresh() {
	v.draw()
	canvas.Refresh(v.s)
}

func (v *sparkView) Objects() []fyne.CanvasObject {
	list := make([]fyne.CanvasObject, 0, 2*sparkMost)
	for i := range v.s.lines {
		list = append(list, v.s.lines[i], v.s.marks[i])
	}
	return list
}

func (v *sparkView) draw() {
	l, s := lookOf(v.s), v.s
	size, stroke := s.Size(), l.grid(0.2)
	top := float32(0)
	for _, x := range s.values {
		top = max(top, x)
	}
	step := size.Width / sparkMost
	left := size.Width - step*float32(len(s.values))
	at := func(i int) fyne.Position {
		return fyne.NewPos(left+step*(float32(i)+0.5), size.Height-stroke-(size.Height-2*stroke)*s.values[i]/max(top, 0.001)*0.9)
	}
	for i, line := range s.lines {
		mark := s.marks[i]
		line.Hidden = i == 0 || i >= len(s.values) || s.values[i] < 0 || s.values[i-1] < 0
		mark.Hidden = i >= len(s.values) || s.values[i] >= 0
		if !line.Hidden {
			line.StrokeColor, line.StrokeWidth = l.color(ColorWay), stroke
			line.Position1, line.Position2 = at(i-1), at(i)
		}
		if !mark.Hidden {
			mark.FillColor = l.color(ColorFault)
			mark.Move(fyne.NewPos(left+step*float32(i), size.Height-l.grid(0.75)))
			mark.Resize(fyne.NewSize(max(step-1, 1), l.grid(0.75)))
		}
	}
}
