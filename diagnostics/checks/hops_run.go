package checks

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// hopCount reaches past the home router and the provider's first routers. Linux routers send
	// six ICMP errors at once and then one a second, so more would stay unanswered.
	hopCount = 5
	// hopLimit is for routers nearby.
	hopLimit = 900 * time.Millisecond
)

// hopWait is how long the anchors have to answer before it is worth knowing how far packets get.
const hopWait = 600 * time.Millisecond

func runHops(ctx context.Context, env *diagnostics.Env) (HopsReport, error) {
	if !hopsMatter(ctx, env) {
		return HopsReport{}, notApplicable("the internet and the site answer")
	}
	for _, a := range env.References.Anchors {
		for _, addr := range []netip.Addr{a.V4, a.V6} {
			if addr.IsValid() && env.Family.Allows(addr) {
				to := netip.AddrPortFrom(addr, 443)
				return HopsReport{To: to, Hops: hops(ctx, to)}, nil
			}
		}
	}
	return HopsReport{}, errors.ErrUnsupported
}

// hops tries all distances at once and lists what came back.
func hops(ctx context.Context, to netip.AddrPort) []Hop {
	list := make([]Hop, hopCount)
	var wait sync.WaitGroup
	for i := range list {
		wait.Add(1)
		go func() {
			defer wait.Done()
			list[i] = hop(ctx, to, i+1)
		}()
	}
	wait.Wait()
	return list
}

// icmpTimeExceeded is ICMP type 11 (RFC 792) and ICMPv6 type 3 (RFC 4443).
func icmpTimeExceeded(f *wire.Failure, v4 bool) bool {
	return v4 && f.ICMPType == 11 || !v4 && f.ICMPType == 3
}

func hop(ctx context.Context, to netip.AddrPort, ttl int) Hop {
	conn, c := wire.Dial(ctx, to, wire.DialOptions{TTL: ttl, Limit: hopLimit})
	h := Hop{TTL: ttl}
	switch {
	case c.OK:
		conn.Close()
		h.Reached, h.RTT = true, c.Took
	case c.Fail.Is(wire.Refused) && !c.Fail.Offender.IsValid():
		h.Reached, h.RTT = true, c.Took
	case c.Fail != nil && c.Fail.Offender.IsValid() && icmpTimeExceeded(c.Fail, to.Addr().Is4()):
		h.From, h.RTT = c.Fail.Offender, c.Took
	}
	return h
}

// hopsMatter waits until either is known: that all is well, or that it is worth looking. Routers
// answer few such packets a second, and what they tell the others must not go short.
func hopsMatter(ctx context.Context, env *diagnostics.Env) bool {
	quick, cancel := context.WithTimeout(ctx, hopWait)
	defer cancel()
	if _, ok := anyAnchorRoundTrip(quick, env, diagnostics.IPv4); !ok {
		if _, ok = anyAnchorRoundTrip(quick, env, diagnostics.IPv6); !ok {
			return ctx.Err() == nil
		}
	}
	if env.Target.None() {
		return false
	}
	_, silent := env.Board.Wait(ctx, noteNoConnect)
	return silent
}
