package checks

import (
	"context"
	"net/netip"
	"slices"
	"sync"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

const (
	// otherAnchors is how many anchors are tried over each other link.
	otherAnchors = 2
	// otherLimit leaves room for one lost packet.
	otherLimit = 1300 * ms
	// maxOtherLinks bounds the links that are tried.
	maxOtherLinks = 4
)

func runOtherLinks(ctx context.Context, env *diagnostics.Env) (v OtherLinksReport, err error) {
	routes, ok := Routes.From(env.Facts)
	if !ok {
		return v, notApplicable("the routes are not known")
	}
	var all sync.WaitGroup
	for _, family := range []struct {
		f       diagnostics.Family
		anchors *diagnostics.Check[AnchorReport]
	}{{diagnostics.IPv4, Anchors4}, {diagnostics.IPv6, Anchors6}} {
		report, measured := family.anchors.From(env.Facts)
		if !measured {
			continue
		}
		if connected, _ := report.Count(); connected > 0 {
			continue
		}
		addrs := anchorsOf(env, family.f)
		for _, link := range otherLinks(routes, family.f) {
			v.Links = append(v.Links, OtherLink{Link: link, Connects: make([]wire.Connect, min(otherAnchors, len(addrs)))})
			connects := v.Links[len(v.Links)-1].Connects
			for i := range connects {
				all.Go(func() {
					c, connect := wire.Dial(ctx, netip.AddrPortFrom(addrs[i], 443), wire.DialOptions{Link: link, Limit: otherLimit})
					if connects[i] = connect; c != nil {
						c.Close()
					}
				})
			}
		}
	}
	all.Wait()
	if len(v.Links) == 0 {
		return v, notApplicable("the preferred way out works, or there is no other")
	}
	return v, nil
}

// otherLinks are the links with a default route of the family, other than the one that the system
// prefers.
func otherLinks(routes RouteList, f diagnostics.Family) (l []string) {
	preferred := preferredLink(routes, f)
	for _, r := range routes.Defaults(f) {
		if r.Kind == platform.Unicast && r.Link != "" && r.Link != preferred && !slices.Contains(l, r.Link) && len(l) < maxOtherLinks {
			l = append(l, r.Link)
		}
	}
	return l
}

// preferredLink is the best default route's link, unless a VPN program has laid two halves of a
// default route over it, which win by being more specific.
func preferredLink(routes RouteList, f diagnostics.Family) string {
	for _, r := range routes.Routes {
		if r.Kind == platform.Unicast && r.Dst.Bits() == 1 && f.Allows(r.Dst.Addr()) {
			return r.Link
		}
	}
	best, _ := routes.Default(f)
	return best.Link
}
