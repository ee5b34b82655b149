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
)

// maxOthers is how many addresses are examined that the system did not give.
const maxOthers = 4

func runOtherAddresses(ctx context.Context, env *diagnostics.Env) (v OthersReport, err error) {
	u, err := targetURL(env)
	if err != nil {
		return v, err
	}
	if _, isIP := env.Target.IP(); isIP {
		return v, notApplicable("the target is an address itself")
	}
	began := time.Now()
	addrs := otherAddresses(ctx, env)
	v.Rows = make([]Row, len(addrs))
	var all sync.WaitGroup
	for i, a := range addrs {
		all.Go(func() {
			r := request(a, u)
			r.ask = func() bool {
				_, failed := env.Board.Wait(ctx, noteSiteFailed)
				return failed && env.Asks.Take(env.Target.Host)
			}
			v.Rows[i].Addr = r.addr
			v.Rows[i].Attempts = append(v.Rows[i].Attempts, r.try(ctx, env, began))
		})
	}
	if system, _ := SystemLookup.From(env.Facts); u.Scheme == "http" && len(addrs) > 0 && len(system.Addrs) > 0 {
		v.Proofs = make([]wire.Attempt, 2)
		for i, a := range []netip.Addr{system.Addrs[0], addrs[0]} {
			all.Go(func() { v.Proofs[i] = prove(ctx, env, a, u.Hostname(), began) })
		}
	}
	all.Wait()
	return v, nil
}

// prove asks an address, on the usual port for it, to prove that it is the host.
func prove(ctx context.Context, env *diagnostics.Env, a netip.Addr, host string, began time.Time) wire.Attempt {
	r := request(a, &url.URL{Scheme: "https", Host: host, Path: "/"})
	r.limit = handshakeLimit
	r.ask = func() bool { return false }
	return r.try(ctx, env, began)
}

// otherAddresses are those that others know and Site does not examine, the most widely known first.
func otherAddresses(ctx context.Context, env *diagnostics.Env) (l []netip.Addr) {
	system, _ := SystemLookup.From(env.Facts)
	known := slices.Clone(system.Addrs)
	if tried, ok := env.Board.Wait(ctx, noteAddresses); ok {
		known = append(known, tried.([]netip.Addr)...)
	}
	votes := map[netip.Addr]int{}
	for _, check := range []*diagnostics.Check[ServerList]{PublicServers, SecureServers, ConfiguredServers} {
		list, _ := check.From(env.Facts)
		for _, s := range list.Servers {
			for _, a := range s.Addrs() {
				a = a.Unmap()
				if !env.Family.Allows(a) || slices.Contains(known, a) {
					continue
				}
				if votes[a]++; votes[a] == 1 {
					l = append(l, a)
				}
			}
		}
	}
	slices.SortStableFunc(l, func(a, b netip.Addr) int { return votes[b] - votes[a] })
	return l[:min(len(l), maxOthers)]
}
