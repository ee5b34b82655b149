package trace

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// world is a made-up network: a row of routers in virtual time.
type world struct {
	hops   []router
	target netip.Addr
	answer func(w *world, p probe, a answer) []answer // changes an answer; nil: none
	queue  []arrival
	sent   []probe
	times  []time.Time
}

type router struct {
	rtt    time.Duration
	silent bool
	code   string // refuses
	mtu    int
}

type arrival struct {
	at time.Time
	answer
}

func (w *world) method() string { return methodUDP }
func (w *world) mtu() int       { return 1500 }
func (w *world) close()         {}

func (w *world) addr(ttl int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(ttl), 2}) }

func (w *world) send(p probe) (time.Time, error) {
	now := time.Now()
	w.sent, w.times = append(w.sent, p), append(w.times, now)
	if len(w.sent) > 100_000 {
		return now, errors.New("far too many probes")
	}
	a := answer{flow: p.flow, seq: p.seq, port: p.port}
	rtt := time.Duration(0)
	for i, h := range w.hops {
		last := i == len(w.hops)-1
		switch rtt = h.rtt; {
		case h.code != "":
			a.kind, a.code, a.from = unreachable, h.code, w.addr(i+1)
		case last:
			a.kind, a.from = reached, w.target
		case h.mtu > 0 && p.size > h.mtu:
			a.kind, a.from, a.mtu = tooBig, w.addr(i+1), h.mtu
		case p.ttl == i+1:
			a.kind, a.from = exceeded, w.addr(i+1)
		default:
			continue
		}
		if h.silent {
			return now, nil
		}
		break
	}
	if !a.from.IsValid() {
		return now, nil
	}
	a.at = now.Add(rtt)
	list := []answer{a}
	if w.answer != nil {
		list = w.answer(w, p, a)
	}
	for _, a := range list {
		w.queue = append(w.queue, arrival{a.at, a})
	}
	slices.SortStableFunc(w.queue, func(a, b arrival) int { return a.at.Compare(b.at) })
	return now, nil
}

func (w *world) receive(ctx context.Context, until time.Time, take func(answer)) error {
	if len(w.queue) > 0 && w.queue[0].at.Before(until) {
		until = w.queue[0].at
	}
	select {
	case <-time.After(time.Until(until)):
	case <-ctx.Done():
		return nil
	}
	for range burst {
		if len(w.queue) == 0 || w.queue[0].at.After(time.Now()) {
			return nil
		}
		a := w.queue[0].answer
		w.queue = w.queue[1:]
		take(a)
	}
	return nil
}

const ms = time.Millisecond

// row is a network with these round trips; the last is the target's.
func row(rtts ...time.Duration) *world {
	w := &world{target: target4}
	for _, r := range rtts {
		w.hops = append(w.hops, router{rtt: r})
	}
	return w
}

// through traces a world and returns how long that took.
func (w *world) through(t *testing.T, o Options) (r Result, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Target = w.target
		if o.Protocol == Auto {
			o.Protocol = UDP
		}
		tr := New(o)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		tr.loop(ctx, w, nil)
		took = time.Since(start)
		if ctx.Err() != nil {
			t.Errorf("it goes on for ever")
		}
		r = tr.Result()
	})
	return r, took
}

// shown is a flow in short: the last number of each address, "*" for silence.
func shown(f Flow) string {
	var words []string
	for _, h := range f.Hops {
		switch a := h.Addr(); {
		case !a.IsValid():
			words = append(words, "*")
		case a == target4:
			words = append(words, "target"+h.Code)
		default:
			words = append(words, string(rune('a'+a.As4()[2]-1))+h.Code)
		}
	}
	return strings.Join(words, " ")
}

