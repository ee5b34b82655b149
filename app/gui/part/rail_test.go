package part

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

func TestRail(t *testing.T) {
	wear(t, Theme{})
	r := NewRail(sampleItems())
	r.Resize(r.MinSize())
	var got []int
	r.OnSelected = func(i int) { got = append(got, i) }
	r.FocusGained()
	key(r, fyne.KeyUp, fyne.KeyReturn)
	key(r, fyne.KeyDown, fyne.KeyDown, fyne.KeySpace)
	key(r, fyne.KeyEnd, fyne.KeyDown, fyne.KeyEnter)
	key(r, fyne.KeyHome, fyne.KeyEnter)
	if want := []int{0, 2, 4, 0}; !slices.Equal(got, want) {
		t.Errorf("chosen by key: %v, want %v", got, want)
	}
	got = nil
	if r.Select(3); got != nil || r.chosen != 3 {
		t.Errorf("Select called back with %v, selected %d", got, r.chosen)
	}
	if key(r, fyne.KeyDown); r.view.ring.Hidden || r.current != 4 || r.chosen != 3 {
		t.Error("the arrow alone selects")
	}
	if r.FocusLost(); !r.view.ring.Hidden {
		t.Error("a ring without focus")
	}
	if r.FocusGained(); r.current != 3 {
		t.Error("the focus does not begin at the selected place")
	}
}

func TestRailTaps(t *testing.T) {
	wear(t, Theme{})
	r := NewRail(sampleItems())
	got := -1
	r.OnSelected = func(i int) { got = i }
	for _, narrow := range []bool{false, true} {
		r.SetNarrow(narrow)
		r.Resize(r.MinSize().AddWidthHeight(0, 300))
		for i, icon := range r.view.icons {
			at := icon.Position().AddXY(1, 1)
			r.Tapped(&fyne.PointEvent{Position: at})
			r.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at}})
			if got != i || r.chosen != i || r.hovered != i || r.Cursor() != desktop.PointerCursor {
				t.Errorf("narrow %v: on icon %d: called with %d, selected %d, under the mouse %d", narrow, i, got, r.chosen, r.hovered)
			}
		}
		got = -1
		r.Tapped(&fyne.PointEvent{Position: fyne.NewPos(10, r.Size().Height-1)})
		r.Tapped(&fyne.PointEvent{Position: fyne.NewPos(10, 0)})
		if got != -1 {
			t.Errorf("beside the places is place %d", got)
		}
	}
	if r.MouseOut(); r.hovered != -1 {
		t.Error("the mouse is gone and a place still under it")
	}
}

// Names are whole, the bar is as wide as the longest word needs, and low enough for small windows
// when narrow.
func TestRailSizes(t *testing.T) {
	wear(t, Theme{})
	r := NewRail(sampleItems())
	wide := r.MinSize()
	if wide.Width != 88 {
		t.Errorf("with short names it is %v wide", wide.Width)
	}
	items := sampleItems()
	items[4].Name = "Einstellungsmöglichkeiten"
	r.SetItems(items)
	r.Resize(r.MinSize())
	for i, lines := range r.view.names {
		if got, want := words(lines), strings.ReplaceAll(items[i].Name, " ", ""); got != want {
			t.Errorf("%q is drawn as %q", want, got)
		}
		for _, line := range lines {
			if line.Visible() && line.MinSize().Width > r.Size().Width {
				t.Errorf("%q does not fit", line.Text)
			}
		}
	}
	r.SetNarrow(true)
	if small := r.MinSize(); small.Width >= wide.Width || small.Height > 300 {
		t.Errorf("narrow it takes %v", small)
	}
	if r.SetItems(items[:1]); r.chosen != 0 || len(r.view.icons) != 1 {
		t.Errorf("one place left: selected %d, drawn %d", r.chosen, len(r.view.icons))
	}
}
