package part

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// CreateRenderer implements fyne.Widget.
func (w *Way) CreateRenderer() fyne.WidgetRenderer {
	w.view = &wayView{w: w, chosen: &canvas.Rectangle{}, hovered: &canvas.Rectangle{}, ring: &canvas.Rectangle{}}
	w.view.Refresh()
	return w.view
}

// wayView draws a way.
type wayView struct {
	w        *Way
	stations []*stationView
	links    []*linkView
	chosen   *canvas.Rectangle
	hovered  *canvas.Rectangle
	ring     *canvas.Rectangle
	objects  []fyne.CanvasObject
	breath   breath
}

func (v *wayView) MinSize() fyne.Size           { return v.w.plan().size() }
func (v *wayView) Objects() []fyne.CanvasObject { return v.objects }
func (v *wayView) Destroy()                     { v.breath.stop() }

// Refresh draws everything anew: another theme, another number of stations.
func (v *wayView) Refresh() {
	if n := len(v.w.stops); n != len(v.stations) {
		v.build(n)
	}
	v.Layout(v.w.Size())
	canvas.Refresh(v.w)
}

// build makes the objects for n stations.
func (v *wayView) build(n int) {
	v.stations, v.links = make([]*stationView, n), make([]*linkView, max(0, n-1))
	v.objects = []fyne.CanvasObject{v.chosen, v.hovered}
	for i := range v.links {
		v.links[i] = newLink()
		v.objects = append(v.objects, v.links[i].objects()...)
	}
	for i := range v.stations {
		v.stations[i] = newStation()
		v.objects = append(v.objects, v.stations[i].objects()...)
	}
	v.objects = append(v.objects, v.ring)
}

func (v *wayView) Layout(fyne.Size) {
	p, l := v.w.plan(), lookOf(v.w)
	for i, s := range v.w.stops {
		v.stations[i].show(p, l, i, s, v.dim(i))
	}
	for i, link := range v.links {
		link.paint(l)
		link.place(p, i)
	}
	v.flow()
	v.marks()
}

// change brings the drawing from the stops that were to those that are.
func (v *wayView) change(before []Stop) {
	p := v.w.plan()
	if len(before) != len(v.stations) || len(v.w.stops) != len(before) || p != v.laid() {
		v.Refresh()
		return
	}
	l := lookOf(v.w)
	wasBroken := firstFault(before)
	broken := firstFault(v.w.stops)
	for i, s := range v.w.stops {
		if s != before[i] || (i > broken) != (i > wasBroken) {
			v.stations[i].show(p, l, i, s, i > broken)
			v.stations[i].refresh()
		}
	}
	v.flow()
}

// laid is the plan that the stations were laid out by.
func (v *wayView) laid() *wayPlan {
	if len(v.stations) == 0 {
		return nil
	}
	return v.stations[0].plan
}

// firstFault is the index of the first station at fault, or one past the last.
func firstFault(stops []Stop) int {
	i := slices.IndexFunc(stops, func(s Stop) bool { return s.State == Fault || s.State == Failed })
	if i < 0 {
		return len(stops)
	}
	return i
}

func (v *wayView) dim(i int) bool { return i > firstFault(v.w.stops) }

// flow sets how far each piece of the line has to be filled, and starts or stops the motion.
func (v *wayView) flow() {
	broken := firstFault(v.w.stops)
	settled, moving := true, false
	for i, link := range v.links {
		here, next := v.w.stops[i].State, v.w.stops[i+1].State
		settled = settled && here != Waiting && here != Running
		to := float32(0)
		switch {
		case !settled || i >= broken:
		case next == Running:
			to = 0.5
		case next != Waiting:
			to = 1
		}
		link.to = to
		link.setBroken(i >= broken)
		if !v.w.motion || to < link.filled {
			link.fill(v.w.plan(), i, to)
		}
		moving = moving || link.filled != to
	}
	running := slices.ContainsFunc(v.w.stops, func(s Stop) bool { return s.State == Running })
	if v.w.motion && v.w.Visible() && (running || moving) {
		v.breath.start(v.frame)
		return
	}
	v.breath.stop()
	v.exhale(1)
}

// frame moves what moves by one frame, and ends the motion when nothing does any more.
func (v *wayView) frame(depth float32, passed time.Duration) {
	p := v.w.plan()
	moving := false
	stride := float32(passed) / float32(fillTime)
	for i, link := range v.links {
		if link.filled < link.to && stride > 0 {
			next := min(link.to, link.filled+stride)
			stride -= next - link.filled // the next piece begins when this one is full
			link.fill(p, i, next)
		}
		moving = moving || link.filled < link.to
	}
	if running := v.exhale(depth); !running && !moving {
		v.breath.stop()
	}
}

// exhale draws the halos of the running stations at a depth of their breath.
func (v *wayView) exhale(depth float32) (running bool) {
	l := lookOf(v.w)
	for i, s := range v.w.stops {
		if s.State == Running {
			running = true
			v.stations[i].breathe(l, depth)
		}
	}
	return running
}

// marks shows which station is selected, under the mouse and in focus.
func (v *wayView) marks() {
	l := lookOf(v.w)
	v.chosen.FillColor = l.color(ColorChosen)
	v.hovered.FillColor = l.color(theme.ColorNameHover)
	v.ring.StrokeColor, v.ring.StrokeWidth = l.color(ColorRing), l.grid(0.25)
	v.mark(v.chosen, v.w.chosen)
	v.mark(v.hovered, v.w.hovered)
	at := -1
	if v.w.focused {
		at = v.w.current
	}
	v.mark(v.ring, at)
}

func (v *wayView) mark(r *canvas.Rectangle, i int) {
	p := v.w.plan()
	r.Hidden = i < 0 || i >= p.count
	if !r.Hidden {
		at, size := p.ground(i)
		r.CornerRadius = 1.25 * p.grid
		r.Move(at)
		r.Resize(size)
	}
	canvas.Refresh(r)
}
