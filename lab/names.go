//go:build lab && linux

package lab

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Name servers of the lab's internet: the root and the top-level domains at real addresses, and a hoster's pair.
const (
	rootServer = "198.41.0.4"
	tldServer  = "192.5.6.30"
	ns1Server  = "198.51.100.53"
	ns2Server  = "198.51.100.54"
)

// Zone is the data of one zone. Keys are lower-case names with the final dot.
type Zone struct {
	Origin string
	Serial uint32
	Sign   *signer // nil: not signed
	rr     map[string][]dns.RR
}

// names is the authoritative side of DNS: which server holds which zones.
type names struct {
	mu    sync.Mutex
	at    map[string]map[string]*Zone // server address -> origin -> zone
	quiet map[string]bool             // servers that do not answer
}

func newNames() *names {
	n := &names{at: map[string]map[string]*Zone{}, quiet: map[string]bool{}}
	root := n.zone(rootServer, ".")
	root.add(". 518400 IN NS a.root-servers.net.", "a.root-servers.net. 518400 IN A "+rootServer)
	return n
}

// zone returns the zone of origin at a server, made with a SOA when it is new.
func (n *names) zone(server, origin string) *Zone {
	if n.at[server] == nil {
		n.at[server] = map[string]*Zone{}
	}
	z := n.at[server][origin]
	if z == nil {
		z = &Zone{Origin: origin, Serial: 2026010101, rr: map[string][]dns.RR{}}
		n.at[server][origin] = z
	}
	return z
}

func (z *Zone) add(records ...string) {
	for _, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			panic("lab: record " + s + ": " + err.Error()) // a mistake in a scenario
		}
		k := strings.ToLower(rr.Header().Name)
		if !slices.ContainsFunc(z.rr[k], func(x dns.RR) bool { return dns.IsDuplicate(x, rr) }) {
			z.rr[k] = append(z.rr[k], rr)
		}
	}
}

// forget takes away the addresses of a name.
func (z *Zone) forget(name string) {
	z.rr[name] = slices.DeleteFunc(z.rr[name], func(r dns.RR) bool {
		return r.Header().Rrtype == dns.TypeA || r.Header().Rrtype == dns.TypeAAAA
	})
}

func (z *Zone) soa() dns.RR {
	return &dns.SOA{Hdr: dns.RR_Header{Name: z.Origin, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 300},
		Ns: "ns1.dns-host.net.", Mbox: "hostmaster.dns-host.net.", Serial: z.Serial, Refresh: 7200, Retry: 900, Expire: 1209600, Minttl: 60}
}

// apex is the registered domain of a name: its last two labels.
func apex(name string) string {
	l := dns.SplitDomainName(dns.CanonicalName(name))
	return dns.Fqdn(strings.Join(l[max(0, len(l)-2):], "."))
}

// delegate makes sure that domain can be found from the root down, at the given name servers.
func (n *names) delegate(domain string, servers map[string]string) {
	tld := dns.Fqdn(domain[strings.Index(domain, ".")+1:])
	if n.at[tldServer] == nil || n.at[tldServer][tld] == nil {
		n.zone(rootServer, ".").add(tld+" 172800 IN NS a.gtld-servers.net.", "a.gtld-servers.net. 172800 IN A "+tldServer)
		n.zone(tldServer, tld).add(tld + " 172800 IN NS a.gtld-servers.net.")
	}
	t := n.zone(tldServer, tld)
	for host, addr := range servers {
		t.add(domain+" 3600 IN NS "+host, host+" 3600 IN A "+addr)
	}
}

var hoster = map[string]string{"ns1.dns-host.net.": ns1Server, "ns2.dns-host.net.": ns2Server}

// domain returns the zone a name belongs to at both of the hoster's servers, registered when it is new.
func (n *names) domain(name string) []*Zone {
	d := apex(name)
	fresh := n.at[ns1Server] == nil || n.at[ns1Server][d] == nil
	zs := []*Zone{n.zone(ns1Server, d), n.zone(ns2Server, d)}
	if fresh {
		n.delegate(d, hoster)
		for _, z := range zs {
			z.add(d+" 3600 IN NS ns1.dns-host.net.", d+" 3600 IN NS ns2.dns-host.net.")
		}
		if d == "dns-host.net." {
			for _, z := range zs {
				z.add("ns1.dns-host.net. 3600 IN A "+ns1Server, "ns2.dns-host.net. 3600 IN A "+ns2Server)
			}
		} else {
			n.domain("dns-host.net.")
		}
	}
	return zs
}

// Record publishes records in the zone of their name, on all of its servers.
func (w *World) Record(records ...string) {
	w.names.mu.Lock()
	defer w.names.mu.Unlock()
	for _, r := range records {
		for _, z := range w.names.domain(strings.Fields(r)[0]) {
			z.add(r)
		}
	}
}

// Host publishes the addresses of a name.
func (w *World) Host(name string, addrs ...string) {
	for _, a := range addrs {
		t := " 300 IN A "
		if netip.MustParseAddr(a).Is6() {
			t = " 300 IN AAAA "
		}
		w.Record(dns.Fqdn(name) + t + a)
	}
}

