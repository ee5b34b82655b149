package checks

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	lossEchoes = 10
	// moreEchoes, sent at moreInterval, bring the sample to over two hundred packets in all: at
	// two per cent of loss that is enough to tell it from one unlucky packet.
	moreEchoes   = 40
	moreInterval = 15 * ms
	// lossWait is how long the echoes wait for a first anchor to be connected to.
	lossWait = 250 * ms
	// trifle is the share of packets that any path may lose.
	trifle = 0.03
)

func runLoss(ctx context.Context, env *diagnostics.Env) (v LossReport, err error) {
	defer func() { // the way is measured only now: its packets would count as traffic
		if to, poor := v.poor(); poor && !env.Quick {
			env.Board.Put(notePoorWay, to)
		} else {
			env.Board.Close(notePoorWay)
		}
	}()
	routes, known := Routes.From(env.Facts)
	var families []diagnostics.Family
	for _, f := range []diagnostics.Family{diagnostics.IPv4, diagnostics.IPv6} {
		if (env.Family == diagnostics.Both || env.Family == f) && (!known || leadsOut(routes, f)) && len(anchorsOf(env, f)) > 0 {
			families = append(families, f)
		}
	}
	if len(families) == 0 {
		return v, notApplicable("no route leads to any anchor")
	}
	// Routers ration what they say of packets that cannot go on; the connections to the anchors shall
	// hear it first.
	heard, cancel := context.WithTimeout(ctx, lossWait)
	anyAnchorRoundTrip(heard, env, families[0])
	cancel()
	before, start := linkBytes(ctx, env, routes), time.Now()
	defer func() {
		if after := linkBytes(ctx, env, routes); before != nil && after != nil && after.Bytes >= before.Bytes {
			v.Traffic = &Traffic{Link: after.Link, Bytes: after.Bytes - before.Bytes, Over: wire.Since(start)}
		}
	}()
	v = measureLoss(ctx, env, routes, families[0])
	if !v.answered() {
		v = measureOtherwise(ctx, env, routes, families, v)
	}
	if share, _ := v.Share(); share > trifle && !env.Quick && v.Method != "dns" {
		v.measureMore(ctx, env)
	}
	return v, nil
}

// linkBytes reads how much the link of the default route has carried so far; nil where nobody tells.
func linkBytes(ctx context.Context, env *diagnostics.Env, routes RouteList) *Traffic {
	best, ok := routes.Default(diagnostics.Both)
	if !ok || env.Host.Links == nil {
		return nil
	}
	links, err := env.Host.Links(context.WithoutCancel(ctx))
	if err != nil {
		return nil
	}
	for _, l := range links {
		if l.Name == best.Link && l.RxBytes+l.TxBytes > 0 {
			return &Traffic{Link: l.Name, Bytes: l.RxBytes + l.TxBytes}
		}
	}
	return nil
}

// anchorsOf are all anchors' addresses of one family.
func anchorsOf(env *diagnostics.Env, f diagnostics.Family) (l []netip.Addr) {
	for _, a := range env.References.Anchors {
		if addr := anchorAddr(env, a, f); addr.IsValid() {
			l = append(l, addr)
		}
	}
	return l
}

func (r LossReport) answered() bool {
	return slices.ContainsFunc(r.Anchors, func(e wire.Echo) bool { return e.Received > 0 })
}

// longWay is the round trip from which on a reference, which has servers all over the world, is far.
const longWay wire.Ms = 250

// poor returns an anchor that answers although packets get lost, or that is far like all others.
func (r LossReport) poor() (to netip.Addr, poor bool) {
	share, _ := r.Share()
	near := wire.Ms(0)
	for _, e := range r.Anchors {
		if e.Received == 0 || len(e.RTT) == 0 {
			continue
		}
		if best := slices.Min(e.RTT); near == 0 || best < near {
			near, to = best, e.Addr
		}
	}
	return to, to.IsValid() && r.Method != "dns" && (share > trifle || near >= longWay)
}

