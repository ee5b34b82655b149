package route

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// readHops gives every hop of a flow its station and its note.
func readHops(f trace.Flow, target netip.Addr, stable bool) []Hop {
	list := make([]Hop, len(f.Hops))
	where := stations(f.Hops, target, f.Reached)
	limited := limited(f)
	for i, h := range f.Hops {
		list[i] = Hop{Station: where[i], Note: note(f, i, h, target, limited[i])}
		if list[i].Note == Changed && !stable { // each probe was a flow of its own
			list[i].Note = Parallel
		}
	}
	return list
}

// note chooses the one thing most worth knowing of a hop.
func note(f trace.Flow, i int, h trace.Hop, target netip.Addr, limits bool) string {
	last := i == len(f.Hops)-1
	switch {
	case h.Received == 0 && !last:
		return Silent
	case h.Received == 0:
		return ""
	case h.Code != "" && last:
		return Refuses
	case f.Loops && again(f.Hops, i):
		return Looping
	case len(h.Addrs) > 1:
		return Changed
	case h.MTU > 0:
		return Narrows
	case limits:
		return Limits
	case !last && h.Addr().WithZone("") == target.WithZone(""):
		return Translates
	case !last && late(f.Hops, i):
		return Late
	case len(h.Labels) > 0:
		return Labelled
	case sharedSpace.Contains(h.Addr()):
		return Shared
	}
	return ""
}

func again(hops []trace.Hop, i int) bool {
	for j := range hops {
		if j != i && hops[j].Addr() == hops[i].Addr() {
			return true
		}
	}
	return false
}

// noteParallel marks where flows pass different routers.
func noteParallel(flows []trace.Flow, hops [][]Hop) {
	for n := 1; n < len(flows); n++ {
		for i := range min(len(flows[0].Hops), len(flows[n].Hops)) {
			a, b := flows[0].Hops[i].Addr(), flows[n].Hops[i].Addr()
			if !a.IsValid() || !b.IsValid() || a == b {
				continue
			}
			for _, h := range []*Hop{&hops[0][i], &hops[n][i]} {
				if h.Note == "" {
					h.Note = Parallel
				}
			}
		}
	}
}

// typical is a hop's round trip: the middle one, or the least where there are too few for that.
func typical(h trace.Hop) wire.Ms {
	if h.Received >= 3 {
		return h.Median
	}
	return h.Min
}

// late reports whether a hop takes clearly longer than all behind it that answer.
func late(hops []trace.Hop, i int) bool {
	least := wire.Ms(math.Inf(1))
	for _, h := range hops[i+1:] {
		if h.Received > 0 {
			least = min(least, typical(h))
		}
	}
	return !math.IsInf(float64(least), 1) && typical(hops[i]) > least*13/10+5
}

// limited finds the hops that lose more than those behind them: they limit their answers, or have
// better things to do; packets are not lost there.
func limited(f trace.Flow) []bool {
	list := make([]bool, len(f.Hops))
	lost, judged := 0.0, 0.0 // of the hops behind
	for i := len(f.Hops) - 1; i >= 0; i-- {
		h := f.Hops[i]
		n := float64(h.Received + h.Lost)
		if h.Received == 0 {
			continue
		}
		if judged > 0 && h.Lost > 0 {
			q := (lost + 0.5) / (judged + 1)
			expected := n*q + 3*math.Sqrt(n*q*(1-q)) + 1
			if list[i] = float64(h.Lost) > expected; list[i] {
				continue
			}
		}
		lost, judged = lost+float64(h.Lost), judged+n
	}
	return list
}

// choked reports whether the target limits its answers to datagrams: it answered all, and from some moment
// on hardly any, at a pace that systems do not keep up with. Echoes and connections know no such limit.
func choked(f trace.Flow, p trace.Protocol) bool {
	if p != trace.UDP || !f.Reached || len(f.Hops) == 0 {
		return false
	}
	samples := f.Hops[len(f.Hops)-1].Samples
	first := slices.IndexFunc(samples, func(s trace.Sample) bool { return s.Lost })
	if first < 1 || len(samples) < 2 {
		return false
	}
	pace := samples[len(samples)-1].At.Sub(samples[0].At) / time.Duration(len(samples)-1)
	answered, after := 0, samples[first:]
	for _, s := range after {
		if !s.Lost {
			answered++
		}
	}
	return pace < limitedPace && len(after)-answered >= fewestLosses && float64(answered) <= 0.3*float64(len(after))
}

