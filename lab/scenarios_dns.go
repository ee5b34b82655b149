//go:build lab && linux

package lab

import (
	"io"
	"net/http"
	"time"

	"github.com/miekg/dns"
)

// dnsScenarios are faults of resolvers and of what stands between them and the client.
var dnsScenarios = []*Scenario{
	{
		Name: "dns.server-closed", Title: "nothing listens at the configured resolver", Kind: Fault, Address: shop, Faults: []string{"dns.server-down"},
		Setup:  func(w *World) { healthyShop(w); w.NoProvider, w.NoRouterDNS = true, true; w.DNS(ProviderDNS) },
		Oracle: []Proof{digs("", shop, "connection refused"), digs("8.8.8.8", shop, Site4), internetWorks},
	},
	{
		Name: "dns.server-silent", Title: "the configured resolver does not answer", Kind: Fault, Address: shop, Faults: []string{"dns.server-down"},
		Setup:  func(w *World) { healthyShop(w); w.DNS(ProviderDNS) },
		Break:  func(w *World) { w.Cmd(w.Router, "iptables -A FORWARD -d "+ProviderDNS+" -j DROP") },
		Oracle: []Proof{digs("", shop, "timed out"), digs("8.8.8.8", shop, Site4), internetWorks},
	},
	{
		Name: "dns.server-silent-general", Title: "the configured resolver does not answer, nothing in particular asked", Kind: Fault, Faults: []string{"dns.server-down"},
		Setup:  func(w *World) { w.DNS(ProviderDNS) },
		Break:  func(w *World) { w.Cmd(w.Router, "iptables -A FORWARD -d "+ProviderDNS+" -j DROP") },
		Oracle: []Proof{digs("", "dns.google", "timed out"), digs("8.8.8.8", "dns.google", "8.8.4.4|8.8.8.8"), internetWorks},
	},
	{
		Name: "dns.port-blocked", Title: "the network lets no one ask foreign resolvers, and the computer asks one", Kind: Fault, Address: shop, Faults: []string{"dns.port-blocked"},
		Setup: func(w *World) { healthyShop(w); w.DNS("8.8.8.8") }, Break: blockPort53,
		Oracle: []Proof{digs("", shop, "timed out"), digs("1.1.1.1", shop, "timed out"), digs(Router4, shop, Site4), internetWorks},
	},
	{
		Name: "dns.one-server-down", Title: "the first of two resolvers is dead", Kind: Fault, Address: shop, Faults: []string{"dns.one-server-down"},
		Setup: healthyShop, Break: firstResolverDead,
		Oracle: []Proof{digs(Dead4, shop, "timed out"), digs(Router4, shop, Site4), shopWorksLate},
	},
	{
		Name: "dns.server-slow", Title: "the resolver takes most of a second for every new name", Kind: Fault, Address: shop, Faults: []string{"dns.server-slow"},
		Setup: func(w *World) { healthyShop(w); w.NoRouterDNS = true },
		Break: func(w *World) {
			w.ServeDNS(w.Router, Router4+":53", dns.HandlerFunc(func(rw dns.ResponseWriter, q *dns.Msg) {
				time.Sleep(700 * time.Millisecond)
				w.relay(rw, q, nil)
			}))
		},
		Oracle: []Proof{digs("", shop, "Query time: [67]\\d\\d msec"), digs("8.8.8.8", "dns.google", "Query time: \\d\\d? msec"), shopWorks},
	},
	{
		Name: "dns.server-fails", Title: "the resolver answers SERVFAIL to everything", Kind: Fault, Address: shop, Faults: []string{"dns.server-refuses"},
		Setup: func(w *World) {
			healthyShop(w)
			w.NoProvider = true
			w.DNS(ProviderDNS)
		},
		Break: func(w *World) {
			w.ServeDNS(w.Net, Old4+":5353", dns.HandlerFunc(func(rw dns.ResponseWriter, q *dns.Msg) {
				rw.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeServerFailure))
			}))
			w.Unbound("provider", []string{ProviderDNS}, "forward-zone:\n  name: \".\"\n  forward-addr: "+Old4+"@5353\n")
		},
		Oracle: []Proof{digs("", shop, "SERVFAIL"), digs("", "dns.google", "SERVFAIL"), digs("8.8.8.8", shop, Site4)},
	},
	{
		Name: "dns.server-refuses", Title: "the resolver does not serve this network", Kind: Fault, Address: shop, Faults: []string{"dns.server-refuses"},
		Setup: func(w *World) { healthyShop(w); w.NoProvider = true; w.DNS(ProviderDNS) },
		Break: func(w *World) {
			w.Unbound("provider", []string{ProviderDNS}, "  access-control: 100.64.0.0/10 refuse\n")
		},
		Oracle: []Proof{digs("", shop, "REFUSED"), digs("8.8.8.8", shop, Site4)},
	},
	{
		Name: "dns.router-without-upstream", Title: "the router's forwarder has nobody to ask", Kind: Fault, Address: shop, Faults: []string{"dns.server-refuses"},
		Setup:  func(w *World) { healthyShop(w); w.RouterDNS = []string{} },
		Oracle: []Proof{digs("", shop, "REFUSED"), digs("8.8.8.8", shop, Site4)},
	},
	{
		Name: "dns.lies-for-missing-names", Title: "the provider answers missing names with its search page", Kind: Fault, Address: "shpo.example", Faults: []string{"dns.lies-for-missing-names"},
		Setup:  func(w *World) { healthyShop(w); w.NoRouterDNS = true },
		Break:  lyingProvider,
		Oracle: []Proof{digs("", "shpo.example +short", Portal4), digs("", "k3v9q.example.com +short", Portal4), digs("8.8.8.8", "shpo.example", "NXDOMAIN"), digs("", shop, Site4)},
	},
	{
		Name: "filter.dns-zero", Title: "the resolver answers 0.0.0.0 for this name", Kind: Fault, Address: shop, Faults: []string{"filter.dns-block"}, At: []string{"dns"},
		Setup:  lyingRouter("--address=/"+shop+"/0.0.0.0", "--address=/"+shop+"/::"),
		Oracle: []Proof{digs("", shop+" +short", "^0.0.0.0"), digs("8.8.8.8", shop, Site4), at(Site4, "status=200")},
	},
	{
		Name: "filter.dns-nxdomain", Title: "the resolver denies this name", Kind: Fault, Address: shop, Faults: []string{"filter.dns-block"}, At: []string{"dns"},
		Setup:  lyingRouter("--address=/" + shop + "/"),
		Oracle: []Proof{digs("", shop, "NXDOMAIN"), digs("8.8.8.8", shop, Site4), at(Site4, "status=200")},
	},
	{
		Name: "filter.dns-block-page", Title: "the resolver sends this name to a block page", Kind: Fault, Address: shop, Faults: []string{"filter.dns-block"}, At: []string{"dns"},
		Setup: lyingRouter("--address=/" + shop + "/" + Portal4), Break: blockServer,
		Oracle: []Proof{digs("", shop+" +short", Portal4), digs("8.8.8.8", shop, Site4), at(Site4, "status=200"), body("http://"+shop, "blocked")},
	},
	{
		Name: "filter.dns-injected", Title: "whoever is asked over port 53, the answer is forged on the way", Kind: Fault, Address: shop, Faults: []string{"filter.dns-injected"}, At: []string{"dns"},
		Setup: lyingRouter("--address=/" + shop + "/" + Portal4),
		Break: func(w *World) { blockServer(w); transparentDNS(w) },
		Oracle: []Proof{digs("8.8.8.8", shop+" +short", Portal4), digs("192.0.2.1", shop+" +short", Portal4), at(Site4, "status=200"),
			{Run: "curl -sS -m 3 -o /dev/null -w 'status=%{http_code}' --doh-url https://dns.google/dns-query --resolve dns.google:443:8.8.8.8 " + shopURL, Want: "status=200"}},
	},
	{
		Name: "dns.stale-here", Title: "the site moved, this computer's cache has the old address", Kind: Fault, Address: shop, Faults: []string{"dns.stale-here"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Addrs: []string{Site4}, NoDNS: true})
			w.Host(shop, Old4)
			w.DNS("127.0.0.53")
		},
		Break: func(w *World) {
			w.Cmd(w.Client, "mkdir -p /run/systemd/resolve\necho nameserver "+Router4+" > /run/systemd/resolve/resolv.conf")
			w.Dnsmasq(w.Client, "127.0.0.53", "--server="+Router4)
			w.awaitAll()
			w.Shell("dig +short " + shop)
			w.Move(shop, Site4)
			w.Restart("unbound-internet", "dnsmasq-router")
		},
		Oracle: []Proof{digs("", shop+" +short", "^"+Old4), digs(Router4, shop+" +short", Site4), fetch(shopURL, "refused|[Cc]ould ?n.t connect")},
	},
	{
		Name: "dns.stale-at-resolver", Title: "the site moved, the provider's cache has the old address", Kind: Fault, Address: shop, Faults: []string{"dns.stale-at-resolver"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, NoDNS: true})
			w.Host(shop, Old4)
			w.NoProvider = true
			w.DNS(ProviderDNS)
		},
		Break: func(w *World) {
			w.Unbound("provider", []string{ProviderDNS}, "")
			w.awaitAll()
			w.Shell("dig +short " + shop)
			w.Move(shop, Site4)
		},
		Oracle: []Proof{digs("", shop+" +short", "^"+Old4), digs("8.8.8.8", shop+" +short", Site4), at(Site4, "status=200"), fetch(shopURL, "refused|[Cc]ould ?n.t connect")},
	},
	{
		Name: "hosts.override", Title: "the hosts file points the name nowhere", Kind: Fault, Address: shop, Faults: []string{"hosts.override"},
		Setup:  func(w *World) { healthyShop(w); w.Hosts("0.0.0.0 " + shop) },
		Oracle: []Proof{{Run: "getent ahosts " + shop, Want: "^0.0.0.0"}, digs("", shop, Site4), fetch(shopURL, "[Cc]ould ?n.t connect|refused"), at(Site4, "status=200")},
	},
	{
		Name: "hosts.override-old", Title: "the hosts file pins an address the site left", Kind: Fault, Address: shop, Faults: []string{"hosts.override"},
		Setup:  func(w *World) { healthyShop(w); w.Hosts("# while we move", Old4+" "+shop+" www."+shop) },
		Oracle: []Proof{{Run: "getent ahosts " + shop, Want: "^" + Old4}, digs("", shop, Site4), fetch(shopURL, "[Cc]ould ?n.t connect|refused"), at(Site4, "status=200")},
	},
	{
		Name: "dns.split-horizon", Title: "a company's inner name is asked of a public resolver", Kind: Fault, Address: "intranet.corp.example", Faults: []string{"dns.split-horizon"},
		Setup: func(w *World) {
			w.Record("corp.example. 300 IN MX 10 mail.corp.example.")
			w.RouterDNS = []string{"--server=" + ProviderDNS, "--address=/intranet.corp.example/10.20.0.5"}
			w.DNS("9.9.9.9", Router4+"\nsearch corp.example")
		},
		Break: func(w *World) {
			w.Cmd(w.Client, "ip tuntap add dev tun0 mode tun\nip link set tun0 up\nip addr add 10.20.7.7/16 dev tun0")
		},
		Oracle: []Proof{digs("9.9.9.9", "intranet.corp.example", "NXDOMAIN"), digs(Router4, "intranet.corp.example +short", "10.20.0.5"), {Run: "getent ahostsv4 intranet.corp.example; echo none", Want: "^none"}},
	},
}

