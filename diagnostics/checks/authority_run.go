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
	if z.untold != "" {
		v.Err = "no DNS server could tell the name servers of " + wire.Printable(z.untold, 255)
	}
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
	// untold is the shortest name below the zone whose own name servers the resolver could not
	// learn, "" when there is none: the zone that matters may begin there.
	untold string
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
// once, and returns the closest that has any. Checking is disabled, so that a zone with broken
// signatures is found like any other.
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
	z := zone{through: resolver}
	for i, a := range answers {
		if len(a.Names) > 0 && len(a.CNAMEs) == 0 {
			z.name, z.servers = names[i], a.Names
			break
		}
		if a.RCode != "NOERROR" && a.RCode != "NXDOMAIN" {
			z.untold = names[i]
		}
	}
	return z
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