// limitedPace is what systems keep up with: one answer a second.
const limitedPace = 900 * time.Millisecond

// slowest finds the stretch on which the round trip grows most and stays grown: what a hop takes longer
// than a later one is its own slowness in answering, not the way's.
func slowest(f trace.Flow, notes []Hop) *Stretch {
	type point struct {
		Place
		rtt     wire.Ms
		station Station
	}
	var points []point
	for i, h := range f.Hops {
		if h.Received > 0 && (h.Code == "" || i == len(f.Hops)-1) {
			points = append(points, point{Place{h.TTL, h.Addr()}, typical(h), notes[i].Station})
		}
	}
	if len(points) == 0 {
		return nil
	}
	for i := len(points) - 2; i >= 0; i-- {
		points[i].rtt = min(points[i].rtt, points[i+1].rtt)
	}
	best := Stretch{Added: -1, Total: points[len(points)-1].rtt}
	before := point{}
	for _, p := range points {
		if added := p.rtt - before.rtt; added > best.Added {
			best.From, best.To, best.Added, best.Station = before.Place, p.Place, added, p.station
		}
		before = p
	}
	return &best
}

// Losses of the network as such, and what is worth a word.
const (
	background   = 0.005
	worthALoss   = 0.02
	certainty    = 3.0 // logarithm of how much better the loss must explain what was seen
	fewestLosses = 2
)

// loss finds where a loss begins that goes on to the target: the place that best parts the hops into
// those before, which lose nothing to speak of, and those behind, which all lose.
func loss(f trace.Flow, notes []Hop) *Loss {
	if !f.Reached || len(f.Hops) == 0 {
		return nil
	}
	target := f.Hops[len(f.Hops)-1]
	if target.Lost < fewestLosses || target.Loss() < worthALoss {
		return nil
	}
	var hops []int
	skip := limited(f)
	for i, h := range f.Hops {
		if h.Received > 0 && !skip[i] {
			hops = append(hops, i)
		}
	}
	at, best, share := -1, certainty, 0.0
	for k := range hops {
		lost, n, before := 0, 0, 0.0
		for j, i := range hops {
			h := f.Hops[i]
			if j < k {
				before += likelihood(h.Lost, h.Received, background)
				continue
			}
			lost, n = lost+h.Lost, n+h.Received+h.Lost
		}
		p := float64(lost) / float64(n)
		if p < worthALoss {
			continue
		}
		null := 0.0
		for _, i := range hops {
			null += likelihood(f.Hops[i].Lost, f.Hops[i].Received, background)
		}
		if gain := before + likelihood(lost, n-lost, p) - null; gain > best {
			at, best, share = k, gain, p
		}
	}
	if at < 0 {
		return nil
	}
	h := f.Hops[hops[at]]
	l := &Loss{At: Place{h.TTL, h.Addr()}, Share: share, Station: notes[hops[at]].Station}
	if at > 0 {
		b := f.Hops[hops[at-1]]
		l.After = Place{b.TTL, b.Addr()}
	}
	for ttl := l.After.TTL + 1; ttl < l.At.TTL; ttl++ {
		if notes[ttl-1].Station != l.Station {
			l.Station = "" // those between keep silent or limit their answers, and are not all of one network
		}
	}
	l.Back = otherWayBack(f.Hops, hops, at)
	return l
}

// otherWayBack reports whether the loss begins where answers begin to take another way back than the
// one there: before, they pass as many hops as the probes did, from here on clearly more or fewer.
func otherWayBack(hops []trace.Hop, answering []int, at int) bool {
	if at == 0 {
		return false
	}
	for j, i := range answering {
		h := hops[i]
		if h.Back == 0 && h.TTL > 1 {
			return false
		}
		if detour := h.Back - (h.TTL - 1); j < at && detour != 0 || j >= at && detour > -2 && detour < 2 {
			return false
		}
	}
	return true
}

// likelihood is the logarithm of the chance of so many losses and answers at a rate of loss.
func likelihood(lost, received int, p float64) float64 {
	p = min(max(p, 1e-9), 1-1e-9)
	return float64(lost)*math.Log(p) + float64(received)*math.Log(1-p)
}
