package platform

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Flags of Linux links (netdevice(7)), hardware types (if_arp.h) and states (RFC 2863).
const (
	iffUp       = 0x1
	iffLoopback = 0x8

	arpEther    = 1
	arpPPP      = 512
	arpRawIP    = 519
	arpLoopback = 772
	arpNone     = 0xFFFE

	operNotPresent = 1
	operDown       = 2
	operLowerDown  = 3
	operUp         = 6

	addrDADFailed = 0x8 // IFA_F_DADFAILED: another computer has the address
)

// linuxLinks puts together what the kernel says about its links. exits holds the indices of links
// that carry a default route: whatever they are made of, they are ways out.
func linuxLinks(raw []nlLink, addrs []nlLinkAddr, exits map[int]bool) []Link {
	links := make([]Link, len(raw))
	for i, r := range raw {
		l := &links[i]
		*l = Link{Name: r.name, Index: r.index, Up: r.flags&iffUp != 0, MTU: r.mtu, Detail: r.kind, RxBytes: r.rx, TxBytes: r.tx}
		for _, a := range addrs {
			if a.link == r.index && a.flags&addrDADFailed == 0 {
				l.Addrs = append(l.Addrs, a.prefix)
			}
		}
		if r.hardware == arpEther && len(r.mac) == 6 {
			l.MAC = net.HardwareAddr(r.mac).String()
		}
		l.Carrier = r.carrierState()
		l.Kind = r.linkKind()
	}
	// A bridge is judged by its ports, so it comes last.
	for i, r := range raw {
		if r.kind != "bridge" {
			links[i].Virtual = !exits[r.index] && r.virtual(links[i].Addrs)
		}
	}
	for i, r := range raw {
		if r.kind == "bridge" {
			links[i].Virtual = !exits[r.index] && !slices.ContainsFunc(raw, func(port nlLink) bool {
				return port.master == r.index && port.kind != "veth" && port.kind != "tun" && !virtualKinds[port.kind]
			})
		}
	}
	return links
}

func (r nlLink) carrierState() Carrier {
	if r.flags&iffUp == 0 {
		return CarrierUnknown // the hardware may be asleep
	}
	// The operational state follows the carrier with a delay of up to a second.
	switch {
	case r.carrier == 0, r.operstate == operNotPresent, r.operstate == operLowerDown:
		return CarrierNo
	case r.carrier == 1, r.operstate == operUp:
		return CarrierYes
	case r.operstate == operDown:
		return CarrierNo
	}
	return CarrierUnknown
}

// tunnelKinds are the kernel's names of tunnel drivers; the empty kind is decided by hardware type.
var tunnelKinds = map[string]bool{
	"wireguard": true, "amneziawg": true, "ovpn": true, "ovpn-dco": true, "ppp": true, "ipip": true,
	"sit": true, "gre": true, "gretap": true, "ip6gre": true, "ip6gretap": true, "ip6tnl": true,
	"vti": true, "vti6": true, "xfrm": true, "erspan": true, "ip6erspan": true, "l2tp": true,
}

// virtualKinds are drivers of links that connect this computer to its own guests or to nothing.
var virtualKinds = map[string]bool{
	"dummy": true, "ifb": true, "nlmon": true, "vxlan": true, "geneve": true, "macvtap": true,
	"ipvtap": true, "netkit": true, "vcan": true, "bareudp": true, "vrf": true,
}

func (r nlLink) linkKind() LinkKind {
	ordinary := hasPrefix(r.name, "eth", "en")
	switch {
	case r.flags&iffLoopback != 0 || r.hardware == arpLoopback:
		return Loopback
	case r.kind == "tun" && r.hardware == arpEther:
		// A TAP plays a network card: OpenVPN's is a tunnel, a guest's adapter is its Ethernet.
		if ordinary || r.master != 0 || hasPrefix(r.name, "vnet") {
			return Ethernet
		}
		return Tunnel
	case r.kind == "tun":
		// No VPN program calls its link eth0; some sandboxes do.
		if ordinary {
			return Ethernet
		}
		return Tunnel
	case tunnelKinds[r.kind], r.hardware == arpPPP:
		return Tunnel
	case r.kind == "wwan", r.hardware == arpRawIP, hasPrefix(r.name, "wwan", "rmnet"):
		return Cellular
	case r.kind == "" && hasPrefix(r.name, "wl"):
		return WiFi
	case r.hardware == arpEther:
		return Ethernet
	case r.hardware == arpNone && r.kind == "" && hasPrefix(r.name, "tun", "utun", "wg", "tailscale", "nordlynx", "proton"):
		return Tunnel
	}
	return OtherLink
}

// virtual reports whether a link leads to a guest of this computer, or nowhere. A container's own
// eth0 is a veth too, and is its real way out even while its default route is missing.
func (r nlLink) virtual(addrs []netip.Prefix) bool {
	switch {
	case virtualKinds[r.kind]:
		return true
	case r.kind == "veth":
		if r.master != 0 || hasPrefix(r.name, "cali", "lxc", "cilium", "ve-", "vb-") {
			return true
		}
		return hasPrefix(r.name, "veth") && !slices.ContainsFunc(addrs, func(p netip.Prefix) bool {
			return p.Addr().IsGlobalUnicast()
		})
	case r.kind == "tun" && r.hardware == arpEther:
		return r.master != 0 || hasPrefix(r.name, "vnet")
	case r.kind == "":
		return hasPrefix(r.name, "vmnet", "vboxnet", "ifb", "dummy")
	}
	return false
}

func hasPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

var neighbourStates = map[uint16]NeighbourState{ // NUD_*
	0x01: NeighbourIncomplete, 0x02: NeighbourReachable, 0x04: NeighbourStale, 0x08: NeighbourDelay,
	0x10: NeighbourProbe, 0x20: NeighbourFailed, 0x80: NeighbourPermanent,
}

// linuxNeighbours leaves out entries that stand for no other computer (multicast, loopback).
func linuxNeighbours(raw []nlNeighbour, name func(int) string) []Neighbour {
	list := []Neighbour{}
	for _, r := range raw {
		state, ok := neighbourStates[r.state]
		if !ok || r.addr.IsMulticast() || r.addr.IsUnspecified() {
			continue
		}
		n := Neighbour{Addr: r.addr, Link: name(r.link), State: state}
		if r.addr.Is6() && r.addr.IsLinkLocalUnicast() {
			n.Addr = r.addr.WithZone(n.Link)
		}
		if len(r.mac) == 6 {
			n.MAC = net.HardwareAddr(r.mac).String()
		}
		list = append(list, n)
	}
	return list
}
