package part

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestWaterfallLooks(t *testing.T) {
	for _, c := range []struct {
		name  string
		theme Theme
		width float32
		scale float32
		open  string
	}{
		{"wide-light", Theme{Variant: Light}, 1000, 1, ""},
		{"wide-dark-open", Theme{Variant: Dark}, 1000, 1, "site.page"},
		{"narrow-light-open", Theme{Variant: Light}, 360, 1, "site.page"},
		{"narrow-dark-double", Theme{Variant: Dark}, 360, 2, ""},
		{"large-text", Theme{Variant: Light, Scale: 2}, 1000, 1, skippedID},
	} {
		t.Run(c.name, func(t *testing.T) {
			wear(t, c.theme)
			fall := sampleFall()
			w := showIn(t, fall, c.width)
			w.Canvas().(test.WindowlessCanvas).SetScale(c.scale)
			w.Canvas().Focus(fall)
			press(fall, fyne.KeyDown)
			fall.Open(c.open)
			settle(w, c.width)
			test.AssertRendersToImage(t, "look/waterfall-"+c.name+".png", w.Canvas())
		})
	}
}
