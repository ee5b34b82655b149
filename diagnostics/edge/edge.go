// Package edge names who wrote an HTTP answer.
//
// A 502 seen in a browser may come from the site's own gateway, from the
// delivery network in front of it, from a company proxy or from a filter on the
// way. Each leaves marks: a header of its own, the wording of its stock page,
// the shape of its request id. This package compares one answer with a table of
// such marks (resources/signatures.json, resources/edges.json) and says which
// party wrote it, what it claims and, where the answer itself proves it, who is
// to blame.
//
// It is pure: no network, no clock, no goroutine. It judges a single answer and
// never a whole examination: whether the answer repeats, whether TLS was
// intercepted and whether the name led to the right server is for package
// verdict to weigh.
package edge

import (
	"net/http"
	"time"
)

// MaxBody is how many bytes of a body are looked at. Stock error pages are
// shorter than 10 KiB; the rest leaves room for inlined pictures.
const MaxBody = 64 << 10

// Answer is what a server sent, as far as it was read. The zero value stands
// for a connection that closed without a byte.
type Answer struct {
	Status int         // HTTP status, 0 when no status line came
	Header http.Header // canonical keys, as received
	Body   []byte      // first bytes, decoded; at most MaxBody are looked at
	TLS    bool        // came inside TLS that verified to a public root for the asked name
	Host   string      // asked host
	CNAMEs []string    // names passed on the way to the address, lower case, no trailing dot
}

// Party is the kind of machine that wrote an answer, as seen from the visitor.
type Party string

// The parties. The zero value means that nothing tells.
const (
	PartyUnknown      Party = ""
	PartyOrigin       Party = "origin"        // the site's own web server
	PartyGateway      Party = "gateway"       // reverse proxy or load balancer of the site
	PartyCDN          Party = "cdn"           // delivery network or its firewall
	PartyCloud        Party = "cloud"         // hosting platform, cloud load balancer, bucket
	PartyForwardProxy Party = "forward-proxy" // proxy on the visitor's side
	PartyFilter       Party = "filter"        // filter product or block page
	PartyPortal       Party = "portal"        // sign-in page of a network
	PartyApplication  Party = "application"   // the program behind the site
)

// Meaning is what an answer claims, whoever wrote it.
type Meaning string

// The meanings. The zero value means that the answer does not say.
const (
	Unknown         Meaning = ""
	OK              Meaning = "ok" // a success or a redirect that nothing contradicts
	BadGateway      Meaning = "bad-gateway"
	OriginDown      Meaning = "origin-down"
	OriginRefused   Meaning = "origin-refused"
	OriginTimeout   Meaning = "origin-timeout"
	OriginTLS       Meaning = "origin-tls"
	OriginDNS       Meaning = "origin-dns"
	GatewayTimeout  Meaning = "gateway-timeout"
	Unavailable     Meaning = "unavailable"
	RateLimited     Meaning = "rate-limited"
	BlocksYou       Meaning = "blocks-you"
	Challenge       Meaning = "challenge"
	LegalBlock      Meaning = "legal-block"
	EdgeError       Meaning = "edge-error"
	InternalError   Meaning = "internal-error"
	CookiesTooLarge Meaning = "cookies-too-large"
	BadRequest      Meaning = "bad-request"
	NeedsTLS        Meaning = "needs-tls" // plain HTTP on a TLS port
	NeedsClientCert Meaning = "needs-client-cert"
	NotFound        Meaning = "not-found"
	NeedsSignIn     Meaning = "needs-sign-in"
	Maintenance     Meaning = "maintenance"
	DefaultPage     Meaning = "default-page"
	Parked          Meaning = "parked"
	Suspended       Meaning = "suspended"
	ProxyError      Meaning = "proxy-error"
	ProxyAuth       Meaning = "proxy-auth"
	BlockPage       Meaning = "block-page"
	SignIn          Meaning = "sign-in"
	EmptyReply      Meaning = "empty-reply"
)

// Writer is who wrote an answer and what it claims. Every text in it is
// printable ASCII and bounded, whatever the server sent.
type Writer struct {
	ID         string        // signature id, "nginx.502"; "" when no signature claims the answer
	Vendor     string        // "nginx", "Cloudflare"; "" when nothing tells
	Party      Party         // whose machine wrote it
	Means      Meaning       // what it claims
	Blame      string        // blame of the contract when the answer itself proves it, else ""
	Fault      string        // fault of the catalogue this answer stands for, "" when ambiguous
	Note       string        // id of a Hint, "" if none
	RequestID  string        // cf-ray, x-amz-cf-id, a reference number in the page; at most 128 bytes
	Location   string        // data centre when told
	RetryAfter time.Duration // RFC 9110, 10.2.3; 0 if absent, at most 24 h
	Cached     bool          // a cache says that it served this answer
	Age        time.Duration // RFC 9111, 5.1
	Via        []Hop         // intermediaries that named themselves, nearest last
	Confidence float64       // of Party and Means together, 0 to 1
}

// Hint is what to do about an answer, in English, for the two people concerned.
// Either may be empty.
type Hint struct {
	Visitor string `json:"visitor,omitempty"`
	Owner   string `json:"owner,omitempty"`
}

// HintFor returns the hint that Writer.Note names; false when there is none.
func HintFor(note string) (Hint, bool) {
	h, ok := tables().hints[note]
	return h, ok
}

// Recognise names the writer of an answer. Evidence counts in this order: the
// standard self-report (Proxy-Status), a vendor's self-report, the wording of
// the body, headers that name a product, the bare status. Headers are added and
// rewritten by everybody on the way, so a body outweighs a Server header, and an
// error that a delivery network only relays stays the origin's.
func Recognise(a Answer) Writer {
	t := tables()
	v := t.look(a)
	w := Writer{
		Via:        chain(v),
		RetryAfter: retryAfter(v.header("Retry-After"), v.header("Date")),
	}
	w.Cached, w.Age = cached(v)

	var best *signature
	if claims := t.claims(v); len(claims) > 0 {
		best = claims[0].sig
		w.ID = best.ID
		claims[0].judge(t, v).fill(&w)
	} else {
		byStatus(t, v).fill(&w)
	}
	w.RequestID, w.Location = t.identify(v, best)
	w.Vendor = clean(w.Vendor, maxName)
	if !a.TLS && (w.Blame == "website" || w.Blame == "cdn") {
		w.Confidence *= plainDoubt
	}
	return w
}

// plainDoubt lowers the confidence of an answer that came without TLS: anybody
// on the way could have written it in the server's name.
const plainDoubt = 0.9

// Network returns the delivery network, platform or host that an answer came
// through; false when nothing tells. Of several the most telling one: a platform
// before the network it is built upon, then the one with most marks.
func Network(a Answer) (CDN, bool) {
	all := Networks(a)
	if len(all) == 0 {
		return CDN{}, false
	}
	return all[0], true
}
