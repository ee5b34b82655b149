package verdict

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
)

// nameRules ask whether the name, or somebody who answers for it, is what keeps the page away.
// First what this computer's own files say, then the configured servers, then the domain itself.
var nameRules = []Rule{
	{"hosts.override", named((*Case).hostsOverride)},
	{"domain.name-collision", named((*Case).nameCollision)},
	{"dns.port-blocked", named((*Case).portBlocked)},
	{"dns.server-down", (*Case).serversDown},
	{"domain.dnssec-broken", named((*Case).dnssecBroken)},
	{"domain.name-servers-down", named((*Case).nameServersDown)},
	{"dns.server-refuses", (*Case).serversRefuse},
	{"dns.lies-for-missing-names", named((*Case).liesForTarget)},
	{"dns.split-horizon", named((*Case).splitHorizon)},
	{"domain.dangling-alias", named((*Case).danglingAlias)},
	{"domain.does-not-exist", named((*Case).doesNotExist)},
	{"filter.dns-injected", named((*Case).injected)},
	{"filter.dns-block", named((*Case).blockedName)},
	{"domain.no-address", named((*Case).noAddressForUs)},
	{"domain.private-address", named((*Case).privateAddress)},
	{"domain.not-propagated", named((*Case).notPropagated)},
	{"dns.stale-here", named((*Case).staleHere)},
	{"dns.stale-at-resolver", named((*Case).staleAtResolver)},
}

// named asks a rule only when the target has a name and the page does not come.
func named(judge func(*Case) (Finding, bool)) func(*Case) (Finding, bool) {
	return func(c *Case) (Finding, bool) {
		if c.Target.None() || c.fine() || !c.names.Asked && !c.names.SystemDone {
			return Finding{}, false
		}
		return judge(c)
	}
}

// fine reports whether the page came, directly or through a proxy.
func (c *Case) fine() bool { return c.site.fine() || c.throughProxy() }

func (c *Case) nameValues(more ...string) map[string]string {
	return vals(append([]string{"host", c.host()}, more...)...)
}

func (c *Case) host() string {
	if c.Target.Unicode != "" {
		return c.Target.Unicode + " (" + c.Target.Host + ")"
	}
	return c.Target.Host
}

func join(list []netip.Addr) string {
	text := ""
	for i, a := range list {
		if i == 3 {
			return text + " …"
		}
		if i > 0 {
			text += ", "
		}
		text += a.String()
	}
	return text
}

// hostsOverride: the hosts file pins the name to an address that the DNS does not give.
func (c *Case) hostsOverride() (Finding, bool) {
	for _, e := range c.names.Hosts.Entries {
		if slices.Contains(c.names.Good, e.Addr.Unmap()) || ownName(c.Target.Host) {
			continue
		}
		v := c.nameValues("address", e.Addr.String(), "file", e.File, "line", strconv.Itoa(e.Line), "real", join(c.names.Good))
		f := Finding{Confidence: 0.95, Values: v, Explains: c.failed(diagnostics.Website, diagnostics.DNS)}
		f.Evidence = append(f.Evidence, Evidence{Check: "computer.hosts", Key: "hosts-entry", Values: v})
		if len(c.names.Good) > 0 {
			f.Evidence = append(f.Evidence, Evidence{Check: "dns.https", Key: "real-address", Values: v})
		} else {
			f.Confidence = 0.8
		}
		return f, true
	}
	return Finding{}, false
}

// ownName reports whether a name means this computer itself (RFC 6761 section 6.3).
func ownName(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "ip6-localhost" || host == "localhost.localdomain"
}

// collision is the address that new top-level domains answer with to names that used to be
// internal (ICANN's name collision framework).
var collision = netip.AddrFrom4([4]byte{127, 0, 53, 53})

func (c *Case) nameCollision() (Finding, bool) {
	if !slices.Contains(c.names.given(), collision) || len(c.names.Hosts.Entries) > 0 {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.96, Values: c.nameValues("address", collision.String()),
		Evidence: []Evidence{{Check: "dns.configured", Key: "collision-address", Values: c.nameValues("address", collision.String())}},
		Explains: c.failed(diagnostics.Website),
	}, true
}

