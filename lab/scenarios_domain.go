//go:build lab && linux

package lab

import (
	"strings"
	"time"
)

// domainScenarios are faults of the name itself, which its owner must mend.
var domainScenarios = []*Scenario{
	{
		Name: "domain.name-servers-silent", Title: "both name servers of the domain are dead", Kind: Fault, Address: "lame.example", Faults: []string{"domain.name-servers-down"},
		Setup: func(w *World) {
			w.names.delegate("lame.example.", map[string]string{"ns1.lame.example.": Dead4, "ns2.lame.example.": "203.0.113.98"})
		},
		Oracle: []Proof{digs("8.8.8.8", "lame.example", "timed out|SERVFAIL"), digs(Dead4, "lame.example", "timed out"), digs("8.8.8.8", "dns.google", "NOERROR")},
	},
	{
		Name: "domain.name-servers-lame", Title: "the name servers of the domain do not know it", Kind: Fault, Address: "lame.example", Faults: []string{"domain.name-servers-down"},
		Setup: func(w *World) {
			w.Host(shop, Site4)
			w.names.delegate("lame.example.", hoster)
		},
		Oracle: []Proof{digs("8.8.8.8", "lame.example", "SERVFAIL"), digs(ns1Server, "lame.example", "REFUSED"), digs("8.8.8.8", "dns.google", "NOERROR")},
	},
	{
		Name: "domain.dnssec-wrong-ds", Title: "the parent vouches for another key than the zone has", Kind: Fault, Address: shop, Faults: []string{"domain.dnssec-broken"},
		Setup: func(w *World) {
			healthyShop(w)
			ds := w.Sign(shop, -time.Hour, 24*time.Hour)
			ds.Digest = strings.Repeat("5a", len(ds.Digest)/2)
			validate(w, ds.String())
		},
		Oracle: []Proof{digs("8.8.8.8", shop, "SERVFAIL"), digs("8.8.8.8", "+cd "+shop, Site4), digs("8.8.8.8", "dns.google", "NOERROR")},
	},
	{
		Name: "domain.dnssec-expired", Title: "the zone's signatures ran out", Kind: Fault, Address: shop, Faults: []string{"domain.dnssec-broken"},
		Setup: func(w *World) {
			healthyShop(w)
			validate(w, w.Sign(shop, -40*24*time.Hour, -10*24*time.Hour).String())
		},
		Oracle: []Proof{digs("8.8.8.8", shop, "SERVFAIL"), digs("8.8.8.8", "+cd "+shop, Site4), digs(ns1Server, "+dnssec "+shop, "RRSIG")},
	},
	{
		Name: "domain.does-not-exist", Title: "a name that was never there", Kind: Fault, Address: "https://shpo.example/tents", Faults: []string{"domain.does-not-exist"},
		Setup:  healthyShop,
		Oracle: []Proof{digs("", "shpo.example", "NXDOMAIN"), digs("8.8.8.8", "shpo.example", "NXDOMAIN"), digs("", shop, Site4)},
	},
	{
		Name: "domain.subdomain-missing", Title: "the domain is there, this host is not", Kind: Fault, Address: "wwww." + shop, Faults: []string{"domain.does-not-exist"},
		Setup:  healthyShop,
		Oracle: []Proof{digs("", "wwww."+shop, "NXDOMAIN"), digs("8.8.8.8", "wwww."+shop, "NXDOMAIN"), digs("", shop, Site4)},
	},
	{
		Name: "domain.no-address", Title: "the name takes mail only", Kind: Fault, Address: "post.example", Faults: []string{"domain.no-address"},
		Setup:  func(w *World) { w.Record("post.example. 300 IN MX 10 mail.post.example.") },
		Oracle: []Proof{digs("", "post.example", "NOERROR.*ANSWER: 0"), digs("", "post.example MX +short", "mail.post.example")},
	},
	{
		Name: "domain.ipv6-only", Title: "the name has IPv6 only and this network has none", Kind: Fault, Address: shop, Faults: []string{"domain.no-address"},
		Setup:  func(w *World) { w.NoIPv6 = true; w.Site(Site{Host: shop, Addrs: []string{Site6}}) },
		Oracle: []Proof{digs("", shop, "NOERROR.*ANSWER: 0"), digs("", shop+" AAAA +short", Site6), {Run: "ip -6 route show default; echo none", Want: "^none"}},
	},
	{
		Name: "domain.dangling-alias", Title: "the name is an alias of one that was given up", Kind: Fault, Address: "www." + shop, Faults: []string{"domain.dangling-alias"},
		Setup: func(w *World) {
			healthyShop(w)
			w.Host("lb1.cdn-host.net", Far4)
			w.Record("www." + shop + ". 300 IN CNAME shop-prod.cdn-host.net.")
		},
		Oracle: []Proof{digs("", "www."+shop, "NXDOMAIN.*CNAME"), digs("8.8.8.8", "www."+shop, "NXDOMAIN.*CNAME")},
	},
	{
		Name: "domain.private-address", Title: "public DNS gives a private address", Kind: Fault, Address: "cam.shop.example", Faults: []string{"domain.private-address"},
		Setup:  func(w *World) { healthyShop(w); w.Host("cam."+shop, "10.20.30.40") },
		Oracle: []Proof{digs("", "cam."+shop+" +short", "^10.20"), digs("8.8.8.8", "cam."+shop+" +short", "^10.20")},
	},
	{
		Name: "domain.loopback-address", Title: "public DNS gives the loopback address", Kind: Fault, Address: "dev.shop.example", Faults: []string{"domain.private-address"},
		Setup:  func(w *World) { healthyShop(w); w.Host("dev."+shop, "127.0.0.1") },
		Oracle: []Proof{digs("", "dev."+shop+" +short", "^127.0.0.1"), fetch("https://dev."+shop, "[Cc]ould ?n.t connect|refused")},
	},
	{
		Name: "domain.name-collision", Title: "an inner name of the company is now a public one", Kind: Fault, Address: "files.corp.example", Faults: []string{"domain.name-collision"},
		Setup:  func(w *World) { w.Host("files.corp.example", "127.0.53.53") },
		Oracle: []Proof{digs("", "files.corp.example +short", "^127.0.53.53"), digs("8.8.8.8", "files.corp.example +short", "^127.0.53.53")},
	},
	{
		Name: "domain.not-propagated", Title: "one of the domain's name servers still has the old address", Kind: Fault, Address: shop, Faults: []string{"domain.not-propagated"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Addrs: []string{Site4}})
			w.NoProvider = true
			w.DNS(ProviderDNS)
			w.At(ns2Server, shop, func(z *Zone) {
				z.Serial--
				z.forget(shop + ".")
				z.add(shop + ". 300 IN A " + Old4)
			})
			w.Resolvers = learnFrom(ns1Server) // which of the two a resolver happened to ask is made certain
		},
		Break:  func(w *World) { w.Unbound("provider", []string{ProviderDNS}, learnFrom(ns2Server)) },
		Oracle: []Proof{digs(ns1Server, shop+" +short", Site4), digs(ns2Server, shop+" +short", Old4), digs("", shop+" +short", Old4), digs("8.8.8.8", shop+" +short", Site4)},
	},
}

// validate makes the public resolvers check signatures below one trust anchor.
func validate(w *World, anchor string) {
	w.Resolvers = "  module-config: \"validator iterator\"\n  trust-anchor: \"" + strings.ReplaceAll(anchor, "\t", " ") + "\"\n"
}

// learnFrom makes a resolver ask one name server only about the shop.
func learnFrom(server string) string {
	return "stub-zone:\n  name: \"" + shop + "\"\n  stub-addr: " + server + "\n"
}
