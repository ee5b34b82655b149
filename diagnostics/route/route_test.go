package route

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/resources"
)

var target = netip.MustParseAddr("203.0.113.9")

// way is the usual path of the tests: a router, three hops of the provider, two beyond, the site.
var way = []string{"192.168.1.1", "100.64.7.1", "198.18.1.2", "198.18.9.9", "192.0.2.5", "192.0.2.77", "203.0.113.9"}

// path makes a flow of hops that all answered n times, at these round trips.
func path(n int, rtts ...float64) trace.Flow {
	f := trace.Flow{Reached: true, Rounds: n}
	for i, ms := range rtts {
		f.Hops = append(f.Hops, hop(i+1, way[i], n, 0, ms))
	}
	return f
}

func hop(ttl int, addr string, received, lost int, ms float64) trace.Hop {
	at := time.Unix(1000, 0)
	h := trace.Hop{TTL: ttl, Sent: received + lost, Received: received, Lost: lost, Min: wire.Ms(ms), Median: wire.Ms(ms), Max: wire.Ms(ms), Avg: wire.Ms(ms), Back: ttl - 1}
	if received > 0 {
		h.Addrs = []trace.Seen{{Addr: netip.MustParseAddr(addr), First: at, Last: at, Count: received}}
	}
	return h
}

func read(f trace.Flow) Reading {
	return Read(trace.Result{Target: target, Flows: []trace.Flow{f}}, nil)
}

func TestStations(t *testing.T) {
	tests := []struct{ hops, want string }{
		{"192.168.1.1 100.64.7.1 198.18.1.2 198.18.9.9 192.0.2.5 192.0.2.77 203.0.113.9", "router provider provider provider beyond beyond website"},
		{"192.168.1.1 192.168.0.1 100.64.7.1 192.0.2.5 203.0.113.9", "router router provider provider website"},
		{"10.0.0.1 10.0.1.1 172.16.0.1 192.0.2.5 198.51.100.1 203.0.113.9", "router router router provider beyond website"},
		{"192.168.1.1 10.1.2.3 192.0.2.5 203.0.113.9", "router provider provider website"},
		{"192.168.1.1 * 192.0.2.5 203.0.113.9", "router provider provider website"},
		{"192.168.1.1 192.0.2.5 * 203.0.113.1 203.0.113.9", "router provider provider website website"},
		{"203.0.113.9", "website"},
	}
	for _, x := range tests {
		var hops []trace.Hop
		for i, a := range strings.Fields(x.hops) {
			if a == "*" {
				hops = append(hops, hop(i+1, "", 0, 1, 0))
			} else {
				hops = append(hops, hop(i+1, a, 1, 0, 1))
			}
		}
		if got := strings.Trim(fmt.Sprint(stations(hops, target, true)), "[]"); got != x.want {
			t.Errorf("%s: %s, want %s", x.hops, got, x.want)
		}
	}
}

func TestSlowest(t *testing.T) {
	silent := path(10, 1, 8, 10, 60, 62, 64, 66)
	silent.Hops[3] = hop(4, "", 0, 10, 0)
	one := path(1, 1, 8, 10, 60, 62, 64, 66)
	tests := []struct {
		name     string
		f        trace.Flow
		from, to int
		station  Station
		verdict  string
		key      string
	}{
		{"own network", path(10, 60, 65, 66, 67, 68, 69, 70), 0, 1, Router, Slow, "trace.slowest.router"},
		{"provider", path(10, 1, 60, 62, 63, 64, 65, 66), 1, 2, Provider, Slow, "trace.slowest.provider"},
		{"beyond", path(10, 1, 8, 10, 12, 90, 92, 94), 4, 5, Beyond, Slow, "trace.slowest.beyond"},
		{"site", path(10, 1, 8, 10, 12, 14, 16, 80), 6, 7, Website, Slow, "trace.slowest.website"},
		{"a hop that is slow to answer", path(10, 1, 200, 10, 12, 90, 92, 94), 4, 5, Beyond, Slow, "trace.slowest.beyond"},
		{"a silent hop in between", silent, 3, 5, Beyond, Slow, "trace.slowest.beyond"},
		{"one round", one, 3, 4, Provider, Slow, "trace.slowest.provider"},
		{"quick", path(10, 1, 2, 3, 4, 5, 6, 20), 6, 7, Website, Quick, "trace.quick"},
		{"spread", path(10, 10, 20, 30, 40, 50, 60, 71), 6, 7, Website, Spread, "trace.spread"},
	}
	for _, x := range tests {
		r := read(x.f)
		if s := r.Slowest; s == nil || s.From.TTL != x.from || s.To.TTL != x.to || s.Station != x.station {
			t.Errorf("%s: %+v", x.name, r.Slowest)
		}
		if r.Verdict != x.verdict || r.Sentences[0].Key != x.key || r.Loss != nil {
			t.Errorf("%s: %s %+v, loss %+v", x.name, r.Verdict, r.Sentences, r.Loss)
		}
	}
	if r := read(path(10, 1, 200, 10, 12, 90, 92, 94)); r.Hops[0][1].Note != Late {
		t.Errorf("the hop that is slow to answer is noted as %q", r.Hops[0][1].Note)
	}
}

