package part

import (
	"image"
	"image/color"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

var allStates = []State{Waiting, Running, OK, Warning, Fault, Unknown, Skipped}

// Colour is never the only sign: the shapes must differ even when every colour is black.
func TestBadgeShapes(t *testing.T) {
	th := Theme{Variant: Light}
	wear(t, th)
	var shapes []image.Image
	for _, s := range allStates {
		shapes = append(shapes, shown(th, 1, fyne.NewSquareSize(20), NewBadge(s, false, false)))
	}
	for i := range shapes {
		for j := range i {
			if n := differing(shapes[i], shapes[j]); n < 20 {
				t.Errorf("%q and %q differ in %d pixels only", allStates[i], allStates[j], n)
			}
		}
	}
}

// differing counts the pixels that are ground in one picture and drawn on in the other.
func differing(a, b image.Image) (n int) {
	ground := color.RGBAModel.Convert(a.At(0, 0))
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if (color.RGBAModel.Convert(a.At(x, y)) == ground) != (color.RGBAModel.Convert(b.At(x, y)) == ground) {
				n++
			}
		}
	}
	return n
}

func TestBadgeSize(t *testing.T) {
	wear(t, Theme{})
	small, large := NewBadge(OK, false, false).MinSize(), NewBadge(OK, true, false).MinSize()
	if small != fyne.NewSquareSize(20) || large != fyne.NewSquareSize(32) {
		t.Errorf("sizes %v and %v", small, large)
	}
}

// A badge breathes only while it runs, may move and is shown.
func TestBadgeBreath(t *testing.T) {
	wear(t, Theme{})
	b := NewBadge(Waiting, false, true)
	r := test.WidgetRenderer(b)
	for _, step := range []struct {
		what     string
		do       func()
		breathes bool
	}{
		{"waiting", func() {}, false},
		{"running", func() { b.SetState(Running) }, true},
		{"settled", func() { b.SetState(OK) }, false},
		{"running again", func() { b.SetState(Running) }, true},
		{"without motion", func() { b.SetMotion(false) }, false},
		{"with motion", func() { b.SetMotion(true) }, true},
		{"hidden", func() { b.Hide() }, false},
		{"shown", func() { b.Show() }, true},
		{"destroyed", func() { r.Destroy() }, false},
	} {
		step.do()
		if got := b.breath.animation != nil; got != step.breathes {
			t.Errorf("%s: breathes %v, want %v", step.what, got, step.breathes)
		}
	}
}

// However often the driver ticks, frames are some way apart.
func TestBreathFrames(t *testing.T) {
	wear(t, Theme{})
	var b breath
	frames, whole := -1, time.Duration(0) // the driver of the tests plays one at the start
	b.start(func(depth float32, passed time.Duration) {
		frames++
		if depth < 0 || depth > 1 || passed < frameTime {
			t.Errorf("a frame at depth %v after %v", depth, passed)
		}
		whole += passed
	})
	whole = 0
	b.last = 0
	for i := range 320 { // two breaths, a tick every 10 ms
		b.animation.Tick(float32(i%160) / 160)
	}
	if frames < 2*30 || frames > 2*41 || whole > 2*breathTime || whole < 2*breathTime-2*frameTime {
		t.Errorf("%d frames in %v", frames, whole)
	}
}