func TestFirstRound(t *testing.T) {
	nine := []time.Duration{1 * ms, 3 * ms, 5 * ms, 9 * ms, 15 * ms, 25 * ms, 45 * ms, 65 * ms, 90 * ms}
	quiet := func(w *world, silent ...int) *world {
		for _, i := range silent {
			w.hops[i-1].silent = true
		}
		return w
	}
	late := row(nine...)
	late.hops[3].rtt = 80 * ms
	refuses := row(nine...)
	refuses.hops[4].code = Prohibited
	tests := []struct {
		name string
		w    *world
		want string
		most time.Duration
	}{
		{"plain", row(nine...), "a b c d e f g h target", 91 * ms},
		{"near", row(ms / 10), "target", 1 * ms},
		{"one silent hop costs nothing", quiet(row(nine...), 4), "a b c * e f g h target", 91 * ms},
		{"three silent hops", quiet(row(nine...), 1, 2, 5), "* * c d * f g h target", 95 * ms},
		{"silent beside the target", quiet(row(nine...), 8), "a b c d e f g * target", 210 * ms},
		{"late but not lost", late, "a b c d e f g h target", 91 * ms},
		{"refused", refuses, "a b c d e!X", 20 * ms},
		{"no target", quiet(row(nine...), 9), "a b c d e f g h", 1500 * ms},
		{"nobody", quiet(row(nine...), 1, 2, 3, 4, 5, 6, 7, 8, 9), "", 2500 * ms},
	}
	for _, x := range tests {
		r, took := x.w.through(t, Options{Rounds: 1})
		if got := shown(r.Flows[0]); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
		if took > x.most {
			t.Errorf("%s: took %s, more than %s", x.name, took, x.most)
		}
	}
}

// TestSilentHopIsTriedAgainAtOnce holds the second try to the moment when a later hop has answered.
func TestSilentHopIsTriedAgainAtOnce(t *testing.T) {
	w := row(1*ms, 2*ms, 4*ms, 90*ms)
	w.hops[1].silent = true
	w.through(t, Options{Rounds: 1})
	var tries []time.Duration
	for i, p := range w.sent {
		if p.ttl == 2 {
			tries = append(tries, w.times[i].Sub(w.times[0]))
		}
	}
	if len(tries) != 2 || tries[1] < 4*ms || tries[1] > 8*ms {
		t.Errorf("tried after %v", tries)
	}
}

func TestLostProbeIsFoundAgain(t *testing.T) {
	for lost := 1; lost <= 9; lost++ {
		w := row(1*ms, 3*ms, 5*ms, 9*ms, 15*ms, 25*ms, 45*ms, 65*ms, 90*ms)
		dropped := false
		w.answer = func(_ *world, p probe, a answer) []answer {
			if p.ttl == lost && !dropped {
				dropped = true
				return nil
			}
			return []answer{a}
		}
		r, _ := w.through(t, Options{Rounds: 1})
		if got, want := shown(r.Flows[0]), "a b c d e f g h target"; got != want {
			t.Errorf("the probe to %d is lost: %s", lost, got)
		}
	}
}

func TestLoopEnds(t *testing.T) {
	w := row(1*ms, 2*ms)
	w.hops = append(w.hops[:1], make([]router, 63)...)
	for i := range w.hops {
		w.hops[i].rtt = time.Duration(i+1) * ms
	}
	w.answer = func(w *world, p probe, a answer) []answer {
		if p.ttl > 2 {
			a.from = w.addr(3 + p.ttl%2)
		}
		a.kind = exceeded
		return []answer{a}
	}
	r, took := w.through(t, Options{Rounds: 1})
	if f := r.Flows[0]; !f.Loops || f.Reached || len(f.Hops) > 40 || took > 3*time.Second {
		t.Errorf("%s: loops %v, %s", shown(f), f.Loops, took)
	}
}

func TestSixtyFourHops(t *testing.T) {
	w := &world{target: target4}
	for i := range MaxHops {
		w.hops = append(w.hops, router{rtt: time.Duration(i+1) * ms})
	}
	r, took := w.through(t, Options{Rounds: 1})
	if f := r.Flows[0]; len(f.Hops) != MaxHops || !f.Reached || took > 200*ms {
		t.Errorf("%d hops, reached %v, %s", len(f.Hops), f.Reached, took)
	}
	w.hops = append(w.hops, router{rtt: 70 * ms})
	if r, _ := w.through(t, Options{Rounds: 1}); r.Flows[0].Reached || len(r.Flows[0].Hops) != MaxHops {
		t.Errorf("the 65th hop was reached, or %d hops", len(r.Flows[0].Hops))
	}
}

