package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/platform"
)

// glass is a terminal as far as the live view uses one: it keeps rows, wraps, moves the cursor and
// erases. It fails on anything else, so that no other sequence slips in.
type glass struct {
	t      *testing.T
	width  int
	rows   [][]rune
	y, x   int
	writes int
}

func (g *glass) Write(p []byte) (int, error) {
	g.writes++
	text := []rune(string(p))
	for i := 0; i < len(text); i++ {
		switch r := text[i]; r {
		case '\n':
			g.y, g.x = g.y+1, 0
		case '\r':
			g.x = 0
		case '\x1b':
			var n int
			var command rune
			if k, _ := fmt.Sscanf(string(text[i:min(i+6, len(text))]), "\x1b[%d%c", &n, &command); k < 2 {
				command, i = text[i+2], i+2
			} else {
				for i += 2; text[i] != command; i++ {
				}
			}
			g.command(command, n)
		default:
			if r < ' ' {
				g.t.Errorf("control character %q", r)
			}
			if g.x == g.width {
				g.y, g.x = g.y+1, 0
			}
			g.row()[g.x] = r
			g.x++
		}
		g.row()
	}
	return len(p), nil
}

func (g *glass) command(command rune, n int) {
	switch command {
	case 'A':
		if g.y -= n; g.y < 0 {
			g.t.Errorf("the cursor moved above the view")
			g.y = 0
		}
	case 'B':
		g.y += n
	case 'K', 'J':
		clear := g.row()[g.x:]
		for i := range clear {
			clear[i] = ' '
		}
		if command == 'J' {
			g.rows = g.rows[:g.y+1]
		}
	case 'm':
	default:
		g.t.Errorf("unexpected sequence %q", command)
	}
}

func (g *glass) row() []rune {
	for len(g.rows) <= g.y {
		g.rows = append(g.rows, []rune(strings.Repeat(" ", g.width)))
	}
	return g.rows[g.y]
}

// resize wraps the rows anew as terminals do: each row longer than the new width is broken.
func (g *glass) resize(width int) {
	var rows [][]rune
	y := 0
	for i, r := range g.rows {
		if i == g.y {
			y = len(rows)
		}
		text := []rune(strings.TrimRight(string(r), " "))
		for len(text) > width {
			rows, text = append(rows, text[:width:width]), text[width:]
		}
		rows = append(rows, append(text, []rune(strings.Repeat(" ", width-len(text)))...))
	}
	g.rows, g.width, g.y = rows, width, y
}

func (g *glass) lines() (lines []string) {
	for _, r := range g.rows {
		lines = append(lines, strings.TrimRight(string(r), " "))
	}
	return lines
}

func fact(c diagnostics.ID, station diagnostics.Station, state diagnostics.State, value any) diagnostics.Fact {
	return diagnostics.Fact{ID: c, Station: station, State: state, Value: value, Start: time.Now()}
}

func newTestLive(t *testing.T, width int) (*live, *glass) {
	g := &glass{t: t, width: width}
	plan := diagnostics.Plan{checks.Links, checks.Routes, checks.RouterEcho, checks.SystemLookup}
	l := newLive(screen{moves: true, color: true}, g, plan, "en")
	l.width = func() int { return g.width }
	return l, g
}

func TestLiveFillsIn(t *testing.T) {
	for _, width := range []int{20, 30, 80, 200} {
		l, g := newTestLive(t, width)
		l.draw()
		l.add(fact(checks.Links.ID, diagnostics.Computer, diagnostics.OK, checks.LinkList{Links: []platform.Link{{Name: "eth0", Up: true}}}))
		l.add(fact(checks.Routes.ID, diagnostics.Computer, diagnostics.Unknown, nil))
		l.draw()
		l.add(fact(checks.SystemLookup.ID, diagnostics.DNS, diagnostics.Failed, checks.Lookup{Name: "a.example", NotFound: true}))
		l.draw()
		before := g.writes
		l.draw()
		if g.writes != before {
			t.Errorf("width %d: drawn again although nothing changed", width)
		}
		got := g.lines()
		want, _ := l.lines(width)
		for i, line := range want {
			if got[i] != strings.TrimRight(line, " ") {
				t.Errorf("width %d: line %d is %q, want %q", width, i, got[i], line)
			}
		}
		if !strings.HasPrefix(got[1], "✓ This computer") || !strings.HasPrefix(got[4], "· DNS") || len(got) != len(diagnostics.Stations)+1 {
			t.Errorf("width %d:\n%s", width, strings.Join(got, "\n"))
		}
	}
}

func TestLiveOneWriteEachTime(t *testing.T) {
	l, g := newTestLive(t, 80)
	l.draw()
	before := g.writes
	for i := range 4 {
		l.add(fact(checks.Links.ID, diagnostics.Stations[i+1], diagnostics.OK, checks.LinkList{}))
	}
	l.draw()
	if g.writes != before+1 {
		t.Errorf("%d writes for one change of the view", g.writes-before)
	}
}

func TestLiveResizes(t *testing.T) {
	l, g := newTestLive(t, 80)
	l.draw()
	l.add(fact(checks.Links.ID, diagnostics.Computer, diagnostics.OK, checks.LinkList{}))
	l.add(fact(checks.SystemLookup.ID, diagnostics.DNS, diagnostics.Failed, checks.Lookup{Name: "a.very.long.name.example", NotFound: true}))
	l.draw()
	for _, width := range []int{30, 20, 100, 31} {
		g.resize(width)
		l.draw()
		want, _ := l.lines(width)
		got := strings.TrimRight(strings.Join(g.lines(), "\n"), "\n")
		var trimmed []string
		for _, line := range want {
			trimmed = append(trimmed, strings.TrimRight(line, " "))
		}
		if got != strings.Join(trimmed, "\n") {
			t.Errorf("after a change to %d columns:\n%s\nwant\n%s", width, got, strings.Join(trimmed, "\n"))
		}
	}
}

func TestLiveSettlesAndErases(t *testing.T) {
	l, g := newTestLive(t, 60)
	l.draw()
	l.settle([]report.Station{{ID: "website", State: "fault", Summary: "502 Bad Gateway"}, {ID: "router", State: "ok"}})
	got := g.lines()
	if got[6] != "✗ Website            502 Bad Gateway" || got[2] != "✓ Router" {
		t.Errorf("settled as\n%s", strings.Join(got, "\n"))
	}
	l, g = newTestLive(t, 60)
	l.draw()
	l.erase()
	if text := strings.TrimSpace(strings.Join(g.lines(), "")); text != "" || g.y != 0 {
		t.Errorf("left on the screen: %q", text)
	}
}

func TestNoLiveView(t *testing.T) {
	var l *live
	l.add(diagnostics.Fact{})
	l.settle(nil)
	l.erase()
	if startLive(screen{}, nil, nil, "en") != nil {
		t.Error("a live view where the cursor cannot be moved")
	}
}

// TestLiveNeverRaw feeds text as it could come from the network.
func TestLiveNeverRaw(t *testing.T) {
	l, g := newTestLive(t, 60)
	l.draw()
	l.add(fact(checks.SystemLookup.ID, diagnostics.DNS, diagnostics.Failed, checks.Lookup{Name: "a\x1b[2J\x07\r\n.example", Err: errors.New("x\x1b]0;y\x07").Error()}))
	l.draw()
	if !strings.Contains(g.lines()[4], "a") {
		t.Errorf("the view is\n%s", strings.Join(g.lines(), "\n"))
	}
}
