package part

import (
	"image"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// wear starts an app for the test, in the theme.
func wear(t testing.TB, th Theme) {
	t.Helper()
	a := test.NewApp()
	a.Settings().SetTheme(th)
	t.Cleanup(a.Quit)
}

// shown draws an object on the theme's ground at a size and scale. The size is set twice, as a
// window does when an object's height turns out to depend on its width.
func shown(th Theme, scale float32, size fyne.Size, o fyne.CanvasObject) image.Image {
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetScale(scale)
	ground := canvas.NewRectangle(th.Color(theme.ColorNameBackground, theme.VariantLight))
	c.SetContent(container.NewStack(ground, o))
	c.Resize(size.AddWidthHeight(0, 1))
	c.Resize(size)
	return c.Capture()
}

// sampleNames are the stations in languages with long words, and in one without spaces.
var sampleNames = map[string][]string{
	"en": {"This browser", "This computer", "Router", "Internet provider", "DNS", "CDN", "Website"},
	"de": {"Dieser Browser", "Dieser Computer", "Router", "Internetanbieter", "DNS", "CDN", "Website"},
	"fr": {"Ce navigateur", "Cet ordinateur", "Routeur", "Fournisseur d'accès", "DNS", "CDN", "Site web"},
	"zh": {"此浏览器", "这台计算机", "路由器", "互联网服务提供商运营商", "域名系统", "内容分发网络", "网站"},
}

var sampleIDs = []string{"browser", "computer", "router", "provider", "dns", "cdn", "website"}

// sampleStops are the stations in a language with the given states, one after the other.
func sampleStops(lang string, states ...State) []Stop {
	values := []string{"Firefox 128", "Wi-Fi, 192.168.1.20", "1.2 ms", "Deutsche Telekom AG, AS3320",
		"9.9.9.9 · 14 ms", "Cloudflare, Frankfurt", "502 Bad Gateway from nginx"}
	stops := make([]Stop, len(states))
	for i, s := range states {
		stops[i] = Stop{ID: sampleIDs[i], Name: sampleNames[lang][i], Value: values[i], State: s}
		switch s {
		case Waiting, Running:
			stops[i].Value = ""
		case Unknown:
			stops[i].Value = "not seen"
		}
	}
	return stops
}

func sampleItems() []RailItem {
	return []RailItem{{Icon("check"), "Check"}, {Icon("route"), "Ping & route"}, {Icon("cleanup"), "Clean up"},
		{Icon("history"), "History"}, {Icon("settings"), "Settings"}}
}

// wayOf is a way that stands still, with the stops.
func wayOf(stops []Stop) *Way {
	w := NewWay()
	w.SetMotion(false)
	w.SetStops(stops)
	return w
}

// Whoever switches between light and dark sees the whole window change.
func TestThemeSwitch(t *testing.T) {
	for name, fresh := range map[string]func() fyne.CanvasObject{
		"way":    func() fyne.CanvasObject { return wayOf(sampleStops("en", OK, Warning, Running, Fault, Unknown)) },
		"rail":   func() fyne.CanvasObject { return NewRail(sampleItems()) },
		"badge":  func() fyne.CanvasObject { return NewBadge(Warning, true, false) },
		"panel":  func() fyne.CanvasObject { return Panel(Quiet("quiet")) },
		"notice": func() fyne.CanvasObject { n := NewNotice(); n.Set(OK, "well"); return n },
		"push":   func() fyne.CanvasObject { return NewPush("Stop", Icon("stop"), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			light, dark := Theme{Variant: Light}, Theme{Variant: Dark, Scale: 1.25}
			size := fyne.NewSize(700, 420)
			wear(t, light)
			o := fresh()
			before := shown(light, 1, size, o)
			fyne.CurrentApp().Settings().SetTheme(dark)
			o.Refresh()
			after, want := shown(dark, 1, size, o), shown(dark, 1, size, fresh())
			if !reflect.DeepEqual(after, want) {
				t.Error("after the switch it does not look like one made in the dark")
			}
			if reflect.DeepEqual(before, after) {
				t.Error("the switch changed nothing")
			}
		})
	}
}