// relay answers a question with what a public resolver says, changed by alter.
func (w *World) relay(rw dns.ResponseWriter, q *dns.Msg, alter func(*dns.Msg)) {
	packed, err := w.ask(anchors[1].v4, q)
	m := new(dns.Msg)
	if err != nil || m.Unpack(packed) != nil {
		return
	}
	if alter != nil {
		alter(m)
	}
	rw.WriteMsg(m)
}

// lyingProvider answers missing names with the address of an advertising page.
func lyingProvider(w *World) {
	w.ServeDNS(w.Router, Router4+":53", dns.HandlerFunc(func(rw dns.ResponseWriter, q *dns.Msg) { w.relay(rw, q, inventAddress) }))
	w.HTTP(w.Net, Portal4+":80", nil, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, "<!doctype html><title>Search results</title><p>We could not find this page. Sponsored results: cheap flights.")
	}))
}

// inventAddress turns "no such name" into the address of an advertising page.
func inventAddress(m *dns.Msg) {
	if m.Rcode != dns.RcodeNameError {
		return
	}
	m.Rcode = dns.RcodeSuccess
	m.Ns = nil
	if q := m.Question[0]; q.Qtype == dns.TypeA {
		rr, _ := dns.NewRR(q.Name + " 60 IN A " + Portal4)
		m.Answer = []dns.RR{rr}
	}
}