// dnssecBroken: validating servers refuse the name, and say that its signatures are wrong, or give
// it when they are asked not to check.
func (c *Case) dnssecBroken() (Finding, bool) {
	o := opinionOf(c.names.Secure, c.names.Public, c.names.Configured)
	if !o.Bogus || o.ServFail < 2 && len(c.names.given()) > 0 {
		return Finding{}, false
	}
	if outside := opinionOf(c.names.Secure, c.names.Public); outside.Answered > 0 && outside.ServFail == 0 {
		return Finding{}, false // only a validator here fails: its clock or its anchors
	}
	return Finding{
		Confidence: 0.93, Values: c.nameValues(), Explains: c.failed(diagnostics.DNS, diagnostics.Website),
		Evidence: []Evidence{{Check: "dns.configured", Key: "signatures-wrong", Values: c.nameValues()}},
	}, true
}

// nameServersDown: everybody who has to ask the domain's own servers fails.
func (c *Case) nameServersDown() (Finding, bool) {
	o := opinionOf(c.names.Secure, c.names.Public)
	if o.Answered == 0 && c.names.controlFails() {
		return Finding{}, false // the only servers that speak fail for every name
	}
	if o.Answered < 2 {
		o = opinionOf(c.names.Secure, c.names.Public, c.names.Configured)
	}
	if o.Addrs+o.Missing+o.Empty > 0 || o.Bogus || len(c.names.given()) > 0 || !c.online() {
		return Finding{}, false
	}
	hung := c.hungForName()
	if o.ServFail+hung < 2 {
		return Finding{}, false
	}
	if c.names.controlFails() && !o.Unreachable && o.ServFail < 2 {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.88, Values: c.nameValues("count", strconv.Itoa(o.ServFail+hung)), Explains: c.failed(diagnostics.DNS, diagnostics.Website)}
	f.Evidence = []Evidence{{Check: "dns.public", Key: "nobody-gets-answer", Values: f.Values}}
	silent := 0
	for _, s := range c.names.Authority.Servers {
		if !s.A.Answered() || s.A.RCode == "REFUSED" || s.A.RCode == "SERVFAIL" {
			silent++
		} else {
			silent = -100
		}
	}
	if silent > 0 || o.Unreachable {
		f.Confidence = 0.95
		f.Evidence = append(f.Evidence, Evidence{Check: "dns.authority", Key: "authority-silent", Values: c.nameValues("zone", c.names.Authority.Zone, "count", strconv.Itoa(max(silent, 1)))})
	}
	return f, true
}

// hungForName counts servers that answer other questions but let this one time out, as resolvers do
// while they wait for a domain's dead servers.
func (c *Case) hungForName() (n int) {
	for _, s := range slices.Concat(c.names.Configured, c.names.Public, c.names.Secure) {
		open := s.Open != nil && s.Open.Handshake != nil && s.Open.Handshake.Trusted()
		other := s.Control != nil && s.Control.Answered()
		if !s.Answered() && s.A.Fail.Is(wire.Timeout) && (open || other) {
			n++
		}
	}
	return n
}

// liesForTarget: the name does not exist, but the configured server makes up an address, as it does
// for every missing name.
func (c *Case) liesForTarget() (Finding, bool) {
	given := c.names.given()
	if len(given) == 0 || c.names.Outside.Missing == 0 || c.names.Outside.Addrs > 0 {
		return Finding{}, false
	}
	f, ok := c.liesForMissing()
	f.Values = c.nameValues("address", join(given))
	f.Explains = c.failed(diagnostics.Website)
	return f, ok
}

// liesForMissing: random names get addresses from the configured server and none from outsiders.
func (c *Case) liesForMissing() (Finding, bool) {
	lied, denied := 0, 0
	var made netip.Addr
	for _, a := range c.names.Missing.Configured {
		if len(a.Addrs) > 0 {
			lied++
			made = a.Addrs[0]
		}
	}
	for _, a := range c.names.Missing.Public {
		if a.RCode == "NXDOMAIN" {
			denied++
		}
	}
	if lied < 2 || denied == 0 && c.names.Outside.Missing == 0 && !c.online() {
		return Finding{}, false
	}
	v := c.nameValues("address", made.String(), "count", strconv.Itoa(lied))
	return Finding{
		Confidence: 0.93, Values: v,
		Evidence: []Evidence{{Check: "dns.missing-names", Key: "made-up-answers", Values: v}},
		Explains: []diagnostics.ID{"dns.missing-names"},
	}, true
}

// danglingAlias: the name is an alias of one that does not exist.
func (c *Case) danglingAlias() (Finding, bool) {
	o := c.names.Outside
	if o.Answered == 0 {
		o = opinionOf(c.names.Configured)
	}
	if !o.Alias || o.Addrs > 0 || len(c.names.given()) > 0 {
		return Finding{}, false
	}
	target := ""
	for _, s := range slices.Concat(c.names.Secure, c.names.Public, c.names.Configured) {
		if n := len(s.A.CNAMEs); n > 0 {
			target = s.A.CNAMEs[n-1]
			break
		}
	}
	v := c.nameValues("alias", target)
	return Finding{
		Confidence: 0.94, Values: v, Explains: c.failed(diagnostics.DNS, diagnostics.Website),
		Evidence: []Evidence{{Check: "dns.configured", Key: "alias-to-nowhere", Values: v}},
	}, true
}