// TestStorm answers every probe three hundred times, and with answers to probes that never left.
func TestStorm(t *testing.T) {
	w := row(1*ms, 2*ms, 3*ms)
	w.answer = func(_ *world, p probe, a answer) []answer {
		list := make([]answer, 300)
		for i := range list {
			list[i] = a
			if i%2 == 1 {
				list[i].seq += uint16(1000 + i)
			}
		}
		return list
	}
	r, _ := w.through(t, Options{Rounds: 5})
	f := r.Flows[0]
	if shown(f) != "a b target" || f.Hops[1].Received > f.Hops[1].Sent || r.Strays < 1000 {
		t.Errorf("%s, hop 2 %+v, %d strays", shown(f), f.Hops[1], r.Strays)
	}
}

// TestShortQuotes has routers that quote so little that probes cannot be told by their numbers.
func TestShortQuotes(t *testing.T) {
	w := row(1*ms, 3*ms, 5*ms, 9*ms)
	w.answer = func(_ *world, _ probe, a answer) []answer {
		if a.from == w.addr(2) || a.from == w.addr(3) {
			a.nameless, a.seq = true, 0
		}
		return []answer{a}
	}
	r, _ := w.through(t, Options{Rounds: 3})
	if got := shown(r.Flows[0]); got != "a b c target" {
		t.Errorf("%s", got)
	}
}

func TestRounds(t *testing.T) {
	w := row(1*ms, 5*ms, 40*ms, 90*ms)
	n := 0
	w.answer = func(_ *world, p probe, a answer) []answer {
		if p.ttl == 2 { // every fourth answer of hop 2 is missing
			if n++; n%4 == 0 {
				return nil
			}
		}
		return []answer{a}
	}
	r, took := w.through(t, Options{Rounds: 20, Interval: 40 * ms})
	h := r.Flows[0].Hops
	if h[1].Sent != 20 || h[1].Lost != 5 || h[1].Received != 15 || h[3].Sent != 20 || h[3].Lost != 0 {
		t.Errorf("hop 2 %+v, target %+v", h[1], h[3])
	}
	if want := 90*ms + 19*40*ms + 90*ms; took > want+10*ms {
		t.Errorf("took %s, more than %s", took, want)
	}
	if h[3].Min != 90 || h[3].Max != 90 || h[3].Jitter != 0 || h[3].Median != 90 {
		t.Errorf("target %+v", h[3])
	}
}

// TestRouteChanges makes the way longer, then shorter, in the middle of a trace.
func TestRouteChanges(t *testing.T) {
	w := row(1*ms, 5*ms, 20*ms)
	long := row(1*ms, 5*ms, 10*ms, 15*ms, 20*ms).hops
	short := w.hops
	w.answer = func(w *world, _ probe, a answer) []answer {
		switch len(w.sent) {
		case 60:
			w.hops = long
		case 150:
			w.hops = short
		}
		return []answer{a}
	}
	r, _ := w.through(t, Options{Rounds: 100, Interval: 100 * ms})
	f := r.Flows[0]
	if got := shown(f); got != "a b target" || !f.Reached || len(f.Hops[2].Addrs) != 2 {
		t.Errorf("%s, %+v", got, f.Hops)
	}
}

// TestTargetComesBack has a target that is silent at first.
func TestTargetComesBack(t *testing.T) {
	w := row(1*ms, 5*ms, 20*ms)
	w.hops[2].silent = true
	w.answer = func(w *world, _ probe, a answer) []answer {
		if len(w.sent) > 80 {
			w.hops[2].silent = false
		}
		return []answer{a}
	}
	r, _ := w.through(t, Options{Rounds: 60, Interval: 100 * ms})
	if got := shown(r.Flows[0]); got != "a b target" {
		t.Errorf("%s", got)
	}
}

func TestPathMTU(t *testing.T) {
	w := row(1*ms, 5*ms, 20*ms, 30*ms)
	w.hops[1].mtu = 1400
	w.hops[2].mtu = 1300
	r, _ := w.through(t, Options{Rounds: 10})
	f := r.Flows[0]
	if f.MTU != 1300 || f.Hops[1].MTU != 1400 || f.Hops[2].MTU != 1300 || len(f.Narrow) != 2 {
		t.Errorf("%d bytes, %+v", f.MTU, f.Narrow)
	}
	w = row(1*ms, 5*ms, 20*ms, 30*ms)
	w.answer = func(_ *world, p probe, a answer) []answer {
		if p.size > 0 {
			return nil
		}
		return []answer{a}
	}
	if r, _ := w.through(t, Options{Rounds: 20}); r.Flows[0].TooLong != 1500 {
		t.Errorf("full packets vanish: %+v", r.Flows[0])
	}
}

