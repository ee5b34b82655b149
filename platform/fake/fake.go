// Package fake makes up computers for tests and the demo: a platform.Host that answers from
// values and asks nothing of the system. It is not a network; nothing of it can be dialled.
package fake

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/waymend/waymend/platform"
)

// Options describe a made-up computer. What is nil is as in a healthy home: a laptop on Wi-Fi
// behind a router, with both IP families and nothing unusual. An empty slice means none.
type Options struct {
	OS         string // as in GOOS; "" for linux
	Links      []platform.Link
	Routes     []platform.Route
	Neighbours []platform.Neighbour
	Resolvers  []platform.Resolver
	Hosts      []platform.HostsEntry // all lines of the hosts file
	Proxies    []platform.Proxy
	Gateway    netip.Addr // the zero Addr for the gateway of the first default route
	Browsers   []platform.BrowserProfile
	// Err makes a function fail, by the name of its field: "Routes".
	Err map[string]error
	// Lacks names the functions that this computer does not have.
	Lacks []string
}

// Host returns the computer. Its answers are copies; every caller may change them.
func Host(o Options) platform.Host {
	home := Home()
	o.Links, o.Routes = or(o.Links, home.Links), or(o.Routes, home.Routes)
	o.Neighbours, o.Resolvers = or(o.Neighbours, home.Neighbours), or(o.Resolvers, home.Resolvers)
	if o.OS == "" {
		o.OS = home.OS
	}
	h := platform.Host{
		OS:         o.OS,
		Links:      give(o, "Links", o.Links),
		Routes:     give(o, "Routes", o.Routes),
		Neighbours: give(o, "Neighbours", o.Neighbours),
		Resolvers:  give(o, "Resolvers", o.Resolvers),
	}
	if entries := give(o, "Hosts", o.Hosts); entries != nil {
		h.Hosts = func(ctx context.Context, names []string) ([]platform.HostsEntry, error) {
			list, err := entries(ctx)
			return slices.DeleteFunc(list, func(e platform.HostsEntry) bool {
				return !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(strings.TrimSuffix(n, "."), e.Name) })
			}), err
		}
	}
	if proxies := give(o, "Proxies", o.Proxies); proxies != nil {
		h.Proxies = func(ctx context.Context, _ *url.URL) ([]platform.Proxy, error) { return proxies(ctx) }
	}
	if profiles := give(o, "Browsers", o.Browsers); profiles != nil {
		h.Browsers = func(ctx context.Context, _ string) ([]platform.BrowserProfile, error) { return profiles(ctx) }
	}
	if gateways := give(o, "Gateway", []netip.Addr{o.gateway()}); gateways != nil {
		h.Gateway = func(ctx context.Context) (netip.Addr, error) {
			list, err := gateways(ctx)
			return append(list, netip.Addr{})[0], err
		}
	}
	return h
}

// gateway is the one of the first IPv4 default route unless another is set.
func (o Options) gateway() netip.Addr {
	if o.Gateway.IsValid() {
		return o.Gateway
	}
	for _, r := range o.Routes {
		if r.Default() && r.Dst.Addr().Is4() && r.Kind == platform.Unicast {
			return r.Gateway
		}
	}
	return netip.Addr{}
}

func or[T any](list, otherwise []T) []T {
	if list == nil {
		return otherwise
	}
	return list
}

// give returns a function that answers with the list, or as Err and Lacks have it.
func give[T any](o Options, name string, list []T) func(context.Context) ([]T, error) {
	if slices.Contains(o.Lacks, name) {
		return nil
	}
	return func(ctx context.Context) ([]T, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := o.Err[name]; err != nil {
			return nil, err
		}
		return slices.Clone(list), nil
	}
}

// Home is the healthy computer that Host starts from, to be altered by tests. Its addresses are
// those that RFC 5737 and RFC 3849 set aside, and private ones.
func Home() Options {
	addr, prefix := netip.MustParseAddr, netip.MustParsePrefix
	const link, router = "wlan0", "02:00:00:00:00:01"
	return Options{
		OS: "linux",
		Links: []platform.Link{
			{Name: "lo", Index: 1, Kind: platform.Loopback, Up: true, Carrier: platform.CarrierYes, MTU: 65536,
				Addrs: []netip.Prefix{prefix("127.0.0.1/8"), prefix("::1/128")}},
			{Name: link, Index: 2, Kind: platform.WiFi, Up: true, Carrier: platform.CarrierYes, MTU: 1500, MAC: "02:00:00:00:00:10",
				Addrs:    []netip.Prefix{prefix("192.168.1.10/24"), prefix("2001:db8:1::10/64"), prefix("fe80::10/64")},
				Wireless: &platform.Wireless{Joined: true, SSID: "Home", RSSI: -52}},
		},
		Routes: []platform.Route{
			{Dst: prefix("0.0.0.0/0"), Gateway: addr("192.168.1.1"), Link: link, Metric: 600, Kind: platform.Unicast},
			{Dst: prefix("::/0"), Gateway: addr("fe80::1%" + link), Link: link, Metric: 600, Kind: platform.Unicast},
		},
		Neighbours: []platform.Neighbour{
			{Addr: addr("192.168.1.1"), Link: link, MAC: router, State: platform.NeighbourReachable},
			{Addr: addr("fe80::1%" + link), Link: link, MAC: router, State: platform.NeighbourReachable},
		},
		Resolvers: []platform.Resolver{
			{Addr: netip.MustParseAddrPort("192.168.1.1:53"), Link: link, Source: "/etc/resolv.conf"},
		},
	}
}
