package trace

import "time"

// Rules of patience.
const (
	// probeGap keeps the first volleys of all flows but the first from being one clump: sixteen packets at
	// once harm nobody, a few hundred fill queues.
	probeGap = 100 * time.Microsecond
	// ahead is how many hops beyond the last answer are probed: more silent ones in a row are the end.
	ahead    = 16
	aheadTCP = 8 // every probe that arrives is a connection for the target
	// eager is how long after a later hop's answer a silent one is probed again, at most; on short paths
	// it is as long as that answer took.
	eager      = 2 * time.Millisecond
	leastEager = 300 * time.Microsecond
	// slack is the least spread that answers are allowed.
	slack = 2 * time.Millisecond
	// forgotten is when an answer is no longer waited for at all.
	forgotten = 5 * time.Second
	tailTries = 3 // hops beyond the last answer that are tried twice
)

// path is what is known of one flow: which probes to send when, and what their answers mean. It
// neither sends nor waits, so its rules can be tested with made-up times.
type path struct {
	flow   int
	o      Options
	window int

	hops    [MaxHops + 1]hop
	pending map[uint16]*flight
	old     []uint16 // numbers of the pending ones, oldest first
	seq     uint16

	// distance is where the path ends: at the target, or at who refuses; 0 as long as nobody has.
	distance int
	found    bool // the first round is over
	next     int  // of the first round: the distance to be probed next
	lastSent time.Time

	round  int // rounds that have begun
	start  time.Time
	turn   int  // within a round: the distance to be probed next
	spare  bool // within a round: the probe beyond the end is still to be sent
	size   sizing
	simple bool // quotes are too short to tell probes by their numbers
	losses []Event
}

// flight is a probe on its way.
type flight struct {
	seq  uint16
	ttl  int // 0: it measures the size of the path
	size int
	port uint16
	at   time.Time
	lost bool
}

func newPath(flow int, o Options, seq uint16) *path {
	p := &path{flow: flow, o: o, window: ahead, pending: map[uint16]*flight{}, seq: seq, next: 1}
	if o.Protocol == TCP {
		p.window = aheadTCP
	}
	if o.Direct {
		p.distance, p.found, p.next = 1, true, 2
	}
	return p
}

// farthest is the distance of the last hop that has answered, 0 when none has.
func (p *path) farthest() int {
	for ttl := min(p.next, MaxHops); ttl > 0; ttl-- {
		if p.hops[ttl].received > 0 {
			return ttl
		}
	}
	return 0
}

// limit is the greatest distance worth probing.
func (p *path) limit() int {
	switch {
	case p.distance > 0:
		return p.distance - 1
	case p.loops():
		return p.next - 1
	}
	return min(p.o.MaxHops, p.farthest()+p.window)
}

// loops reports whether packets go round in circles: one address at three distances that are not
// neighbours.
func (p *path) loops() bool {
	for ttl := p.farthest(); ttl > 4; ttl-- {
		a := p.hops[ttl].addr()
		if !a.IsValid() {
			continue
		}
		seen, last := 1, ttl
		for t := ttl - 2; t > 0; t-- {
			if p.hops[t].addr() == a && last-t > 1 && p.hops[t+1].addr() != a {
				seen, last = seen+1, t
			}
		}
		if seen >= 3 {
			return true
		}
	}
	return false
}

// later is the least round trip of all hops beyond ttl, 0 when none has answered.
func (p *path) later(ttl int) (least time.Duration) {
	for t := p.next; t > ttl; t-- {
		if t <= MaxHops && p.hops[t].received > 0 && (least == 0 || p.hops[t].min < least) {
			least = p.hops[t].min
		}
	}
	return least
}

// patience is how long an answer from a distance may take before it counts as lost.
func (p *path) patience(ttl int) time.Duration {
	h := &p.hops[ttl]
	base := h.max
	if h.received == 0 {
		base = p.later(ttl)
	}
	if base == 0 {
		return p.blindPatience()
	}
	return min(base+max(slack, base/4, 4*h.jitter()), 3*time.Second)
}

// blindPatience is for distances beyond the last answer.
func (p *path) blindPatience() time.Duration {
	var far time.Duration
	for t := 1; t < p.next && t <= MaxHops; t++ {
		far = max(far, p.hops[t].max)
	}
	if far == 0 {
		return time.Second
	}
	return min(max(3*far+100*time.Millisecond, 300*time.Millisecond), 2*time.Second)
}

// due returns a probe to send now; without one it says when to ask again.
func (p *path) due(now time.Time) (pr probe, ok bool, again time.Time) {
	again = now.Add(time.Second)
	soon := func(t time.Time) {
		if t.Before(again) {
			again = t
		}
	}
	if t := p.expire(now); !t.IsZero() {
		soon(t)
	}
	if !p.found {
		if pr, ok = p.discover(now, soon); ok {
			return pr, true, now
		}
	}
	if pr, ok = p.sizeProbe(now, soon); ok {
		return pr, true, now
	}
	if p.found {
		if pr, ok = p.repeat(now, soon); ok {
			return pr, true, now
		}
	}
	return pr, false, again
}

