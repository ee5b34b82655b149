//go:build lab && linux

package window

import (
	"slices"
	"strconv"
	"testing"
)

// round presses Tab until the focus is back where it began, and returns what had it, in order.
func (a *App) round() []Focus {
	a.t.Helper()
	a.follow()
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

var places = []string{"check", "route", "cleanup", "history", "settings"}

// visit goes to a place by its key.
func (a *App) visit(place string) {
	a.t.Helper()
	a.Key("ctrl+" + strconv.Itoa(slices.Index(places, place)+1))
	a.Until(place, func() bool { return a.State.Place == place })
}

// TestTab goes through every page with Tab alone: everything once, nothing out of sight, in the order of
// the page, and back to where it began.
func TestTab(t *testing.T) {
	skip(t)
	t.Parallel()
	a := New(t, "site.bad-gateway-nginx", Screen{}).Open()
	a.Answer("shop.example")
	want := map[string][]string{ // of what follows what browsers and references there are, only the beginning
		"check": {"Address, or the browser's error message", "", "Check", "part.Way", "Check again", "Copy message", "Check again", "Save report", "Copy answer", "part.foldHead", "part.Rail"},
		"route": {"Address or name to measure the way to", "Measure", "Show what the routers are called (asks the DNS server that is set here)",
			"Show whose networks they are in (asks a public service outside)", "part.Rail"},
		"cleanup":  {"Reset all caches"},
		"history":  {"Check in the background", "part.EntryRow", "part.Rail"},
		"settings": {"As the system has it", "As the system has it", "As the system has it", "No motion"},
	}
	for _, place := range places {
		a.visit(place)
		var ids, texts []string
		for _, f := range a.round() {
			if f.Y+f.Height > a.State.Height || f.Y < 0 {
				t.Errorf("%s: %+v has the keyboard out of sight", place, f)
			}
			ids = append(ids, f.ID)
			switch f.Type {
			case "part.Way", "part.Rail", "part.EntryRow", "part.foldHead":
				texts = append(texts, f.Type)
			default:
				texts = append(texts, f.Text)
			}
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != len(texts) {
			t.Errorf("%s: something has the keyboard twice: %q", place, texts)
		}
		if w := want[place]; len(texts) < len(w) || !slices.Equal(texts[:len(w)], w) || len(w) > 1 && place != "settings" && len(texts) != len(w) {
			t.Errorf("%s: Tab leads through %q, want %q", place, texts, w)
		}
	}
}

// TestKeys uses the keys that work everywhere, and the sheet with the letter.
func TestKeys(t *testing.T) {
	skip(t)
	t.Parallel()
	a := New(t, "site.bad-gateway-nginx", Screen{}).Open()

	a.Reach("Try an example")
	a.Key("Return")
	a.Until("the menu of examples", func() bool { return a.State.Over == 1 })
	a.Key("Escape")
	a.Until("no menu", func() bool { return a.State.Over == 0 })

	a.Answer("shop.example")
	a.visit("history")
	a.Key("ctrl+l")
	a.Until("the address", func() bool { return a.State.Place == "check" && a.Focus.Type == "gui.addressEntry" })
	for run := range 2 {
		a.Key("ctrl+r")
		a.Until("another answer", func() bool { return a.State.Run == run+2 && !a.State.Running && a.State.Fault != "" })
	}
	for _, key := range []string{"Return", "space"} {
		a.Reach("Copy message")
		a.Key(key)
		a.Until("the letter", func() bool { return a.State.Sheet })
		if list := a.round(); len(list) < 2 || len(list) > 4 {
			t.Errorf("Tab leaves the sheet: %+v", list)
		}
		a.Key("Escape")
		a.Until("the page", func() bool { return !a.State.Sheet })
	}
	a.Key("ctrl+4")
	a.Until("the history", func() bool { return a.State.Place == "history" && a.Focus.Text == "Check in the background" })
	a.Key("Tab")
	a.Until("the answer in the list", func() bool { return a.Focus.Type == "part.EntryRow" })
	run := a.State.Run
	a.Key("Return")
	a.Until("the kept answer", func() bool {
		return a.State.Place == "check" && a.State.Run > run && a.State.Fault == "site.bad-gateway"
	})
}

// TestStop ends running examinations by Escape, by the button, and by another address.
func TestStop(t *testing.T) {
	skip(t)
	t.Parallel()
	a := New(t, "site.no-answer", Screen{}).Open()
	begin := func() {
		a.Key("ctrl+l")
		a.Type("shop.example")
		a.Key("Return")
		a.Until("an examination", func() bool { return a.State.Running && a.State.Facts > 0 })
	}
	begin()
	a.Key("Escape")
	a.Until("the end", func() bool { return !a.State.Running })
	if !a.State.Stopped {
		t.Errorf("the examination ended by itself: %+v", a.State)
	}
	begin()
	a.Reach("Stop")
	a.Key("space")
	a.Until("the end", func() bool { return !a.State.Running })
	if !a.State.Stopped || a.State.Run != 2 {
		t.Errorf("the button does not stop: %+v", a.State)
	}
	begin()
	a.Answer("other.example")
	if a.State.Run != 4 || a.State.Input != "other.example" || a.State.Fault == "" {
		t.Errorf("another address does not take over: %+v", a.State)
	}
}
