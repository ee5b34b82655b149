package demo

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/waymend/waymend/platform"
)

// play is how a scenario is played: an HTTP handler, or raw connections.
type play struct {
	id, fault string
	at        string // path of the examined page; "" means "/"
	leaf      leaf   // zero: goodLeaf
	tls       func(*tls.Config)
	plain     bool // no TLS at all
	handler   func() http.Handler
	raw       func(context.Context, net.Conn, *tls.Config)
	profiles  []platform.BrowserProfile
}

func (p play) scenario() Scenario {
	return Scenario{ID: p.id, Title: "demo." + p.id + ".title", Fault: p.fault}
}

func (p play) path() string {
	if p.at == "" {
		return "/"
	}
	return p.at
}

func (p play) tlsConfig(ca *authority) (*tls.Config, error) {
	l := p.leaf
	if l == (leaf{}) {
		l = goodLeaf
	}
	cert, err := ca.issue(l)
	c := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if p.raw != nil {
		c.NextProtos = []string{"http/1.1"}
	}
	if p.tls != nil {
		p.tls(c)
	}
	return c, err
}

func find(id string) (play, bool) {
	for _, p := range plays {
		if p.id == id {
			return p, true
		}
	}
	return play{}, false
}

// Waits of slow scenarios: clearly slow, yet within any examination's time limit.
const (
	gatewayWait = 2 * time.Second
	answerWait  = 4 * time.Second
)

// plays lists all scenarios.
var plays = []play{
	{id: "healthy", fault: "ok", handler: always(welcome)},

	{id: "nginx-502", fault: "site.bad-gateway", handler: always(nginxPage(502, "Bad Gateway"))},
	{id: "apache-502", fault: "site.bad-gateway", handler: always(apacheProxyError)},
	{id: "haproxy-502", fault: "site.bad-gateway", handler: always(haproxyPage(502, "Bad Gateway", "The server returned an invalid or incomplete response."))},
	{id: "cdn-502", fault: "cdn.origin-down", handler: always(cloudflarePage(502, "Bad gateway"))},
	{id: "cdn-522", fault: "cdn.origin-down", handler: always(cloudflarePage(522, "Connection timed out"))},
	{id: "cdn-trouble", fault: "cdn.edge-error", handler: always(cloudflareTrouble)},
	{id: "haproxy-503", fault: "site.unavailable", handler: always(haproxyPage(503, "Service Unavailable", "No server is available to handle this request."))},
	{id: "maintenance", fault: "site.unavailable", handler: always(maintenance)},
	{id: "gateway-timeout", fault: "site.gateway-timeout", handler: after(gatewayWait, nginxPage(504, "Gateway Time-out"))},
	{id: "internal-error", fault: "site.internal-error", handler: always(nginxPage(500, "Internal Server Error"))},
	{id: "intermittent", fault: "site.intermittent", handler: everySecond(nginxPage(502, "Bad Gateway"))},

	{id: "timeout", fault: "tls.hangs", raw: silence},
	{id: "expired-certificate", fault: "tls.expired", leaf: leaf{from: -93 * day, to: -3 * day}, handler: always(welcome)},
	{id: "wrong-name", fault: "tls.wrong-name", leaf: leaf{name: "www.example.org", from: goodLeaf.from, to: goodLeaf.to}, handler: always(welcome)},
	{id: "self-signed", fault: "tls.self-signed", leaf: leaf{from: goodLeaf.from, to: goodLeaf.to, own: true}, handler: always(welcome)},
	{id: "old-encryption", fault: "tls.too-old", tls: onlyTLS10, handler: always(welcome)},
	{id: "not-encrypted", fault: "tls.not-tls", plain: true, handler: always(welcome)},

	{id: "redirect-loop", fault: "site.redirect-loop", handler: loop},
	{id: "empty-reply", fault: "site.empty-reply", raw: hangUp},
	{id: "reset", fault: "site.resets", raw: reset},
	{id: "truncated", fault: "site.truncated", raw: truncate},
	{id: "slow", fault: "site.slow-answer", handler: after(answerWait, welcome)},
	{id: "not-found", fault: "site.page-not-found", at: "/no-such-page", handler: notFound},
	{id: "rate-limited", fault: "site.rate-limited", handler: always(tooMany)},
	{id: "too-many-cookies", fault: "browser.cookies-too-large", handler: fewCookies, profiles: cookieMonster},
}

// cookieMonster is a made-up browser with more cookies than fewCookies takes.
var cookieMonster = []platform.BrowserProfile{{Browser: "Demo Browser", Profile: "Demo", Cookies: 31, CookieBytes: 24 << 10}}

// onlyTLS10 plays a server that was last updated before 2008.
func onlyTLS10(c *tls.Config) {
	c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
}
