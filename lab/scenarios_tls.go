//go:build lab && linux

package lab

import (
	"net"
	"time"
)

const day = 24 * time.Hour

// shopWith is the shop with a certificate.
func shopWith(c Cert) func(*World) {
	return func(w *World) {
		p := w.Cert(c)
		w.Site(Site{Host: shop, Cert: &p})
	}
}

// tlsScenarios are faults of certificates and of the handshake.
var tlsScenarios = []*Scenario{
	{
		Name: "tls.expired", Title: "the certificate ran out three days ago", Kind: Fault, Address: shop, Faults: []string{"tls.expired"},
		Setup:  shopWith(Cert{Names: []string{shop}, From: -93 * day, To: -3 * day}),
		Oracle: []Proof{fetch(shopURL, "certificate has expired"), internetWorks},
	},
	{
		Name: "tls.wrong-name", Title: "the certificate is the hoster's", Kind: Fault, Address: shop, Faults: []string{"tls.wrong-name"},
		Setup:  shopWith(Cert{Names: []string{"web17.hosting.example", "*.web17.hosting.example"}}),
		Oracle: []Proof{fetch(shopURL, "no alternative certificate subject name"), digs("8.8.8.8", shop, Site4)},
	},
	{
		Name: "tls.wrong-name-www", Title: "the certificate lacks the name without www", Kind: Fault, Address: shop, Faults: []string{"tls.wrong-name"},
		Setup:  shopWith(Cert{Names: []string{"www." + shop}}),
		Oracle: []Proof{fetch(shopURL, "no alternative certificate subject name")},
	},
	{
		Name: "tls.self-signed", Title: "a certificate that the server signed itself", Kind: Fault, Address: shop, Faults: []string{"tls.self-signed"},
		Setup:  shopWith(Cert{Names: []string{shop}, SelfSigned: true}),
		Oracle: []Proof{fetch(shopURL, "self.signed"), internetWorks},
	},
	{
		Name: "tls.private-ca", Title: "a certificate of the company's own authority", Kind: Fault, Address: shop, Faults: []string{"tls.self-signed"},
		Setup: func(w *World) {
			shopWith(Cert{Names: []string{shop}, Issuer: newAuthority("Bluebird Outfitters", "Bluebird Internal CA", "Bluebird Issuing CA 1")})(w)
		},
		Oracle: []Proof{fetch(shopURL, "unable to get local issuer|self.signed"), internetWorks},
	},
	{
		Name: "tls.incomplete-chain", Title: "the server forgets the intermediate certificate", Kind: Fault, Address: shop, Faults: []string{"tls.incomplete-chain"},
		Setup: shopWith(Cert{Names: []string{shop}, LeafOnly: true}),
		Oracle: []Proof{fetch(shopURL, "unable to get local issuer"),
			{Run: "openssl s_client -connect " + Site4 + ":443 -servername " + shop + " -showcerts </dev/null 2>/dev/null | grep -c BEGIN", Want: "^1"},
			{Run: "curl -sS -m 3 http://" + issuerHost + "/inter.der | openssl x509 -inform der -noout -subject", Want: "Letters Encrypted"}},
	},
	{
		Name: "clock.behind", Title: "this computer's clock is two years behind", Kind: Fault, Address: shop, Faults: []string{"clock.wrong"},
		Setup:  func(w *World) { w.Shift = 730 * day; healthyShop(w) },
		Oracle: []Proof{fetch(shopURL, "not yet valid"), fetch("https://1.1.1.1/", "not yet valid"), {Run: "curl -sS -i http://detectportal.firefox.com/success.txt; date +%Y", Want: "Date:.* 20\\d\\d "}},
	},
	{
		Name: "clock.ahead", Title: "this computer's clock is two years ahead", Kind: Fault, Address: shop, Faults: []string{"clock.wrong"},
		Setup:  func(w *World) { w.Shift = -730 * day; healthyShop(w) },
		Oracle: []Proof{fetch(shopURL, "has expired"), fetch("https://1.1.1.1/", "has expired")},
	},
	{
		Name: "clock.ahead-general", Title: "this computer's clock is two years ahead, nothing in particular asked", Kind: Fault, Faults: []string{"clock.wrong"},
		Setup:  func(w *World) { w.Shift = -730 * day },
		Oracle: []Proof{fetch("https://1.1.1.1/", "has expired")},
	},
	{
		Name: "tls.too-old", Title: "the server speaks TLS 1.0 only", Kind: Fault, Address: shop, Faults: []string{"tls.too-old"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Conf: "ssl_protocols TLSv1; ssl_ciphers DEFAULT@SECLEVEL=0;\n" + page})
		},
		Oracle: []Proof{{Run: "curl -sS -m 3 --tlsv1.2 " + shopURL, Want: "protocol version|unsupported protocol|alert"}, {Run: "curl -sS -m 3 --tlsv1.0 --ciphers DEFAULT@SECLEVEL=0 " + shopURL, Want: "Good morning"}},
	},
	{
		Name: "tls.hangs", Title: "the server accepts and never answers the handshake", Kind: Fault, Address: shop, Faults: []string{"tls.hangs"},
		Setup:  func(w *World) { w.Host(shop, Site4); rawPort(w, swallow) },
		Oracle: []Proof{{Run: "curl -sS -m 2 -v " + shopURL, Want: "Connected to.*timed out"}, {Run: "timeout 2 openssl s_client -connect " + Site4 + ":443 -servername www.example.com </dev/null; echo ended=$?", Want: "ended=124"}},
	},
	{
		Name: "tls.not-tls", Title: "plain HTTP on the port for TLS", Kind: Fault, Address: shop, Faults: []string{"tls.not-tls"},
		Setup:  func(w *World) { w.Site(Site{Host: shop, SSL: "-", Plain: page}) },
		Oracle: []Proof{fetch(shopURL, "wrong version number"), fetch("http://"+shop+":443/", "status=200")},
	},
	{
		Name: "tls.server-resets", Title: "the server resets every handshake", Kind: Fault, Address: shop, Faults: []string{"tls.server-resets"},
		Setup:  func(w *World) { w.Host(shop, Site4); rawPort(w, resetHello) },
		Oracle: []Proof{fetch(shopURL, "reset"), {Run: "curl -ksS -m 3 --resolve www.example.com:443:" + Site4 + " https://www.example.com", Want: "reset"}},
	},
	{
		Name: "tls.server-closes", Title: "the server closes after every ClientHello", Kind: Fault, Address: shop, Faults: []string{"tls.server-resets"},
		Setup: func(w *World) {
			w.Host(shop, Site4)
			rawPort(w, func(c net.Conn) { c.Read(make([]byte, 65536)) })
		},
		Oracle: []Proof{fetch(shopURL, "unexpected eof|SSL_ERROR_SYSCALL|reset")},
	},
	{
		Name: "tls.needs-client-certificate", Title: "the site asks for a client certificate", Kind: Trap, Address: shop, Faults: []string{"tls.needs-client-certificate"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Conf: "ssl_verify_client on; ssl_client_certificate " + w.file("ca.pem") + ";\n" + page})
		},
		Oracle: []Proof{body(shopURL, " 400 .*No required SSL certificate was sent")},
	},
}

// rawPort serves port 443 of the site by hand, beside a healthy plain port.
func rawPort(w *World, serve func(net.Conn)) {
	w.Raw(Site4+":443", serve)
	w.Nginx("server { listen " + Site4 + ":80; server_name " + shop + "; return 301 https://$host$request_uri; }")
}

// resetHello reads a ClientHello and aborts.
func resetHello(c net.Conn) {
	c.Read(make([]byte, 65536))
	abort(c)
}
