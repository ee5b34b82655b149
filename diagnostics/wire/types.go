package wire

import (
	"net/http"
	"net/netip"
	"time"
)

// Connect is one TCP connection attempt to one address.
type Connect struct {
	Addr  netip.AddrPort `json:"addr"`
	OK    bool           `json:"ok"`
	Took  Ms             `json:"took_ms"`
	Local netip.Addr     `json:"local,omitzero"` // source address that the system chose
	MSS   int            `json:"mss,omitempty"`  // maximum segment size that was asked for, 0 when none was
	Fail  *Failure       `json:"fail,omitempty"`
}

// Cert is what matters of one certificate.
type Cert struct {
	Subject    string    `json:"subject"`
	Issuer     string    `json:"issuer"`
	Names      []string  `json:"names,omitempty"` // DNS names and IP addresses, at most 20
	NotBefore  time.Time `json:"not_before"`
	NotAfter   time.Time `json:"not_after"`
	CA         bool      `json:"ca,omitempty"`
	SelfSigned bool      `json:"self_signed,omitempty"`
	IssuerURL  string    `json:"issuer_url,omitempty"` // where its issuer's certificate can be had (AIA)
	SHA256     string    `json:"sha256"`
}

// Problem is one thing wrong with a certificate chain.
type Problem string

// Problems of chains. Several can hold at once.
const (
	Expired          Problem = "expired"
	NotYetValid      Problem = "not-yet-valid"
	WrongName        Problem = "wrong-name"
	SelfSigned       Problem = "self-signed"       // the leaf vouches for itself
	UnknownAuthority Problem = "unknown-authority" // ends in a root that nobody here trusts
	IncompleteChain  Problem = "incomplete-chain"  // the server left out the link between leaf and root
	BadUsage         Problem = "bad-usage"         // not for servers, bad constraint, weak signature
)

// Handshake is one TLS handshake and our own judgement of the chain that was sent.
type Handshake struct {
	OK         bool      `json:"ok"` // the handshake completed (whether or not the chain is trusted)
	ServerName string    `json:"server_name,omitempty"`
	Version    string    `json:"version,omitempty"` // "TLS 1.3"
	ALPN       string    `json:"alpn,omitempty"`
	Took       Ms        `json:"took_ms"`
	Chain      []Cert    `json:"chain,omitempty"`    // as sent, at most 8
	Problems   []Problem `json:"problems,omitempty"` // empty and OK: verified for the name to a trusted root at this computer's time
	Root       string    `json:"root,omitempty"`     // the trusted root it verified to
	// TrustedButForTime: apart from expiry or not-yet-validity nothing is wrong; tells a wrong
	// clock from a wrong certificate.
	TrustedButForTime bool     `json:"trusted_but_for_time,omitempty"`
	ClientCertAsked   bool     `json:"client_cert_asked,omitempty"`
	Fail              *Failure `json:"fail,omitempty"`
	Sample            string   `json:"sample,omitempty"` // for NotTLS: what came instead, printable, at most 80 characters
}

// Trusted reports whether the peer proved to be the named one.
func (h Handshake) Trusted() bool { return h.OK && len(h.Problems) == 0 }

// Has reports whether the chain has the problem.
func (h Handshake) Has(p Problem) bool {
	for _, x := range h.Problems {
		if x == p {
			return true
		}
	}
	return false
}

// MaxBody is how much of a body is kept; MaxRead is how much is read to see whether it ends as it
// should; MaxHeader bounds the header section of one answer (browsers accept 256 kB).
const (
	MaxBody    = 64 << 10
	MaxRead    = 8 << 20
	MaxHeader  = 256 << 10
	MaxInterim = 20
)

// Exchange is one HTTP request and its answer on one connection.
type Exchange struct {
	Method   string         `json:"method"`
	URL      string         `json:"url"`
	Addr     netip.AddrPort `json:"addr"`
	Proto    string         `json:"proto,omitempty"` // "HTTP/1.1", "HTTP/2.0"
	Status   int            `json:"status,omitempty"`
	Header   http.Header    `json:"header,omitempty"`
	Body     []byte         `json:"body,omitempty"` // decoded, first MaxBody bytes
	Size     int64          `json:"size"`           // body bytes read, as sent
	Declared int64          `json:"declared"`       // Content-Length, -1 when none
	Complete bool           `json:"complete"`       // the body was read to its proper end
	CutShort bool           `json:"cut_short,omitempty"`
	Interim  int            `json:"interim,omitempty"` // 1xx answers before the final one
	Sent     Ms             `json:"sent_ms"`           // until the request was written
	First    Ms             `json:"first_byte_ms"`     // until the first byte of the answer, from the start of the request
	Took     Ms             `json:"took_ms"`           // until the end of the body, or of the attempt
	// Date is the server's clock (zero when it sent none); At is this computer's at that moment.
	Date time.Time `json:"date,omitzero"`
	At   time.Time `json:"at,omitzero"`
	Fail *Failure  `json:"fail,omitempty"`
}

