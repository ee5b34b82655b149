package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/waymend/waymend/resources"
)

// Icon returns the drawing with the name, in the theme's foreground colour. A name without a
// drawing gives the hollow ring.
func Icon(name string) fyne.Resource {
	return IconIn(name, theme.ColorNameForeground)
}

// IconIn returns the drawing with the name in a colour of the theme.
func IconIn(name string, colour fyne.ThemeColorName) fyne.Resource {
	return theme.NewColoredResource(drawing(name), colour)
}

// AppIcon returns the program's own icon, in its own colours.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("waymend.png", resources.AppPicture) }

func drawing(name string) *fyne.StaticResource {
	raw := resources.Icon(name)
	if raw == nil {
		name = "ring"
		raw = resources.Icon(name)
	}
	return fyne.NewStaticResource(name+".svg", raw)
}
