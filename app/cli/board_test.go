package cli

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// newTestBoard shows the lines of a function on a glass.
func newTestBoard(t *testing.T, width int, lines func(int) ([]string, []string)) (*board, *glass) {
	g := &glass{t: t, width: width}
	return &board{screen: screen{moves: true}, out: g, width: func() int { return g.width }, lines: lines}, g
}

func TestBoardShowsWhatIsThere(t *testing.T) {
	var text []string
	b, g := newTestBoard(t, 40, func(int) ([]string, []string) { return text, text })
	for i, lines := range []string{"a", "a b", "a b c d", "a x c d", "a x", "q", "q r s t u v w"} {
		text = strings.Fields(lines)
		b.draw(0)
		before := g.writes
		b.draw(0)
		if g.writes != before {
			t.Errorf("%d: drawn again although nothing changed", i)
		}
		if got := strings.Join(strings.Fields(strings.Join(g.lines(), " ")), " "); got != lines {
			t.Errorf("%d: %q, want %q", i, got, lines)
		}
	}
	b.draw(4) // only three rows are left above the cursor
	if len(b.drawn) != 3 || b.drawn[2] != "w" {
		t.Errorf("in four rows: %q", b.drawn)
	}
}

// TestTraceTable draws a route at every width, while hops come and go.
func TestTraceTable(t *testing.T) {
	at := time.Unix(1000, 0)
	for _, width := range []int{20, 40, 80, 100} {
		var f trace.Flow
		s := screen{moves: true, color: true}
		table := &traceTable{
			printer: printer{screen: s, lang: "en", width: width}, to: destination{typed: "example.com"},
			result: func() trace.Result {
				return trace.Result{Target: netip.MustParseAddr("203.0.113.9"), Protocol: trace.UDP, Method: "udp", Flows: []trace.Flow{f}}
			},
			port: func() *route.Port { return nil },
		}
		b, g := newTestBoard(t, width, table.live)
		b.draw(0)
		for ttl := 1; ttl <= 5; ttl++ {
			h := trace.Hop{TTL: ttl, Sent: 2, Received: 2, Last: wire.Ms(ttl), Min: wire.Ms(ttl), Max: wire.Ms(ttl), Addrs: []trace.Seen{{Addr: netip.MustParseAddr(fmt.Sprintf("192.0.2.%d", ttl)), First: at, Last: at}}}
			f.Hops = append(f.Hops, h)
			f.Reached = ttl == 5
			b.draw(0)
		}
		want, _ := table.live(width)
		got := g.lines()
		for i, line := range want {
			if columns(line) >= width || got[i] != strings.TrimRight(line, " ") {
				t.Errorf("width %d: line %d is %q, want %q", width, i, got[i], line)
			}
		}
		if !strings.Contains(strings.Join(got, "\n"), "192.0.2.5") {
			t.Errorf("width %d:\n%s", width, strings.Join(got, "\n"))
		}
	}
}

// TestTraceTableWords shows what a router does whole in a usual terminal, with fewer figures where need be.
func TestTraceTableWords(t *testing.T) {
	table := &traceTable{printer: printer{screen: screen{}, lang: "en", width: 80}}
	hop := report.TraceHop{TTL: 7, Addresses: []string{"198.51.100.107"}, Sent: 10, Lost: 5, RTT: &report.TraceTimes{}, Station: "router", Note: route.Limits}
	for width, head := range map[int]string{109: "Jitter", 79: "Worst"} {
		lines := table.lines(report.Trace{Flows: []report.TraceFlow{{Hops: []report.TraceHop{hop}}}}, width)
		if words := table.words(hop); !strings.HasSuffix(lines[1].text, words) || columns(lines[1].text) > width || !strings.Contains(lines[0].text, head) {
			t.Errorf("%q\n%q", lines[0].text, lines[1].text)
		}
	}
	if got := table.cell(report.TraceHop{Sent: 3, Lost: 2}, "loss"); got != "100\u00a0%" && got != "100 %" {
		t.Errorf("a hop that never answered lost %q", got)
	}
}

func TestNoBoard(t *testing.T) {
	var b *board
	b.change()
	if b.end() || startBoard(screen{}, nil, nil) != nil {
		t.Error("a board where the cursor cannot be moved")
	}
}
