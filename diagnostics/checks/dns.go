package checks

import (
	"net/netip"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

const ms = time.Millisecond

// Lookup is one lookup by the system's own means.
type Lookup struct {
	Name     string       `json:"name"`
	Addrs    []netip.Addr `json:"addrs,omitempty"`
	Took     wire.Ms      `json:"took_ms"`
	NotFound bool         `json:"not_found,omitempty"` // the system says that there is no such name (or no address)
	Timeout  bool         `json:"timeout,omitempty"`
	Err      string       `json:"error,omitempty"`   // printable
	Literal  bool         `json:"literal,omitempty"` // the name is an IP address: nothing was looked up
}

// State of a lookup.
func (l Lookup) State() diagnostics.State {
	if len(l.Addrs) == 0 {
		return diagnostics.Failed
	}
	return diagnostics.OK
}

// SystemLookup looks the target up as every program here does. It goes on for at most five seconds;
// a verdict need not wait for it when ConfiguredServers already tells why it hangs.
var SystemLookup = &diagnostics.Check[Lookup]{ID: "dns.system", Station: diagnostics.DNS, Limit: 5 * second, Run: runSystemLookup}

// Server is one DNS server and what it answered.
type Server struct {
	Addr     netip.AddrPort     `json:"addr"`
	Operator string             `json:"operator,omitempty"` // for public servers
	Resolver *platform.Resolver `json:"resolver,omitempty"` // for configured ones
	A        wire.Answer        `json:"a"`
	AAAA     wire.Answer        `json:"aaaa"`
	// TCP is the A question over TCP when UDP got no answer.
	TCP *wire.Answer `json:"tcp,omitempty"`
	// CD is the A question with checking disabled, asked when A was SERVFAIL: an answer then means
	// that DNSSEC validation failed.
	CD *wire.Answer `json:"cd,omitempty"`
	// Control is a question for a name that surely exists, asked at the same time.
	Control *wire.Answer `json:"control,omitempty"`
	// More are A questions for further names that surely exist, asked at the same moment (ControlNames).
	More []wire.Answer `json:"more,omitempty"`
	// Open tells, for DNS over HTTPS, how the connection went.
	Open *wire.Attempt `json:"open,omitempty"`
}

// Addrs returns all addresses that the server gave.
func (s Server) Addrs() []netip.Addr {
	l := append(append([]netip.Addr(nil), s.A.Addrs...), s.AAAA.Addrs...)
	if s.TCP != nil && len(s.A.Addrs) == 0 {
		l = append(l, s.TCP.Addrs...)
	}
	return l
}

// Answered reports whether the server said anything well-formed about the target.
func (s Server) Answered() bool {
	return s.A.Answered() || s.AAAA.Answered() || s.TCP != nil && s.TCP.Answered()
}

// Alive reports whether the server said anything well-formed at all.
func (s Server) Alive() bool { return s.Answered() || s.Control != nil && s.Control.Answered() }

// RCode is what the server said of the name: the worse of A and AAAA when they differ.
func (s Server) RCode() string {
	for _, a := range []wire.Answer{s.A, s.AAAA} {
		if a.Answered() && a.RCode != "NOERROR" {
			return a.RCode
		}
	}
	if s.A.Answered() || s.AAAA.Answered() {
		return "NOERROR"
	}
	if s.TCP != nil {
		return s.TCP.RCode
	}
	return ""
}

// ServerList is the fact of the checks that ask several DNS servers.
type ServerList struct {
	Servers []Server `json:"servers"`
}

// State is failed when no server answered, warning when one did not.
func (l ServerList) State() diagnostics.State {
	n := 0
	for _, s := range l.Servers {
		if s.Alive() {
			n++
		}
	}
	switch {
	case len(l.Servers) == 0:
		return diagnostics.Skipped
	case n == 0:
		return diagnostics.Failed
	case n < len(l.Servers):
		return diagnostics.Warning
	}
	return diagnostics.OK
}

// The checks that put the target's name to DNS servers, with our own messages. They are not
// applicable when the target is an IP address.
var (
	// ConfiguredServers asks each configured resolver (at most six).
	ConfiguredServers = &diagnostics.Check[ServerList]{ID: "dns.configured", Station: diagnostics.DNS, Needs: []diagnostics.Node{Resolvers}, Limit: dnsLimit + 400*ms, Run: runConfiguredServers}
	// PublicServers asks the anchors over plain DNS, and listens on for a moment for contradicting answers.
	PublicServers = &diagnostics.Check[ServerList]{ID: "dns.public", Station: diagnostics.DNS, Limit: dnsLimit + 400*ms, Run: runPublicServers}
	// SecureServers asks the anchors over HTTPS, all at once, over IPv4 and, when that fails, IPv6.
	SecureServers = &diagnostics.Check[ServerList]{ID: "dns.https", Station: diagnostics.DNS, Limit: anchorLimit + 800*ms, Run: runSecureServers}
)

// ControlNames asks each configured resolver for names that surely exist (those of the references),
// so that the resolvers can be judged without a target: A and AAAA of the first name, A of another
// (Control), and the sign-in probes' (More), whose times show how fast names are that need not be
// in a cache.
var ControlNames = &diagnostics.Check[ServerList]{ID: "dns.control", Station: diagnostics.DNS, Needs: []diagnostics.Node{Resolvers}, Limit: dnsLimit + 400*ms, Run: runControlNames}

// MissingReport is the fact of MissingNames: what servers say of three random names under .com.
type MissingReport struct {
	Names      []string      `json:"names"`
	Configured []wire.Answer `json:"configured"`
	Public     []wire.Answer `json:"public"`
}

// State is a warning when a name that does not exist got an address, unknown when nobody answered.
func (r MissingReport) State() diagnostics.State {
	state := diagnostics.Unknown
	for _, a := range append(append([]wire.Answer(nil), r.Configured...), r.Public...) {
		switch {
		case len(a.Addrs) > 0:
			return diagnostics.Warning
		case a.Answered():
			state = diagnostics.OK
		}
	}
	return state
}

// MissingNames asks the first configured resolver for three names that do not exist, and two anchors
// for one of them.
var MissingNames = &diagnostics.Check[MissingReport]{ID: "dns.missing-names", Station: diagnostics.DNS, Needs: []diagnostics.Node{Resolvers}, Limit: dnsLimit, Run: runMissingNames}

// AuthorityReport is the fact of Authority.
type AuthorityReport struct {
	Zone    string            `json:"zone,omitempty"` // the closest enclosing zone with name servers
	Servers []AuthorityServer `json:"servers,omitempty"`
	Err     string            `json:"error,omitempty"` // why the name servers, or those of a zone closer to the name, could not be found
}

// State is unknown when no name server could be asked, failed when none answered.
func (r AuthorityReport) State() diagnostics.State {
	answered := 0
	for _, s := range r.Servers {
		if s.A.Answered() || s.AAAA.Answered() || s.SOA.Answered() {
			answered++
		}
	}
	switch {
	case len(r.Servers) == 0:
		return diagnostics.Unknown
	case answered == 0:
		return diagnostics.Failed
	case answered < len(r.Servers):
		return diagnostics.Warning
	}
	return diagnostics.OK
}

// AuthorityServer is one name server of the zone, asked directly.
type AuthorityServer struct {
	Name string         `json:"name"`
	Addr netip.AddrPort `json:"addr,omitzero"`
	A    wire.Answer    `json:"a"`
	AAAA wire.Answer    `json:"aaaa"`
	SOA  wire.Answer    `json:"soa"`
}

// Authority finds the zone's name servers through any public or configured resolver that answers,
// and asks up to four of them directly. It starts as soon as one resolver has answered.
var Authority = &diagnostics.Check[AuthorityReport]{ID: "dns.authority", Station: diagnostics.DNS, Needs: []diagnostics.Node{Resolvers}, Limit: 3 * second, Run: runAuthority}

// InterceptReport is the fact of Interception.
type InterceptReport struct {
	// Silent is a question for a name that surely exists, sent to 192.0.2.1 (RFC 5737), where
	// nobody listens: an answer means that something on the way answers all DNS.
	Silent  wire.Answer `json:"silent"`
	Answers bool        `json:"answers"`
	// Control is the same question to an anchor at the same moment; once it is answered, Silent is
	// waited for twice as long and no longer.
	Control *wire.Answer `json:"control,omitempty"`
}

// State is a warning when DNS is answered on the way.
func (r InterceptReport) State() diagnostics.State {
	if r.Answers {
		return diagnostics.Warning
	}
	return diagnostics.OK
}

// Interception looks for something on the way that answers DNS in others' name.
var Interception = &diagnostics.Check[InterceptReport]{ID: "dns.interception", Station: diagnostics.DNS, Limit: 700 * ms, Run: runInterception}