// measureLoss sends echoes to all anchors of a family and to its gateway.
func measureLoss(ctx context.Context, env *diagnostics.Env, routes RouteList, f diagnostics.Family) LossReport {
	var all sync.WaitGroup
	v := LossReport{Method: "none"}
	if gateway, _ := gatewayOf(env, routes, f); gateway.IsValid() {
		v.Router = new(wire.Echo)
		all.Go(func() {
			*v.Router = echoes(ctx, gateway, lossEchoes, echoInterval, func(ctx context.Context) (time.Duration, bool) {
				return anyAnchorRoundTrip(ctx, env, f)
			})
		})
	}
	addrs := anchorsOf(env, f)
	v.Anchors = make([]wire.Echo, len(addrs))
	for i, addr := range addrs {
		all.Go(func() {
			v.Anchors[i] = echoes(ctx, addr, lossEchoes, echoInterval, func(ctx context.Context) (time.Duration, bool) {
				return anchorRoundTrip(ctx, env, addr)
			})
		})
	}
	all.Wait()
	for _, e := range v.Anchors {
		if e.Sent > 0 {
			v.Method = e.Method
		}
	}
	return v
}

// measureOtherwise is for when no anchor of the first family answered echoes: echoes over the other
// family, and DNS questions over the first. It returns silent when that brings nothing either.
func measureOtherwise(ctx context.Context, env *diagnostics.Env, routes RouteList, families []diagnostics.Family, silent LossReport) LossReport {
	var (
		all   sync.WaitGroup
		dns   = LossReport{Router: silent.Router, Method: "dns"}
		other LossReport
	)
	all.Go(func() { dns.Anchors = dnsRows(ctx, env, anchorsOf(env, families[0]), mostOverdue) })
	if len(families) > 1 {
		all.Go(func() { other = measureLoss(ctx, env, routes, families[1]) })
	}
	all.Wait()
	switch {
	case other.answered():
		return other
	case dns.answered():
		return dns
	}
	return silent
}

// dnsRows sends single questions to every server at once, each with one try, and counts the
// answers: what is lost stays lost.
func dnsRows(ctx context.Context, env *diagnostics.Env, servers []netip.Addr, wait time.Duration) []wire.Echo {
	name := controlName(env.References)
	if name == "" {
		return nil
	}
	rows := make([]wire.Echo, len(servers))
	var all sync.WaitGroup
	for i, server := range servers {
		all.Go(func() { rows[i] = dnsRow(ctx, netip.AddrPortFrom(server, 53), name, wait) })
	}
	all.Wait()
	return rows
}

func dnsRow(ctx context.Context, server netip.AddrPort, name string, wait time.Duration) wire.Echo {
	answers := make([]wire.Answer, lossEchoes)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			sleep(ctx, time.Duration(i)*echoInterval)
			answers[i] = wire.Query(ctx, server, wire.UDP, wire.Question{Name: name, Type: "A"}, wire.QueryOptions{Tries: []time.Duration{0}, Limit: wait})
		})
	}
	all.Wait()
	e := wire.Echo{Addr: server.Addr(), Method: "dns"}
	for _, a := range answers {
		switch {
		case a.Answered():
			e.Sent++
			e.Received++
			e.RTT = append(e.RTT, a.Took)
		case a.Fail.Is(wire.Timeout):
			e.Sent++
		case a.Fail.Real():
			e.Fail = a.Fail
		}
	}
	return e
}

// measureMore sends another row to those that answered, and, because networks and servers also drop
// echoes on purpose, DNS questions to the same anchors.
func (r *LossReport) measureMore(ctx context.Context, env *diagnostics.Env) {
	var all sync.WaitGroup
	more := func(e *wire.Echo) {
		if e.Received == 0 {
			return
		}
		longest := slices.Max(e.RTT).Duration()
		all.Go(func() {
			add := echoes(ctx, e.Addr, moreEchoes, moreInterval, func(context.Context) (time.Duration, bool) { return longest, true })
			e.Sent += add.Sent
			e.Received += add.Received
			e.RTT = append(e.RTT, add.RTT...)
		})
	}
	if r.Router != nil {
		more(r.Router)
	}
	var answering []netip.Addr
	for i := range r.Anchors {
		if more(&r.Anchors[i]); r.Anchors[i].Received > 0 {
			answering = append(answering, r.Anchors[i].Addr)
		}
	}
	all.Go(func() { r.DNS = dnsRows(ctx, env, answering, mostOverdue) })
	all.Wait()
}