// lyingRouter is a healthy shop behind a router whose forwarder has further answers of its own.
func lyingRouter(options ...string) func(*World) {
	return func(w *World) {
		shop4(w)
		w.RouterDNS = append([]string{"--server=" + ProviderDNS}, options...)
	}
}

// blockServer serves a block page where lying resolvers point.
func blockServer(w *World) {
	w.HTTP(w.Net, Portal4+":80", nil, blocked("Access to this site has been blocked by your network administrator."))
	c := w.Cert(Cert{Names: []string{"blockpage.filter.example"}, SelfSigned: true})
	w.HTTP(w.Net, Portal4+":443", &c, http.NotFoundHandler())
}

// blocked is a page that says why there is no other.
func blocked(why string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		io.WriteString(rw, "<!doctype html><html><head><title>Access blocked</title></head><body><h1>This website is blocked</h1><p>"+why+"</p></body></html>")
	}
}

// transparentDNS makes the router answer every question that passes it, whoever was asked.
func transparentDNS(w *World) {
	w.Cmd(w.Router, `iptables -t nat -A PREROUTING -i lan -p udp --dport 53 -j DNAT --to `+Router4+`
iptables -t nat -A PREROUTING -i lan -p tcp --dport 53 -j DNAT --to `+Router4+`
ip6tables -t nat -A PREROUTING -i lan -p udp --dport 53 -j DNAT --to `+Router6+`
ip6tables -t nat -A PREROUTING -i lan -p tcp --dport 53 -j DNAT --to `+Router6)
}

// blockPort53 lets nobody ask a resolver beyond the router.
func blockPort53(w *World) {
	for _, t := range []string{"iptables", "ip6tables"} {
		w.Cmd(w.Router, t+" -A FORWARD -p udp --dport 53 -j DROP\n"+t+" -A FORWARD -p tcp --dport 53 -j DROP")
	}
}

// firstResolverDead puts a resolver that nobody answers at before the good one.
func firstResolverDead(w *World) { w.DNS(Dead4, Router4) }

// shopWorksLate proves that the shop comes, after the five seconds that the dead resolver costs.
var shopWorksLate = Proof{Run: "curl -sS -m 9 -o /dev/null -w 'status=%{http_code} named=%{time_namelookup}' " + shopURL, Want: "status=200 named=5"}
