package checks

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform"
)

// route makes a route of text: destination, gateway (or "-"), link, metric.
func route(dst, gateway, link string, metric int) platform.Route {
	r := platform.Route{Dst: netip.MustParsePrefix(dst), Link: link, Metric: metric, Kind: platform.Unicast}
	if gateway != "-" {
		r.Gateway = netip.MustParseAddr(gateway)
	}
	return r
}

func TestWitness(t *testing.T) {
	none := errors.New("no gateway")
	lan := route("0.0.0.0/0", "192.0.2.1", "eth0", 100)
	for _, c := range []struct {
		name    string
		routes  []platform.Route
		witness string
		err     error
		agrees  bool
	}{
		{"same", []platform.Route{lan}, "192.0.2.1", nil, true},
		{"one of two", []platform.Route{lan, route("0.0.0.0/0", "198.51.100.1", "wlan0", 600)}, "198.51.100.1", nil, true},
		{"without zone", []platform.Route{route("::/0", "fe80::1%eth0", "eth0", 100)}, "fe80::1", nil, true},
		{"another", []platform.Route{lan}, "192.0.2.9", nil, false},
		{"it sees none", []platform.Route{lan}, "", none, false},
		{"we see none", nil, "192.0.2.1", nil, false},
		{"both see none", nil, "", none, true},
		{"on-link", []platform.Route{route("0.0.0.0/0", "-", "ppp0", 0)}, "", nil, true},
		{"on-link and it sees none", []platform.Route{route("0.0.0.0/0", "-", "ppp0", 0)}, "", none, true},
		{"too slow", []platform.Route{lan}, "", context.DeadlineExceeded, true},
		{"a half of a default is none", []platform.Route{lan, route("0.0.0.0/1", "10.0.0.1", "tun0", 0)}, "10.0.0.1", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := &diagnostics.Env{Host: platform.Host{
				Routes: func(context.Context) ([]platform.Route, error) { return c.routes, nil },
				Gateway: func(context.Context) (netip.Addr, error) {
					if c.witness == "" {
						return netip.Addr{}, c.err
					}
					return netip.MustParseAddr(c.witness), c.err
				},
			}}
			got, err := runRoutes(t.Context(), env)
			if err != nil || got.Agrees != c.agrees || (c.err != nil) != (got.WitnessErr != "") {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestRoutesNeighbours(t *testing.T) {
	env := &diagnostics.Env{Host: platform.Host{
		Routes: func(context.Context) ([]platform.Route, error) {
			return []platform.Route{route("::/0", "fe80::1%eth0", "eth0", 1)}, nil
		},
		Neighbours: func(context.Context) ([]platform.Neighbour, error) {
			return []platform.Neighbour{
				{Addr: netip.MustParseAddr("fe80::1"), Link: "eth0", MAC: "02:00:00:00:00:01", State: platform.NeighbourStale},
				{Addr: netip.MustParseAddr("fe80::1"), Link: "wlan0"},
				{Addr: netip.MustParseAddr("fe80::2"), Link: "eth0"},
			}, nil
		},
	}}
	got, err := runRoutes(t.Context(), env)
	if err != nil || len(got.Neighbours) != 1 || got.Neighbours[0].MAC == "" || !got.Agrees {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestUnable holds that a computer which can tell nothing skips the checks instead of failing them.
func TestUnable(t *testing.T) {
	env := &diagnostics.Env{Target: diagnostics.Target{Host: "a.example", URL: "https://a.example/", Port: 443}, Board: new(diagnostics.Board)}
	plan := diagnostics.Plan{
		Links, Routes, Resolvers, HostsFile, Proxies, Firewall, Browsers, RouterEcho, Anchors4, Anchors6, SignIn, Loss,
		OtherLinks, ConfiguredServers, PublicServers, SecureServers, ControlNames, MissingNames, Authority, Interception,
	}
	facts := diagnostics.Examine(t.Context(), env, plan, nil)
	for _, f := range facts.All() {
		if f.State != diagnostics.Skipped || f.Err == "" {
			t.Errorf("%s: %s %q", f.ID, f.State, f.Err)
		}
	}
}

func TestHostErrors(t *testing.T) {
	broken := errors.New("netlink is out of order")
	env := &diagnostics.Env{Host: platform.Host{
		Links:     func(context.Context) ([]platform.Link, error) { return nil, broken },
		Routes:    func(context.Context) ([]platform.Route, error) { return nil, broken },
		Resolvers: func(context.Context) ([]platform.Resolver, error) { return nil, broken },
	}}
	facts := diagnostics.Examine(t.Context(), env, diagnostics.Plan{Links, Routes, Resolvers}, nil)
	for _, f := range facts.All() {
		if f.State != diagnostics.Unknown || f.Err != broken.Error() {
			t.Errorf("%s: %s %q", f.ID, f.State, f.Err)
		}
	}
}

func TestWhatIsAskedOfTheComputer(t *testing.T) {
	var asked []string
	env := &diagnostics.Env{Host: platform.Host{
		Hosts: func(_ context.Context, names []string) ([]platform.HostsEntry, error) {
			asked = append(asked, names...)
			return []platform.HostsEntry{{Addr: netip.MustParseAddr("127.0.0.1"), Name: names[0]}}, nil
		},
		Proxies: func(_ context.Context, u *url.URL) ([]platform.Proxy, error) {
			asked = append(asked, u.String())
			return nil, nil
		},
		Browsers: func(_ context.Context, host string) ([]platform.BrowserProfile, error) {
			asked = append(asked, host)
			return nil, nil
		},
	}}
	run := func() {
		for _, n := range []diagnostics.Node{HostsFile, Proxies, Browsers} {
			diagnostics.Examine(t.Context(), env, diagnostics.Plan{n}, nil)
		}
	}
	run()
	env.Target, _ = diagnostics.ParseTarget("http://shop.example:8080/x")
	run()
	env.Target, _ = diagnostics.ParseTarget("192.0.2.1")
	run()
	want := []string{inGeneral, "", "shop.example", "http://shop.example:8080/x", "shop.example", "https://192.0.2.1/", "192.0.2.1"}
	if len(asked) != len(want) {
		t.Fatalf("asked %q, want %q", asked, want)
	}
	for i := range want {
		if asked[i] != want[i] {
			t.Errorf("asked %q, want %q", asked[i], want[i])
		}
	}
}

func TestOtherLinks(t *testing.T) {
	for _, c := range []struct {
		name   string
		routes []platform.Route
		want   string
	}{
		{"one way", []platform.Route{route("0.0.0.0/0", "192.0.2.1", "eth0", 1)}, ""},
		{"two ways over one link", []platform.Route{route("0.0.0.0/0", "192.0.2.1", "eth0", 1), route("0.0.0.0/0", "192.0.2.2", "eth0", 2)}, ""},
		{"the other family", []platform.Route{route("0.0.0.0/0", "192.0.2.1", "eth0", 1), route("::/0", "fe80::1", "wlan0", 2)}, ""},
		{"two links", []platform.Route{route("0.0.0.0/0", "192.0.2.1", "eth0", 9), route("0.0.0.0/0", "192.0.2.2", "wlan0", 2)}, "eth0"},
		{"under a VPN", []platform.Route{route("0.0.0.0/0", "192.0.2.1", "eth0", 1), route("0.0.0.0/1", "-", "tun0", 0), route("128.0.0.0/1", "-", "tun0", 0)}, "eth0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, l := range otherLinks(RouteList{Routes: c.routes}, diagnostics.IPv4) {
				got += l
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
