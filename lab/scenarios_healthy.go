//go:build lab && linux

package lab

import (
	"net/http"
)

// healthyScenarios are the ordinary variety of a working internet.
var healthyScenarios = []*Scenario{
	{
		Name: "ok.now", Title: "everything works", Kind: Healthy, Address: shop, Setup: healthyShop,
		Oracle: []Proof{shopWorks, {Run: "curl -6 -sS -m 3 " + shopURL, Want: "Good morning"}, pings("8.8.8.8"), body("http://detectportal.firefox.com/success.txt", "success"),
			{Run: "dig +https @1.1.1.1 +short " + shop + " +tls-ca=$SSL_CERT_FILE", Want: Site4}},
	},
	{
		Name: "ok.general", Title: "everything works, nothing in particular asked", Kind: Healthy,
		Oracle: []Proof{internetWorks, pings("8.8.8.8"), pings("2606:4700:4700::1111"), digs("", "dns.google", "NOERROR")},
	},
	{
		Name: "ok.ipv4-only", Title: "a home without IPv6", Kind: Healthy, Address: shop, Setup: func(w *World) { w.NoIPv6 = true; healthyShop(w) },
		Oracle: []Proof{shopWorks, {Run: "ip -6 route show default; echo none", Want: "^none"}},
	},
	{
		Name: "ok.site-ipv6-only", Title: "a site with IPv6 only, from a home that has it", Kind: Healthy, Address: shop, Setup: func(w *World) { w.Site(Site{Host: shop, Addrs: []string{Site6}}) },
		Oracle: []Proof{shopWorks, digs("", shop+" +short", "^$")},
	},
	{
		Name: "ok.plain-http", Title: "a site without encryption", Kind: Healthy, Address: "http://" + shop + "/", Setup: func(w *World) { w.Site(Site{Host: shop, Plain: page}) },
		Oracle: []Proof{fetch("http://"+shop+"/", "status=200")},
	},
	{
		Name: "ok.other-port", Title: "a site on port 8443", Kind: Healthy, Address: shopURL + ":8443/", Setup: func(w *World) { w.Site(Site{Host: shop, Port: 8443}) },
		Oracle: []Proof{fetch(shopURL+":8443/", "status=200")},
	},
	{
		Name: "ok.redirects", Title: "http leads to https and on to www", Kind: Healthy, Address: "http://" + shop, Setup: func(w *World) {
			w.Site(Site{Host: shop, Conf: "return 301 https://www." + shop + "$request_uri;"})
			w.Site(Site{Host: "www." + shop, Plain: "-"})
		},
		Oracle: []Proof{{Run: "curl -sSL -m 3 -o /dev/null -w 'status=%{http_code} hops=%{num_redirects}' http://" + shop, Want: "status=200 hops=2"}},
	},
	{
		Name: "ok.ip-literal", Title: "an address instead of a name", Kind: Healthy, Address: "http://" + Site4 + "/", Setup: func(w *World) {
			w.Nginx("server { listen " + Site4 + ":80 default_server; " + page + " }")
		},
		Oracle: []Proof{fetch("http://"+Site4+"/", "status=200")},
	},
	{
		Name: "ok.cdn", Title: "a site behind Cloudflare by an alias", Kind: Healthy, Address: "www." + shop, Setup: func(w *World) {
			w.Host("www.shop.example.cdn.cloudflare.net", CDN4, CDN6)
			w.Record("www." + shop + ". 300 IN CNAME www.shop.example.cdn.cloudflare.net.")
			w.edgeAt("www."+shop, trustCDN, cloudflare(200, goodMorning, "Cf-Cache-Status", "HIT", "Age", "120"), CDN4, CDN6)
		},
		Oracle: []Proof{fetch("https://www."+shop, "status=200"), digs("", "www."+shop, "CNAME")},
	},
	{
		Name: "ok.idn", Title: "a name with an umlaut", Kind: Healthy, Address: "https://bücher-laden.example/", Setup: func(w *World) { w.Site(Site{Host: "xn--bcher-laden-thb.example"}) },
		Oracle: []Proof{fetch("https://xn--bcher-laden-thb.example/", "status=200")},
	},
	{
		Name: "ok.far", Title: "a site on the other side of the world", Kind: Healthy, Address: shop, Setup: func(w *World) { healthyShop(w); w.Wires[Edge] = "delay=75ms jitter=2ms" },
		Oracle: []Proof{shopWorks, {Run: "ping -n -c 2 -i 0.2 8.8.8.8", Want: "= 1[45]\\d"}},
	},
	{
		Name: "ok.small-mtu", Title: "a line with an MTU of 1400 that says so", Kind: Healthy, Address: shop,
		Setup: func(w *World) {
			w.HTTP(w.Net, App4+":8080", nil, http.HandlerFunc(gzipped))
			answers(deadBackend)(w)
		},
		Break: func(w *World) {
			w.Cmd(w.Router, "ip link set wan mtu 1400")
			w.Cmd(w.Hop1, "ip link set home mtu 1400")
		},
		Oracle: []Proof{{Run: "curl -4 -sS --compressed -m 3 " + shopURL + " | tail -c 100", Want: "Tent 19999"}, {Run: "ping -n -c1 -W1 -M do -s 1450 8.8.8.8", Want: "Frag needed|too long"}},
	},
	{
		Name: "ok.apache", Title: "a site on Apache", Kind: Healthy, Address: shop, Setup: func(w *World) {
			w.Host(shop, Site4)
			w.HTTP(w.Net, App4+":8080", nil, http.HandlerFunc(gzipped))
			w.Apache(shop, Site4+":443", "ProxyPass / http://"+App4+":8080/")
		},
		Oracle: []Proof{{Run: "curl -sS -i --compressed -m 3 " + shopURL, Want: " 200 .*Tent 19999"}},
	},
	{
		Name: "ok.slow-but-fine", Title: "an answer after 600 ms", Kind: Healthy, Address: shop, Setup: func(w *World) {
			w.HTTP(w.Net, App4+":8080", nil, after(600))
			answers(deadBackend)(w)
		},
		Oracle: []Proof{shopWorks},
	},
}
