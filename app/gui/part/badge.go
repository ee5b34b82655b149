package part

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// breathTime is one breath of what is being looked at; fillTime is how long a piece of the line
// takes from one station to the next. A frame every 40 ms is smooth for either, and spares computers
// that draw without a graphics card.
const (
	breathTime = 1600 * time.Millisecond
	fillTime   = 40 * time.Millisecond
	frameTime  = 40 * time.Millisecond
)

// breath calls a function frame by frame, for as long as it runs, with where in the breath it is
// (0 rest, 1 full) and the time since the last frame. There is at most one animation at a time.
type breath struct {
	animation *fyne.Animation
	last      float32
}

func (b *breath) start(frame func(depth float32, passed time.Duration)) {
	if b.animation != nil {
		return
	}
	b.last = 0
	b.animation = &fyne.Animation{
		Duration:    breathTime,
		RepeatCount: fyne.AnimationRepeatForever,
		Curve:       fyne.AnimationLinear,
		Tick: func(done float32) {
			part := done - b.last
			if part < 0 {
				part++
			}
			passed := time.Duration(part * float32(breathTime))
			if passed < frameTime {
				return
			}
			b.last = done
			depth := 0.5 - 0.5*math.Cos(2*math.Pi*float64(done))
			frame(float32(depth), passed)
		},
	}
	b.animation.Start()
}

func (b *breath) stop() {
	if b.animation != nil {
		b.animation.Stop()
		b.animation = nil
	}
}

// mark is the name of the drawing that stands for a state.
func mark(s State) string {
	switch s {
	case OK:
		return "tick"
	case Warning:
		return "triangle"
	case Fault, Failed:
		return "cross"
	case Unknown:
		return "ring"
	case Skipped:
		return "dash"
	default:
		return "dot"
	}
}

// Badge is the mark of a state, with a shape and a colour of its own for each: a tick, a triangle, a
// cross, a hollow ring, a dash, a dot for what has not begun, and for what runs a ring that
// breathes.
type Badge struct {
	widget.BaseWidget
	state  State
	large  bool
	motion bool
	breath breath
}

// NewBadge makes a badge, small as a line of text or large as a headline. Without motion a running
// badge holds still.
func NewBadge(s State, large, motion bool) *Badge {
	b := &Badge{state: s, large: large, motion: motion}
	b.ExtendBaseWidget(b)
	return b
}

// SetState shows another state.
func (b *Badge) SetState(s State) {
	if s != b.state {
		b.state = s
		b.Refresh()
	}
}

// SetMotion says whether a running badge may breathe.
func (b *Badge) SetMotion(motion bool) {
	if motion != b.motion {
		b.motion = motion
		b.Refresh()
	}
}

// Hide implements fyne.CanvasObject.
func (b *Badge) Hide() {
	b.breath.stop()
	b.BaseWidget.Hide()
}

// CreateRenderer implements fyne.Widget.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	r := &badgeRenderer{badge: b, image: &canvas.Image{FillMode: canvas.ImageFillContain}, ring: &canvas.Circle{}}
	r.Refresh()
	return r
}

type badgeRenderer struct {
	badge *Badge
	image *canvas.Image
	ring  *canvas.Circle
}

func (r *badgeRenderer) MinSize() fyne.Size {
	if l := lookOf(r.badge); r.badge.large {
		return fyne.NewSquareSize(l.grid(4))
	} else {
		return fyne.NewSquareSize(l.grid(2.5))
	}
}

func (r *badgeRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	at := fyne.NewPos((size.Width-side)/2, (size.Height-side)/2)
	r.image.Move(at)
	r.image.Resize(fyne.NewSquareSize(side))
	r.place(1)
}

// place draws the ring of a running badge at a depth of its breath.
func (r *badgeRenderer) place(depth float32) {
	side := r.image.Size().Width
	width := side / 9
	radius := side*(0.24+0.14*depth) + width/2
	centre := r.image.Position().AddXY(side/2, side/2)
	r.ring.StrokeWidth = width
	r.ring.Move(centre.SubtractXY(radius, radius))
	r.ring.Resize(fyne.NewSquareSize(2 * radius))
	r.ring.StrokeColor = lookOf(r.badge).faded(ColorWay, 0.55+0.45*depth)
}

func (r *badgeRenderer) Refresh() {
	b := r.badge
	running := b.state == Running
	r.image.Hidden, r.ring.Hidden = running, !running
	if !running {
		r.image.Resource = IconIn(mark(b.state), stateColor(b.state))
		r.image.Refresh()
	}
	if running && b.motion && b.Visible() {
		b.breath.start(func(depth float32, _ time.Duration) {
			r.place(depth)
			canvas.Refresh(r.ring)
		})
	} else {
		b.breath.stop()
		r.place(1)
	}
	canvas.Refresh(b)
}

func (r *badgeRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image, r.ring} }
func (r *badgeRenderer) Destroy()                     { r.badge.breath.stop() }
