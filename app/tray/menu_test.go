package tray

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/waymend/waymend/app/control"
)

// drawn is the menu as it is read, what cannot be chosen in parentheses.
func drawn(m [places]item) (list []string) {
	for _, l := range m {
		switch {
		case l.Hidden:
		case l.Do == separator:
			list = append(list, "--")
		case l.Off:
			list = append(list, "("+l.Text+")")
		default:
			list = append(list, l.Text)
		}
	}
	return list
}

func TestMenu(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	watch := func(n int) (list []control.Watched) {
		list = append(list, control.Watched{}) // the connection in general
		for i := range n {
			list = append(list, control.Watched{Address: fmt.Sprintf("site%d.example", i), Health: control.Well})
		}
		return list
	}
	sick := watch(7)
	sick[7].Health = control.Trouble
	hostile := []control.Watched{{Address: "x\n\x1b[31m" + strings.Repeat("y", 1<<20), Health: control.Trouble}}

	tests := []struct {
		name   string
		status control.Status
		want   string
	}{
		{"nothing known", control.Status{}, `
			(Nothing is known yet)|--|Check now|Reset caches and DNS|--|(No addresses are watched)|--|Pause background checks|Open Waymend|Quit`},
		{"first check", control.Status{Health: control.Working, Targets: watch(1)}, `
			(Checking …)|--|(Checking …)|Reset caches and DNS|--|site0.example|--|Pause background checks|Open Waymend|Quit`},
		{"a later check keeps the answer", control.Status{Health: control.Working, Title: "All is well", Targets: watch(1)}, `
			(All is well)|--|(Checking …)|Reset caches and DNS|--|site0.example|--|Pause background checks|Open Waymend|Quit`},
		{"trouble comes first", control.Status{Health: control.Trouble, Title: "site6.example is broken", Targets: sick}, `
			(site6.example is broken)|--|Check now|Reset caches and DNS|--|site6.example – trouble|site0.example|site1.example|site2.example|site3.example|--|Pause background checks|Open Waymend|Quit`},
		{"paused", control.Status{Health: control.Well, Title: "All is well", Paused: now.Add(time.Hour), Targets: watch(1)}, `
			(Background checks are paused)|--|Check now|Reset caches and DNS|--|site0.example|--|Resume background checks|Open Waymend|Quit`},
		{"a pause that is over", control.Status{Health: control.Well, Title: "All is well", Paused: now, Targets: watch(1)}, `
			(All is well)|--|Check now|Reset caches and DNS|--|site0.example|--|Pause background checks|Open Waymend|Quit`},
		{"hostile", control.Status{Title: "a\x00\r\nb\u202e" + strings.Repeat("c", 1<<20), Targets: hostile}, `
			(a b` + strings.Repeat("c", longest-4) + `…)|--|Check now|Reset caches and DNS|--|x ` + strings.Repeat("y", longest-23) + `… – trouble|--|Pause background checks|Open Waymend|Quit`},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			m := menu(c.status, "en", now)
			if have := strings.Join(drawn(m), "|"); have != strings.TrimSpace(c.want) {
				t.Errorf("%s\nnot\n%s", have, strings.TrimSpace(c.want))
			}
			for _, l := range m {
				if utf8.RuneCountInString(l.Text) > longest {
					t.Errorf("too long: %q", l.Text)
				}
			}
		})
	}
}

// TestPlaces holds every command to its place, whatever the status: a click may be older than the
// menu that is drawn.
func TestPlaces(t *testing.T) {
	now := time.Now()
	fixed := map[int][]command{checkPlace: {check}, resetPlace: {reset}, pausePlace: {pause, resume}, openPlace: {open}, quitPlace: {quit}}
	for _, s := range []control.Status{{}, {Health: control.Working}, {Paused: now.Add(time.Hour), Targets: []control.Watched{{Address: "a"}, {Address: "b"}}}} {
		m := menu(s, "en", now)
		for place, commands := range fixed {
			found := false
			for _, c := range commands {
				found = found || m[place].Do == c
			}
			if !found {
				t.Errorf("%+v: place %d does %d", s, place, m[place].Do)
			}
		}
		if drawn := drawn(m); drawn[0] == "--" || drawn[len(drawn)-1] == "--" || strings.Contains(strings.Join(drawn, "|"), "--|--") {
			t.Errorf("%+v: separators that separate nothing: %q", s, drawn)
		}
	}
}

// TestActions calls what each command stands for, and nothing for what is missing.
func TestActions(t *testing.T) {
	var did []string
	note := func(what string) func() { return func() { did = append(did, what) } }
	a := Actions{Check: note("check"), Reset: note("reset"), Pause: note("pause"), Resume: note("resume"), Open: note("open"),
		Quit: note("quit"), Show: func(address string) { did = append(did, "show "+address) }}
	for c := nothing; c <= quit; c++ {
		if f := a.of(item{Do: c, Address: "example.org"}); f != nil {
			f()
		}
		if f := (Actions{}).of(item{Do: c}); f != nil {
			t.Errorf("command %d without an action", c)
		}
	}
	if want := []string{"check", "reset", "show example.org", "pause", "resume", "open", "quit"}; !reflect.DeepEqual(did, want) {
		t.Errorf("%q, not %q", did, want)
	}
}
