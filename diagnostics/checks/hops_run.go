package checks

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

const (
	// hopCount reaches past the home router and the provider's first routers: how far packets to
	// different places get is compared only there, because ways part further on.
	hopCount = 5
	// hopLimit is for routers nearby; whoever is further away has answered by then, or the way ends.
	hopLimit = 900 * time.Millisecond
	// Where packets get lost or take long, the way is measured round by round: enough rounds to tell
	// two per cent of loss from none, few enough to be over in two seconds.
	wayRounds   = 50
	wayInterval = 20 * ms
	wayLimit    = 2500 * ms
)

// hopWait is how long the anchors have to answer before it is worth knowing how far packets get.
const hopWait = 600 * time.Millisecond

// way is why the path matters, and to where.
type way struct {
	to      netip.AddrPort
	measure bool // packets arrive, but some get lost or all take long
}

func runHops(ctx context.Context, env *diagnostics.Env) (HopsReport, error) {
	w, ok := wayThatMatters(ctx, env)
	if !ok {
		return HopsReport{}, notApplicable("the internet and the site answer")
	}
	if !w.to.IsValid() {
		return HopsReport{}, errors.ErrUnsupported
	}
	if !w.measure {
		r := findWay(ctx, w.to, wayProtocol)
		return HopsReport{To: w.to, Hops: firstHops(r), Route: r}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, wayLimit)
	defer cancel()
	r := trace.New(trace.Options{Target: w.to.Addr(), Rounds: wayRounds, Interval: wayInterval}).Run(ctx, nil)
	return HopsReport{To: w.to, Hops: firstHops(&r), Route: &r}, nil
}

// findWay looks for the routers on the way to a port once.
func findWay(ctx context.Context, to netip.AddrPort, p trace.Protocol) *trace.Result {
	ctx, cancel := context.WithTimeout(ctx, hopLimit)
	defer cancel()
	r := trace.New(trace.Options{Target: to.Addr(), Protocol: p, Port: to.Port(), Rounds: 1}).Run(ctx, nil)
	return &r
}

// firstHops lists who answered at the first distances, and at all beyond where the way ends.
func firstHops(r *trace.Result) []Hop {
	if len(r.Flows) == 0 || r.Fail != nil {
		return nil
	}
	list := make([]Hop, hopCount)
	flow := r.Flows[0]
	for i := range list {
		h := trace.Hop{}
		if i < len(flow.Hops) {
			h = flow.Hops[i]
		}
		end := flow.Reached && i+1 >= len(flow.Hops)
		if end {
			h = flow.Hops[len(flow.Hops)-1]
		}
		list[i] = Hop{TTL: i + 1, RTT: h.Min, Reached: end}
		if !end && h.Code == "" {
			list[i].From = h.Addr()
		}
	}
	return list
}

// firstAnchor is the first of the references that may be asked.
func firstAnchor(env *diagnostics.Env) netip.AddrPort {
	for _, a := range env.References.Anchors {
		for _, addr := range []netip.Addr{a.V4, a.V6} {
			if addr.IsValid() && env.Family.Allows(addr) {
				return netip.AddrPortFrom(addr, 443)
			}
		}
	}
	return netip.AddrPort{}
}

// wayThatMatters waits until either is known: that all is well, or that it is worth looking. Routers
// answer few such packets a second, and what they tell the others must not go short.
func wayThatMatters(ctx context.Context, env *diagnostics.Env) (way, bool) {
	quick, cancel := context.WithTimeout(ctx, hopWait)
	defer cancel()
	if _, ok := anyAnchorRoundTrip(quick, env, diagnostics.IPv4); !ok {
		if _, ok = anyAnchorRoundTrip(quick, env, diagnostics.IPv6); !ok {
			return way{to: firstAnchor(env)}, ctx.Err() == nil
		}
	}
	return firstOf(ctx, 0, 2, func(ctx context.Context, i int) (way, bool) {
		if i == 0 && !env.Target.None() {
			_, silent := env.Board.Wait(ctx, noteNoConnect)
			return way{to: firstAnchor(env)}, silent
		}
		if i == 1 {
			if to, poor := env.Board.Wait(ctx, notePoorWay); poor {
				return way{to: netip.AddrPortFrom(to.(netip.Addr), 443), measure: true}, true
			}
		}
		return way{}, false
	})
}
