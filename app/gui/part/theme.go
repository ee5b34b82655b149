package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Variant says whether the window is light or dark.
type Variant int

// The variants; System follows the operating system.
const (
	System Variant = iota
	Light
	Dark
)

// Theme is the look of the window: one accent colour, one scale of type, and a grid of 8. What it
// does not set comes from Fyne's own theme. The zero value follows the system at full size.
type Theme struct {
	Variant Variant
	Scale   float32 // multiplies every size; 0 means 1
}

var _ fyne.Theme = Theme{}

// Our own colours, next to Fyne's.
const (
	ColorOK      fyne.ThemeColorName = "waymend-ok"
	ColorWarning fyne.ThemeColorName = "waymend-warning"
	ColorFault   fyne.ThemeColorName = "waymend-fault"
	ColorUnknown fyne.ThemeColorName = "waymend-unknown"
	ColorPanel   fyne.ThemeColorName = "waymend-panel"  // the ground of cards
	ColorEdge    fyne.ThemeColorName = "waymend-edge"   // the hairline around cards
	ColorQuiet   fyne.ThemeColorName = "waymend-quiet"  // text of second rank
	ColorWay     fyne.ThemeColorName = "waymend-way"    // the line of the way, travelled
	ColorAhead   fyne.ThemeColorName = "waymend-ahead"  // the line of the way, not travelled yet
	ColorChosen  fyne.ThemeColorName = "waymend-chosen" // the ground of what is selected
	ColorRing    fyne.ThemeColorName = "waymend-ring"   // the ring around what has the focus
)

// Our own sizes, next to Fyne's. Grid is the unit of all distances.
const (
	SizeHeadline fyne.ThemeSizeName = "waymend-headline"
	SizeTitle    fyne.ThemeSizeName = "waymend-title"
	SizeBody     fyne.ThemeSizeName = "waymend-body"
	SizeSmall    fyne.ThemeSizeName = "waymend-small"
	SizeGrid     fyne.ThemeSizeName = "waymend-grid"
	SizeRounding fyne.ThemeSizeName = "waymend-rounding" // corners of cards
)

// pair is one colour in the two variants.
type pair struct{ light, dark color.NRGBA }

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

func rgba(hex uint32, alpha uint8) color.NRGBA {
	c := rgb(hex)
	c.A = alpha
	return c
}

var (
	ink    = pair{rgb(0x1a1e26), rgb(0xe8ebf0)}
	quiet  = pair{rgb(0x566070), rgb(0xa6afbd)}
	ground = pair{rgb(0xf4f5f7), rgb(0x14171c)}
	panel  = pair{rgb(0xffffff), rgb(0x1d2128)}
	edge   = pair{rgb(0xe2e5ea), rgb(0x2d333d)}
	button = pair{rgb(0xe7eaef), rgb(0x2c323c)}
	accent = pair{rgb(0x2a5bd0), rgb(0x8fb2ff)}
	onto   = pair{rgb(0xffffff), rgb(0x0d1420)} // text on a strong colour
	good   = pair{rgb(0x167546), rgb(0x63cf96)}
	warn   = pair{rgb(0x8f5600), rgb(0xf2b855)}
	bad    = pair{rgb(0xc0262d), rgb(0xff8d88)}
)

