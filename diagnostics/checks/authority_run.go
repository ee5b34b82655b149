package checks

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	maxAuthorities = 4
	// maxSuffixes bounds the names that are asked for name servers: the host itself and the
	// shortest of what is left, where zones begin.
	maxSuffixes = 8
	// The three steps of Authority together stay within its limit of three seconds. The first
	// is the longest because resolvers try dead name servers for a while before they give up.
	zoneLimit     = 1300 * ms
	nameLimit     = 700 * ms
	authorityStep = 900 * ms
	zoneStagger   = 350 * ms
)

func runAuthority(ctx context.Context, env *diagnostics.Env) (v AuthorityReport, err error) {
	name, err := askedName(env)
	if err != nil {
		return v, err
	}
	servers := zoneFinders(env, name)
	if len(servers) == 0 {
		return v, notApplicable("no DNS server is known")
	}
	z, ok := firstOf(ctx, zoneStagger, len(servers), func(ctx context.Context, i int) (zone, bool) {
		z := findZone(ctx, servers[i], name)
		return z, len(z.servers) > 0
	})
	if !ok {
		v.Err = "no DNS server told the name servers of the domain or of anything above it"
		return v, nil
	}
	v.Zone, v.Servers = z.name, z.authorities(ctx, env)
	var all sync.WaitGroup
	for i := range v.Servers {
		if s := &v.Servers[i]; s.Addr.IsValid() {
			all.Go(func() { s.A = askDirectly(ctx, s.Addr, name, "A") })
			all.Go(func() { s.AAAA = askDirectly(ctx, s.Addr, name, "AAAA") })
			all.Go(func() { s.SOA = askDirectly(ctx, s.Addr, z.name, "SOA") })
		}
	}
	all.Wait()
	return v, nil
}

// zoneFinders are the servers through which the zone is looked for, in the order they are tried.
func zoneFinders(env *diagnostics.Env, name string) (l []netip.AddrPort) {
	public := firstAnchors(env, 3)
	for i, addr := range public {
		l = append(l, netip.AddrPortFrom(addr, 53))
		if i == 0 {
			for _, r := range resolversFor(env, name)[:min(1, len(resolversFor(env, name)))] {
				l = append(l, r.Addr)
			}
		}
	}
	if len(public) == 0 {
		for _, r := range resolversFor(env, name) {
			l = append(l, r.Addr)
		}
	}
	return l
}

// zone is a part of the tree of names with its own name servers.
type zone struct {
	name    string
	servers []string
	through netip.AddrPort // the resolver that told
}

// suffixes are the host and everything above it except the root, longest first.
func suffixes(host string) (l []string) {
	for name := host; name != ""; _, name, _ = strings.Cut(name, ".") {
		l = append(l, name)
	}
	if cut := len(l) - maxSuffixes; cut > 0 {
		l = slices.Delete(l, 1, 1+cut)
	}
	return l
}

// findZone asks one resolver for the name servers of the host and of everything above it, all at
// once, and returns the closest that has any. Where the resolver itself got no answer from a
// zone's servers, the zone above it is asked directly who they are.
func findZone(ctx context.Context, resolver netip.AddrPort, host string) zone {
	names := suffixes(host)
	answers := make([]wire.Answer, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() {
			answers[i] = wire.Query(ctx, resolver, wire.UDP, wire.Question{Name: name, Type: "NS", CD: true}, wire.QueryOptions{Limit: zoneLimit})
		})
	}
	all.Wait()
	for i, a := range answers {
		if len(a.Names) == 0 || len(a.CNAMEs) > 0 {
			continue
		}
		z := zone{names[i], a.Names, resolver}
		if i > 0 && !conclusive(answers[i-1]) {
			if below := z.delegation(ctx, names[i-1]); len(below.servers) > 0 {
				return below
			}
		}
		return z
	}
	return zone{through: resolver}
}

// conclusive reports whether a resolver knew what it said.
func conclusive(a wire.Answer) bool { return a.RCode == "NOERROR" || a.RCode == "NXDOMAIN" }

// delegation asks the zone's own servers who serves a name below it.
func (z zone) delegation(ctx context.Context, name string) zone {
	below, _ := firstOf(ctx, familyStagger, min(2, len(z.servers)), func(ctx context.Context, i int) (zone, bool) {
		addr := nameServerAddr(ctx, z.through, z.servers[i], diagnostics.Both)
		if !addr.IsValid() {
			return zone{}, false
		}
		a := askDirectly(ctx, addr, name, "NS")
		return zone{name, a.Names, z.through}, len(a.Names) > 0
	})
	return below
}

// authorities are up to four of the zone's servers with their addresses.
func (z zone) authorities(ctx context.Context, env *diagnostics.Env) []AuthorityServer {
	l := make([]AuthorityServer, min(maxAuthorities, len(z.servers)))
	var all sync.WaitGroup
	for i := range l {
		l[i].Name = wire.Printable(z.servers[i], 255)
		all.Go(func() {
			if l[i].Addr = nameServerAddr(ctx, z.through, z.servers[i], env.Family); !l[i].Addr.IsValid() {
				fail := &wire.Failure{Kind: wire.Other, Text: "no address was found for this name server"}
				l[i].A.Fail, l[i].AAAA.Fail, l[i].SOA.Fail = fail, fail, fail
			}
		})
	}
	all.Wait()
	return l
}

// nameServerAddr looks up an address of a name server, IPv4 where it is wanted and there is one.
func nameServerAddr(ctx context.Context, through netip.AddrPort, name string, f diagnostics.Family) netip.AddrPort {
	kinds := []string{"A", "AAAA"}
	switch f {
	case diagnostics.IPv4:
		kinds = kinds[:1]
	case diagnostics.IPv6:
		kinds = kinds[1:]
	}
	answers := make([]wire.Answer, len(kinds))
	var all sync.WaitGroup
	for i, kind := range kinds {
		all.Go(func() {
			answers[i] = wire.Query(ctx, through, wire.UDP, wire.Question{Name: name, Type: kind, CD: true}, wire.QueryOptions{Limit: nameLimit})
		})
	}
	all.Wait()
	for _, a := range answers {
		if len(a.Addrs) > 0 {
			return netip.AddrPortFrom(a.Addrs[0], 53)
		}
	}
	return netip.AddrPort{}
}

// askDirectly asks a server for what it knows itself: recursion is not desired.
func askDirectly(ctx context.Context, server netip.AddrPort, name, kind string) wire.Answer {
	return wire.Query(ctx, server, wire.UDP, wire.Question{Name: name, Type: kind, NoRD: true}, wire.QueryOptions{Limit: authorityStep})
}
