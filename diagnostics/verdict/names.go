package verdict

import (
	"net/netip"
	"slices"

	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
)

// namesView is the target's name as everybody in reach sees it.
type namesView struct {
	Asked      bool // the target has a name and servers were asked
	System     checks.Lookup
	SystemDone bool
	Configured []checks.Server
	Public     []checks.Server // plain DNS
	Secure     []checks.Server // DNS over HTTPS
	Authority  checks.AuthorityReport
	Missing    checks.MissingReport
	Intercept  checks.InterceptReport
	Hosts      checks.HostsEntries
	Aliases    []string

	Good []netip.Addr // what trustworthy outsiders say: HTTPS first, plain otherwise
	// Outside sums up what those outsiders say of the name.
	Outside opinion
}

// opinion counts what several servers say of one name.
type opinion struct {
	Answered, Addrs, Missing, Empty, ServFail, Refused int
	Alias                                              bool // some of Missing came at the end of an alias
	Bogus                                              bool // validation failed: told by EDE, or an answer came with checking disabled
	Unreachable                                        bool // EDE says that the zone's servers do not answer
}

// The Extended DNS Errors (RFC 8914) that mean failed validation, and unreachable authority.
var (
	edeBogus       = []uint16{1, 2, 5, 6, 7, 8, 9, 10, 11, 12}
	edeUnreachable = []uint16{22, 23}
	edeFiltered    = []uint16{15, 16, 17, 18}
)

func hasEDE(a wire.Answer, codes []uint16) bool {
	return slices.ContainsFunc(a.EDE, func(e wire.EDE) bool { return slices.Contains(codes, e.Code) })
}

func (o *opinion) add(s checks.Server) {
	if !s.Answered() || s.RCode() == "NOERROR" && len(s.Addrs()) == 0 && !s.A.Answered() {
		return // half an answer: the half that matters is missing
	}
	o.Answered++
	switch s.RCode() {
	case "NOERROR":
		if len(s.Addrs()) > 0 {
			o.Addrs++
		} else {
			o.Empty++
		}
	case "NXDOMAIN":
		if len(s.Addrs()) > 0 { // A answered, AAAA wrongly denied: broken, but it has the address
			o.Addrs++
			break
		}
		o.Missing++
		o.Alias = o.Alias || len(s.A.CNAMEs)+len(s.AAAA.CNAMEs) > 0
	case "SERVFAIL":
		if len(s.Addrs()) > 0 {
			o.Addrs++
			break
		}
		o.ServFail++
		o.Bogus = o.Bogus || hasEDE(s.A, edeBogus) || hasEDE(s.AAAA, edeBogus) || s.CD != nil && s.CD.RCode == "NOERROR" && len(s.CD.Addrs) > 0
		o.Unreachable = o.Unreachable || hasEDE(s.A, edeUnreachable) || hasEDE(s.AAAA, edeUnreachable)
	case "REFUSED":
		o.Refused++
	}
}

func opinionOf(lists ...[]checks.Server) (o opinion) {
	for _, l := range lists {
		for _, s := range l {
			o.add(s)
		}
	}
	return o
}

func (c *Case) viewNames() namesView {
	var n namesView
	n.Missing, _ = checks.MissingNames.From(c.Facts)
	if c.Target.None() {
		l, _ := checks.ControlNames.From(c.Facts)
		n.Configured = l.Servers
		return n
	}
	if _, ip := c.Target.IP(); ip {
		return n
	}
	n.System, n.SystemDone = checks.SystemLookup.From(c.Facts)
	l, ok := checks.ConfiguredServers.From(c.Facts)
	n.Configured, n.Asked = l.Servers, ok
	l, _ = checks.PublicServers.From(c.Facts)
	n.Public = l.Servers
	l, _ = checks.SecureServers.From(c.Facts)
	n.Secure = l.Servers
	n.Authority, _ = checks.Authority.From(c.Facts)
	n.Intercept, _ = checks.Interception.From(c.Facts)
	n.Hosts, _ = checks.HostsFile.From(c.Facts)
	secure := opinionOf(n.Secure)
	if secure.Answered > 0 {
		n.Outside = secure
		n.Good = union(n.Secure)
	} else {
		n.Outside = opinionOf(n.Public)
		n.Good = union(n.Public)
	}
	for _, s := range slices.Concat(n.Secure, n.Configured, n.Public) {
		if len(s.A.CNAMEs) > 0 {
			n.Aliases = s.A.CNAMEs
			break
		}
	}
	return n
}

func union(servers []checks.Server) (all []netip.Addr) {
	for _, s := range servers {
		for _, a := range s.Addrs() {
			if !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all
}

// given returns the addresses that this computer would use: the system's, or while those are not
// known the configured servers'.
func (n namesView) given() []netip.Addr {
	if len(n.System.Addrs) > 0 {
		return n.System.Addrs
	}
	return union(n.Configured)
}

// differs reports whether this computer's answer and the outsiders' have no address in common.
func (n namesView) differs() bool {
	given := n.given()
	if len(given) == 0 || len(n.Good) == 0 {
		return false
	}
	return !slices.ContainsFunc(given, func(a netip.Addr) bool { return slices.Contains(n.Good, a.Unmap()) })
}

// alive counts the configured servers that say anything, over what they were asked.
func (n namesView) alive() (alive, asked int) {
	for _, s := range n.Configured {
		if f := s.A.Fail; f != nil && !f.Real() && !s.Alive() {
			continue
		}
		asked++
		if s.Alive() {
			alive++
		}
	}
	return alive, asked
}

// controlFails reports whether the living configured servers fail even for a name that surely exists.
func (n namesView) controlFails() bool {
	bad := 0
	for _, s := range n.Configured {
		if s.Control == nil || !s.Control.Answered() {
			continue
		}
		if s.Control.RCode == "NOERROR" && len(s.Control.Addrs) > 0 {
			return false
		}
		bad++
	}
	return bad > 0
}

// bogon reports whether an address cannot be a public website's.
func bogon(a netip.Addr) bool {
	a = a.Unmap()
	if a.IsUnspecified() || a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast() {
		return true
	}
	for _, p := range bogons {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// bogons are further ranges of RFC 6890 that never lead to a public website. The documentation
// ranges are left out: they are unused rather than misleading.
var bogons = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("100::/64"),
}

func allBogon(list []netip.Addr) bool {
	for _, a := range list {
		if !bogon(a) {
			return false
		}
	}
	return len(list) > 0
}