// losing makes a flow of 100 rounds in which hops lose so many.
func losing(lost ...int) trace.Flow {
	f := path(100, 1, 8, 10, 12, 14, 16, 18)
	for i, n := range lost {
		f.Hops[i] = hop(i+1, way[i], 100-n, n, float64(f.Hops[i].Min))
	}
	return f
}

func TestLoss(t *testing.T) {
	tests := []struct {
		name      string
		f         trace.Flow
		after, at int // 0, 0: none
		notes     string
	}{
		{"none", losing(0, 0, 0, 0, 0, 0, 0), 0, 0, ""},
		{"the background", losing(1, 0, 1, 0, 0, 2, 1), 0, 0, ""},
		{"in the middle", losing(0, 0, 0, 10, 12, 9, 11), 3, 4, ""},
		{"from the first hop on", losing(9, 12, 10, 10, 12, 9, 11), 0, 1, ""},
		{"at the end", losing(0, 0, 0, 1, 0, 0, 15), 6, 7, ""},
		{"a limiter", losing(0, 0, 90, 0, 0, 0, 0), 0, 0, "3 limits"},
		{"a limiter before a loss", losing(0, 80, 0, 10, 12, 9, 11), 3, 4, "2 limits"},
		{"a limiter behind its beginning", losing(0, 0, 9, 70, 12, 9, 11), 2, 3, "4 limits"},
		{"everything is limited but the target", losing(50, 60, 55, 60, 50, 50, 0), 0, 0, "1 limits 2 limits 3 limits 4 limits 5 limits 6 limits"},
	}
	for _, x := range tests {
		r := read(x.f)
		after, at := 0, 0
		if r.Loss != nil {
			after, at = r.Loss.After.TTL, r.Loss.At.TTL
		}
		if after != x.after || at != x.at || (r.Verdict == Lossy) != (x.at > 0) {
			t.Errorf("%s: %+v, %s", x.name, r.Loss, r.Verdict)
		}
		var notes []string
		for i, h := range r.Hops[0] {
			if h.Note == Limits {
				notes = append(notes, fmt.Sprint(i+1, " ", h.Note))
			}
		}
		if got := strings.Join(notes, " "); got != x.notes {
			t.Errorf("%s: %s", x.name, got)
		}
	}
}

// TestTargetLimitsDatagrams has a target that answers the first datagrams and then one a second.
// TestLossSomewhere names no network where routers of several limit their answers.
func TestLossSomewhere(t *testing.T) {
	tests := []struct {
		f       trace.Flow
		station Station
		key     string
	}{
		{losing(90, 92, 90, 91, 92, 90, 15), "", "trace.loss.somewhere"},
		{losing(90, 14, 15, 13, 15, 14, 15), "", "trace.loss.somewhere"}, // own network, or the provider's
		{losing(0, 90, 14, 13, 15, 14, 15), Provider, "trace.loss.provider"},
	}
	for i, x := range tests {
		if r := read(x.f); r.Loss == nil || r.Loss.Station != x.station || r.Sentences[0].Key != x.key {
			t.Errorf("%d: %+v %+v", i, r.Loss, r.Sentences)
		}
	}
}

