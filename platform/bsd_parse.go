package platform

import (
	"math/bits"
	"net/netip"
)

// Flags and types of macOS's routing socket (route(4)) and media status (ifmedia(4)).
const (
	bsdUp        = 0x1       // RTF_UP
	bsdReject    = 0x8       // RTF_REJECT
	bsdLink      = 0x400     // RTF_LLINFO: an entry of the neighbour table
	bsdBlackhole = 0x1000    // RTF_BLACKHOLE
	bsdScoped    = 0x1000000 // RTF_IFSCOPE: only for sockets bound to the link

	mediaValid  = 0x1 // IFM_AVALID
	mediaActive = 0x2 // IFM_ACTIVE
	mediaKind   = 0xE0
	mediaEther  = 0x20 // IFM_ETHER
	mediaWiFi   = 0x80 // IFM_IEEE80211
)

// bsdRoute judges one entry of the routing table; ok is false when Host.Routes does not promise it.
// A missing mask belongs to a host route, except that the default route's may be missing too.
func bsdRoute(dst, mask, gateway netip.Addr, flags int, link string) (r Route, ok bool) {
	if flags&bsdUp == 0 || flags&bsdLink != 0 || !dst.IsValid() {
		return r, false
	}
	length := dst.BitLen()
	if mask.IsValid() {
		length = maskBits(mask)
	} else if dst.IsUnspecified() {
		length = 0
	}
	r = Route{Dst: netip.PrefixFrom(dst.WithZone(""), length), Gateway: gateway, Link: link, Kind: Unicast}
	switch {
	case flags&bsdBlackhole != 0:
		r.Kind = Blackhole
	case flags&bsdReject != 0:
		r.Kind = Unreachable
	}
	if r.Kind != Unicast {
		// The system blocks the loopback network and such by itself.
		r.Link, r.Gateway = "", netip.Addr{}
		return r, !dst.IsLoopback() && !dst.IsMulticast() && !dst.IsLinkLocalUnicast()
	}
	if gateway.IsUnspecified() {
		r.Gateway = netip.Addr{}
	}
	if gateway.Is6() && gateway.IsLinkLocalUnicast() {
		r.Gateway = gateway.WithZone(link)
	}
	if flags&bsdScoped != 0 {
		r.Table = "scoped"
	}
	return r, wide(r.Dst)
}

// maskBits counts the leading ones of a mask.
func maskBits(mask netip.Addr) (n int) {
	for _, b := range mask.AsSlice() {
		ones := bits.LeadingZeros8(^b)
		n += ones
		if ones < 8 {
			break
		}
	}
	return n
}

// bsdLinkKind judges a link of macOS by its name, and by its media type where it has one.
// reachable tells a global address or a default route: macOS keeps several utun links for itself,
// which have neither.
func bsdLinkKind(name string, media uint32, loopback, reachable bool) (kind LinkKind, virtual bool) {
	switch {
	case loopback:
		return Loopback, false
	case hasPrefix(name, "utun", "ppp", "ipsec", "tun", "tap", "gif", "stf", "wg"):
		return Tunnel, !reachable
	case hasPrefix(name, "bridge", "vmenet", "vmnet", "vboxnet", "vnic", "feth", "anpi", "ap"):
		return Ethernet, !reachable
	case hasPrefix(name, "awdl", "llw"): // AirDrop
		return OtherLink, true
	case hasPrefix(name, "pdp_ip"):
		return Cellular, false
	case media&mediaKind == mediaWiFi:
		return WiFi, false
	case hasPrefix(name, "en"), media&mediaKind == mediaEther:
		return Ethernet, false
	}
	return OtherLink, !reachable
}

// bsdCarrier reads the status of SIOCGIFMEDIA.
func bsdCarrier(status uint32) Carrier {
	switch {
	case status&mediaValid == 0:
		return CarrierUnknown
	case status&mediaActive != 0:
		return CarrierYes
	}
	return CarrierNo
}