// discover is the first round: all distances, and again those that stay silent although later ones
// have answered.
func (p *path) discover(now time.Time, soon func(time.Time)) (probe, bool) {
	if p.start.IsZero() {
		p.start, p.round = now, 1
	}
	limit := p.limit()
	if p.next <= limit {
		if at := p.lastSent.Add(probeGap); p.flow > 0 && now.Before(at) {
			soon(at)
		} else {
			p.next++
			return p.probe(p.next - 1), true
		}
	}
	far, open := p.farthest(), false
	for ttl := 1; ttl < p.next && ttl <= limit; ttl++ {
		h := &p.hops[ttl]
		if h.received > 0 || h.sent == 0 {
			continue
		}
		tries, again := 2, h.lastTry
		if later := p.later(ttl); later > 0 {
			again = again.Add(later + min(eager, max(leastEager, later)))
		} else {
			again = again.Add(p.blindPatience())
			switch {
			case ttl > far+tailTries:
				tries = 1
			case far > 0 && ttl == far+1: // perhaps the end of the way, which rations its refusals among all flows
				tries = 3
			}
		}
		if h.sent >= tries {
			again = h.lastTry.Add(p.patience(ttl))
		}
		if now.Before(again) {
			open = true
			soon(again)
			continue
		}
		if h.sent < tries {
			return p.probe(ttl), true
		}
	}
	if !open && p.next > limit {
		p.found = true
	}
	return probe{}, false
}

// repeat is the rounds after the first: each hop once, all at once.
func (p *path) repeat(now time.Time, soon func(time.Time)) (probe, bool) {
	for p.turn > 0 {
		if ttl := p.turn; ttl <= p.length() {
			p.turn++
			return p.probe(ttl), true
		}
		p.turn = 0
		if p.spare && p.distance == 0 && p.length() < p.o.MaxHops {
			p.spare = false
			return p.probe(min(p.length()+p.window, p.o.MaxHops)), true
		}
	}
	if p.round >= p.o.Rounds {
		return probe{}, false
	}
	at := p.start.Add(p.o.Interval)
	if p.start.IsZero() {
		at = now
	}
	if now.Before(at) {
		soon(at)
		return probe{}, false
	}
	p.start, p.turn, p.spare = at, 1, true
	if now.Sub(at) > p.o.Interval { // the computer slept, or the first round took long
		p.start = now
	}
	p.round++
	return p.repeat(now, soon)
}

// length is the number of hops that later rounds measure.
func (p *path) length() int {
	if p.distance > 0 {
		return p.distance
	}
	return p.farthest()
}

// probe makes the next probe for a distance.
func (p *path) probe(ttl int) probe {
	p.seq++
	pr := probe{flow: p.flow, ttl: ttl, seq: p.seq, size: p.o.Size, port: p.o.Port}
	if p.o.Direct {
		pr.ttl = MaxHops
	}
	if p.simple && p.o.Protocol == UDP {
		pr.port += uint16(ttl)
	}
	return pr
}

// sent takes down that a probe has left.
func (p *path) sent(pr probe, at time.Time) {
	ttl := pr.ttl
	switch {
	case p.o.Direct:
		ttl = 1
	case pr.size > 0:
		ttl = 0
	}
	if _, taken := p.pending[pr.seq]; !taken {
		p.old = append(p.old, pr.seq)
	}
	p.pending[pr.seq] = &flight{seq: pr.seq, ttl: ttl, size: pr.size, port: pr.port, at: at}
	if ttl == 0 {
		return
	}
	h := &p.hops[ttl]
	h.sent++
	h.lastTry, p.lastSent = at, at
	if p.next <= ttl {
		p.next = ttl + 1
	}
}

// expire marks what is overdue as lost and forgets what is answered or old. It returns when to look
// again.
func (p *path) expire(now time.Time) (again time.Time) {
	kept := p.old[:0]
	for _, seq := range p.old {
		f := p.pending[seq]
		if f == nil {
			continue
		}
		if now.Sub(f.at) > forgotten {
			delete(p.pending, seq)
			continue
		}
		if kept = append(kept, seq); f.lost || f.ttl == 0 {
			continue
		}
		if at := f.at.Add(p.patience(f.ttl)); !now.Before(at) {
			f.lost = true
			p.hops[f.ttl].lose(f.at)
			p.losses = append(p.losses, Event{Flow: p.flow, TTL: f.ttl, At: f.at, Lost: true})
		} else if again.IsZero() || at.Before(again) {
			again = at
		}
	}
	p.old = kept
	return again
}

// over reports whether nothing is left to do.
func (p *path) over() bool {
	if !p.found || p.round < p.o.Rounds || p.turn > 0 {
		return false
	}
	for _, f := range p.pending {
		if !f.lost && f.ttl > 0 && f.ttl <= p.length() && p.waitsFor(f) {
			return false
		}
	}
	return true
}

// waitsFor reports whether the end has to wait for a probe: after the first round nothing is learnt by
// waiting for hops that never answered, nor for a second answer from one that has.
func (p *path) waitsFor(f *flight) bool {
	h := &p.hops[f.ttl]
	return p.round > 1 && h.received > 0 || f.ttl == p.distance && h.received == 0 || p.o.Direct
}
