package part

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func key(w fyne.Focusable, names ...fyne.KeyName) {
	for _, n := range names {
		w.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func TestWayKeys(t *testing.T) {
	wear(t, Theme{})
	w := wayOf(sampleStops("en", OK, OK, OK, OK, OK, OK, OK))
	w.Resize(fyne.NewSize(900, 200))
	var tapped []int
	w.OnTapped = func(i int) { tapped = append(tapped, i) }
	w.FocusGained()
	key(w, fyne.KeyLeft, fyne.KeyReturn)                // stays on the first
	key(w, fyne.KeyRight, fyne.KeyDown, fyne.KeySpace)  // the third
	key(w, fyne.KeyEnd, fyne.KeyRight, fyne.KeyEnter)   // stays on the last
	key(w, fyne.KeyUp, fyne.KeyEnter)                   // the one before
	key(w, fyne.KeyHome, fyne.KeyEscape, fyne.KeySpace) // the first again
	if want := []int{0, 2, 6, 5, 0}; !slices.Equal(tapped, want) {
		t.Errorf("chosen by key: %v, want %v", tapped, want)
	}
	if w.view.ring.Hidden {
		t.Error("no ring in focus")
	}
	w.FocusLost()
	if !w.view.ring.Hidden {
		t.Error("a ring without focus")
	}
	NewWay().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnter}) // nothing to choose
}

func TestWayTaps(t *testing.T) {
	wear(t, Theme{})
	w := wayOf(sampleStops("en", OK, OK, OK, OK, OK, OK, OK))
	got := -1
	w.OnTapped = func(i int) { got = i }
	for _, width := range []float32{320, 900, 3000} {
		w.Resize(fyne.NewSize(width, 10))
		w.Resize(fyne.NewSize(width, w.MinSize().Height))
		for i := range w.stops {
			centre := w.plan().centre(i)
			w.Tapped(&fyne.PointEvent{Position: centre})
			w.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: centre}})
			if got != i || w.chosen != i || w.hovered != i {
				t.Errorf("at width %v the middle of %d is %d, selected %d, under the mouse %d", width, i, got, w.chosen, w.hovered)
			}
		}
		got = -1
		w.Tapped(&fyne.PointEvent{Position: fyne.NewPos(-1, -1)})
		if got != -1 {
			t.Errorf("beside the way is station %d", got)
		}
	}
	if w.Cursor() != desktop.PointerCursor {
		t.Error("no pointer over a station")
	}
	if w.MouseOut(); w.hovered != -1 || w.Cursor() != desktop.DefaultCursor {
		t.Error("the mouse is gone and a station still under it")
	}
	if w.Select(99); w.chosen != 6 {
		t.Errorf("selected %d", w.chosen)
	}
	if w.Select(-1); w.chosen != -1 || !w.view.chosen.Hidden {
		t.Error("a station is still selected")
	}
}

// In a box that scrolls, the way takes the height that its width asks for, and everything that it
// draws lies inside.
func TestWayFits(t *testing.T) {
	wear(t, Theme{})
	for lang := range sampleNames {
		for _, width := range []float32{320, 450, 600, 780, 900, 1300, 3000} {
			w := wayOf(sampleStops(lang, OK, Warning, OK, Fault, Unknown, Skipped, Waiting))
			win := test.NewTempWindow(t, container.NewVScroll(container.NewVBox(w)))
			win.SetPadded(false)
			win.Resize(fyne.NewSize(width, 601))
			win.Resize(fyne.NewSize(width, 600))
			if w.Size().Width > width || w.Size().Height != w.MinSize().Height {
				t.Errorf("%s at %v: size %v, least %v", lang, width, w.Size(), w.MinSize())
			}
			for i, s := range w.view.stations {
				checkInside(t, w, s)
				if p := w.plan(); !p.vertical {
					text := s.name[0]
					if middle := text.Position().X + text.Size().Width/2; math.Abs(float64(middle-p.centre(i).X)) > 0.5 {
						t.Errorf("%s at %v: the name of %d is centred on %v, its circle on %v", lang, width, i, middle, p.centre(i).X)
					}
				}
				if got, want := words(s.name[:]), strings.ReplaceAll(sampleNames[lang][i], " ", ""); got != want {
					t.Errorf("%s at %v: the name %q is drawn as %q", lang, width, want, got)
				}
			}
		}
	}
}

func words(texts []*canvas.Text) (all string) {
	for _, t := range texts {
		all += strings.ReplaceAll(t.Text, " ", "")
	}
	return all
}

func checkInside(t *testing.T, w *Way, s *stationView) {
	t.Helper()
	for _, o := range s.objects() {
		if !o.Visible() {
			continue
		}
		at, size := o.Position(), o.Size()
		if at.X < 0 || at.Y < 0 || at.X+size.Width > w.Size().Width+0.5 || at.Y+size.Height > w.Size().Height+0.5 {
			t.Errorf("width %v: %T at %v of size %v is outside", w.Size().Width, o, at, size)
		}
		if text, ok := o.(*canvas.Text); ok && text.MinSize().Width > size.Width+0.5 {
			t.Errorf("width %v: %q is wider than its room", w.Size().Width, text.Text)
		}
	}
}

