package trace

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Result is what a trace has seen so far.
type Result struct {
	Target   netip.Addr    `json:"target"`
	Protocol Protocol      `json:"protocol"`
	Port     uint16        `json:"port,omitempty"`
	Method   string        `json:"method"` // what was used: "icmp", "ping socket", "udp", "tcp", "windows icmp"
	Started  time.Time     `json:"started_at"`
	Elapsed  wire.Ms       `json:"elapsed_ms"`
	Flows    []Flow        `json:"flows"`
	Strays   int           `json:"strays,omitempty"` // answers that belong to no probe, or came twice
	Fail     *wire.Failure `json:"fail,omitempty"`   // why nothing could be measured
}

// Flow is one path, as packets of one flow take it.
type Flow struct {
	Hops    []Hop    `json:"hops"`
	Reached bool     `json:"reached"`
	Refused bool     `json:"refused,omitempty"` // somebody on the way said that it goes no further
	Loops   bool     `json:"loops,omitempty"`
	Rounds  int      `json:"rounds"`
	MTU     int      `json:"mtu,omitempty"` // the longest packet that arrived, 0 when unknown
	Narrow  []Narrow `json:"narrow,omitempty"`
	// TooLong is the size of packets that vanished without a word, although smaller ones arrive.
	TooLong int `json:"too_long,omitempty"`
}

// Hop is one distance on the path.
type Hop struct {
	TTL      int       `json:"ttl"`
	Addrs    []Seen    `json:"addresses,omitempty"` // in the order of their first answer
	Sent     int       `json:"sent"`
	Received int       `json:"received"`
	Lost     int       `json:"lost"` // of those that are not on their way any more
	Last     wire.Ms   `json:"last_ms,omitempty"`
	Min      wire.Ms   `json:"min_ms,omitempty"`
	Avg      wire.Ms   `json:"avg_ms,omitempty"`
	Median   wire.Ms   `json:"median_ms,omitempty"` // of the samples that are kept
	Max      wire.Ms   `json:"max_ms,omitempty"`
	Jitter   wire.Ms   `json:"jitter_ms,omitempty"` // mean difference between neighbouring answers
	Code     string    `json:"code,omitempty"`      // how it refuses: "!N", "!H", "!P", "!X", "!p", "!13"
	Labels   []Label   `json:"labels,omitempty"`
	MTU      int       `json:"mtu,omitempty"`       // what the link behind it takes, when it said so
	Back     int       `json:"back,omitempty"`      // hops that its answers pass on their way here, guessed from their life
	Flaps    int       `json:"flaps,omitempty"`     // how often another address answered than the time before
	Flapped  time.Time `json:"flapped_at,omitzero"` // when the probe left that was the first of the latest
	Samples  []Sample  `json:"-"`
}

// Addr is who answered last; invalid for a silent hop.
func (h Hop) Addr() netip.Addr {
	var latest Seen
	for _, s := range h.Addrs {
		if !s.Last.Before(latest.Last) {
			latest = s
		}
	}
	return latest.Addr
}

// FlowStable reports whether all probes of a flow take one path wherever routers share traffic out by
// flows. A TCP probe is a connection with a port of its own: the system lends one port to one attempt at a
// time (connect fails with EADDRNOTAVAIL, SO_REUSEADDR and SO_REUSEPORT or not).
func (r Result) FlowStable() bool { return r.Protocol != TCP }

// Loss is the share of probes that stayed without an answer.
func (h Hop) Loss() float64 {
	if n := h.Received + h.Lost; n > 0 {
		return float64(h.Lost) / float64(n)
	}
	return 0
}

// Result returns what is known now; it may be called while the trace runs.
func (t *Tracer) Result() Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.options
	r := Result{Target: o.Target, Protocol: o.Protocol, Port: o.Port, Method: t.method, Started: t.started, Strays: t.strays, Fail: t.fail}
	if r.Protocol == Auto {
		if r.Protocol = ICMP; t.method == methodUDP {
			r.Protocol = UDP
		}
	}
	if r.Protocol == ICMP {
		r.Port = 0
	}
	switch {
	case t.started.IsZero():
	case t.ended.IsZero():
		r.Elapsed = wire.Since(t.started)
	default:
		r.Elapsed = inMs(t.ended.Sub(t.started))
	}
	for _, p := range t.paths {
		r.Flows = append(r.Flows, p.result())
	}
	return r
}

func (p *path) result() Flow {
	f := Flow{Rounds: p.round, Loops: p.loops()}
	s := &p.size
	f.MTU, f.Narrow = s.passed, slices.Clone(s.narrow)
	if p.swallowsLong() {
		f.TooLong = s.size
	}
	last := p.length()
	if p.distance == 0 && !p.found {
		last = max(last, min(p.next-1, last+1))
	}
	for ttl := 1; ttl <= last; ttl++ {
		h := p.hops[ttl].result(ttl)
		for _, n := range s.narrow {
			if n.From == h.Addr() {
				h.MTU = n.MTU
			}
		}
		f.Hops = append(f.Hops, h)
	}
	if p.distance > 0 && p.hops[p.distance].received > 0 {
		f.Reached = p.hops[p.distance].kind == reached
		f.Refused = p.hops[p.distance].kind == unreachable
	}
	return f
}

func (h *hop) result(ttl int) Hop {
	out := Hop{TTL: ttl, Addrs: slices.Clone(h.addrs), Sent: h.sent, Received: h.received, Lost: h.lost, Code: h.code, Labels: slices.Clone(h.labels), Back: hopsBack(h.back), Flaps: h.flaps, Flapped: h.flapped, Samples: slices.Clone(h.samples)}
	if h.received > 0 {
		out.Last, out.Min, out.Max, out.Jitter = inMs(h.last), inMs(h.min), inMs(h.max), inMs(h.jitter())
		out.Avg, out.Median = inMs(h.sum/time.Duration(h.received)), median(h.samples)
	}
	return out
}

func median(samples []Sample) wire.Ms {
	var list []wire.Ms
	for _, s := range samples {
		if !s.Lost {
			list = append(list, s.RTT)
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.SortFunc(list, func(a, b wire.Ms) int { return cmp.Compare(a, b) })
	if n := len(list); n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[len(list)/2]
}

// hopsBack guesses how many routers an answer has passed: senders begin with 64, 128 or 255.
func hopsBack(left int) int {
	for _, start := range []int{64, 128, 255} {
		if left > 0 && left <= start && start-left < MaxHops {
			return start - left
		}
	}
	return 0
}
