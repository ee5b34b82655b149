package wire

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Bounds of what is kept of one answer.
const (
	maxAddrs   = 64
	maxAliases = 16 // deeper chains of CNAME records are cut off by resolvers, too
	maxTexts   = 8
	maxEDE     = 4
	maxEDEText = 120
)

// take keeps what a message says.
func (e *inquiry) take(m *dns.Msg) {
	e.Fail = nil
	e.Took = Since(e.start)
	e.Answer.read(m, e.q.Name)
}

// read copies a message into an answer, with everything of unbounded size bounded.
func (a *Answer) read(m *dns.Msg, name string) {
	a.AA, a.AD, a.RA = m.Authoritative, m.AuthenticatedData, m.RecursionAvailable
	rcode := m.Rcode
	if opt := m.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			if x, ok := o.(*dns.EDNS0_EDE); ok && len(a.EDE) < maxEDE {
				a.EDE = append(a.EDE, EDE{x.InfoCode, Printable(x.ExtraText, maxEDEText)})
			}
		}
	}
	a.RCode = dns.RcodeToString[rcode]
	if a.RCode == "" {
		a.RCode = fmt.Sprintf("RCODE%d", rcode)
	}
	a.records(m.Answer, name)
	for _, rr := range m.Ns {
		a.soa(rr)
	}
}

// records keeps the addresses that belong to the name, by way of its aliases, and nothing that was
// slipped in beside them.
func (a *Answer) records(rrs []dns.RR, name string) {
	owners := a.follow(rrs, name)
	for i, rr := range rrs {
		if ttl := rr.Header().Ttl; i == 0 || ttl < a.TTL {
			a.TTL = ttl
		}
		if !owners[dns.CanonicalName(rr.Header().Name)] {
			continue
		}
		switch rr := rr.(type) {
		case *dns.A:
			if ip, ok := netip.AddrFromSlice(rr.A); ok {
				a.addr(ip.Unmap())
			}
		case *dns.AAAA:
			if ip, ok := netip.AddrFromSlice(rr.AAAA); ok {
				a.addr(ip)
			}
		case *dns.NS:
			if len(a.Names) < maxAddrs {
				a.Names = append(a.Names, plainName(rr.Ns))
			}
		case *dns.TXT:
			if len(a.Texts) < maxTexts {
				a.Texts = append(a.Texts, Printable(strings.Join(rr.Txt, ""), 255))
			}
		}
		a.soa(rr)
	}
}

// follow lists the names from the asked one along its aliases.
func (a *Answer) follow(rrs []dns.RR, name string) map[string]bool {
	aliases := make(map[string]string)
	for _, rr := range rrs {
		if c, ok := rr.(*dns.CNAME); ok {
			aliases[dns.CanonicalName(c.Hdr.Name)] = dns.CanonicalName(c.Target)
		}
	}
	at := dns.CanonicalName(name)
	owners := map[string]bool{at: true}
	for range maxAliases {
		next, ok := aliases[at]
		if !ok || owners[next] {
			break
		}
		owners[next] = true
		a.CNAMEs = append(a.CNAMEs, plainName(next))
		at = next
	}
	return owners
}

func (a *Answer) addr(ip netip.Addr) {
	switch {
	case slices.Contains(a.Addrs, ip):
	case len(a.Addrs) >= maxAddrs:
		a.Dropped++
	default:
		a.Addrs = append(a.Addrs, ip)
	}
}

func (a *Answer) soa(rr dns.RR) {
	if s, ok := rr.(*dns.SOA); ok && a.Zone == "" {
		a.Serial, a.Zone = s.Serial, plainName(s.Hdr.Name)
	}
}

// plainName is a name in lower case without its final dot. The presentation format of package dns
// escapes everything that is not printable.
func plainName(s string) string {
	s = dns.CanonicalName(s)
	if s == "." {
		return s
	}
	return Printable(strings.TrimSuffix(s, "."), 255)
}

// rdata is a record without its owner and lifetime.
func rdata(rr dns.RR) string { return strings.TrimPrefix(rr.String(), rr.Header().String()) }
