package trace

import (
	"net/netip"
	"time"
)

// sizing finds the longest packet that the path takes (RFC 1191, RFC 8201): a full one that must not
// be cut is sent beside the small ones, and made shorter as routers ask.
type sizing struct {
	size    int // the size to try; 0: not measured
	tries   int
	waiting time.Time // when the last try left; zero: none is on its way
	passed  int       // the longest that arrived
	narrow  []Narrow
	shrunk  int
	done    bool
}

// Narrow is a router that said how much its next link takes.
type Narrow struct {
	From netip.Addr
	MTU  int
}

// Bounds of sizing.
const (
	leastMTU4, leastMTU6 = 68, 1280
	maxShrinks           = 6
	sizeTries            = 2
)

// measureSize begins with the size that the first link takes.
func (p *path) measureSize(mtu int) {
	if p.o.Protocol == TCP || p.o.Direct {
		return
	}
	p.size.size = min(max(mtu, 0), 9000)
}

// sizeProbe sends the next full packet, once somebody beyond the first hops lives.
func (p *path) sizeProbe(now time.Time, soon func(time.Time)) (probe, bool) {
	s := &p.size
	if s.size == 0 || s.done || p.farthest() == 0 {
		return probe{}, false
	}
	if !s.waiting.IsZero() {
		if p.distance == 0 { // nothing says how long an answer may take
			return probe{}, false
		}
		if at := s.waiting.Add(p.patience(p.distance) + eager); now.Before(at) {
			soon(at)
			return probe{}, false
		}
	}
	if s.tries >= sizeTries {
		s.done = true
		return probe{}, false
	}
	s.tries++
	s.waiting = now
	p.seq++
	return probe{flow: p.flow, ttl: MaxHops, seq: p.seq, size: s.size, port: p.o.Port}, true
}

// sized takes the answer to a full packet.
func (p *path) sized(f *flight, a answer, _ time.Duration) {
	s := &p.size
	if f.size != s.size {
		return
	}
	switch a.kind {
	case reached:
		s.passed, s.done = f.size, true
	case tooBig:
		least := leastMTU4
		if p.o.Target.Is6() {
			least = leastMTU6
		}
		if s.shrunk++; a.mtu < least || a.mtu >= f.size || s.shrunk > maxShrinks {
			s.done = true
			return
		}
		s.narrow = append(s.narrow, Narrow{a.from, a.mtu})
		s.size, s.tries, s.waiting = a.mtu, 0, time.Time{}
	default:
		s.done = true
	}
}
