package part

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// TestLook holds the widgets that are drawn here to pictures of them. Pictures differ a little
// between architectures, so they are compared on one.
func TestLook(t *testing.T) {
	fault := func() fyne.CanvasObject {
		w := wayOf(sampleStops("fr", OK, Warning, OK, Fault, Unknown, Unknown, Skipped))
		w.Select(3)
		return container.NewVBox(w)
	}
	running := func() fyne.CanvasObject {
		w := wayOf(sampleStops("de", OK, OK, OK, Running, Waiting, Waiting, Waiting))
		w.FocusGained()
		return container.NewVBox(w)
	}
	badges := func() fyne.CanvasObject {
		row := container.NewHBox()
		for _, s := range []State{Waiting, Running, OK, Warning, Fault, Unknown, Skipped} {
			row.Add(NewBadge(s, false, false))
			row.Add(NewBadge(s, true, false))
		}
		return row
	}
	rail := func(narrow bool) func() fyne.CanvasObject {
		return func() fyne.CanvasObject {
			r := NewRail(sampleItems())
			r.SetNarrow(narrow)
			r.Select(1)
			r.FocusGained()
			r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
			return container.NewHBox(r)
		}
	}
	card := func() fyne.CanvasObject {
		again := NewPush("Check again", Icon("repeat"), nil)
		again.FocusGained()
		n := NewNotice()
		n.Set(Warning, "This example was made on your own computer; nothing was sent anywhere.")
		return container.NewVBox(n, Panel(container.NewVBox(Headline("The website is broken"),
			Body("nginx at 203.0.113.7 answered 502 Bad Gateway three times."), Quiet("Certain"), Title("What to do"),
			container.NewHBox(again))))
	}
	for _, c := range []struct {
		name  string
		theme Theme
		scale float32
		size  fyne.Size
		make  func() fyne.CanvasObject
	}{
		{"way-fault-light", Theme{Variant: Light}, 1, fyne.NewSize(880, 184), fault},
		{"way-fault-dark", Theme{Variant: Dark}, 2, fyne.NewSize(880, 184), fault},
		{"way-running-light", Theme{Variant: Light}, 1, fyne.NewSize(1000, 170), running},
		{"way-running-large", Theme{Variant: Dark, Scale: 1.5}, 1, fyne.NewSize(1500, 240), running},
		{"way-narrow-light", Theme{Variant: Light}, 1, fyne.NewSize(450, 440), fault},
		{"way-narrow-dark", Theme{Variant: Dark}, 2, fyne.NewSize(320, 500), running},
		{"badges-light", Theme{Variant: Light}, 2, fyne.NewSize(480, 48), badges},
		{"badges-dark", Theme{Variant: Dark}, 1, fyne.NewSize(480, 48), badges},
		{"rail-light", Theme{Variant: Light}, 1, fyne.NewSize(120, 400), rail(false)},
		{"rail-dark", Theme{Variant: Dark}, 2, fyne.NewSize(120, 400), rail(false)},
		{"rail-narrow", Theme{Variant: Light}, 1, fyne.NewSize(80, 300), rail(true)},
		{"card-light", Theme{Variant: Light}, 1, fyne.NewSize(480, 380), card},
		{"card-dark", Theme{Variant: Dark}, 1, fyne.NewSize(480, 380), card},
	} {
		t.Run(c.name, func(t *testing.T) {
			wear(t, c.theme)
			test.AssertImageMatches(t, "look/"+c.name+".png", shown(c.theme, c.scale, c.size, c.make()))
		})
	}
}
