package trace

import (
	"net/netip"
	"slices"
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
	maxShrinks           = 8
	sizeTries            = 2
	fewLost              = 10 // one in so many short ones may be lost by chance
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
		if a.mtu == 0 {
			a.mtu = plateau(f.size)
		}
		if s.shrunk++; a.mtu < least || a.mtu >= f.size || s.shrunk > maxShrinks {
			s.done = true
			return
		}
		if n := len(s.narrow); n > 0 && s.narrow[n-1].From == a.from {
			s.narrow = s.narrow[:n-1] // the last was a guess
		}
		s.narrow = append(s.narrow, Narrow{a.from, a.mtu})
		s.size, s.tries, s.waiting = a.mtu, 0, time.Time{}
	default:
		s.done = true
	}
}

// swallowsLong reports whether full packets vanish where short ones arrive. A target that leaves short
// ones unanswered too, as hosts that limit their ICMP errors do (RFC 1812 section 4.3.2.8), proves nothing;
// neither does one that was not heard again since.
func (p *path) swallowsLong() bool {
	s := &p.size
	if !s.done || s.passed > 0 || s.tries < sizeTries || p.distance == 0 {
		return false
	}
	h := &p.hops[p.distance]
	since := slices.ContainsFunc(h.samples, func(m Sample) bool { return !m.Lost && m.At.After(s.waiting) })
	return h.kind == reached && since && h.lost*fewLost <= h.received
}

// plateaus are sizes that links have (RFC 1191 section 7, and those of PPPoE and of tunnels), for when
// nobody says how much fits: some routers do not, and Windows does not pass it on.
var plateaus = [...]int{8166, 4352, 2002, 1500, 1492, 1480, 1460, 1420, 1400, 1300, 1280, 1006, 576, 296, leastMTU4}

// plateau is the greatest of them below a size, 0 when there is none.
func plateau(size int) int {
	for _, p := range plateaus {
		if p < size {
			return p
		}
	}
	return 0
}