// TestPathMTUUnheard leaves full packets unanswered and tells nothing of the way: the target answers
// only so many probes, whatever their length, or is not heard again.
func TestPathMTUUnheard(t *testing.T) {
	for name, limit := range map[string]struct{ rounds, every int }{"limited": {20, 3}, "one round": {1, 1}} {
		w, short := row(1*ms, 5*ms, 20*ms, 30*ms), 0
		w.answer = func(w *world, p probe, a answer) []answer {
			if a.from != w.target {
				return []answer{a}
			}
			if p.size == 0 {
				short++
			}
			if p.size > 0 || short%limit.every != 0 {
				return nil
			}
			return []answer{a}
		}
		r, _ := w.through(t, Options{Rounds: limit.rounds})
		if f := r.Flows[0]; f.TooLong != 0 || !f.Reached {
			t.Errorf("%s: %d bytes vanish: %+v", name, f.TooLong, f)
		}
	}
}

// TestPathMTUUntold finds the usual sizes where nobody says how much fits.
func TestPathMTUUntold(t *testing.T) {
	w := row(1*ms, 5*ms, 20*ms, 30*ms)
	w.hops[1].mtu = 1480
	w.answer = func(_ *world, _ probe, a answer) []answer {
		a.mtu = 0
		return []answer{a}
	}
	r, _ := w.through(t, Options{Rounds: 10})
	if f := r.Flows[0]; f.MTU != 1480 || f.Hops[1].MTU != 1480 || len(f.Narrow) != 1 {
		t.Errorf("%d bytes, %+v", f.MTU, f.Narrow)
	}
}

// TestFlapsAreCounted lets two routers take turns at the third hop.
func TestFlapsAreCounted(t *testing.T) {
	w := row(1*ms, 5*ms, 20*ms, 30*ms)
	n := 0
	w.answer = func(w *world, p probe, a answer) []answer {
		if p.ttl == 3 && p.size == 0 {
			if n++; n > 5 {
				a.from = w.addr(9)
			}
		}
		return []answer{a}
	}
	r, _ := w.through(t, Options{Rounds: 10})
	h := r.Flows[0].Hops[2]
	if h.Flaps != 1 || h.Flapped.IsZero() || h.Addr() != w.addr(9) || r.Flows[0].Hops[1].Flaps != 0 {
		t.Errorf("%+v", h)
	}
}

func TestPing(t *testing.T) {
	w := row(1*ms, 5*ms, 20*ms)
	n := 0
	w.answer = func(_ *world, _ probe, a answer) []answer {
		if n++; n == 2 {
			return nil
		}
		return []answer{a}
	}
	r, _ := w.through(t, Options{Rounds: 5, Interval: time.Second, Direct: true})
	h := r.Flows[0].Hops[0]
	if len(r.Flows[0].Hops) != 1 || h.Sent != 5 || h.Lost != 1 || h.Received != 4 || h.Min != 20 || !r.Flows[0].Reached {
		t.Errorf("%+v", r.Flows[0])
	}
	var rtts []string
	for _, s := range h.Samples {
		rtts = append(rtts, map[bool]string{true: "lost", false: "ok"}[s.Lost])
	}
	if got := strings.Join(rtts, " "); got != "ok lost ok ok ok" {
		t.Errorf("%s", got)
	}
}

// TestStops ends traces in the middle.
func TestStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := row(1*ms, 5*ms, 20*ms)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		tr := New(Options{Target: w.target, Protocol: UDP, Interval: time.Second})
		tr.loop(ctx, w, nil)
		if h := tr.Result().Flows[0].Hops; len(h) != 3 || cmp.Compare(h[2].Sent, 9) < 0 {
			t.Errorf("%+v", h)
		}
	})
}
