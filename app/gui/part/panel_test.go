package part

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

func TestPanel(t *testing.T) {
	wear(t, Theme{})
	content := canvas.NewRectangle(nil)
	content.SetMinSize(fyne.NewSize(100, 50))
	p := Panel(content)
	if got := p.MinSize(); got != fyne.NewSize(132, 82) {
		t.Errorf("least size %v", got)
	}
	p.Resize(fyne.NewSize(300, 200))
	if content.Position() != fyne.NewPos(16, 16) || content.Size() != fyne.NewSize(268, 168) {
		t.Errorf("the content is at %v with %v", content.Position(), content.Size())
	}
}

// Long texts wrap instead of widening the window.
func TestLabelsWrap(t *testing.T) {
	wear(t, Theme{})
	const long = "The website is broken, not your computer, and there is nothing that you can do about it but wait"
	n := NewNotice()
	n.Set(Fault, long)
	for name, o := range map[string]fyne.CanvasObject{"headline": Headline(long), "title": Title(long),
		"body": Body(long), "quiet": Quiet(long), "notice": n, "panel": Panel(Body(long))} {
		w := test.NewTempWindow(t, container.NewVScroll(container.NewVBox(o)))
		w.SetPadded(false)
		var heights []float32
		for _, width := range []float32{1600, 320} {
			w.Resize(fyne.NewSize(width, 401))
			w.Resize(fyne.NewSize(width, 400))
			heights = append(heights, o.Size().Height)
			if o.Size().Width > width || o.Size().Height != o.MinSize().Height {
				t.Errorf("%s at %v: %v, least %v", name, width, o.Size(), o.MinSize())
			}
		}
		if heights[1] <= heights[0] {
			t.Errorf("%s does not wrap: %v", name, heights)
		}
	}
	if Quiet("").Importance != widget.LowImportance || Headline("").SizeName != SizeHeadline {
		t.Error("the helpers do not set their type")
	}
}

func TestNotice(t *testing.T) {
	wear(t, Theme{Variant: Light})
	n := NewNotice()
	n.Resize(fyne.NewSize(300, 60))
	r := test.WidgetRenderer(n).(*noticeView)
	n.SetMotion(true)
	n.Set(Running, "Waiting for the network")
	if n.badge.breath.animation == nil {
		t.Error("the badge does not breathe")
	}
	n.Set(OK, "It is back")
	if n.badge.breath.animation != nil || n.label.Text != "It is back" || r.frame.StrokeColor != (Theme{Variant: Light}).Color(ColorOK, 0) {
		t.Errorf("after another sentence: %q, frame %v", n.label.Text, r.frame.StrokeColor)
	}
}

// The ring shows where the keyboard is, on every kind of button.
func TestPushRing(t *testing.T) {
	wear(t, Theme{})
	for _, importance := range []widget.Importance{widget.MediumImportance, widget.HighImportance, widget.LowImportance} {
		b := NewPush("Check again", Icon("repeat"), nil)
		b.Importance = importance
		w := test.NewTempWindow(t, container.NewCenter(b))
		r := test.WidgetRenderer(b).(*pushView)
		if !r.ring.Hidden {
			t.Error("a ring without focus")
		}
		w.Canvas().Focus(b)
		if r.ring.Hidden || r.ring.Size().Width <= b.Size().Width {
			t.Errorf("importance %d: ring hidden %v, size %v around %v", importance, r.ring.Hidden, r.ring.Size(), b.Size())
		}
		w.Canvas().Unfocus()
		if !r.ring.Hidden {
			t.Error("the ring stays")
		}
	}
}
