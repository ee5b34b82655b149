// Package wire takes single steps on the network, each on its own and each timed: a connection to
// one address, a TLS handshake, one HTTP exchange, one DNS message, a row of echoes. It resolves
// nothing by itself, follows no redirect, reuses no connection unless told to, and says in stable
// words why a step failed. It draws no conclusions.
//
// Every step is bounded in time by its context and in memory by the constants of this package,
// whatever the other side sends.
package wire

import (
	"net/netip"
	"time"
)

// Ms is a span of time in milliseconds, the unit of everything measured here.
type Ms float64

// Since returns the milliseconds since t.
func Since(t time.Time) Ms { return Ms(float64(time.Since(t)) / 1e6) }

// Duration converts to Go's unit.
func (m Ms) Duration() time.Duration { return time.Duration(float64(m) * 1e6) }

// Kind says in a stable word why a step failed.
type Kind string

// Kinds of failure. The comments give the Linux error behind each; the other systems' are mapped
// onto the same words.
const (
	Timeout         Kind = "timeout"          // nothing came back in time
	Refused         Kind = "refused"          // ECONNREFUSED: RST or port unreachable
	Reset           Kind = "reset"            // ECONNRESET, EPIPE
	EOF             Kind = "eof"              // closed in good order, but too early
	NetUnreachable  Kind = "net-unreachable"  // ENETUNREACH
	HostUnreachable Kind = "host-unreachable" // EHOSTUNREACH
	Denied          Kind = "denied"           // EACCES: prohibit route, sandbox
	Blocked         Kind = "blocked"          // EPERM: a firewall on this computer
	Invalid         Kind = "invalid"          // EINVAL: blackhole route
	NoPort          Kind = "no-port"          // EADDRNOTAVAIL: no free local port, or no such local address
	NoProtocol      Kind = "no-protocol"      // ENOPROTOOPT: ICMP protocol unreachable
	NoFiles         Kind = "no-files"         // EMFILE, ENFILE, ENOBUFS
	NoFamily        Kind = "no-family"        // EAFNOSUPPORT: this family is switched off here
	TooBig          Kind = "too-big"          // EMSGSIZE, or the answer exceeded its bound
	Unsupported     Kind = "unsupported"      // this system cannot do what was asked
	Cancelled       Kind = "cancelled"        // the examination ended first; says nothing about the network

	NotTLS          Kind = "not-tls"         // the first record is not TLS
	Alert           Kind = "tls-alert"       // the server ended the handshake with an alert
	ProtocolVersion Kind = "tls-version"     // no common TLS version
	BadTLS          Kind = "tls-error"       // any other failure of the handshake
	ClientCert      Kind = "tls-client-cert" // the server wants a client certificate
	NotHTTP         Kind = "not-http"        // the answer is not HTTP
	BadHTTP         Kind = "bad-http"        // malformed header, chunk or frame
	HTTP2           Kind = "http2"           // HTTP/2 protocol error, GOAWAY or RST_STREAM
	Truncated       Kind = "truncated"       // the body ended before its declared length
	BadEncoding     Kind = "bad-encoding"    // Content-Encoding does not match the body
	EndlessInterim  Kind = "endless-interim" // more 1xx answers than any server has reason to send
	BadDNS          Kind = "bad-dns"         // malformed message, or one that answers another question
	Other           Kind = "other"
)

// Failure is why a step failed: a fact about the network, not a Go error.
type Failure struct {
	Kind  Kind   `json:"kind"`
	Phase string `json:"phase,omitempty"` // "connect", "handshake", "write", "headers", "body", "proxy"
	Text  string `json:"text,omitempty"`  // printable, at most 200 characters
	// Offender sent the ICMP error that ended the step, when the system tells (IP_RECVERR on Linux).
	// It is this computer's own address for a local firewall's reject and for a neighbour that
	// does not answer.
	Offender netip.Addr `json:"offender,omitzero"`
	ICMPType int        `json:"icmp_type,omitempty"`
	ICMPCode int        `json:"icmp_code,omitempty"`
	Alert    int        `json:"alert,omitempty"` // TLS alert number (RFC 8446 section 6)
}

// Is reports whether f failed for one of the kinds; a nil f has not failed.
func (f *Failure) Is(kinds ...Kind) bool {
	if f == nil {
		return false
	}
	for _, k := range kinds {
		if f.Kind == k {
			return true
		}
	}
	return false
}

// Real reports whether f is a failure that says something about the network.
func (f *Failure) Real() bool { return f != nil && f.Kind != Cancelled }
