package part

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/waymend/waymend/resources"
)

// inked counts the pixels that a drawing changes, and says whether it stays clear of the edge.
func inked(img image.Image) (count int, clear bool) {
	ground := color.RGBAModel.Convert(img.At(0, 0))
	b := img.Bounds()
	clear = true
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) != ground {
				count++
				if x == 0 || y == 0 || x == b.Max.X-1 || y == b.Max.Y-1 {
					clear = false
				}
			}
		}
	}
	return count, clear
}

func TestIconsDraw(t *testing.T) {
	th := Theme{Variant: Light}
	wear(t, th)
	if len(resources.Icons()) < 30 {
		t.Fatalf("only %d icons", len(resources.Icons()))
	}
	for _, name := range resources.Icons() {
		for _, side := range []float32{16, 24, 96} {
			drawing := canvas.NewImageFromResource(Icon(name))
			if name == "waymend" {
				drawing.Resource = AppIcon()
			}
			img := shown(th, 1, fyne.NewSquareSize(side), drawing)
			count, clear := inked(img)
			if count < 6 || !clear && side > 24 {
				t.Errorf("%s at %v: %d pixels drawn, clear of the edge: %v", name, side, count, clear)
			}
		}
	}
}

func TestIconsAreThere(t *testing.T) {
	for _, name := range []string{
		"browser", "computer", "router", "provider", "dns", "cdn", "website",
		"check", "route", "cleanup", "history", "settings",
		"tick", "triangle", "cross", "ring", "dash", "dot",
		"copy", "open", "stop", "repeat", "save", "chevron", "close", "mail", "undo",
		"waymend", "waymend-mono",
	} {
		if resources.Icon(name) == nil {
			t.Errorf("no icon %q", name)
		}
	}
	if resources.Icon("../icons/tick") != nil || resources.Icon("no such") != nil {
		t.Error("an icon that is none")
	}
	if !bytes.Equal(drawing("no such").Content(), resources.Icon("ring")) {
		t.Error("an unknown name is not the hollow ring")
	}
}

// The icons must take the theme's colours everywhere, also where Fyne recolours them itself.
func TestIconsTakeColour(t *testing.T) {
	for _, v := range []Variant{Light, Dark} {
		th := Theme{Variant: v}
		wear(t, th)
		for _, name := range []fyne.ThemeColorName{ColorFault, ColorQuiet} {
			c := color.NRGBAModel.Convert(th.Color(name, 0)).(color.NRGBA)
			want := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
			if got := IconIn("router", name).Content(); !bytes.Contains(got, []byte(want)) {
				t.Errorf("variant %d, %s: %s is not in %s", v, name, want, got[:120])
			}
		}
	}
}
