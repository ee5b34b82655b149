// Package route says what a traced path means: between which two hops the time goes, where loss
// begins that goes on to the target, whose network that is, and why a path ends early. It measures
// nothing; its functions are pure. What it says are keys of the catalogue with their values, so that
// the terminal, the window, JSON and reports speak with the same sentence.
package route

import (
	"fmt"
	"math"
	"net/netip"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// Station is whose network a hop belongs to.
type Station string

// Stations along the way.
const (
	Router   Station = "router"   // this computer's own network
	Provider Station = "provider" // the internet provider's
	Beyond   Station = "beyond"   // between the provider and the site
	Website  Station = "website"  // the site's
)

// Notes of hops.
const (
	Silent     = "silent"   // never answered, although packets go on
	Limits     = "limits"   // answers seldom, although packets go on: it limits its answers
	Late       = "late"     // answers later than hops behind it: its answers wait, packets do not
	Looping    = "loop"     // packets come here again
	Refuses    = "refuses"  // says that packets go no further
	Changed    = "changed"  // another router stands here now
	Translates = "nat"      // answers in the target's name without being it: addresses are translated here
	Labelled   = "mpls"     // inside a label-switched network
	Narrows    = "narrow"   // its next link takes only shorter packets
	Parallel   = "parallel" // other flows pass other routers here
	Shared     = "shared"   // an address that the provider shares among customers (RFC 6598)
	Unsteady   = "unsteady" // its round trips vary a great deal, also further on
)

// Verdicts, the worst first. They are stable.
const (
	Cannot   = "cannot"    // nothing could be measured
	Nothing  = "nothing"   // nobody answers at all
	Loops    = "loop"      // packets go round in circles
	Refused  = "refused"   // somebody on the way says that it goes no further
	Ends     = "ends"      // nobody answers beyond some hop
	PortOnly = "port-only" // the target answers connections, but not the probes
	Lossy    = "loss"      // packets get lost, also those to the target
	Slow     = "slow"      // one stretch takes most of a long time
	Spread   = "spread"    // a long time, without one stretch that stands out
	Quick    = "quick"     // all is well
)

// Sentence is one text of the catalogue and what fills it.
type Sentence struct {
	Key    string
	Values map[string]string
}

// Place is one hop of the first flow, as an end of a stretch; TTL 0 is this computer.
type Place struct {
	TTL  int
	Addr netip.Addr
}

// Stretch is a part of the way on which the round trip grows, and stays grown to the target.
type Stretch struct {
	From, To Place
	Added    wire.Ms // round trip
	Total    wire.Ms // to the end of the path
	Station  Station
}

// Loss is where packets begin to get lost that the target misses, too.
type Loss struct {
	After, At Place // the last hop without the loss, and the first with it
	Share     float64
	Station   Station // "" where networks of several lie between After and At
	// Back: only the way back can be the cause, because packets pass on unharmed.
	Back bool
}

// Hop is what one hop means.
type Hop struct {
	Station Station
	Note    string
}

// Port is the answer of one of the target's ports to a plain connection.
type Port struct {
	Port     uint16
	Answers  bool
	RTT      wire.Ms
	Attempts int
}

// Reading is what a result means.
type Reading struct {
	Reached   bool
	Hops      [][]Hop // for each flow
	Slowest   *Stretch
	Loss      *Loss
	Verdict   string
	Sentences []Sentence // the verdict's first, then what is worth knowing beside it
}

// Read reads a result; port is nil when none was tried.
func Read(r trace.Result, port *Port) Reading {
	out := Reading{Verdict: Cannot}
	for _, f := range r.Flows {
		out.Reached = out.Reached || f.Reached
		out.Hops = append(out.Hops, readHops(f, r.Target, r.FlowStable()))
	}
	if r.Fail != nil || len(r.Flows) == 0 {
		reason := ""
		if r.Fail != nil {
			reason = r.Fail.Text
		}
		out.say("trace.cannot", "reason", reason)
		return out
	}
	main := r.Flows[0]
	main.Reached = main.Reached && len(main.Hops) > 0
	noteParallel(r.Flows, out.Hops)
	out.Slowest = slowest(main, out.Hops[0])
	limitsTarget := choked(main, r.Protocol)
	if !limitsTarget {
		out.Loss = loss(main, out.Hops[0])
	}
	out.judge(r, main, port)
	if limitsTarget {
		out.Hops[0][len(main.Hops)-1].Note = Limits
		out.say("trace.limits-target", "target", r.Target.String())
	}
	out.remark(r, main)
	return out
}

// say adds a sentence; pairs are names and values.
func (r *Reading) say(key string, pairs ...string) {
	s := Sentence{Key: key, Values: make(map[string]string, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Values[pairs[i]] = pairs[i+1]
	}
	r.Sentences = append(r.Sentences, s)
}

// steady writes a span so that small differences between two runs do not show.
func steady(ms wire.Ms) string {
	v := float64(ms)
	step := 1.0
	switch {
	case v < 1:
		return "<1 ms"
	case v >= 1000:
		step = 100
	case v >= 100:
		step = 10
	case v >= 20:
		step = 5
	}
	return fmt.Sprintf("%.0f ms", math.Round(v/step)*step)
}

// percent writes a share likewise.
func percent(share float64) string {
	v := share * 100
	if v > 10 {
		return fmt.Sprintf("%.0f %%", math.Round(v/5)*5)
	}
	return fmt.Sprintf("%.0f %%", max(1, math.Round(v)))
}