func TestTargetLimitsDatagrams(t *testing.T) {
	make := func(pace time.Duration, pattern string) trace.Flow {
		f := path(10, 1, 8, 10, 12, 14, 16, 18)
		h := hop(7, way[6], strings.Count(pattern, "+"), strings.Count(pattern, "-"), 18)
		for i, c := range pattern {
			h.Samples = append(h.Samples, trace.Sample{At: time.Unix(0, 0).Add(time.Duration(i) * pace), RTT: 18, Lost: c == '-'})
		}
		f.Hops[6] = h
		return f
	}
	tests := []struct {
		protocol trace.Protocol
		pace     time.Duration
		pattern  string
		limited  bool
	}{
		{trace.UDP, 40 * time.Millisecond, "++++++----", true},
		{trace.UDP, 40 * time.Millisecond, "+---------", true},
		{trace.UDP, 40 * time.Millisecond, "+++-----------------+-----------", true},
		{trace.UDP, 40 * time.Millisecond, "++-++-+++-", false},
		{trace.UDP, time.Second, "++++++----", false},
		{trace.ICMP, 40 * time.Millisecond, "++++++----", false},
		{trace.TCP, 40 * time.Millisecond, "++++++----", false},
	}
	for _, x := range tests {
		r := Read(trace.Result{Target: target, Protocol: x.protocol, Flows: []trace.Flow{make(x.pace, x.pattern)}}, nil)
		if (r.Loss == nil) != x.limited || (r.Hops[0][6].Note == Limits) != x.limited {
			t.Errorf("%s %s %s: %+v, %q", x.protocol, x.pace, x.pattern, r.Loss, r.Hops[0][6].Note)
		}
	}
}

func TestWayBack(t *testing.T) {
	f := losing(0, 0, 0, 10, 12, 9, 11)
	if r := read(f); r.Loss == nil || r.Loss.Back {
		t.Errorf("the same way back: %+v", r.Loss)
	}
	for i := 3; i < 7; i++ {
		f.Hops[i].Back += 4
	}
	if r := read(f); r.Loss == nil || !r.Loss.Back {
		t.Errorf("another way back from hop 4 on: %+v", r.Loss)
	}
	f.Hops[1].Back += 4
	if r := read(f); r.Loss == nil || r.Loss.Back {
		t.Errorf("another way back before: %+v", r.Loss)
	}
}

// TestSteady holds the sentence to what it says when every round trip varies by a fifth and every hundredth
// packet is lost.
func TestSteady(t *testing.T) {
	base := []float64{1, 8, 12, 14, 75, 77, 80}
	want := read(path(10, base...)).Sentences[0].Key
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 1))
		f := path(10, base...)
		for i := range f.Hops {
			lost := 0
			for range 10 {
				if rng.Float64() < 0.01 {
					lost++
				}
			}
			ms, before := 0.0, 0.0
			for j := range i + 1 { // each link varies by a fifth; the middle of ten varies less
				ms += (base[j] - before) * (1 + 0.2*rng.NormFloat64()*0.4)
				before = base[j]
			}
			f.Hops[i] = hop(i+1, way[i], 10-lost, lost, max(0.1, ms))
		}
		r := read(f)
		if got := r.Sentences[0]; got.Key != want || got.Values["to"] != way[4] {
			t.Errorf("seed %d: %+v", seed, got)
		}
	}
}

func TestEnds(t *testing.T) {
	cut := path(3, 1, 8, 10, 12)
	cut.Reached = false
	refused := path(3, 1, 8, 10, 12)
	refused.Reached, refused.Refused = false, true
	refused.Hops[3].Code = trace.Prohibited
	loop := path(3, 1, 8, 10, 12)
	loop.Reached, loop.Loops = false, true
	nobody := trace.Flow{Rounds: 1}
	tests := []struct {
		f       trace.Flow
		port    *Port
		fail    *wire.Failure
		verdict string
		key     string
	}{
		{cut, nil, nil, Ends, "trace.ends.provider"},
		{cut, &Port{Port: 443}, nil, Ends, "trace.ends.provider"},
		{cut, &Port{Port: 443, Answers: true, RTT: 98}, nil, PortOnly, "trace.port-only"},
		{refused, nil, nil, Refused, "trace.refused.prohibited"},
		{loop, nil, nil, Loops, "trace.loop"},
		{nobody, nil, nil, Nothing, "trace.nothing"},
		{nobody, nil, &wire.Failure{Text: "no way"}, Cannot, "trace.cannot"},
	}
	for _, x := range tests {
		r := Read(trace.Result{Target: target, Flows: []trace.Flow{x.f}, Fail: x.fail}, x.port)
		if r.Verdict != x.verdict || r.Sentences[0].Key != x.key || r.Reached {
			t.Errorf("%s: %s %+v", x.verdict, r.Verdict, r.Sentences)
		}
	}
}

