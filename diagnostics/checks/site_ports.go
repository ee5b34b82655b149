package checks

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

const (
	// aroundLimit outlasts one retransmission and ends together with Site's own attempt, which
	// began 700 ms earlier.
	aroundLimit = 2300 * ms
	// Routers send one ICMP error a second to each host: three tries meet one of theirs.
	againTries = 3
	againEvery = second
	againLimit = 400 * ms
)

func runPorts(ctx context.Context, env *diagnostics.Env) (v PortsReport, err error) {
	if _, err := targetURL(env); err != nil {
		return v, err
	}
	noted, ok := env.Board.Wait(ctx, noteNoConnect)
	if !ok {
		return v, notApplicable("the site can be connected to")
	}
	to := noted.(netip.AddrPort)
	v.Addr = to.Addr()
	var all sync.WaitGroup
	all.Go(func() { v.Other = connectAll(ctx, others(to)) })
	all.Go(func() { v.Near = connectAll(ctx, near(to)) })
	all.Go(func() { v.UDP = wire.UDPProbe(ctx, to) })
	all.Go(func() { v.Reference = connectAll(ctx, listeners(ctx, env, to)) })
	all.Go(func() { v.Again = offenders(ctx, to) })
	all.Go(func() {
		v.Route = findWay(ctx, to, trace.TCP)
		v.Hops = firstHops(v.Route)
	})
	all.Wait()
	return v, nil
}

// connectAll connects to all at once.
func connectAll(ctx context.Context, to []netip.AddrPort) []wire.Connect {
	list := make([]wire.Connect, len(to))
	var all sync.WaitGroup
	for i, a := range to {
		all.Go(func() { list[i] = knock(ctx, a, aroundLimit) })
	}
	all.Wait()
	return list
}

// knock connects and hangs up.
func knock(ctx context.Context, to netip.AddrPort, limit time.Duration) wire.Connect {
	conn, c := wire.Dial(ctx, to, wire.DialOptions{Limit: limit})
	if conn != nil {
		_ = conn.Close()
	}
	return c
}

// others are the ports of websites on the same machine.
func others(to netip.AddrPort) (l []netip.AddrPort) {
	for _, p := range []uint16{80, 443} {
		if p != to.Port() {
			l = append(l, netip.AddrPortFrom(to.Addr(), p))
		}
	}
	return l
}

// near are the port and 443 on the machines before and after, within the same /24 or /64. Around
// this computer itself there is nobody.
func near(to netip.AddrPort) (l []netip.AddrPort) {
	if to.Addr().IsLoopback() {
		return nil
	}
	bits := 64
	if to.Addr().Is4() {
		bits = 24
	}
	within, err := to.Addr().Prefix(bits)
	if err != nil {
		return nil
	}
	for _, a := range []netip.Addr{to.Addr().Prev(), to.Addr().Next()} {
		if !a.IsValid() || !within.Contains(a.WithZone("")) || a == within.Addr() || isBroadcast(a) {
			continue
		}
		l = append(l, netip.AddrPortFrom(a, to.Port()))
		if to.Port() != 443 {
			l = append(l, netip.AddrPortFrom(a, 443))
		}
	}
	return l
}

func isBroadcast(a netip.Addr) bool { return a.Is4() && a.As4()[3] == 255 }

// listeners are two machines that surely listen on the port.
func listeners(ctx context.Context, env *diagnostics.Env, to netip.AddrPort) (l []netip.AddrPort) {
	const enough = 2
	switch to.Port() {
	case 443:
		for _, a := range firstAnchors(env, enough) {
			l = append(l, netip.AddrPortFrom(a, 443))
		}
	case 80:
		for _, p := range env.References.SignIn[:min(len(env.References.SignIn), enough)] {
			u, err := url.Parse(p.URL)
			if err != nil {
				continue
			}
			for _, a := range lookUp(ctx, env, u.Hostname(), aroundLimit/2).Addrs[:] {
				l = append(l, netip.AddrPortFrom(a, 80))
				break
			}
		}
	}
	l = slices.Compact(l)
	return l
}

// offenders connects again and again, as long as nothing at all comes back, and keeps what names a
// sender of ICMP errors.
func offenders(ctx context.Context, to netip.AddrPort) (l []wire.Connect) {
	start := time.Now()
	for i := range againTries {
		if !pause(ctx, time.Until(start.Add(time.Duration(i)*againEvery))) {
			return l
		}
		c := knock(ctx, to, againLimit)
		if c.Fail != nil && c.Fail.Offender.IsValid() {
			return append(l, c)
		}
		if !c.Fail.Is(wire.Timeout) {
			return l
		}
	}
	return l
}
