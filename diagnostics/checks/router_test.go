package checks

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

func TestConclude(t *testing.T) {
	gateway, self := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.10")
	refused := wire.Connect{Fail: &wire.Failure{Kind: wire.Refused}}
	timeout := wire.Connect{Fail: &wire.Failure{Kind: wire.Timeout}}
	rejected := wire.Connect{Local: self, Fail: &wire.Failure{Kind: wire.Refused, Offender: self}}
	said := wire.Connect{Local: self, Fail: &wire.Failure{Kind: wire.Refused, Offender: gateway}}
	nobody := wire.Connect{Local: self, Fail: &wire.Failure{Kind: wire.HostUnreachable, Offender: self}}
	beyond := wire.Connect{Local: self, Fail: &wire.Failure{Kind: wire.HostUnreachable, Offender: gateway}}
	for _, c := range []struct {
		name        string
		state       platform.NeighbourState
		tcp         []wire.Connect
		alive, dead bool
		how         string
	}{
		{"nothing known", "", []wire.Connect{timeout, timeout}, false, false, ""},
		{"accepts", "", []wire.Connect{timeout, {OK: true}}, true, false, "tcp"},
		{"refuses", platform.NeighbourStale, []wire.Connect{refused}, true, false, "tcp"},
		{"refuses by ICMP", "", []wire.Connect{said}, true, false, "tcp"},
		{"a local firewall refuses", "", []wire.Connect{rejected}, false, false, ""},
		{"reachable and silent", platform.NeighbourReachable, []wire.Connect{timeout}, true, false, "neighbour"},
		{"an old entry proves nothing", platform.NeighbourStale, []wire.Connect{timeout}, false, false, ""},
		{"an entry made by hand proves nothing", platform.NeighbourPermanent, []wire.Connect{timeout}, false, false, ""},
		{"incomplete", platform.NeighbourIncomplete, []wire.Connect{timeout}, false, true, "neighbour"},
		{"failed", platform.NeighbourFailed, nil, false, true, "neighbour"},
		{"failed before, answers now", platform.NeighbourFailed, []wire.Connect{refused}, true, false, "tcp"},
		{"this computer finds nobody", "", []wire.Connect{nobody}, false, true, "tcp"},
		{"the gateway finds nobody", "", []wire.Connect{beyond}, false, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := Gateway{Addr: gateway, State: c.state, TCP: c.tcp}
			g.conclude()
			if g.Alive != c.alive || g.Dead != c.dead || g.How != c.how {
				t.Errorf("alive %v dead %v by %q", g.Alive, g.Dead, g.How)
			}
		})
	}
}

func TestGatewayOf(t *testing.T) {
	routes := RouteList{Routes: []platform.Route{
		route("0.0.0.0/0", "192.0.2.9", "wlan0", 600), route("0.0.0.0/0", "192.0.2.1", "eth0", 100),
		route("::/0", "fe80::1", "eth0", 100), route("0.0.0.0/1", "10.0.0.1", "tun0", 0),
	}}
	env := &diagnostics.Env{}
	if a, link := gatewayOf(env, routes, diagnostics.IPv4); a.String() != "192.0.2.1" || link != "eth0" {
		t.Errorf("IPv4: %v %s", a, link)
	}
	if a, _ := gatewayOf(env, routes, diagnostics.IPv6); a.String() != "fe80::1%eth0" {
		t.Errorf("IPv6: %v", a)
	}
	env.Family = diagnostics.IPv4
	if a, _ := gatewayOf(env, routes, diagnostics.IPv6); a.IsValid() {
		t.Errorf("IPv6 was not left out: %v", a)
	}
	if a, _ := gatewayOf(env, RouteList{Routes: []platform.Route{route("0.0.0.0/0", "-", "ppp0", 0)}}, diagnostics.IPv4); a.IsValid() {
		t.Errorf("on-link: %v", a)
	}
}

// TestWatchNeighbour holds how long an unanswered question for a hardware address is watched.
func TestWatchNeighbour(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	for _, c := range []struct {
		name   string
		states []platform.NeighbourState // one after each poll; the last stays
		want   platform.NeighbourState
		took   time.Duration
	}{
		{"reachable", []platform.NeighbourState{platform.NeighbourReachable}, platform.NeighbourReachable, 0},
		{"comes late", []platform.NeighbourState{platform.NeighbourIncomplete, platform.NeighbourIncomplete, platform.NeighbourReachable}, platform.NeighbourReachable, 2 * neighbourPoll},
		{"fails", []platform.NeighbourState{platform.NeighbourIncomplete, platform.NeighbourFailed}, platform.NeighbourFailed, neighbourPoll},
		{"never", []platform.NeighbourState{platform.NeighbourIncomplete}, platform.NeighbourIncomplete, neighbourDead},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				env := &diagnostics.Env{Host: platform.Host{Neighbours: func(context.Context) ([]platform.Neighbour, error) {
					i := min(int(time.Since(start)/neighbourPoll), len(c.states)-1)
					return []platform.Neighbour{{Addr: addr, Link: "eth0", State: c.states[i]}}, nil
				}}}
				g := Gateway{Addr: addr, Link: "eth0"}
				g.watchNeighbour(t.Context(), env, start.Add(neighbourDead))
				if g.State != c.want || time.Since(start) != c.took {
					t.Errorf("%q after %v", g.State, time.Since(start))
				}
			})
		})
	}
}

func TestRouterEcho(t *testing.T) {
	ownAddrs(t, "192.0.2.31/32", "2001:db8::31/128")
	env := testEnv(t, "")
	routed(env, route("0.0.0.0/0", "192.0.2.31", "lo", 1), route("::/0", "2001:db8::31", "lo", 1))
	v, err := runRouterEcho(t.Context(), env)
	if err != nil || len(v.Gateways) != 2 || v.State() != diagnostics.OK {
		t.Fatalf("got %+v, %v", v, err)
	}
	for _, g := range v.Gateways {
		if !g.Alive || g.Echo.Received != routerEchoes || g.How != g.Echo.Method || g.TCP != nil {
			t.Errorf("got %+v", g)
		}
	}
}
