package trace

import (
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// answered takes an answer in. It returns what was learnt, and false for what was not expected: an
// answer to no probe, or a second one.
func (p *path) answered(a answer, now time.Time) (Event, bool) {
	f := p.flightOf(a)
	if f == nil {
		return Event{}, false
	}
	delete(p.pending, f.seq)
	rtt := roundTrip(f.at, a, now)
	if f.ttl == 0 {
		p.sized(f, a, rtt)
		return Event{}, false
	}
	if a.kind == tooBig && !p.o.Direct { // small probes fit everywhere
		return Event{}, false
	}
	h := &p.hops[f.ttl]
	if f.lost {
		h.lost--
	}
	h.take(a, f.at, rtt)
	p.locate(f.ttl, a.kind)
	return Event{Flow: p.flow, TTL: f.ttl, At: f.at, RTT: inMs(rtt), From: a.from, Code: a.code}, true
}

func (p *path) flightOf(a answer) *flight {
	if !a.nameless {
		return p.pending[a.seq]
	}
	if p.simple = true; a.port == p.o.Port {
		return nil
	}
	for i := len(p.old) - 1; i >= 0; i-- { // the latest probe to that port
		if f := p.pending[p.old[i]]; f != nil && f.port == a.port {
			return f
		}
	}
	return nil
}

// locate finds where the path ends.
func (p *path) locate(ttl int, k kind) {
	switch {
	case p.o.Direct:
	case k == exceeded && ttl == p.distance: // the way has become longer
		p.distance, p.found, p.next = 0, false, ttl+1
	case k == exceeded || p.distance > 0 && ttl >= p.distance:
	case p.distance == 0 && p.found: // it answers at last: look for its distance
		p.found, p.next = false, 1
		for t := ttl - 1; t > 0 && p.next == 1; t-- {
			if p.hops[t].received > 0 {
				p.next = t + 1
			}
		}
		p.forget(p.next)
	default:
		p.distance = ttl
		p.forget(ttl + 1)
	}
}

// forget drops what was known of a distance and all beyond.
func (p *path) forget(ttl int) {
	for t := ttl; t <= MaxHops; t++ {
		p.hops[t] = hop{}
	}
	for seq, f := range p.pending {
		if f.ttl >= ttl {
			delete(p.pending, seq)
		}
	}
}

// roundTrip prefers what the kernel measured. Its stamps are of the wall clock, which may be set
// meanwhile; then the time that passed here has to do.
func roundTrip(sent time.Time, a answer, now time.Time) time.Duration {
	passed := now.Sub(sent)
	rtt := a.rtt
	if rtt == 0 {
		rtt = a.at.Round(0).Sub(sent.Round(0))
	}
	if a.at.IsZero() && a.rtt == 0 || rtt < 0 || rtt > passed+time.Millisecond {
		rtt = passed
	}
	return max(rtt, time.Microsecond)
}

func inMs(d time.Duration) wire.Ms { return wire.Ms(float64(d) / 1e6) }