// Failed returns why the exchange failed; nil when it did not, or was not made.
func (e *Exchange) Failed() *Failure {
	if e == nil {
		return nil
	}
	return e.Fail
}

// Attempt is one fresh connection with all its steps.
type Attempt struct {
	Addr      netip.AddrPort `json:"addr"`
	StartMs   Ms             `json:"start_ms"` // since the check began
	Connect   Connect        `json:"connect"`
	Handshake *Handshake     `json:"handshake,omitempty"` // nil for plain HTTP or when not reached
	Exchange  *Exchange      `json:"exchange,omitempty"`  // nil when not reached or not asked
}

// Fail returns the first failure of the attempt, nil when every step worked.
func (a Attempt) Fail() *Failure {
	switch {
	case a.Connect.Fail != nil:
		return a.Connect.Fail
	case a.Handshake != nil && a.Handshake.Fail != nil:
		return a.Handshake.Fail
	case a.Exchange != nil:
		return a.Exchange.Fail
	}
	return nil
}

// Transport is how a DNS message travels.
type Transport string

// Transports of DNS messages.
const (
	UDP   Transport = "udp"
	TCP   Transport = "tcp"
	HTTPS Transport = "https"
)

// EDE is one Extended DNS Error (RFC 8914).
type EDE struct {
	Code uint16 `json:"code"`
	Text string `json:"text,omitempty"` // printable, at most 120 characters
}

// Answer is what one DNS server said to one question.
type Answer struct {
	Server    netip.AddrPort `json:"server"`
	Transport Transport      `json:"transport"`
	Name      string         `json:"name"`
	Type      string         `json:"type"` // "A", "AAAA", "NS", "SOA"
	CD        bool           `json:"cd,omitempty"`
	RCode     string         `json:"rcode,omitempty"` // "NOERROR", "NXDOMAIN"; "" when nothing came
	Addrs     []netip.Addr   `json:"addrs,omitempty"` // at most 64
	CNAMEs    []string       `json:"cnames,omitempty"`
	Names     []string       `json:"names,omitempty"`  // targets of NS records
	Texts     []string       `json:"texts,omitempty"`  // TXT records, printable, at most 8
	Serial    uint32         `json:"serial,omitempty"` // of an SOA record in answer or authority
	Zone      string         `json:"zone,omitempty"`   // owner of that SOA record
	TTL       uint32         `json:"ttl,omitempty"`    // smallest of the answer, seconds
	EDE       []EDE          `json:"ede,omitempty"`
	AA        bool           `json:"aa,omitempty"`
	AD        bool           `json:"ad,omitempty"`
	RA        bool           `json:"ra,omitempty"`
	Truncated bool           `json:"truncated,omitempty"` // had to be asked again over TCP
	Dropped   int            `json:"dropped,omitempty"`   // more addresses came than are kept
	Forged    int            `json:"forged,omitempty"`    // further, different answers to the same question
	Strays    int            `json:"strays,omitempty"`    // messages that answered something else, and were dropped
	Tries     int            `json:"tries"`
	Took      Ms             `json:"took_ms"` // from the first try; Last from the one that was answered
	Last      Ms             `json:"last_ms"`
	Fail      *Failure       `json:"fail,omitempty"`
	Date      time.Time      `json:"date,omitzero"` // HTTPS only: the server's clock
	At        time.Time      `json:"at,omitzero"`
}

// Answered reports whether a well-formed message came back, whatever it said.
func (a Answer) Answered() bool { return a.Fail == nil && a.RCode != "" }

// Echo is a row of echo requests to one address.
type Echo struct {
	Addr     netip.Addr `json:"addr"`
	Method   string     `json:"method"` // "icmp" (raw), "ping socket", "tcp", "none"
	Sent     int        `json:"sent"`
	Received int        `json:"received"`
	RTT      []Ms       `json:"rtt_ms,omitempty"`
	Fail     *Failure   `json:"fail,omitempty"` // why nothing could be sent at all
}