// doesNotExist needs two independent servers that say so.
func (c *Case) doesNotExist() (Finding, bool) {
	in, out := opinionOf(c.names.Configured), c.names.Outside
	if out.Addrs > 0 || len(c.names.given()) > 0 || in.Missing+out.Missing == 0 || out.ServFail > out.Missing {
		return Finding{}, false
	}
	f := Finding{Confidence: 0.95, Values: c.nameValues("count", strconv.Itoa(in.Missing+out.Missing)), Explains: c.failed(diagnostics.DNS, diagnostics.Website)}
	if out.Missing == 0 {
		f.Confidence = 0.7
	} else if out.Missing < 2 && in.Missing == 0 {
		f.Confidence = 0.8
	}
	if c.innerName() {
		f.Confidence, f.Decide = 0.72, "vpn" // the company's own servers may know it
	}
	f.Evidence = []Evidence{{Check: "dns.configured", Key: "no-such-name", Values: f.Values}}
	return f, true
}

// innerName reports whether the name ends in a suffix that this computer's network set up as its own.
func (c *Case) innerName() bool {
	l, _ := checks.Resolvers.From(c.Facts)
	for _, r := range l.Resolvers {
		for _, suffix := range append(slices.Clone(r.Search), r.Domains...) {
			if suffix != "" && strings.HasSuffix(c.Target.Host, "."+strings.Trim(suffix, ".")) {
				return true
			}
		}
	}
	return false
}

// noAddressForUs: the name exists and has no address, or none of a family that works here.
func (c *Case) noAddressForUs() (Finding, bool) {
	all := opinionOf(c.names.Configured, c.names.Public, c.names.Secure)
	v := c.nameValues()
	switch {
	case all.Addrs > 0 && c.v4.Reach == Absent && c.v6.Up() && only(c.names.Good, netip.Addr.Is4) && only(c.names.given(), netip.Addr.Is4):
		v["only"] = "IPv4"
		return Finding{
			Confidence: 0.85, Values: v, Explains: c.failed(diagnostics.Website),
			Evidence: []Evidence{{Check: "dns.configured", Key: "only-ipv4", Values: v}},
		}, true
	case all.Addrs == 0 && all.Empty >= 2:
	case all.Addrs > 0 && c.v6.Reach == Absent && c.v4.Up() && only(c.names.Good, netip.Addr.Is6) && only(c.names.given(), netip.Addr.Is6):
		v["only"] = "IPv6"
		return Finding{
			Confidence: 0.92, Values: v, Explains: c.failed(diagnostics.Website),
			Evidence: []Evidence{{Check: "dns.configured", Key: "only-ipv6", Values: v}},
		}, true
	default:
		return Finding{}, false
	}
	f := Finding{Confidence: 0.93, Values: v, Explains: c.failed(diagnostics.DNS, diagnostics.Website)}
	f.Evidence = []Evidence{{Check: "dns.configured", Key: "name-without-address", Values: v}}
	return f, true
}

func only(list []netip.Addr, test func(netip.Addr) bool) bool {
	for _, a := range list {
		if !test(a) {
			return false
		}
	}
	return len(list) > 0
}

// privateAddress: the public DNS itself gives an address that leads nowhere from the internet.
func (c *Case) privateAddress() (Finding, bool) {
	if !allBogon(c.names.Good) || !allBogon(c.names.given()) || c.names.Outside.Addrs < 2 && c.names.Outside.Addrs != c.names.Outside.Answered {
		return Finding{}, false
	}
	if c.site.spoke() && !only(c.names.given(), func(a netip.Addr) bool { return a.IsLoopback() || a.IsUnspecified() }) {
		return Finding{}, false // a company may well publish its inner addresses: the site is there
	}
	v := c.nameValues("address", join(c.names.Good))
	confidence := 0.93
	if only(c.names.Good, netip.Addr.IsPrivate) {
		confidence = 0.78 // a company's site that is merely down looks the same
	}
	return Finding{
		Confidence: confidence, Values: v, Explains: c.failed(diagnostics.Website),
		Evidence: []Evidence{{Check: "dns.https", Key: "public-private-address", Values: v}},
	}, true
}
