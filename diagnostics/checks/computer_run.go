package checks

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"sync"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// notApplicable is the error of a check that has nothing to measure here. It is ErrUnsupported to
// the engine and a plain sentence to people.
type notApplicable string

func (e notApplicable) Error() string        { return string(e) }
func (e notApplicable) Is(target error) bool { return target == errors.ErrUnsupported }

// witnessLimit bounds the second opinion on the gateway, which some systems get from a process.
const witnessLimit = 250 * ms

// inGeneral stands for the target where a setting depends on an address and none is examined.
const inGeneral = "https://example.com/"

func runLinks(ctx context.Context, env *diagnostics.Env) (v LinkList, err error) {
	if env.Host.Links == nil {
		return v, notApplicable("this system does not tell its network interfaces")
	}
	v.Links, err = env.Host.Links(ctx)
	return v, err
}

func runRoutes(ctx context.Context, env *diagnostics.Env) (v RouteList, err error) {
	if env.Host.Routes == nil {
		return v, notApplicable("this system does not tell its routes")
	}
	var (
		beside     sync.WaitGroup
		neighbours []platform.Neighbour
		witnessErr error
	)
	if env.Host.Neighbours != nil {
		beside.Go(func() { neighbours, _ = env.Host.Neighbours(ctx) })
	}
	if env.Host.Gateway != nil {
		beside.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, witnessLimit)
			defer cancel()
			v.Witness, witnessErr = env.Host.Gateway(ctx)
		})
	}
	routes, err := env.Host.Routes(ctx)
	beside.Wait()
	if err != nil {
		return RouteList{}, err
	}
	v.Routes = routes
	for _, n := range neighbours {
		if v.isGateway(n) {
			v.Neighbours = append(v.Neighbours, n)
		}
	}
	if witnessErr != nil {
		v.WitnessErr = wire.Printable(witnessErr.Error(), 200)
	}
	v.Agrees = env.Host.Gateway == nil || v.agrees(witnessErr)
	return v, nil
}

// isGateway reports whether n is the entry of a default route's gateway.
func (l RouteList) isGateway(n platform.Neighbour) bool {
	for _, r := range l.Defaults(diagnostics.Both) {
		if sameNeighbour(n, r.Gateway, r.Link) {
			return true
		}
	}
	return false
}

// sameNeighbour compares without zones, which not every system writes into its table.
func sameNeighbour(n platform.Neighbour, addr netip.Addr, link string) bool {
	return addr.IsValid() && n.Addr.WithZone("") == addr.WithZone("") && (n.Link == link || n.Link == "" || link == "")
}

// agrees compares the witness with our own reading. The witness knows neither metrics nor zones,
// looks at IPv6 only where there is no IPv4, and fails when it finds no gateway.
func (l RouteList) agrees(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, errors.ErrUnsupported) {
		return true // it did not testify
	}
	gateways, direct := 0, 0
	for _, r := range l.Defaults(diagnostics.Both) {
		switch {
		case r.Kind != platform.Unicast:
		case !r.Gateway.IsValid() || r.Gateway.IsUnspecified():
			direct++
		case l.Witness.IsValid() && r.Gateway.WithZone("") == l.Witness.WithZone(""):
			return true
		default:
			gateways++
		}
	}
	return !l.Witness.IsValid() && (gateways == 0 || err == nil && direct > 0)
}

func runResolvers(ctx context.Context, env *diagnostics.Env) (v ResolverList, err error) {
	if env.Host.Resolvers == nil {
		return v, notApplicable("this system does not tell its DNS servers")
	}
	v.Resolvers, err = env.Host.Resolvers(ctx)
	return v, err
}

func runHostsFile(ctx context.Context, env *diagnostics.Env) (v HostsEntries, err error) {
	name, err := askedName(env)
	if err != nil {
		return v, err
	}
	if env.Host.Hosts == nil {
		return v, notApplicable("this system has no hosts file")
	}
	v.Entries, err = env.Host.Hosts(ctx, []string{name})
	return v, err
}

// askedName is the target's host name, or why there is none to look up.
func askedName(env *diagnostics.Env) (string, error) {
	if env.Target.None() {
		return "", notApplicable("no particular address is examined")
	}
	if _, ok := env.Target.IP(); ok {
		return "", notApplicable("the address is an IP address: there is no name to look up")
	}
	return env.Target.Host, nil
}

func runProxies(ctx context.Context, env *diagnostics.Env) (v ProxyList, err error) {
	if env.Host.Proxies == nil {
		return v, notApplicable("this system does not tell its proxy settings")
	}
	address := inGeneral
	if !env.Target.None() {
		address = env.Target.URL
	}
	u, err := url.Parse(address)
	if err != nil {
		return v, fmt.Errorf("the target's address: %w", err)
	}
	v.Proxies, err = env.Host.Proxies(ctx, u)
	return v, err
}

func runBrowsers(ctx context.Context, env *diagnostics.Env) (v BrowserList, err error) {
	if env.Host.Browsers == nil {
		return v, notApplicable("browsers' settings cannot be read on this system")
	}
	v.Profiles, err = env.Host.Browsers(ctx, env.Target.Host)
	return v, err
}

func runFirewall(ctx context.Context, env *diagnostics.Env) (v FirewallEvidence, err error) {
	ports := []uint16{443}
	if p := uint16(env.Target.Port); !env.Target.None() && p != 443 {
		ports = append(ports, p)
	}
	for _, addr := range firstAnchors(env, 2) {
		for _, port := range ports {
			v.Probes = append(v.Probes, UDPProbe{Addr: netip.AddrPortFrom(addr, port)})
		}
	}
	if len(v.Probes) == 0 {
		return v, notApplicable("no anchors are configured")
	}
	var all sync.WaitGroup
	for i := range v.Probes {
		all.Go(func() { v.Probes[i].Fail = wire.UDPProbe(ctx, v.Probes[i].Addr) })
	}
	all.Wait()
	return v, nil
}
