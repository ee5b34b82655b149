//go:build lab && linux

package window

import "testing"

// round presses Tab until the focus is back where it began, and returns what had it, in order.
func (a *App) round() []Focus {
	a.t.Helper()
	start := a.Focus
	list := []Focus{start}
	for range 80 {
		if a.Press("Tab"); a.Focus.ID == start.ID {
			return list
		}
		list = append(list, a.Focus)
	}
	a.t.Fatalf("Tab does not come back: %+v", list)
	return nil
}

// TestTab goes through every page with Tab alone.
func TestTab(t *testing.T) {
	skip(t)
	d := New(t, "site.bad-gateway-nginx", Screen{})
	a := d.Open()
	a.Answer("shop.example")
	for i, place := range []string{"check", "route", "cleanup", "history", "settings"} {
		a.Key("ctrl+" + string(rune('1'+i)))
		a.Until(place, func() bool { return a.State.Place == place })
		a.follow()
		for n, f := range a.round() {
			t.Logf("%s %d %+v", place, n, f)
			if f.Y+f.Height > a.State.Height || f.Y < 0 {
				t.Errorf("%s: %+v has the keyboard out of sight", place, f)
			}
		}
	}
}
