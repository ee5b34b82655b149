package checks

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// dohKept is how long an anchor's connection stays open for those who want to ask it for names.
const dohKept = 3 * second

// anchorAddr is the anchor's address of one family, invalid when it has none or it is not wanted.
func anchorAddr(env *diagnostics.Env, a diagnostics.Anchor, f diagnostics.Family) netip.Addr {
	addr := a.V4
	if f == diagnostics.IPv6 {
		addr = a.V6
	}
	if !addr.IsValid() || !env.Family.Allows(addr) {
		return netip.Addr{}
	}
	return addr
}

// anchorAddrs are the addresses of an anchor that may be used, IPv4 first.
func anchorAddrs(env *diagnostics.Env, a diagnostics.Anchor) (l []netip.Addr) {
	for _, f := range []diagnostics.Family{diagnostics.IPv4, diagnostics.IPv6} {
		if addr := anchorAddr(env, a, f); addr.IsValid() {
			l = append(l, addr)
		}
	}
	return l
}

// firstAnchors are the preferred addresses of the first n operators: IPv4 where it is wanted.
func firstAnchors(env *diagnostics.Env, n int) (l []netip.Addr) {
	for _, a := range env.References.Anchors {
		if addrs := anchorAddrs(env, a); len(addrs) > 0 && len(l) < n {
			l = append(l, addrs[0])
		}
	}
	return l
}

// leadsOut reports whether any route of the family could carry traffic to the internet: a default
// route, or the two halves of one that VPN programs like.
func leadsOut(l RouteList, f diagnostics.Family) bool {
	for _, r := range l.Routes {
		if r.Kind == platform.Unicast && f.Allows(r.Dst.Addr()) {
			return true
		}
	}
	return false
}

// opening is one anchor's connection, made by whichever check wants it first and shared through
// the board: the certificate check and the questions over HTTPS need the same handshake.
type opening struct {
	done    chan struct{} // closed when the rest is known
	attempt wire.Attempt
	doh     *wire.DoH // nil when there is no connection, or nobody proved to be the operator
}

func openingKey(addr netip.Addr) string { return "anchor." + addr.String() }

// open connects to the anchor's address, or waits for whoever is at it.
func open(ctx context.Context, env *diagnostics.Env, a diagnostics.Anchor, addr netip.Addr) *opening {
	mine := &opening{done: make(chan struct{})}
	env.Board.Put(openingKey(addr), mine)
	if first, ok := env.Board.Wait(ctx, openingKey(addr)); ok && first != mine {
		return first.(*opening).wait(ctx)
	}
	defer close(mine.done)
	ctx, cancel := wire.WithLimit(ctx, anchorLimit)
	defer cancel()
	at := netip.AddrPortFrom(addr, 443)
	if a.DoH == "" || !proves(env, a, addr) {
		mine.attempt.Addr = at
		c, connect := wire.Dial(ctx, at, wire.DialOptions{})
		if mine.attempt.Connect = connect; c != nil {
			c.Close()
		}
		return mine
	}
	mine.doh, mine.attempt = wire.OpenDoH(ctx, a.DoH, at, roots(env), now(env))
	if mine.doh != nil {
		time.AfterFunc(dohKept, func() { mine.doh.Close() })
	}
	return mine
}

// proves reports whether the anchor is also asked to prove its identity at the address. Where both
// families are examined two do so over IPv6: that is enough to tell whether handshakes pass there,
// and each costs as much as all other steps to an anchor.
func proves(env *diagnostics.Env, a diagnostics.Anchor, addr netip.Addr) bool {
	const overIPv6 = 2
	if addr.Is4() || env.Family != diagnostics.Both {
		return true
	}
	n := 0
	for _, other := range env.References.Anchors {
		if other.Operator == a.Operator {
			return n < overIPv6
		}
		if other.V6.IsValid() {
			n++
		}
	}
	return false
}

// wait returns o once it is complete, or a cancelled one.
func (o *opening) wait(ctx context.Context) *opening {
	select {
	case <-o.done:
		return o
	case <-ctx.Done():
		return &opening{attempt: wire.Attempt{Connect: wire.Connect{Fail: &wire.Failure{Kind: wire.Cancelled, Phase: "connect"}}}}
	}
}

// roundTrip is the time there and back: the longer of connection and handshake, because boxes on
// the way (satellite links) acknowledge connections in others' name.
func (o *opening) roundTrip() (time.Duration, bool) {
	took := o.attempt.Connect.Took
	if h := o.attempt.Handshake; h != nil && h.OK {
		took = max(took, h.Took)
	}
	return took.Duration(), o.attempt.Connect.OK
}

// anchorRoundTrip waits for another check's connection to the anchor; ok is false when that failed.
func anchorRoundTrip(ctx context.Context, env *diagnostics.Env, addr netip.Addr) (rtt time.Duration, ok bool) {
	v, ok := env.Board.Wait(ctx, openingKey(addr))
	if !ok {
		return 0, false
	}
	return v.(*opening).wait(ctx).roundTrip()
}

// anyAnchorRoundTrip waits for the first anchor of the family that connects.
func anyAnchorRoundTrip(ctx context.Context, env *diagnostics.Env, f diagnostics.Family) (time.Duration, bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var addrs []netip.Addr
	for _, a := range env.References.Anchors {
		if addr := anchorAddr(env, a, f); addr.IsValid() {
			addrs = append(addrs, addr)
		}
	}
	return firstOf(ctx, 0, len(addrs), func(ctx context.Context, i int) (time.Duration, bool) {
		return anchorRoundTrip(ctx, env, addrs[i])
	})
}

func roots(env *diagnostics.Env) *x509.CertPool {
	if env.Roots == nil {
		return nil
	}
	return env.Roots()
}

func now(env *diagnostics.Env) time.Time {
	if env.Now == nil {
		return time.Now()
	}
	return env.Now()
}

func runAnchors(f diagnostics.Family) func(context.Context, *diagnostics.Env) (AnchorReport, error) {
	return func(ctx context.Context, env *diagnostics.Env) (AnchorReport, error) {
		v := AnchorReport{Family: f}
		if env.Family != diagnostics.Both && env.Family != f {
			return v, notApplicable(fmt.Sprintf("the examination is limited to IPv%d", env.Family))
		}
		var all sync.WaitGroup
		results := make([]AnchorResult, len(env.References.Anchors))
		for i, a := range env.References.Anchors {
			if addr := anchorAddr(env, a, f); addr.IsValid() {
				results[i].Operator = a.Operator
				all.Go(func() { results[i].Attempt = open(ctx, env, a, addr).attempt })
			}
		}
		all.Wait()
		for _, r := range results {
			if r.Operator != "" {
				v.Anchors = append(v.Anchors, r)
			}
		}
		if len(v.Anchors) == 0 {
			return v, notApplicable(fmt.Sprintf("no anchors with an IPv%d address are configured", f))
		}
		return v, nil
	}
}