// Move replaces the addresses published for a name, as when a site changes its hoster.
func (w *World) Move(name string, addrs ...string) {
	w.names.mu.Lock()
	for _, z := range w.names.domain(name) {
		z.forget(dns.Fqdn(name))
		z.Serial++
	}
	w.names.mu.Unlock()
	w.Host(name, addrs...)
}

// At changes a zone at one of the hoster's servers only.
func (w *World) At(server, name string, change func(*Zone)) {
	w.names.mu.Lock()
	defer w.names.mu.Unlock()
	w.names.domain(name)
	change(w.names.zone(server, apex(name)))
}

// answer is the authoritative algorithm of RFC 1034, 4.3.2, without what the lab does not need.
func (n *names) answer(server string, q *dns.Msg) *dns.Msg {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.quiet[server] || len(q.Question) != 1 {
		return nil
	}
	m := new(dns.Msg).SetReply(q)
	if opt := q.IsEdns0(); opt != nil {
		m.SetEdns0(1232, opt.Do())
	}
	name, typ := strings.ToLower(q.Question[0].Name), q.Question[0].Qtype
	var z *Zone
	for o, c := range n.at[server] {
		if dns.IsSubDomain(o, name) && (z == nil || len(o) > len(z.Origin)) && !(typ == dns.TypeDS && o == name && o != ".") {
			z = c
		}
	}
	if z == nil {
		m.Rcode = dns.RcodeRefused
		return m
	}
	for cut := name; cut != z.Origin; cut = parent(cut) {
		if ns := of(z.rr[cut], dns.TypeNS); len(ns) > 0 && !(typ == dns.TypeDS && cut == name) {
			m.Ns = ns
			m.Ns = append(m.Ns, of(z.rr[cut], dns.TypeDS)...)
			z.glue(m, ns)
			return m
		}
	}
	m.Authoritative = true
	z.fill(m, name, typ)
	if opt := q.IsEdns0(); opt != nil && opt.Do() && z.Sign != nil {
		z.Sign.sign(m)
	}
	return m
}

// fill puts into m what the zone knows about name.
func (z *Zone) fill(m *dns.Msg, name string, typ uint16) {
	for range 8 { // aliases inside the zone
		have, there := z.rr[name]
		if name == z.Origin && typ == dns.TypeSOA {
			m.Answer = append(m.Answer, z.soa())
			return
		}
		if name == z.Origin && typ == dns.TypeDNSKEY && z.Sign != nil {
			m.Answer = append(m.Answer, z.Sign.dnskey)
			return
		}
		if got := of(have, typ); len(got) > 0 {
			m.Answer = append(m.Answer, got...)
			if typ == dns.TypeNS {
				z.glue(m, got)
			}
			return
		}
		alias := of(have, dns.TypeCNAME)
		if len(alias) == 0 {
			if !there && name != z.Origin && !z.hasBelow(name) {
				m.Rcode = dns.RcodeNameError
			}
			m.Ns = append(m.Ns, z.soa())
			return
		}
		m.Answer = append(m.Answer, alias...)
		name = strings.ToLower(alias[0].(*dns.CNAME).Target)
		if !dns.IsSubDomain(z.Origin, name) {
			return
		}
	}
}

// glue adds the addresses of name servers as far as the zone has them; a resolver that primes the root needs them.
func (z *Zone) glue(m *dns.Msg, ns []dns.RR) {
	for _, x := range ns {
		m.Extra = append(m.Extra, of(z.rr[x.(*dns.NS).Ns], dns.TypeA)...)
	}
}

func (z *Zone) hasBelow(name string) bool {
	for k := range z.rr {
		if dns.IsSubDomain(name, k) {
			return true
		}
	}
	return false
}

func of(rrs []dns.RR, typ uint16) (out []dns.RR) {
	for _, r := range rrs {
		if r.Header().Rrtype == typ {
			out = append(out, dns.Copy(r))
		}
	}
	return out
}

func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	if rest == "" {
		return "."
	}
	return rest
}

// serveNames answers at one name server's address.
func (w *World) serveNames(server string) {
	h := dns.HandlerFunc(func(rw dns.ResponseWriter, q *dns.Msg) {
		if m := w.names.answer(server, q); m != nil {
			rw.WriteMsg(m)
		}
	})
	w.ServeDNS(w.Net, server+":53", h)
}

// ServeDNS answers UDP and TCP at an address of a room until the world ends.
func (w *World) ServeDNS(r *Room, addr string, h dns.Handler) {
	pc, err := r.ListenPacket(addr)
	w.check(err)
	l, err2 := r.Listen(addr)
	w.check(err2)
	if err != nil || err2 != nil {
		return
	}
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: h}, {Listener: l, Handler: h, ReadTimeout: 5 * time.Second}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go s.ActivateAndServe()
		<-started
		w.onDown(func() { s.Shutdown() })
	}
}
