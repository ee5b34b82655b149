//go:build lab && linux

package lab

import "net/http"

// comboScenarios have two faults, or a fault and a distraction; the one that stops the address is the answer.
var comboScenarios = []*Scenario{
	{
		Name: "combo.ipv6-broken-and-502", Title: "broken IPv6, and the site answers 502", Kind: Combination, Address: shop, Faults: []string{"site.bad-gateway"}, Also: []string{"path.ipv6-broken"},
		Setup: answers(deadBackend), Break: breakIPv6,
		Oracle: []Proof{fetch(shopURL, "status=502"), {Run: "curl -6 -sS -m 2 'https://[2606:4700:4700::1111]/'", Want: "timed out"}},
	},
	{
		Name: "combo.resolver-dead-and-expired", Title: "the first resolver is dead, and the certificate ran out", Kind: Combination, Address: shop, Faults: []string{"tls.expired"}, Also: []string{"dns.one-server-down"},
		Setup: func(w *World) {
			shopWith(Cert{Names: []string{shop}, From: -93 * day, To: -3 * day})(w)
			firstResolverDead(w)
		},
		Oracle: []Proof{digs(Dead4, shop, "timed out"), {Run: "curl -sS -m 9 " + shopURL, Want: "certificate has expired"}},
	},
	{
		Name: "combo.sign-in-and-refused", Title: "a sign-in page before a site that is down", Kind: Combination, Address: shop, Faults: []string{"portal.sign-in"},
		Setup: func(w *World) { w.NoIPv6 = true; w.Host(shop, Site4); portal(w, true) }, Break: func(w *World) { walled(w, rejectRest) },
		Oracle: []Proof{body("http://connectivitycheck.gstatic.com/generate_204", " 302 "), fetch(shopURL, "refused|[Cc]ould ?n.t connect")},
	},
	{
		Name: "combo.loss-and-slow-answer", Title: "packet loss beyond the router, and a slow application", Kind: Combination, Address: shop, Faults: []string{"site.slow-answer"}, Also: []string{"path.packet-loss"},
		Setup: func(w *World) {
			w.HTTP(w.Net, App4+":8080", nil, http.HandlerFunc(slowly))
			answers(deadBackend)(w)
			w.Wires[Access] = "delay=8ms loss=6%"
		},
		Oracle: []Proof{{Run: "ping -n -q -i 0.01 -c 100 -W 1 1.1.1.1", Want: "[1-4]?\\d(\\.\\d+)?% packet loss", Not: " 0% packet loss"}, {Run: "curl -sS -m 9 -o /dev/null -w 'status=%{http_code} first=%{time_starttransfer}' " + shopURL, Want: "status=200 first=[4-8]"}},
	},
	{
		Name: "combo.loss-and-502", Title: "packet loss beyond the router, and the site answers 502", Kind: Combination, Address: shop, Faults: []string{"site.bad-gateway"}, Also: []string{"path.packet-loss"},
		Setup:  func(w *World) { answers(deadBackend)(w); w.Wires[Access] = "delay=8ms loss=6%" },
		Oracle: []Proof{{Run: "curl -sS -m 8 -o /dev/null -w 'status=%{http_code}' " + shopURL, Want: "status=502"}, {Run: "ping -n -q -i 0.01 -c 100 -W 1 1.1.1.1", Want: "% packet loss", Not: " 0% packet loss"}},
	},
	{
		Name: "combo.quiet-gateway-and-504", Title: "the router ignores ping, and the site times out behind its proxy", Kind: Combination, Address: shop, Faults: []string{"site.gateway-timeout"},
		Setup: func(w *World) {
			w.Raw(App4+":8080", swallow)
			answers("location / { proxy_pass http://" + App4 + ":8080; proxy_read_timeout 1s; }")(w)
		},
		Break:  quietRouter,
		Oracle: []Proof{fetch(shopURL, "status=504"), pingFails(Router4, "100% packet loss")},
	},
	{
		Name: "combo.geo-dns-and-502", Title: "resolvers differ, and the site answers 502 at every address", Kind: Combination, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Addrs: []string{Site4, Far4}, NoDNS: true, Conf: deadBackend})
			w.Host(shop, Far4)
			w.RouterDNS = []string{"--server=" + ProviderDNS, "--host-record=" + shop + "," + Site4 + ",120"}
		},
		Oracle: []Proof{digs("", shop+" +short", Site4), digs("8.8.8.8", shop+" +short", Far4), at(Site4, "status=502"), at(Far4, "status=502")},
	},
	{
		Name: "combo.transparent-dns-and-503", Title: "an honest transparent resolver, and the site is in maintenance", Kind: Combination, Address: shop, Faults: []string{"site.unavailable"},
		Setup: answers("location / { add_header Retry-After 600 always; return 503; }"), Break: transparentDNS,
		Oracle: []Proof{fetch(shopURL, "status=503"), digs("192.0.2.1", shop+" +short", Site4)},
	},
	{
		Name: "combo.hosts-right-and-502", Title: "the hosts file is right, and the site answers 502", Kind: Combination, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Addrs: []string{Site4}, Conf: deadBackend})
			w.Hosts(Site4 + " " + shop)
		},
		Oracle: []Proof{fetch(shopURL, "status=502"), {Run: "getent ahosts " + shop, Want: "^" + Site4}},
	},
	{
		Name: "combo.clock-and-502", Title: "the clock is two years behind, and the site answers 502", Kind: Combination, Address: shop, Faults: []string{"clock.wrong"},
		Setup:  func(w *World) { w.Shift = 730 * day; answers(deadBackend)(w) },
		Oracle: []Proof{fetch(shopURL, "not yet valid"), {Run: "curl -ksS -m 3 -o /dev/null -w 'status=%{http_code}' " + shopURL, Want: "status=502"}},
	},
	{
		Name: "combo.lies-and-502", Title: "the provider lies for missing names, and the site answers 502", Kind: Combination, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup:  func(w *World) { answers(deadBackend)(w); w.NoRouterDNS = true },
		Break:  lyingProvider,
		Oracle: []Proof{fetch(shopURL, "status=502"), digs("", "k3v9q.example.com +short", Portal4)},
	},
	{
		Name: "combo.one-address-down-and-502", Title: "one address is dead and the other answers 502", Kind: Combination, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Addrs: []string{Site4}, Conf: deadBackend})
			w.Host(shop, Dead4)
		},
		Oracle: []Proof{at(Site4, "status=502"), at(Dead4, "timed out")},
	},
	{
		Name: "combo.rate-limited-after-first", Title: "the certificate ran out, and the server limits requests", Kind: Combination, Address: shop, Faults: []string{"tls.expired"}, After: true,
		Setup: func(w *World) {
			c := w.Cert(Cert{Names: []string{shop}, From: -93 * day, To: -3 * day})
			w.Site(Site{Host: shop, Cert: &c, Conf: limited(w)})
		},
		Oracle: []Proof{fetch(shopURL, "certificate has expired"), {Run: "curl -ksS -m 3 -o /dev/null " + shopURL + "; curl -ksS -m 3 -o /dev/null -w 'status=%{http_code}' " + shopURL, Want: "status=503"}},
	},
	{
		Name: "combo.proxy-and-502", Title: "a good proxy, and the site answers 502", Kind: Combination, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup:  func(w *World) { answers(deadBackend)(w); squidHere(w); w.Squid("http_access allow all") },
		Oracle: []Proof{fetch(shopURL, "status=502"), {Run: "curl -sS -m 3 -o /dev/null -w 'status=%{http_code}' -x http://" + Router4 + ":3128 " + shopURL, Want: "status=502"}},
	},
	{
		Name: "combo.resolver-dead-and-refused", Title: "the only resolver is dead, and so is the site", Kind: Combination, Address: shop, Faults: []string{"dns.server-down"},
		Setup:  func(w *World) { w.Host(shop, Site4); w.DNS(ProviderDNS) },
		Break:  func(w *World) { w.Cmd(w.Router, "iptables -A FORWARD -d "+ProviderDNS+" -j DROP") },
		Oracle: []Proof{digs("", shop, "timed out"), at(Site4, "refused|[Cc]ould ?n.t connect")},
	},
}
