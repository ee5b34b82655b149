// Package trace finds the routers on the way to an address and how long each takes, all distances at
// once. A flow keeps the bytes that routers share traffic out by (Paris traceroute), so that its hops
// lie on one path. It needs no administrator's rights where the system offers any other way, takes
// times from the kernel where it gives them, and believes no ICMP error that does not quote a probe of
// its own.
//
// It looks no names up, sends nothing but its probes, and draws no conclusions: package route does.
package trace

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Protocol is what the probes are.
type Protocol string

// Protocols. Auto is ICMP where this account may, UDP otherwise.
const (
	Auto Protocol = ""
	ICMP Protocol = "icmp"
	UDP  Protocol = "udp"
	TCP  Protocol = "tcp"
)

// Bounds of a trace.
const (
	MaxHops   = 64
	MaxFlows  = 16
	maxRounds = 1 << 30 // for a trace that goes on until it is stopped
	// keptSamples is how many of a hop's latest measurements are kept, besides the figures of all.
	keptSamples = 600
	maxAddrs    = 8 // of one distance in one flow
)

// Default ports: the first of traceroute's range, and HTTPS.
const (
	portUDP = 33434
	portTCP = 443
)

// Options say what to trace; only the target is needed.
type Options struct {
	Target   netip.Addr
	Protocol Protocol
	Port     uint16        // 0: 33434 for UDP, 443 for TCP
	Flows    int           // how many flows look for parallel paths; 0 is 1
	MaxHops  int           // 0 is MaxHops
	Rounds   int           // 1: find the path; more: measure it; 0: until the context ends
	Interval time.Duration // between rounds; 0 is 40 ms
	// Direct leaves the routers out and only measures the target: a ping.
	Direct bool
	// Size is how long a probe of a Direct trace is, IP header included; 0 is the least.
	Size int
}

func (o Options) normal() Options {
	o.Target = o.Target.Unmap()
	if o.Flows = min(max(o.Flows, 1), MaxFlows); o.Direct {
		o.Flows = 1
	}
	if o.MaxHops <= 0 || o.MaxHops > MaxHops {
		o.MaxHops = MaxHops
	}
	if o.Rounds <= 0 {
		o.Rounds = maxRounds
	}
	if o.Interval <= 0 {
		o.Interval = 40 * time.Millisecond
	}
	o.Interval = max(o.Interval, time.Millisecond)
	if o.Port == 0 {
		if o.Port = portUDP; o.Protocol == TCP {
			o.Port = portTCP
		}
	}
	return o
}

// Event is one measurement: an answer, or its absence.
type Event struct {
	Flow, TTL int
	At        time.Time // when the probe left
	Lost      bool
	RTT       wire.Ms
	From      netip.Addr
	Code      string // how somebody on the way refused
}

// Tracer runs one trace. Its result can be read at any time.
type Tracer struct {
	options Options

	mu      sync.Mutex
	started time.Time
	ended   time.Time
	method  string
	fail    *wire.Failure
	strays  int
	paths   []*path
}

// New prepares a trace; nothing is sent yet.
func New(o Options) *Tracer {
	t := &Tracer{options: o.normal()}
	for flow := range t.options.Flows {
		t.paths = append(t.paths, newPath(flow, t.options, uint16(rand.Uint32())))
	}
	return t
}

// Run traces until all rounds are done or ctx ends. Each event goes to seen, which may be nil and
// must be quick: answers wait meanwhile.
func (t *Tracer) Run(ctx context.Context, seen func(Event)) Result {
	if !t.options.Target.IsValid() || t.options.Target.IsUnspecified() || t.options.Target.IsMulticast() {
		t.fail = &wire.Failure{Kind: wire.Invalid, Phase: "connect", Text: "not the address of one computer"}
		return t.Result()
	}
	t.note(func() { t.started = time.Now() })
	c, err := open(t.options)
	if err != nil {
		t.note(func() {
			t.fail = wire.Classify(err)
			t.fail.Phase, t.ended = "connect", time.Now()
		})
		return t.Result()
	}
	defer c.close()
	t.note(func() { t.method = c.method() })
	t.loop(ctx, c, seen)
	t.note(func() { t.ended = time.Now() })
	return t.Result()
}

func (t *Tracer) note(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}
