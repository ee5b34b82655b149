package part

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// TestTimelineHeights holds that the states differ in height, not in colour alone, and that nothing is
// drawn outside of the span.
func TestTimelineHeights(t *testing.T) {
	wear(t, Theme{Variant: Light})
	begin := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
	line := NewTimeline(func(t time.Time) string { return t.Format("15:04") })
	line.Resize(fyne.NewSize(600, 60))
	line.SetStretches([]Stretch{
		{at(-10), at(10), OK}, {at(10), at(20), Warning}, {at(20), at(30), Fault}, {at(30), at(40), Unknown},
		{at(50), at(90), OK}, {at(70), at(80), Fault}, {at(59), at(59), Fault},
	}, at(0), at(60))
	heights := map[float32]bool{}
	seen := 0
	for _, o := range test.WidgetRenderer(line).Objects()[1:] {
		if b, ok := o.(*canvas.Rectangle); ok && b.Visible() {
			seen++
			heights[b.Size().Height] = true
			if b.Position().X < 0 || b.Position().X+b.Size().Width > 600.5 {
				t.Errorf("a band from %v of width %v lies outside", b.Position(), b.Size())
			}
		}
	}
	if seen != 5 || len(heights) != 3 {
		t.Errorf("%d bands of %d heights, want 5 of 3", seen, len(heights))
	}
	var tapped time.Time
	line.OnTapped = func(at time.Time) { tapped = at }
	left, width := line.room()
	line.Tapped(&fyne.PointEvent{Position: fyne.NewPos(left+width/2, 5)})
	if !tapped.Equal(at(30)) {
		t.Errorf("the middle is %s", tapped)
	}
	line.SetStretches(nil, begin, begin)
	line.Tapped(&fyne.PointEvent{}) // no time to divide
}

// TestTimelineBounds draws no more than can be told apart.
func TestTimelineBounds(t *testing.T) {
	wear(t, Theme{Variant: Dark})
	begin := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	list := make([]Stretch, 100_000)
	for i := range list {
		list[i] = Stretch{begin.Add(time.Duration(i) * time.Second), begin.Add(time.Duration(i+1) * time.Second), OK}
	}
	line := NewTimeline(nil)
	line.Resize(fyne.NewSize(600, 60))
	line.SetStretches(list, begin, begin.Add(100_000*time.Second))
	if n := len(test.WidgetRenderer(line).Objects()); n > timelineMost+4 {
		t.Errorf("%d objects", n)
	}
}
