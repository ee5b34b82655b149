package resources

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

//go:generate go test -run ^TestTrayIcons$ -draw .

var drawTray = flag.Bool("draw", false, "draw the icons of the tray anew from their SVG")

// trayColours stand out at least 3:1 (WCAG 2.2, 1.4.11) from white and from dark panels.
var trayColours = map[string]color.NRGBA{
	"well":    {0x12, 0x96, 0x4B, 0xFF},
	"working": {0x3B, 0x7D, 0xF0, 0xFF},
	"trouble": {0xE5, 0x48, 0x3D, 0xFF},
	"unknown": {0x80, 0x83, 0x8A, 0xFF},
}

// The library hands a desktop one picture, which the desktop makes smaller: 64 pixels halve cleanly
// to 32 and 16, and are enough for panels at 200 %.
const trayPixels = 64

// Windows takes from an ICO the size that its scaling asks for.
var trayICO = []int{16, 20, 24, 32, 40, 48, 64}

// TestTrayIcons holds the pictures to the drawings that they were made from.
func TestTrayIcons(t *testing.T) {
	for _, state := range TrayStates {
		in := func(size int, c color.NRGBA) []byte {
			var b bytes.Buffer
			if err := png.Encode(&b, drawing(t, "tray-"+state, size, c)); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		var pictures [][]byte
		for _, size := range trayICO {
			pictures = append(pictures, in(size, trayColours[state]))
		}
		same(t, state+".png", in(trayPixels, trayColours[state]))
		same(t, state+".template", in(44, color.NRGBA{A: 0xFF})) // the menu bar's 22 points at 200 %
		same(t, state+".ico", ico(pictures))
		if TrayIcon(state) == nil {
			t.Error(state, "is not embedded")
		}
	}
	if TrayIcon("../waymend") != nil || TrayIcon("") != nil {
		t.Error("an icon for a state that there is not")
	}
}

// same compares a file with what it should hold, or writes it. Processors differ in the last bit of
// a fraction; the eye does not see that.
func same(t *testing.T, name string, want []byte) {
	t.Helper()
	name = "icons/tray/" + name
	if *drawTray {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pngs(want) {
		a, errA := png.Decode(bytes.NewReader(p))
		var b image.Image
		errB := fmt.Errorf("picture %d is missing", i)
		if all := pngs(have); i < len(all) {
			b, errB = png.Decode(bytes.NewReader(all[i]))
		}
		if errA != nil || errB != nil || a.Bounds() != b.Bounds() {
			t.Fatal(name, i, errA, errB)
		}
		if far(a, b) {
			t.Errorf("%s, picture %d, is not the drawing; run go generate ./resources", name, i)
		}
	}
}

func far(a, b image.Image) bool {
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p, q := color.NRGBAModel.Convert(a.At(x, y)).(color.NRGBA), color.NRGBAModel.Convert(b.At(x, y)).(color.NRGBA)
			if math.Abs(float64(p.A)-float64(q.A)) > 8 || p.A > 128 && math.Abs(float64(p.R)-float64(q.R)) > 8 {
				return true
			}
		}
	}
	return false
}

// pngs are the pictures in a file.
func pngs(file []byte) (list [][]byte) {
	mark := []byte("\x89PNG\r\n\x1a\n")
	for i := bytes.Index(file, mark); i >= 0; {
		next := bytes.Index(file[i+1:], mark)
		if next < 0 {
			return append(list, file[i:])
		}
		list = append(list, file[i:i+1+next])
		i += 1 + next
	}
	return list
}

// drawing is an SVG of one colour on a clear ground.
func drawing(t *testing.T, name string, size int, c color.NRGBA) image.Image {
	t.Helper()
	svg := bytes.Replace(Icon(name), []byte("#000000"), fmt.Appendf(nil, "#%02x%02x%02x", c.R, c.G, c.B), 1)
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg))
	if err != nil {
		t.Fatal(name, err)
	}
	m := image.NewNRGBA(image.Rect(0, 0, size, size))
	icon.SetTarget(0, 0, float64(size), float64(size))
	icon.Draw(rasterx.NewDasher(size, size, rasterx.NewScannerGV(size, size, m, m.Bounds())), 1)
	return m
}

// ico holds pictures as PNG, as Windows reads them since Vista.
func ico(pictures [][]byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{0, 0, 1, 0}, uint16(len(pictures)))
	at := len(b) + 16*len(pictures)
	for i, p := range pictures {
		b = append(b, byte(trayICO[i]), byte(trayICO[i]), 0, 0, 1, 0, 32, 0)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
		at += len(p)
	}
	return append(b, bytes.Join(pictures, nil)...)
}

// TestTrayColours measures the contrast with the panels of desktops.
func TestTrayColours(t *testing.T) {
	panels := map[string]color.NRGBA{"white": {0xFF, 0xFF, 0xFF, 0xFF}, "light": {0xF6, 0xF5, 0xF4, 0xFF}, "dark": {0x20, 0x20, 0x20, 0xFF}, "Xfce": {0x36, 0x36, 0x36, 0xFF}, "black": {0, 0, 0, 0xFF}}
	for state, c := range trayColours {
		for panel, p := range panels {
			if r := contrast(c, p); r < 3 {
				t.Errorf("%s on a %s panel: %.2f:1", state, panel, r)
			}
		}
	}
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
