package trace

import (
	"net/netip"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Sample is one measurement of one hop.
type Sample struct {
	At   time.Time
	RTT  wire.Ms
	Lost bool
}

// hop is what one flow knows of one distance.
type hop struct {
	addrs    []Seen
	who      netip.Addr // who answered last
	flaps    int        // how often that was another than before
	flapped  time.Time
	sent     int
	received int
	lost     int
	lastTry  time.Time

	last, min, max, sum time.Duration
	changes             time.Duration // sum of the differences between neighbouring round trips
	samples             []Sample      // the latest ones, in the order of their judgement

	code   string
	kind   kind
	back   int
	labels []Label
}

// Seen is an address that answered at a distance, and when.
type Seen struct {
	Addr        netip.Addr
	First, Last time.Time
	Count       int
}

// addr is who answered last.
func (h *hop) addr() netip.Addr { return h.who }

func (h *hop) take(a answer, sent time.Time, rtt time.Duration) {
	h.received++
	if h.received > 1 {
		h.changes += (rtt - h.last).Abs()
	}
	if h.min == 0 || rtt < h.min {
		h.min = rtt
	}
	h.last, h.max, h.sum = rtt, max(h.max, rtt), h.sum+rtt
	h.kind, h.code, h.back = a.kind, a.code, a.back
	if len(a.labels) > 0 {
		h.labels = a.labels
	}
	h.saw(a.from, sent)
	h.keep(Sample{At: sent, RTT: inMs(rtt)})
}

func (h *hop) saw(from netip.Addr, at time.Time) {
	if h.who.IsValid() && h.who != from {
		h.flaps++
		h.flapped = at
	}
	h.who = from
	for i := range h.addrs {
		if s := &h.addrs[i]; s.Addr == from {
			s.Last = at
			s.Count++
			return
		}
	}
	if len(h.addrs) < maxAddrs {
		h.addrs = append(h.addrs, Seen{from, at, at, 1})
	}
}

func (h *hop) lose(at time.Time) {
	h.lost++
	h.keep(Sample{At: at, Lost: true})
}

// keep remembers a sample. An answer that comes after it was given up replaces its loss.
func (h *hop) keep(s Sample) {
	for i := len(h.samples) - 1; i >= 0 && !s.Lost; i-- {
		if h.samples[i].At.Equal(s.At) {
			h.samples[i] = s
			return
		}
	}
	if len(h.samples) >= keptSamples {
		h.samples = slices.Delete(h.samples, 0, keptSamples/10)
	}
	h.samples = append(h.samples, s)
}

// jitter is the mean difference between neighbouring round trips.
func (h *hop) jitter() time.Duration {
	if h.received < 2 {
		return 0
	}
	return h.changes / time.Duration(h.received-1)
}
