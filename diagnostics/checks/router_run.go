package checks

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

const (
	routerEchoes = 3
	// routerTCP is generous for one hop.
	routerTCP = 600 * ms
	// neighbourDead is how long the system asks for a gateway's hardware address before an
	// unanswered question counts: it repeats it after one second, so two have gone unanswered.
	neighbourDead = 1600 * ms
	neighbourPoll = 100 * ms
)

// routerPorts are ports on which home routers answer or refuse.
var routerPorts = []uint16{53, 80, 443}

func runRouterEcho(ctx context.Context, env *diagnostics.Env) (v RouterReport, err error) {
	routes, ok := Routes.From(env.Facts)
	if !ok {
		return v, notApplicable("the routes are not known")
	}
	var all sync.WaitGroup
	families := []diagnostics.Family{diagnostics.IPv4, diagnostics.IPv6}
	gateways := make([]Gateway, 0, len(families))
	for _, f := range families {
		if addr, link := gatewayOf(env, routes, f); addr.IsValid() {
			gateways = append(gateways, Gateway{Addr: addr, Link: link})
			g := &gateways[len(gateways)-1]
			all.Go(func() { g.examine(ctx, env, f) })
		}
	}
	if len(gateways) == 0 {
		return v, notApplicable("no default route leads through a gateway")
	}
	all.Wait()
	v.Gateways = gateways
	return v, nil
}

// gatewayOf is the gateway of the family's preferred default route, with its zone when it is
// link-local; invalid when there is none or the family is not examined.
func gatewayOf(env *diagnostics.Env, routes RouteList, f diagnostics.Family) (netip.Addr, string) {
	r, ok := routes.Default(f)
	if !ok || !r.Gateway.IsValid() || r.Gateway.IsUnspecified() || env.Family != diagnostics.Both && env.Family != f {
		return netip.Addr{}, ""
	}
	if r.Gateway.IsLinkLocalUnicast() && r.Gateway.Is6() && r.Gateway.Zone() == "" {
		return r.Gateway.WithZone(r.Link), r.Link
	}
	return r.Gateway, r.Link
}

// examine fills in all that can be told about the gateway. An anchor that answers through it ends
// the wait for answers of its own, which many routers never give.
func (g *Gateway) examine(ctx context.Context, env *diagnostics.Env, f diagnostics.Family) {
	start := time.Now()
	var asked sync.WaitGroup
	asked.Go(func() { g.askWho(ctx, env) })
	defer asked.Wait()
	beyond := func(ctx context.Context) (time.Duration, bool) { return anyAnchorRoundTrip(ctx, env, f) }
	g.Echo = echoes(ctx, g.Addr, routerEchoes, echoInterval, beyond)
	if g.Echo.Received > 0 {
		g.Alive, g.How = true, g.Echo.Method
		g.readNeighbour(ctx, env)
		return
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() {
		if _, ok := beyond(ctx); ok {
			end()
		}
	})
	var tcp sync.WaitGroup
	tcp.Go(func() { g.TCP = g.knock(ctx) })
	g.watchNeighbour(ctx, env, start.Add(neighbourDead))
	tcp.Wait()
	g.conclude()
	end()
}

// knock tries the ports that routers have, until one answers.
func (g *Gateway) knock(ctx context.Context) []wire.Connect {
	ctx, end := context.WithCancel(ctx)
	defer end()
	tried := make([]wire.Connect, len(routerPorts))
	var all sync.WaitGroup
	for i, port := range routerPorts {
		all.Go(func() {
			c, connect := wire.Dial(ctx, netip.AddrPortFrom(g.Addr, port), wire.DialOptions{Limit: routerTCP})
			if c != nil {
				c.Close()
			}
			if tried[i] = connect; answeredTCP(connect, g.Addr) {
				end()
			}
		})
	}
	all.Wait()
	return tried
}

// answeredTCP reports whether the gateway itself accepted or refused.
func answeredTCP(c wire.Connect, gateway netip.Addr) bool {
	refused := c.Fail.Is(wire.Refused, wire.Reset)
	return c.OK || refused && (!c.Fail.Offender.IsValid() || c.Fail.Offender.WithZone("") == gateway.WithZone(""))
}

// watchNeighbour reads the neighbour table until the entry says yes or no, or the time has come.
func (g *Gateway) watchNeighbour(ctx context.Context, env *diagnostics.Env, until time.Time) {
	for g.readNeighbour(ctx, env); g.State == platform.NeighbourIncomplete && time.Now().Before(until) && ctx.Err() == nil; g.readNeighbour(ctx, env) {
		sleep(ctx, neighbourPoll)
	}
}

// askWho asks the network who holds the gateway's address, where this account may. The wait is short
// because devices on one link answer within a millisecond or, over a radio, a few.
func (g *Gateway) askWho(ctx context.Context, env *diagnostics.Env) {
	if env.Host.WhoHas == nil || !g.Addr.Is4() {
		return
	}
	g.Claims, _ = env.Host.WhoHas(ctx, g.Link, g.Addr, 60*ms)
}

func (g *Gateway) readNeighbour(ctx context.Context, env *diagnostics.Env) {
	if env.Host.Neighbours == nil {
		return
	}
	entries, err := env.Host.Neighbours(context.WithoutCancel(ctx))
	if err != nil {
		return
	}
	for _, n := range entries {
		if sameNeighbour(n, g.Addr, g.Link) {
			g.State, g.MAC = n.State, n.MAC
			return
		}
	}
}

// conclude weighs what is known when no echo was answered.
func (g *Gateway) conclude() {
	for _, c := range g.TCP {
		if answeredTCP(c, g.Addr) {
			g.Alive, g.How = true, "tcp"
			return
		}
	}
	switch g.State {
	case platform.NeighbourReachable:
		g.Alive, g.How = true, "neighbour"
	case platform.NeighbourFailed, platform.NeighbourIncomplete:
		g.Dead, g.How = true, "neighbour"
	}
	for _, c := range g.TCP {
		if c.Fail.Is(wire.HostUnreachable) && c.Fail.Offender.IsValid() && c.Fail.Offender == c.Local && !g.Alive {
			g.Dead, g.How = true, "tcp"
		}
	}
}
