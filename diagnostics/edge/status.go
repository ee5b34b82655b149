package edge

import (
	"net/http"
	"strings"
)

// statuses is what a bare status says when no signature claims the answer. The
// confidence is that of the wording alone: a 403 may be a login, a firewall or a
// missing index page; a 502 is always a gateway's.
var statuses = map[int]facets{
	http.StatusBadRequest:                    {Means: BadRequest, Fault: "site.rejects-request", Sure: 0.5},
	http.StatusUnauthorized:                  {Means: NeedsSignIn, Fault: "site.needs-sign-in", Sure: 0.8},
	http.StatusForbidden:                     {Means: NeedsSignIn, Fault: "site.needs-sign-in", Sure: 0.5},
	http.StatusNotFound:                      {Means: NotFound, Fault: "site.page-not-found", Sure: 0.7},
	http.StatusProxyAuthRequired:             {Means: ProxyAuth, Party: PartyForwardProxy, Fault: "proxy.needs-sign-in", Sure: 0.9},
	http.StatusGone:                          {Means: NotFound, Fault: "site.page-not-found", Sure: 0.8},
	http.StatusRequestEntityTooLarge:         {Means: BadRequest, Fault: "site.rejects-request", Sure: 0.5},
	http.StatusRequestURITooLong:             {Means: BadRequest, Fault: "site.rejects-request", Sure: 0.6},
	http.StatusMisdirectedRequest:            {Means: BadRequest, Fault: "site.rejects-request", Sure: 0.5},
	http.StatusTooEarly:                      {Means: BadRequest, Fault: "site.rejects-request", Sure: 0.5},
	http.StatusTooManyRequests:               {Means: RateLimited, Fault: "site.rate-limited", Sure: 0.8},
	http.StatusUnavailableForLegalReasons:    {Means: LegalBlock, Fault: "site.legal-block", Sure: 0.8},
	http.StatusInternalServerError:           {Means: InternalError, Fault: "site.internal-error", Sure: 0.7},
	http.StatusNotImplemented:                {Means: InternalError, Fault: "site.internal-error", Sure: 0.5},
	http.StatusBadGateway:                    {Means: BadGateway, Fault: "site.bad-gateway", Sure: 0.65},
	http.StatusServiceUnavailable:            {Means: Unavailable, Fault: "site.unavailable", Sure: 0.6},
	http.StatusGatewayTimeout:                {Means: GatewayTimeout, Fault: "site.gateway-timeout", Sure: 0.65},
	http.StatusNetworkAuthenticationRequired: {Means: SignIn, Party: PartyPortal, Fault: "portal.sign-in", Sure: 0.9},
	// No standard has it; several services answer it when they are overloaded.
	529: {Means: Unavailable, Fault: "site.unavailable", Sure: 0.6},
	// Too large headers are cookies if the request carried some, and a broken
	// server if it did not: the caller knows which.
	http.StatusRequestHeaderFieldsTooLarge: {Means: CookiesTooLarge, Note: "cookies", Sure: 0.6},
}

// byStatus is the fall-back for answers that no signature claims: the status
// alone, and who wrote it as far as the Server header and the kind of body tell.
func byStatus(t *table, v *view) facets {
	if v.Status >= 520 && v.Status <= 527 || v.Status == 530 {
		return unofficial(t, v)
	}
	f, known := statuses[v.Status]
	switch {
	case known:
	case v.Status >= 500 && v.Status < 600:
		f = facets{Means: InternalError, Fault: "site.internal-error", Sure: 0.4}
	case v.Status >= 400 && v.Status < 500:
		f = facets{Means: BadRequest, Sure: 0.3}
	case v.Status >= 200 && v.Status < 400:
		f = facets{Means: OK, Sure: 0.5}
	default:
		return facets{}
	}
	if v.TLS && (f.Party == PartyForwardProxy || f.Party == PartyPortal) {
		// Nobody on the way can put these inside the site's own TLS.
		f = facets{Means: BadRequest, Sure: 0.3}
	}
	f.Vendor = t.vendorOf(v)
	if f.Party == PartyUnknown {
		f.Party = authorOf(v)
	}
	if f.Party == PartyApplication && v.Status >= 500 {
		f.Vendor = "" // the Server header names who relayed it
		f.Sure -= 0.1
	}
	return f
}

// authorOf tells a program's own answer from a server's page. Gateways write
// HTML or plain text; JSON comes from the program behind them.
func authorOf(v *view) Party {
	kind := strings.ToLower(v.header("Content-Type"))
	if strings.Contains(kind, "json") {
		return PartyApplication
	}
	return PartyOrigin
}

// unofficial judges 520 to 527 and 530 without Cloudflare's marks. No standard defines
// these; others have taken them over with Cloudflare's meanings.
func unofficial(t *table, v *view) facets {
	f := facets{Party: PartyCDN, Means: OriginDown, Fault: "cdn.origin-down"}
	if g := t.codes[cloudflareCode(v)]; g != nil {
		f = g.facets
	}
	f.Vendor, f.Sure = "", 0.6
	return f
}
