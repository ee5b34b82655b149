package platform

import (
	"encoding/binary"
	"iter"
	"net/netip"
	"slices"
	"strings"
)

// The decoders below read what Linux answers on a NETLINK_ROUTE socket (rtnetlink(7),
// include/uapi/linux/rtnetlink.h). They are plain functions of bytes, so recorded answers can be
// replayed on every system. Unknown attributes and malformed messages are passed over: new kernels
// add attributes, and one odd message must not hide the others.

// Message types, the answers to dumps.
const (
	rtmNewLink  = 16
	rtmNewAddr  = 20
	rtmNewRoute = 24
	rtmNewNeigh = 28
	rtmNewRule  = 32
)

// Address families as Linux numbers them.
const (
	linuxInet  = 2
	linuxInet6 = 10
)

// nlMessages yields the type and payload of each message in a buffer.
func nlMessages(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 16 {
			n := int(binary.NativeEndian.Uint32(b))
			if n < 16 || n > len(b) {
				return
			}
			if !yield(binary.NativeEndian.Uint16(b[4:]), b[16:n]) {
				return
			}
			b = b[min((n+3)&^3, len(b)):]
		}
	}
}

// nlAttrs yields the number and value of each attribute in a buffer.
func nlAttrs(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			n := int(binary.NativeEndian.Uint16(b))
			if n < 4 || n > len(b) {
				return
			}
			const flags = 0xC000 // NLA_F_NESTED, NLA_F_NET_BYTEORDER
			if !yield(binary.NativeEndian.Uint16(b[2:])&^flags, b[4:n]) {
				return
			}
			b = b[min((n+3)&^3, len(b)):]
		}
	}
}

// nlU32 reads a number of one, two or four bytes; anything else is 0.
func nlU32(b []byte) uint32 {
	switch len(b) {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(binary.NativeEndian.Uint16(b))
	case 4:
		return binary.NativeEndian.Uint32(b)
	}
	return 0
}

