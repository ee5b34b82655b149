//go:build lab && linux

package lab

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// trapScenarios look sick in one respect and are not.
var trapScenarios = []*Scenario{
	{
		Name: "trap.gateway-ignores-ping", Title: "the router does not answer echo", Kind: Trap, Address: shop, Setup: healthyShop, Break: quietRouter,
		Oracle: []Proof{shopWorks, pingFails(Router4, "100% packet loss")},
	},
	{
		Name: "trap.no-icmp-anywhere", Title: "nothing beyond the computer answers echo or says why", Kind: Trap, Address: shop, Setup: healthyShop, Break: func(w *World) {
			quietRouter(w)
			w.Cmd(w.Hop1, "iptables -A FORWARD -p icmp -j DROP\nip6tables -A FORWARD -p icmpv6 -j DROP\niptables -A OUTPUT -p icmp -j DROP")
		},
		Oracle: []Proof{shopWorks, pingFails("8.8.8.8", "100% packet loss"), pingFails(Router4, "100% packet loss")},
	},
	{
		Name: "trap.transparent-dns", Title: "the router answers all DNS itself, honestly", Kind: Trap, Address: shop, Setup: healthyShop, Break: transparentDNS,
		Oracle: []Proof{shopWorks, digs("192.0.2.1", shop+" +short", Site4)},
	},
	{
		Name: "trap.geo-dns", Title: "resolvers give different addresses, all good", Kind: Trap, Address: shop, Setup: geoDNS,
		Oracle: []Proof{digs("", shop+" +short", Site4), digs("8.8.8.8", shop+" +short", Far4), at(Site4, "status=200"), at(Far4, "status=200")},
	},
	{
		Name: "trap.transparent-cache", Title: "a proxy turns 204 into an empty 200", Kind: Trap, Address: shop,
		Setup: func(w *World) {
			healthyShop(w)
			w.SignIn = func() {
				w.signInProbes("connectivitycheck.gstatic.com")
				for _, a := range probes[0].addrs {
					w.HTTP(w.Net, net.JoinHostPort(a, "80"), nil, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
				}
			}
		},
		Oracle: []Proof{shopWorks, body("http://connectivitycheck.gstatic.com/generate_204", " 200 OK.*Content-Length: 0")},
	},
	{
		Name: "trap.probe-host-down", Title: "one sign-in probe answers 503", Kind: Trap, Address: shop,
		Setup: func(w *World) {
			healthyShop(w)
			w.SignIn = func() {
				w.signInProbes("connectivitycheck.gstatic.com")
				for _, a := range probes[0].addrs {
					w.HTTP(w.Net, net.JoinHostPort(a, "80"), nil, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "busy", 503) }))
				}
			}
		},
		Oracle: []Proof{shopWorks, fetch("http://connectivitycheck.gstatic.com/generate_204", "status=503")},
	},
	{
		Name: "trap.rate-limit-503", Title: "nginx answers 503 to whoever asks twice a minute", Kind: Trap, Address: shop, After: true,
		Setup: func(w *World) {
			answers(limited(w))(w)
		},
		Oracle: []Proof{fetch(shopURL, "status=(200|503)"), fetch(shopURL, "status=503")},
	},
	{
		Name: "trap.keepalive-race", Title: "the server closes after each answer without saying so", Kind: Trap, Address: shop,
		Setup: misbehaves(func(c *tls.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: keep-alive\r\n\r\n%s", len(goodMorning), goodMorning)
		}),
		Oracle: []Proof{shopWorks},
	},
	{
		Name: "trap.bot-challenge", Title: "Cloudflare wants to see a browser", Kind: Trap, Address: shop, Faults: []string{"site.challenges-robots"},
		Setup: func(w *World) {
			w.edge(shop, trustCDN, cloudflare(403, `<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies to continue</noscript><script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8f1c2d3e4a5b6c7d"></script><script>window._cf_chl_opt={cvId:'3',cType:'managed'};</script></body></html>`, "Cf-Mitigated", "challenge"), CDN4, CDN6)
		},
		Oracle: []Proof{body(shopURL, " 403 .*cf-mitigated: challenge.*Just a moment")},
	},
	{
		Name: "trap.foreign-dns-blocked", Title: "foreign resolvers are blocked, the computer does not need them", Kind: Trap, Address: shop, Setup: healthyShop, Break: blockPort53,
		Oracle: []Proof{shopWorks, digs("8.8.8.8", shop, "timed out"), digs("", shop, Site4)},
	},
	{
		Name: "trap.one-anchor-blocked", Title: "8.8.8.8 cannot be reached from this network", Kind: Trap, Address: shop, Setup: healthyShop,
		Break:  func(w *World) { w.Cmd(w.Router, "iptables -A FORWARD -d 8.8.8.8 -j DROP") },
		Oracle: []Proof{shopWorks, pingFails("8.8.8.8", "100% packet loss"), internetWorks},
	},
	{
		Name: "trap.two-anchors-blocked", Title: "two of the four operators cannot be reached", Kind: Trap, Address: shop, Setup: healthyShop,
		Break: func(w *World) {
			w.Cmd(w.Router, "iptables -A FORWARD -d 8.8.8.8 -j DROP\niptables -A FORWARD -d 1.1.1.1 -j REJECT\nip6tables -A FORWARD -d 2001:4860:4860::8888 -j DROP\nip6tables -A FORWARD -d 2606:4700:4700::1111 -j REJECT")
		},
		Oracle: []Proof{shopWorks, pingFails("8.8.8.8", "100% packet loss"), fetch("https://9.9.9.9/", "status=200")},
	},
	{
		Name: "trap.hosts-file-right", Title: "the hosts file pins the address that is right", Kind: Trap, Address: shop,
		Setup:  func(w *World) { shop4(w); w.Hosts(Site4 + " " + shop) },
		Oracle: []Proof{shopWorks, {Run: "getent ahosts " + shop, Want: "^" + Site4}},
	},
	{
		Name: "trap.page-about-502", Title: "a page that tells of 502 errors", Kind: Trap, Address: shopURL + "/blog/502",
		Setup:  answers(`location / { add_header Content-Type text/html; return 200 "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><article><h1>502 Bad Gateway: what it means</h1><p>When nginx says <code>502 Bad Gateway</code>, the program behind it is down. The page ends in <code>&lt;hr&gt;&lt;center&gt;nginx</code>. This domain is for sale nowhere. Sign in to comment.</p></article></body></html>"; }`),
		Oracle: []Proof{body(shopURL+"/blog/502", " 200 .*what it means")},
	},
	{
		Name: "trap.login-redirect", Title: "the site sends everybody to its own sign-in", Kind: Trap, Address: shopURL + "/orders",
		Setup: func(w *World) {
			answers("location / { return 302 https://login." + shop + "/?back=$request_uri; }")(w)
			w.Site(Site{Host: "login." + shop, Plain: "-", Conf: `location / { add_header Content-Type text/html; return 200 "<!doctype html><title>Sign in</title><form method=post><input name=user><input name=password type=password><button>Sign in</button></form>"; }`})
		},
		Oracle: []Proof{{Run: "curl -sSL -m 3 -w 'status=%{http_code}' " + shopURL + "/orders", Want: "Sign in.*status=200"}},
	},
	{
		Name: "trap.second-resolver-dead", Title: "the second resolver is dead and never asked", Kind: Trap, Address: shop, Faults: []string{"ok", "dns.one-server-down"},
		Setup:  func(w *World) { healthyShop(w); w.DNS(Router4, Dead4) },
		Oracle: []Proof{shopWorks, digs(Dead4, shop, "timed out")},
	},
	{
		Name: "trap.behind-proxy", Title: "a company lets only its proxy out, and that works", Kind: Trap, Address: shop,
		Setup:  func(w *World) { w.NoIPv6 = true; shop4(w); squidHere(w); w.Squid("http_access allow all") },
		Break:  func(w *World) { w.Cmd(w.Router, "iptables -A FORWARD -i lan -j DROP") },
		Oracle: []Proof{fetch("https://1.1.1.1/", "timed out"), {Run: "curl -sS -m 3 -o /dev/null -w 'status=%{http_code}' -x http://" + Router4 + ":3128 " + shopURL, Want: "status=200"}},
	},
	{
		Name: "trap.traceroute-stars", Title: "the provider's hops never answer a traceroute", Kind: Trap, Address: shop, Setup: healthyShop,
		Break: func(w *World) {
			for _, r := range []*Room{w.Hop1, w.Hop2} {
				w.Cmd(r, "iptables -A OUTPUT -p icmp --icmp-type time-exceeded -j DROP\nip6tables -A OUTPUT -p icmpv6 --icmpv6-type time-exceeded -j DROP")
			}
		},
		Oracle: []Proof{shopWorks, {Run: "ping -n -c 1 -W 1 -t 2 8.8.8.8", Want: "100% packet loss", Not: "exceeded"}},
	},
	{
		Name: "trap.nearly-expired", Title: "a certificate that runs out tomorrow", Kind: Trap, Address: shop,
		Setup:  shopWith(Cert{Names: []string{shop}, From: -89 * day, To: day}),
		Oracle: []Proof{shopWorks},
	},
	{
		Name: "trap.wildcard", Title: "a wildcard certificate and a name below it", Kind: Trap, Address: "boots." + shop,
		Setup: func(w *World) {
			c := w.Cert(Cert{Names: []string{"*." + shop}})
			w.Site(Site{Host: "boots." + shop, Cert: &c})
		},
		Oracle: []Proof{fetch("https://boots."+shop, "status=200")},
	},
}

