package route

import (
	"net/netip"

	"github.com/waymend/waymend/diagnostics/wire/trace"
)

var sharedSpace = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// private reports whether an address is one that networks give themselves.
func private(a netip.Addr) bool { return a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() }

// near reports whether two addresses begin alike: bits4 of IPv4, bits6 of IPv6.
func near(a, b netip.Addr, bits4, bits6 int) bool {
	a, b = a.WithZone(""), b.WithZone("")
	if a.BitLen() != b.BitLen() {
		return false
	}
	bits := bits4
	if a.Is6() {
		bits = bits6
	}
	p, err := a.Prefix(bits)
	return err == nil && p.Contains(b)
}

// How much of two addresses has to be the same for them to be one organisation's: an allocation of a
// provider, a site's own network.
const (
	provider4, provider6 = 16, 32
	site4, site6         = 24, 48
)

// stations tells by the addresses alone whose network each hop is in. Nobody is asked: the first hop is
// the router; what follows is the provider's as long as addresses are private, shared, or like the
// provider's first; the site's are those next to the target that look like it.
func stations(hops []trace.Hop, target netip.Addr, reached bool) []Station {
	list := make([]Station, len(hops))
	first := netip.Addr{} // the provider's first public address
	state := Router
	for i, h := range hops {
		a := h.Addr()
		switch {
		case !a.IsValid() || i == 0:
		case state == Router && private(a) && !sharedSpace.Contains(a) && ownToo(hops[:i], a):
		case state != Beyond && (private(a) || sharedSpace.Contains(a)):
			state = Provider
		case !first.IsValid():
			first, state = a, Provider
		case state == Provider && !near(first, a, provider4, provider6):
			state = Beyond
		}
		list[i] = state
	}
	// A silent hop belongs to what follows it, if it stands between the router and others.
	for i := len(hops) - 2; i > 0; i-- {
		if !hops[i].Addr().IsValid() && list[i] == Router {
			list[i] = list[i+1]
		}
	}
	if !reached || len(hops) == 0 {
		return list
	}
	list[len(list)-1] = Website
	for i := len(hops) - 2; i > 0 && list[i] != Router; i-- {
		a := hops[i].Addr()
		if !a.IsValid() || !near(target, a, site4, site6) {
			break
		}
		list[i] = Website
	}
	return list
}

// ownToo reports whether a private address behind the router is still of the person's own network: a
// second router, or a company's. Ranges that homes use are; 10.0.0.0/8, which providers use as well, only
// where the first hop is in it.
func ownToo(before []trace.Hop, a netip.Addr) bool {
	first := before[0].Addr()
	if a.Is4() && a.As4()[0] == 10 {
		return first.Is4() && first.As4()[0] == 10
	}
	return a.Is4() || near(first, a, 0, site6)
}