// nlString reads a string that may end with NUL.
func nlString(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

func nlAddr(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a
}

// nlLink is one RTM_NEWLINK message.
type nlLink struct {
	index      int
	hardware   uint16 // ARPHRD_*
	flags      uint32 // IFF_*
	name       string
	mtu        int
	mac        []byte
	operstate  uint8 // IF_OPER_*, RFC 2863
	carrier    int   // -1 when the kernel does not say
	kind       string
	master     int
	rx, tx     uint64
	otherSpace bool // the lower half or peer is in another network namespace
}

func parseLinks(b []byte) (links []nlLink) {
	for typ, m := range nlMessages(b) {
		if typ != rtmNewLink || len(m) < 16 {
			continue
		}
		l := nlLink{
			hardware: binary.NativeEndian.Uint16(m[2:]),
			index:    int(int32(binary.NativeEndian.Uint32(m[4:]))),
			flags:    binary.NativeEndian.Uint32(m[8:]),
			carrier:  -1,
		}
		for typ, v := range nlAttrs(m[16:]) {
			switch typ {
			case 1: // IFLA_ADDRESS
				l.mac = v
			case 3: // IFLA_IFNAME
				l.name = nlString(v)
			case 4: // IFLA_MTU
				l.mtu = int(nlU32(v))
			case 10: // IFLA_MASTER
				l.master = int(nlU32(v))
			case 16: // IFLA_OPERSTATE
				l.operstate = uint8(nlU32(v))
			case 18: // IFLA_LINKINFO
				for typ, v := range nlAttrs(v) {
					if typ == 1 { // IFLA_INFO_KIND
						l.kind = nlString(v)
					}
				}
			case 23: // IFLA_STATS64: packets received and sent, then bytes
				if len(v) >= 32 {
					l.rx, l.tx = binary.NativeEndian.Uint64(v[16:]), binary.NativeEndian.Uint64(v[24:])
				}
			case 33: // IFLA_CARRIER
				l.carrier = int(nlU32(v))
			case 37: // IFLA_LINK_NETNSID
				l.otherSpace = true
			}
		}
		links = append(links, l)
	}
	return links
}

// nlLinkAddr is one RTM_NEWADDR message.
type nlLinkAddr struct {
	link   int
	prefix netip.Prefix
	flags  uint32 // IFA_F_*
}

func parseLinkAddrs(b []byte) (addrs []nlLinkAddr) {
	for typ, m := range nlMessages(b) {
		if typ != rtmNewAddr || len(m) < 8 {
			continue
		}
		a := nlLinkAddr{flags: uint32(m[2]), link: int(int32(binary.NativeEndian.Uint32(m[4:])))}
		var addr, local netip.Addr
		for typ, v := range nlAttrs(m[8:]) {
			switch typ {
			case 1: // IFA_ADDRESS: the peer's on point-to-point links
				addr = nlAddr(v)
			case 2: // IFA_LOCAL
				local = nlAddr(v)
			case 8: // IFA_FLAGS
				a.flags = nlU32(v)
			}
		}
		if local.IsValid() {
			addr = local
		}
		if a.prefix = netip.PrefixFrom(addr, int(m[1])); a.prefix.IsValid() {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// nlRoute is one RTM_NEWROUTE message, or one of its next hops.
type nlRoute struct {
	dst     netip.Prefix
	gateway netip.Addr // without zone
	link    int
	metric  uint32
	kind    uint8 // RTN_*
	table   uint32
	flags   uint32 // RTM_F_* and RTNH_F_*
}

func parseRoutes(b []byte) (routes []nlRoute) {
	for typ, m := range nlMessages(b) {
		if typ != rtmNewRoute || len(m) < 12 {
			continue
		}
		r := nlRoute{table: uint32(m[4]), kind: m[7], flags: binary.NativeEndian.Uint32(m[8:])}
		dst := netip.IPv4Unspecified()
		if m[0] == linuxInet6 {
			dst = netip.IPv6Unspecified()
		} else if m[0] != linuxInet {
			continue
		}
		var hops []byte
		for typ, v := range nlAttrs(m[12:]) {
			switch typ {
			case 1: // RTA_DST
				dst = nlAddr(v)
			case 4: // RTA_OIF
				r.link = int(nlU32(v))
			case 6: // RTA_PRIORITY
				r.metric = nlU32(v)
			case 9: // RTA_MULTIPATH
				hops = v
			case 15: // RTA_TABLE
				r.table = nlU32(v)
			default:
				r.hop(typ, v)
			}
		}
		if r.dst = netip.PrefixFrom(dst, int(m[1])); !r.dst.IsValid() {
			continue
		}
		if hops == nil {
			routes = append(routes, r)
			continue
		}
		for len(hops) >= 8 { // struct rtnexthop
			n := int(binary.NativeEndian.Uint16(hops))
			if n < 8 || n > len(hops) {
				break
			}
			h := r
			h.flags |= uint32(hops[2])
			h.link = int(int32(binary.NativeEndian.Uint32(hops[4:])))
			for typ, v := range nlAttrs(hops[8:n]) {
				h.hop(typ, v)
			}
			routes = append(routes, h)
			hops = hops[min((n+3)&^3, len(hops)):]
		}
	}
	return routes
}

// hop reads the attributes that name the next router.
func (r *nlRoute) hop(typ uint16, v []byte) {
	switch {
	case typ == 5: // RTA_GATEWAY
		r.gateway = nlAddr(v)
	case typ == 18 && len(v) > 2: // RTA_VIA: family and address, IPv4 by way of an IPv6 router
		r.gateway = nlAddr(v[2:])
	}
}

// nlRule is one RTM_NEWRULE message (ip-rule(8)).
type nlRule struct {
	inet6    bool
	priority uint32
	action   uint8 // FR_ACT_*
	table    uint32
	dst      netip.Prefix // invalid when the rule does not ask for one
	// invert turns the selectors around ("not").
	invert bool
	// local is false when the rule wants something that a plain packet of this computer lacks:
	// a firewall mark, an arriving link, a port, a type of service.
	local bool
	// source is set when the rule asks for a source address or a leaving link, which a plain
	// packet gets only later.
	source bool
	uids   [2]uint32
	byUID  bool
	// longer is how long a route's prefix must at least be ("suppress_prefixlength" plus one).
	longer int
}

func parseRules(b []byte) (rules []nlRule) {
	for typ, m := range nlMessages(b) {
		if typ != rtmNewRule || len(m) < 12 || m[0] != linuxInet && m[0] != linuxInet6 {
			continue
		}
		const invert = 2 // FIB_RULE_INVERT
		r := nlRule{
			inet6: m[0] == linuxInet6, table: uint32(m[4]), action: m[7], local: m[3] == 0,
			source: m[2] > 0, invert: binary.NativeEndian.Uint32(m[8:])&invert != 0,
		}
		for typ, v := range nlAttrs(m[12:]) {
			switch typ {
			case 1: // FRA_DST
				r.dst = netip.PrefixFrom(nlAddr(v), int(m[1]))
			case 3: // FRA_IIFNAME: "lo" is what starts here
				r.local = r.local && nlString(v) == "lo"
			case 6: // FRA_PRIORITY
				r.priority = nlU32(v)
			case 10: // FRA_FWMARK
				r.local = r.local && nlU32(v) == 0
			case 14: // FRA_SUPPRESS_PREFIXLEN, -1 for none
				r.longer = int(int32(nlU32(v))) + 1
			case 15: // FRA_TABLE
				r.table = nlU32(v)
			case 17: // FRA_OIFNAME
				r.source = true
			case 19: // FRA_L3MDEV
				r.local = r.local && nlU32(v) == 0
			case 20: // FRA_UID_RANGE
				if len(v) == 8 {
					r.byUID = true
					r.uids = [2]uint32{nlU32(v[:4]), nlU32(v[4:])}
				}
			case 22, 23, 24: // FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE
				r.local = false
			}
		}
		rules = append(rules, r)
	}
	return rules
}

// nlNeighbour is one RTM_NEWNEIGH message.
type nlNeighbour struct {
	link  int
	addr  netip.Addr
	mac   []byte
	state uint16 // NUD_*
}

func parseNeighbours(b []byte) (list []nlNeighbour) {
	for typ, m := range nlMessages(b) {
		if typ != rtmNewNeigh || len(m) < 12 || m[0] != linuxInet && m[0] != linuxInet6 {
			continue
		}
		n := nlNeighbour{link: int(int32(binary.NativeEndian.Uint32(m[4:]))), state: binary.NativeEndian.Uint16(m[8:])}
		for typ, v := range nlAttrs(m[12:]) {
			switch typ {
			case 1: // NDA_DST
				n.addr = nlAddr(v)
			case 2: // NDA_LLADDR
				n.mac = slices.Clone(v)
			}
		}
		if n.addr.IsValid() {
			list = append(list, n)
		}
	}
	return list
}