// limited is a page that nginx counts requests for. It is a file: "return" would come before the counting.
func limited(w *World) string {
	w.Nginx("limit_req_zone $binary_remote_addr zone=per:1m rate=1r/m;")
	w.check(os.Mkdir(w.file("www"), 0o755))
	w.check(os.WriteFile(w.file("www/index.html"), []byte(goodMorning), 0o644))
	return "limit_req zone=per;\nlocation / { root " + w.file("www") + "; index index.html; }"
}

// quietRouter makes the router ignore and send no ICMP; IPv6 keeps neighbour discovery.
func quietRouter(w *World) {
	w.Cmd(w.Router, `iptables -A INPUT -p icmp -j DROP
iptables -A OUTPUT -p icmp -j DROP
ip6tables -A INPUT -p icmpv6 --icmpv6-type echo-request -j DROP`)
}

// geoDNS publishes the shop differently at two resolvers, as delivery networks do; both addresses are good.
func geoDNS(w *World) {
	w.Site(Site{Host: shop, Addrs: []string{Site4, Far4}, NoDNS: true})
	w.Host(shop, Far4)
	w.RouterDNS = []string{"--server=" + ProviderDNS, "--host-record=" + shop + "," + Site4 + ",120"}
}

// after is a healthy page that takes so many milliseconds.
func after(ms time.Duration) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		time.Sleep(ms * time.Millisecond)
		io.WriteString(rw, goodMorning)
	}
}
