package part

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// luminance and contrast are those of WCAG 2.1.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// over lays a colour that may be translucent over an opaque one.
func over(top, ground color.Color) color.Color {
	r, g, b, a := top.RGBA()
	x, y, z, _ := ground.RGBA()
	mix := func(t, u uint32) uint16 { return uint16(t + u*(0xffff-a)/0xffff) }
	return color.RGBA64{mix(r, x), mix(g, y), mix(b, z), 0xffff}
}

func TestContrast(t *testing.T) {
	type names = []fyne.ThemeColorName
	grounds := names{theme.ColorNameBackground, ColorPanel, ColorChosen, theme.ColorNameInputBackground,
		theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground, theme.ColorNameHeaderBackground}
	texts := names{theme.ColorNameForeground, ColorQuiet, ColorOK, ColorWarning, ColorFault, ColorUnknown, ColorWay,
		theme.ColorNamePrimary, theme.ColorNameHyperlink, theme.ColorNameError, theme.ColorNamePlaceHolder,
		theme.ColorNameDisabled, theme.ColorNameSuccess, theme.ColorNameWarning}
	none := fyne.ThemeColorName("")
	for _, c := range []struct {
		what    string
		least   float64
		fronts  names
		grounds names
		blends  names // laid over the ground, as buttons do under the mouse and in focus
	}{
		{"text", 4.5, texts, grounds, names{none}},
		{"button", 4.5, names{theme.ColorNameForeground}, names{theme.ColorNameButton},
			names{none, theme.ColorNameHover, theme.ColorNameFocus, theme.ColorNamePressed}},
		{"disabled button", 4.5, names{theme.ColorNameDisabled}, names{theme.ColorNameDisabledButton}, names{none}},
		{"primary button", 4.5, names{theme.ColorNameForegroundOnPrimary}, names{theme.ColorNamePrimary},
			names{none, theme.ColorNameHover, theme.ColorNameFocus}},
		{"danger button", 4.5, names{theme.ColorNameForegroundOnError}, names{theme.ColorNameError},
			names{none, theme.ColorNameHover, theme.ColorNameFocus}},
		{"success button", 4.5, names{theme.ColorNameForegroundOnSuccess}, names{theme.ColorNameSuccess}, names{none}},
		{"warning button", 4.5, names{theme.ColorNameForegroundOnWarning}, names{theme.ColorNameWarning}, names{none}},
		{"selected text", 4.5, names{theme.ColorNameForeground}, names{theme.ColorNameInputBackground, ColorPanel},
			names{theme.ColorNameSelection, theme.ColorNameHover}},
		{"shape", 3, names{ColorRing, theme.ColorNameInputBorder}, names{theme.ColorNameBackground, ColorPanel}, names{none}},
	} {
		for _, v := range []Variant{Light, Dark} {
			th := Theme{Variant: v}
			for _, ground := range c.grounds {
				for _, blend := range c.blends {
					under := th.Color(ground, theme.VariantLight)
					if blend != none {
						under = over(th.Color(blend, theme.VariantLight), under)
					}
					for _, front := range c.fronts {
						if got := contrast(th.Color(front, theme.VariantLight), under); got < c.least {
							t.Errorf("%s, variant %d: %s on %s %s: contrast %.2f, want %.1f", c.what, v, front, ground, blend, got, c.least)
						}
					}
				}
			}
		}
	}
}

func TestContrastFormula(t *testing.T) {
	if got := contrast(color.White, color.Black); math.Abs(got-21) > 0.01 {
		t.Errorf("white on black: %v, want 21", got)
	}
	if got := contrast(rgb(0x777777), color.White); math.Abs(got-4.48) > 0.01 {
		t.Errorf("#777 on white: %v, want 4.48", got)
	}
}

func TestTheme(t *testing.T) {
	wear(t, Theme{})
	ground := func(th Theme, v fyne.ThemeVariant) color.Color { return th.Color(theme.ColorNameBackground, v) }
	light, dark := ground(Theme{}, theme.VariantLight), ground(Theme{}, theme.VariantDark)
	if light == dark {
		t.Error("the theme does not follow the system's variant")
	}
	if ground(Theme{Variant: Light}, theme.VariantDark) != light || ground(Theme{Variant: Dark}, theme.VariantLight) != dark {
		t.Error("a fixed variant follows the system")
	}
	for _, name := range []fyne.ThemeSizeName{SizeHeadline, SizeGrid, theme.SizeNameText, theme.SizeNameScrollBar} {
		if one, two := (Theme{}).Size(name), (Theme{Scale: 2}).Size(name); one <= 0 || two != 2*one {
			t.Errorf("%s: %v at full size, %v at twice the size", name, one, two)
		}
	}
	if (Theme{}).Size("no such size") != theme.DefaultTheme().Size("no such size") {
		t.Error("an unknown size does not come from Fyne's theme")
	}
	if l := (look{theme: theme.DefaultTheme()}); l.size(SizeGrid) != 8 {
		t.Errorf("under another theme the grid is %v", l.size(SizeGrid))
	}
}

func TestFaded(t *testing.T) {
	l := look{theme: Theme{Variant: Light}}
	full, half := l.color(ColorWay), l.faded(ColorWay, 0.5)
	if _, _, _, a := half.RGBA(); a != 0x7fff {
		t.Errorf("half of the strength is alpha %#x", a)
	}
	if got := color.NRGBAModel.Convert(l.faded(ColorWay, 1)); got != full {
		t.Errorf("at full strength %v became %v", full, got)
	}
}