func TestRemarks(t *testing.T) {
	f := path(10, 1, 8, 10, 12, 14, 16, 18)
	at := time.Unix(2000, 0)
	f.Hops[4].Addrs = append(f.Hops[4].Addrs, trace.Seen{Addr: netip.MustParseAddr("192.0.2.99"), First: at, Last: at, Count: 2})
	f.Hops[5].Addrs[0].Addr = target
	f.Narrow = []trace.Narrow{{From: netip.MustParseAddr("198.18.9.9"), MTU: 1400}}
	other := path(10, 1, 8, 10, 12, 14, 16, 18)
	other.Hops[3].Addrs = []trace.Seen{{Addr: netip.MustParseAddr("198.18.9.8"), First: at, Last: at, Count: 2}}
	r := Read(trace.Result{Target: target, Flows: []trace.Flow{f, other}}, nil)
	var keys []string
	for _, s := range r.Sentences {
		keys = append(keys, s.Key)
		if !resources.Has(resources.English, s.Key) {
			t.Errorf("no text for %s", s.Key)
		}
		if text := resources.Text(resources.English, s.Key, s.Values); strings.Contains(text, "<no value>") || strings.Contains(text, "  ") {
			t.Errorf("%s: %q", s.Key, text)
		}
	}
	if got := strings.Join(keys, " "); got != "trace.quick trace.shared trace.changed trace.nat trace.narrow trace.parallel" {
		t.Errorf("%s", got)
	}
	if r.Hops[0][3].Note != Parallel || r.Hops[1][3].Note != Parallel || r.Hops[0][5].Note != Translates {
		t.Errorf("%+v", r.Hops)
	}
}

// TestFlaps tells of a change once, of turns that routers take, and of neither where each probe was a flow
// of its own.
func TestFlaps(t *testing.T) {
	at := time.Unix(2000, 0)
	for _, x := range []struct {
		flaps    int
		protocol trace.Protocol
		note     string
		key      string
	}{
		{1, trace.UDP, Changed, "trace.changed"},
		{7, trace.UDP, Changed, "trace.flaps"},
		{7, trace.TCP, Parallel, ""},
	} {
		f := path(10, 1, 8, 10, 12, 14, 16, 18)
		f.Hops[4].Addrs = append(f.Hops[4].Addrs, trace.Seen{Addr: netip.MustParseAddr("192.0.2.99"), First: at, Last: at, Count: 2})
		f.Hops[4].Flaps, f.Hops[4].Flapped = x.flaps, at
		r := Read(trace.Result{Target: target, Protocol: x.protocol, Flows: []trace.Flow{f}}, nil)
		key := ""
		for _, s := range r.Sentences[1:] {
			if s.Key != "trace.shared" {
				key = s.Key
				if s.Values["time"] != at.Local().Format(time.TimeOnly) || s.Values["before"] != "192.0.2.5" || s.Values["now"] != "192.0.2.99" {
					t.Errorf("%+v", s)
				}
			}
		}
		if r.Hops[0][4].Note != x.note || key != x.key {
			t.Errorf("%+v: %q, %q", x, r.Hops[0][4].Note, key)
		}
	}
}

func TestSteadyFigures(t *testing.T) {
	for ms, want := range map[wire.Ms]string{0.3: "<1 ms", 4.4: "4 ms", 19.4: "19 ms", 61: "60 ms", 63: "65 ms", 148: "150 ms", 1240: "1200 ms"} {
		if got := steady(ms); got != want {
			t.Errorf("%v: %s, want %s", ms, got, want)
		}
	}
	for share, want := range map[float64]string{0.001: "1 %", 0.08: "8 %", 0.12: "10 %", 0.33: "35 %", 1: "100 %"} {
		if got := percent(share); got != want {
			t.Errorf("%v: %s, want %s", share, got, want)
		}
	}
}

// FuzzRead feeds results that make no sense.
func FuzzRead(f *testing.F) {
	f.Add([]byte{1, 5, 2, 0, 9, 3, 10, 0, 20}, true, true)
	f.Fuzz(func(t *testing.T, b []byte, reached, loops bool) {
		flow := trace.Flow{Reached: reached, Loops: loops}
		for i := 0; i+3 <= len(b) && i < 3*trace.MaxHops; i += 3 {
			h := hop(i/3+1, fmt.Sprintf("10.0.%d.2", b[i]%8), int(b[i+1]%16), int(b[i+2]%16), float64(b[i]))
			flow.Hops = append(flow.Hops, h)
		}
		r := Read(trace.Result{Target: target, Flows: []trace.Flow{flow, flow}}, nil)
		if r.Verdict == "" || len(r.Sentences) == 0 {
			t.Errorf("%+v", r)
		}
		if s := r.Slowest; s != nil && (s.Added < 0 || s.Added > s.Total || s.From.TTL >= s.To.TTL) {
			t.Errorf("%+v", s)
		}
	})
}