var colours = map[fyne.ThemeColorName]pair{
	ColorOK:      good,
	ColorWarning: warn,
	ColorFault:   bad,
	ColorUnknown: quiet,
	ColorPanel:   panel,
	ColorEdge:    edge,
	ColorQuiet:   quiet,
	ColorWay:     accent,
	ColorAhead:   {rgb(0xcfd5de), rgb(0x3d4550)},
	ColorChosen:  {rgb(0xe4ebfa), rgb(0x26314a)},
	ColorRing:    accent,

	theme.ColorNameBackground:          ground,
	theme.ColorNameForeground:          ink,
	theme.ColorNamePrimary:             accent,
	theme.ColorNameHyperlink:           accent,
	theme.ColorNameForegroundOnPrimary: onto,
	theme.ColorNameSuccess:             good,
	theme.ColorNameForegroundOnSuccess: onto,
	theme.ColorNameWarning:             warn,
	theme.ColorNameForegroundOnWarning: onto,
	theme.ColorNameError:               bad,
	theme.ColorNameForegroundOnError:   onto,
	theme.ColorNameButton:              button,
	theme.ColorNameDisabledButton:      {rgb(0xeceef2), rgb(0x232830)},
	theme.ColorNameDisabled:            {rgb(0x616a79), rgb(0x98a1ae)},
	theme.ColorNamePlaceHolder:         quiet,
	theme.ColorNameInputBackground:     panel,
	theme.ColorNameInputBorder:         {rgb(0x828b9a), rgb(0x6d7786)},
	theme.ColorNameMenuBackground:      panel,
	theme.ColorNameOverlayBackground:   panel,
	theme.ColorNameHeaderBackground:    {rgb(0xebedf1), rgb(0x1d2128)},
	theme.ColorNameSeparator:           edge,
	theme.ColorNameSelection:           {rgba(0x2a5bd0, 0x33), rgba(0x8fb2ff, 0x40)},
	theme.ColorNameFocus:               {rgba(0x2a5bd0, 0x38), rgba(0x8fb2ff, 0x40)},
	theme.ColorNameHover:               {rgba(0x1a1e26, 0x0f), rgba(0xe8ebf0, 0x12)},
	theme.ColorNamePressed:             {rgba(0x1a1e26, 0x1f), rgba(0xe8ebf0, 0x24)},
	theme.ColorNameScrollBar:           {rgba(0x1a1e26, 0x66), rgba(0xe8ebf0, 0x66)},
	theme.ColorNameScrollBarBackground: {rgba(0x1a1e26, 0x0a), rgba(0xe8ebf0, 0x0a)},
	theme.ColorNameShadow:              {rgba(0x1a1e26, 0x24), rgba(0x000000, 0x80)},
}

// sizes holds what differs from Fyne's theme, at full size.
var sizes = map[fyne.ThemeSizeName]float32{
	SizeHeadline: 26,
	SizeTitle:    18,
	SizeBody:     14,
	SizeSmall:    12,
	SizeGrid:     8,
	SizeRounding: 16,

	theme.SizeNameText:            14,
	theme.SizeNameCaptionText:     12,
	theme.SizeNameHeadingText:     26,
	theme.SizeNameSubHeadingText:  18,
	theme.SizeNamePadding:         8,
	theme.SizeNameInnerPadding:    8,
	theme.SizeNameLineSpacing:     4,
	theme.SizeNameInputRadius:     8,
	theme.SizeNameSelectionRadius: 8,
	theme.SizeNameInlineIcon:      20,
}

// Color implements fyne.Theme.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch t.Variant {
	case Light:
		v = theme.VariantLight
	case Dark:
		v = theme.VariantDark
	}
	c, ok := colours[name]
	if !ok {
		return theme.DefaultTheme().Color(name, v)
	}
	if v == theme.VariantDark {
		return c.dark
	}
	return c.light
}

// Size implements fyne.Theme.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	size, ok := sizes[name]
	if !ok {
		size = theme.DefaultTheme().Size(name)
	}
	if t.Scale > 0 {
		size *= t.Scale
	}
	return size
}

// Font implements fyne.Theme.
func (t Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon implements fyne.Theme.
func (t Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// look is the theme as one widget sees it.
type look struct {
	theme   fyne.Theme
	variant fyne.ThemeVariant
}

func lookOf(w interface{ Theme() fyne.Theme }) look {
	return look{w.Theme(), fyne.CurrentApp().Settings().ThemeVariant()}
}

func (l look) color(name fyne.ThemeColorName) color.Color { return l.theme.Color(name, l.variant) }

// faded is the colour with the given part of its strength, 0 to 1.
func (l look) faded(name fyne.ThemeColorName, strength float32) color.Color {
	r, g, b, a := l.color(name).RGBA()
	return color.NRGBA64{uint16(r), uint16(g), uint16(b), uint16(float32(a) * strength)}
}

// grid is n units of the grid.
func (l look) grid(n float32) float32 { return n * l.size(SizeGrid) }

func (l look) size(name fyne.ThemeSizeName) float32 {
	if s := l.theme.Size(name); s > 0 {
		return s
	}
	return Theme{}.Size(name) // under a theme that does not know our names
}

// stateColor is the colour that goes with a state.
func stateColor(s State) fyne.ThemeColorName {
	switch s {
	case OK:
		return ColorOK
	case Warning:
		return ColorWarning
	case Fault, Failed:
		return ColorFault
	case Running:
		return ColorWay
	default:
		return ColorUnknown
	}
}
