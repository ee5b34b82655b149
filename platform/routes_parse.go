package platform

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
)

// Routing tables and route types of Linux (rtnetlink(7)).
const (
	tableDefault = 253
	tableMain    = 254
	tableLocal   = 255

	rtnUnicast     = 1
	rtnBlackhole   = 6
	rtnUnreachable = 7
	rtnProhibit    = 8

	ruleToTable     = 1 // FR_ACT_TO_TBL
	ruleBlackhole   = 6
	ruleUnreachable = 7
	ruleProhibit    = 8

	routeCloned = 0x200 // RTM_F_CLONED: a cache entry
	routeDead   = 1     // RTNH_F_DEAD
	noMetric    = 0xFFFFFFFF
)

// linuxRoutes picks what Host.Routes promises, in the order in which the kernel asks its tables.
// name translates a link's index; uid is the account whose packets are meant.
func linuxRoutes(routes []nlRoute, rules []nlRule, name func(int) string, uid uint32) []Route {
	list := []Route{}
	for _, inet6 := range []bool{false, true} {
		for _, step := range routeSteps(rules, inet6, uid) {
			if step.kind != rtnUnicast {
				list = append(list, Route{Dst: step.dst, Kind: routeKinds[step.kind], Table: step.name})
				continue
			}
			from := len(list)
			for _, r := range routes {
				if r.table == step.table && r.dst.Addr().Is6() == inet6 && step.holds(r.dst) && matters(r) {
					list = append(list, r.route(step.name, name))
				}
			}
			slices.SortStableFunc(list[from:], func(a, b Route) int {
				return cmp.Or(cmp.Compare(a.Dst.Bits(), b.Dst.Bits()), cmp.Compare(a.Metric, b.Metric))
			})
		}
	}
	return list
}

// routeStep is one table, or one blocking rule, on the way of a packet through the rules.
type routeStep struct {
	kind     uint8
	table    uint32
	dst      netip.Prefix
	name     string
	min, max int // lengths of the prefixes that are looked at here; max is not one of them
}

func (s routeStep) holds(p netip.Prefix) bool { return s.min <= p.Bits() && p.Bits() < s.max }

// allLengths is more than any prefix's.
const allLengths = 129

// routeSteps lists the tables and blocking rules that a plain packet of this computer meets. The
// local table is left out; the default and main tables are assumed where no rule is known.
func routeSteps(rules []nlRule, inet6 bool, uid uint32) (steps []routeStep) {
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b nlRule) int {
		// A packet has no source address yet when its route is sought, unless its program chose
		// one: tables for sources come last.
		return cmp.Or(cmp.Compare(a.forSource(), b.forSource()), cmp.Compare(a.priority, b.priority))
	})
	listed := map[uint32]int{tableLocal: 0} // from which length on a table's routes are listed
	for _, r := range rules {
		if r.inet6 != inet6 || !r.reaches(uid) {
			continue
		}
		switch r.action {
		case ruleToTable:
			most, again := listed[r.table]
			if !again {
				most = allLengths
			}
			if r.longer < most {
				listed[r.table] = r.longer
				steps = append(steps, routeStep{rtnUnicast, r.table, netip.Prefix{}, tableName(r.table), r.longer, most})
			}
		case ruleBlackhole, ruleUnreachable, ruleProhibit:
			// Only what surely blocks: a rule for some sources alone may never be met.
			if !r.source && !r.invert {
				dst := r.dst
				if !dst.IsValid() {
					dst = everything(inet6)
				}
				steps = append(steps, routeStep{kind: r.action, dst: dst, name: "rule " + strconv.Itoa(int(r.priority))})
			}
		}
	}
	if len(steps) == 0 {
		steps = append(steps, routeStep{rtnUnicast, tableMain, netip.Prefix{}, "", 0, allLengths})
	}
	return steps
}

// forSource is 1 for a rule that only packets of a chosen source meet.
func (r nlRule) forSource() int {
	if r.source && !r.invert {
		return 1
	}
	return 0
}

// reaches reports whether a plain packet of the account may match the rule.
func (r nlRule) reaches(uid uint32) bool {
	mine := r.local && (!r.byUID || r.uids[0] <= uid && uid <= r.uids[1])
	if r.invert {
		// "not fwmark X" catches all plain packets; "not to 10.0.0.0/8" nearly all.
		return !mine || r.source || r.dst.IsValid()
	}
	return mine
}

func everything(inet6 bool) netip.Prefix {
	if inet6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

func tableName(id uint32) string {
	switch id {
	case tableMain:
		return ""
	case tableDefault:
		return "default"
	}
	return strconv.FormatUint(uint64(id), 10)
}

var routeKinds = [...]RouteKind{rtnUnicast: Unicast, rtnBlackhole: Blackhole, rtnUnreachable: Unreachable, rtnProhibit: Prohibit}

// matters reports whether a route could carry traffic to the internet, or stops it.
func matters(r nlRoute) bool {
	if r.flags&(routeCloned|routeDead) != 0 {
		return false
	}
	switch r.kind {
	case rtnBlackhole, rtnProhibit:
		return true
	case rtnUnreachable:
		// The kernel's own mark for "no default route" is no route.
		return !(r.dst.Addr().Is6() && r.dst.Bits() == 0 && r.metric == noMetric)
	case rtnUnicast:
		return wide(r.dst)
	}
	return false
}

// wide reports whether a destination is the internet or a large part of it: the default route, or
// one of the pieces that VPN programs split it into so as to win over the default route.
func wide(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() < 8 && p.Addr().Compare(netip.AddrFrom4([4]byte{224})) < 0
	}
	return p.Bits() < 7 // fc00::/7 is private
}

func (r nlRoute) route(table string, name func(int) string) Route {
	out := Route{
		Dst: r.dst, Gateway: r.gateway, Link: name(r.link),
		Metric: int(min(r.metric, 1<<31-1)), Kind: routeKinds[r.kind], Table: table,
	}
	if out.Kind != Unicast {
		out.Link, out.Gateway = "", netip.Addr{}
	}
	if out.Gateway.IsUnspecified() {
		out.Gateway = netip.Addr{}
	}
	if out.Gateway.IsLinkLocalUnicast() && out.Gateway.Is6() {
		out.Gateway = out.Gateway.WithZone(out.Link)
	}
	return out
}