func TestWayTurns(t *testing.T) {
	wear(t, Theme{})
	w := wayOf(sampleStops("en", OK, OK, OK, OK, OK, OK, OK))
	for _, c := range []struct {
		width    float32
		vertical bool
	}{{0, false}, {320, true}, {500, true}, {760, false}, {3000, false}} {
		w.Resize(fyne.NewSize(c.width, 100))
		if w.plan().vertical != c.vertical {
			t.Errorf("at width %v vertical is %v", c.width, w.plan().vertical)
		}
	}
	if got := NewWay().MinSize(); !got.IsZero() {
		t.Errorf("a way without stations takes %v", got)
	}
}

// breathe plays the frames of one breath, which the driver of the tests does not.
func breathe(w *Way) {
	for i := range 96 {
		if w.view.breath.animation != nil {
			w.view.breath.animation.Tick(float32(i+1) / 96)
		}
	}
}

// The line is filled up to where everything has settled, half way to what is being looked at, and
// broken behind the first fault.
func TestWayLine(t *testing.T) {
	wear(t, Theme{})
	for _, c := range []struct {
		name   string
		states []State
		filled []float32
		broken int // the first piece that is
	}{
		{"nothing yet", []State{Waiting, Waiting, Waiting, Waiting}, []float32{0, 0, 0}, 3},
		{"at work", []State{OK, OK, Running, Waiting}, []float32{1, 0.5, 0}, 3},
		{"settled out of order", []State{OK, Running, OK, OK}, []float32{0.5, 0, 0}, 3},
		{"all well", []State{OK, Warning, Unknown, OK}, []float32{1, 1, 1}, 3},
		{"fault", []State{OK, Fault, Unknown, Unknown}, []float32{1, 0, 0}, 1},
		{"failed at once", []State{Failed, Unknown, Unknown, Unknown}, []float32{0, 0, 0}, 0},
		{"fault at the end", []State{OK, OK, OK, Fault}, []float32{1, 1, 1}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := NewWay()
			w.Resize(fyne.NewSize(900, 200))
			w.SetStops(sampleStops("en", Running, Waiting, Waiting, Waiting))
			w.SetStops(sampleStops("en", c.states...))
			breathe(w)
			for i, link := range w.view.links {
				if link.filled != c.filled[i] {
					t.Errorf("piece %d is filled to %v, want %v", i, link.filled, c.filled[i])
				}
				broken := i >= c.broken
				if link.faint.Hidden != broken || link.dashes[0].Hidden == broken {
					t.Errorf("piece %d: broken should be %v", i, broken)
				}
			}
		})
	}
}

// A change of one station leaves what is drawn of the others alone.
func TestWayTouchesOnlyChanges(t *testing.T) {
	wear(t, Theme{})
	w := wayOf(sampleStops("en", OK, OK, OK, Running, Waiting, Waiting, Waiting))
	w.Resize(fyne.NewSize(900, 200))
	kept := make([]fyne.Resource, len(w.stops))
	for i, s := range w.view.stations {
		kept[i] = s.icon.Resource
	}
	w.SetStops(sampleStops("en", OK, OK, OK, OK, Waiting, Waiting, Waiting))
	for i, s := range w.view.stations {
		if same := s.icon.Resource == kept[i]; same != (i != 3) {
			t.Errorf("station %d drawn anew: %v", i, !same)
		}
	}
	stops := sampleStops("de", OK, OK, OK, OK, Waiting, Waiting, Waiting)
	w.SetStops(stops)
	stops[0].Name = "changed by the caller"
	if got := words(w.view.stations[0].name[:]); got != "DieserBrowser" {
		t.Errorf("after another language the first name is %q", got)
	}
	w.Select(6)
	w.SetStops(stops[:2])
	if w.chosen > 1 || w.current > 1 || len(w.view.stations) != 2 {
		t.Errorf("after fewer stations: selected %d, current %d, drawn %d", w.chosen, w.current, len(w.view.stations))
	}
}

// However often it changes, the way has one animation, and only while something moves and shows.
func TestWayMotion(t *testing.T) {
	wear(t, Theme{})
	w := NewWay()
	w.Resize(fyne.NewSize(900, 200))
	running := sampleStops("en", OK, OK, Running, Waiting, Waiting, Waiting, Waiting)
	first := func() *fyne.Animation {
		w.SetStops(running)
		return w.view.breath.animation
	}()
	for i := range 60 {
		running[2].Value = strings.Repeat("x", i)
		w.SetStops(running)
	}
	if first == nil || w.view.breath.animation != first {
		t.Error("another animation for every change")
	}
	for _, step := range []struct {
		what  string
		do    func()
		moves bool
	}{
		{"hidden", w.Hide, false},
		{"shown", w.Show, true},
		{"without motion", func() { w.SetMotion(false) }, false},
		{"with motion", func() { w.SetMotion(true) }, true},
		{"settled", func() { w.SetStops(sampleStops("en", OK, OK, OK, OK, OK, OK, OK)) }, true}, // the line still fills
		{"filled", func() { breathe(w) }, false},
		{"running", func() { w.SetStops(running) }, true},
		{"destroyed", w.view.Destroy, false},
	} {
		step.do()
		if got := w.view.breath.animation != nil; got != step.moves {
			t.Errorf("%s: moves %v, want %v", step.what, got, step.moves)
		}
	}
}

func BenchmarkSetStops(b *testing.B) {
	wear(b, Theme{})
	w := NewWay()
	w.Resize(fyne.NewSize(900, 200))
	states := []State{Waiting, Running, OK, Warning}
	for b.Loop() {
		for i := range 60 {
			now := []State{OK, OK, OK, Waiting, Waiting, Waiting, Waiting}
			now[i%7] = states[i%len(states)]
			w.SetStops(sampleStops("en", now...))
		}
	}
}
