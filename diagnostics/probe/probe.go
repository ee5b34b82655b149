// Package probe is the light check that the schedule repeats: all steps to one website, each timed,
// and nothing else: name, connection, TLS with the certificate judged, request, first bytes. Many of
// them at once cost little, because what they share (configuration, trusted roots, judged chains,
// sockets) is held by one Prober.
//
// It is not the examination: it says where the way ended, never why or who is at fault. When a probe
// fails, the schedule runs the examination.
package probe

import (
	"net/netip"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Step is a step on the way to an answer.
type Step string

// Steps in their order. Done means that an answer came; its status is judged apart. Router is for the
// connection in general only.
const (
	Router  Step = "router"
	Name    Step = "dns"
	Connect Step = "connect"
	TLS     Step = "tls"
	Request Step = "http"
	Done    Step = ""
)

// Kinds of failure beyond those of package wire. A certificate that is not accepted has its
// wire.Problem for a kind: "expired", "wrong-name", "unknown-authority" and so on.
const (
	// ServerError is the kind of an answer whose status is 500 or above.
	ServerError  wire.Kind = "status"
	NoSuchName   wire.Kind = "nxdomain"     // the name does not exist (RFC 8020)
	NoAddress    wire.Kind = "no-address"   // the name exists and has no address
	LookupFailed wire.Kind = "dns-failed"   // all servers answered, but with SERVFAIL, REFUSED or the like
	NoServers    wire.Kind = "dns-nobody"   // no DNS server is configured
	ProxyRefused wire.Kind = "proxy-status" // the proxy opens no way; Status is what it said
)

// Result is one probe of one address. Durations of steps that were not reached are 0.
type Result struct {
	Address string    `json:"address"` // as it is watched; "" for the connection in general
	At      time.Time `json:"at"`
	Due     time.Time `json:"due,omitzero"` // when the schedule wanted it

	// Ended is the step that failed, Done when an answer came.
	Ended Step `json:"ended,omitempty"`
	// Kind is why it failed, or ServerError for an answer of 500 and above.
	Kind wire.Kind `json:"kind,omitempty"`

	DNS     time.Duration `json:"dns,omitempty"`
	Connect time.Duration `json:"connect,omitempty"`
	TLS     time.Duration `json:"tls,omitempty"`
	First   time.Duration `json:"first,omitempty"` // from the request to the first byte of its answer
	Took    time.Duration `json:"took"`            // the whole

	Server   netip.AddrPort `json:"server,omitzero"` // that was connected to
	Proxy    string         `json:"proxy,omitempty"` // the way went through it: scheme://host:port
	Status   int            `json:"status,omitempty"`
	Bytes    int            `json:"bytes,omitempty"`        // of the answer's body, as far as it was read
	CertEnds time.Time      `json:"cert_ends,omitzero"`     // the earliest end of validity in the chain
	Version  string         `json:"http_version,omitempty"` // "1.1"
}

// Well reports whether the probe found nothing wrong: an answer came and is not a server's error.
func (r Result) Well() bool { return r.Ended == Done && r.Kind == "" }

// Void reports whether the probe says nothing about the network: it was ended early, or this
// computer had no socket left for it.
func (r Result) Void() bool { return r.Kind == wire.Cancelled || r.Kind == wire.NoFiles }

// fail notes where and why the way ended.
func (r *Result) fail(at Step, why wire.Kind) { r.Ended, r.Kind = at, why }
