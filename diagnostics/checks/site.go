package checks

import (
	"net/netip"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/platform"
)

// maxAddresses is how many addresses of a site are examined; the biggest sites hand out about eight.
const maxAddresses = 8

// SiteReport is the fact of Site.
type SiteReport struct {
	URL  string `json:"url"`
	Rows []Row  `json:"rows"`           // in the system's order
	More int    `json:"more,omitempty"` // addresses beyond maxAddresses
}

// Row is one address of the site with all its attempts, each on a fresh connection.
type Row struct {
	Addr     netip.AddrPort `json:"addr"`
	Attempts []wire.Attempt `json:"attempts"`
}

// First returns the row's first attempt.
func (r Row) First() wire.Attempt {
	if len(r.Attempts) == 0 {
		return wire.Attempt{Addr: r.Addr}
	}
	return r.Attempts[0]
}

// State is failed when no attempt got an answer below 500, warning when some did not.
func (r SiteReport) State() diagnostics.State {
	good, all := 0, 0
	for _, row := range r.Rows {
		for _, a := range row.Attempts {
			if a.Fail() != nil && !a.Fail().Real() {
				continue
			}
			trusted := a.Handshake == nil || a.Handshake.Trusted()
			if a.Connect.OK && a.Fail() == nil && trusted && a.Exchange == nil {
				continue // proven, and not asked for the page
			}
			all++
			if e := a.Exchange; trusted && e != nil && e.Fail == nil && e.Status > 0 && e.Status < 400 {
				good++
			}
		}
	}
	switch {
	case all == 0:
		return diagnostics.Unknown
	case good == 0:
		return diagnostics.Failed
	case good < all:
		return diagnostics.Warning
	}
	return diagnostics.OK
}

// Site examines every address of the target as noteAddresses brings them (the target itself when it
// is an IP address). For each address at once: TCP, TLS with the name, one GET with
// browser-like headers, the body to its end. Afterwards up to three attempts in all to the first
// address of each family, on fresh connections, within Env.Asks (one request per address first, in
// the order of the addresses; the rest of the budget, less one kept for HTTPVariants, for repeats):
//   - all went well: the repeats start together with the first attempts (so that a healthy site
//     takes no longer than its slowest first attempt);
//   - a failure or a status of 500 and above: two more, 300 ms and 800 ms after the first ended;
//     none that could not end within 1.2 s after the first answer when it took over 500 ms itself;
//   - answers differ between attempts on one address: as many more as the budget allows.
//
// When Retry-After was sent, no repeats. Status 429: no repeats.
var Site = &diagnostics.Check[SiteReport]{ID: "site.addresses", Station: diagnostics.Website, Limit: 12 * second, Run: runSite}

// RedirectReport is the fact of Redirects.
type RedirectReport struct {
	Steps []Step `json:"steps,omitempty"`
	// Loop: the same address, with the same cookies, came up again. Bad is why the last Location
	// could not be followed: "no-host", "scheme", "port", "malformed", "no-location", "too-many".
	Loop     bool   `json:"loop,omitempty"`
	Bad      string `json:"bad,omitempty"`
	Location string `json:"location,omitempty"` // the Location that could not be followed, printable
}

// Step is one redirect that was followed.
type Step struct {
	URL     string       `json:"url"`
	Status  int          `json:"status"` // that led here
	Lookup  Lookup       `json:"lookup"`
	Attempt wire.Attempt `json:"attempt"` // the first address that answered, else the first address's
	Addrs   int          `json:"addrs"`   // how many were tried
	// Hosts are the entries of the hosts file that pin the step's name.
	Hosts []platform.HostsEntry `json:"hosts,omitempty"`
}

// State of the redirects.
func (r RedirectReport) State() diagnostics.State {
	switch {
	case len(r.Steps) == 0 && r.Bad == "" && !r.Loop:
		return diagnostics.Skipped
	case r.Loop || r.Bad != "":
		return diagnostics.Failed
	}
	last := r.Steps[len(r.Steps)-1].Attempt
	if last.Fail() != nil || last.Exchange == nil || last.Exchange.Status >= 400 || last.Handshake != nil && !last.Handshake.Trusted() {
		return diagnostics.Failed
	}
	return diagnostics.OK
}

// Redirects follows the redirect of Site's first answering row step by step, at most 10, keeping
// the cookies that are set on the way (a loop is only one when nothing changed), each step looked
// up and connected on its own. Only http and https are followed.
var Redirects = &diagnostics.Check[RedirectReport]{ID: "site.redirects", Station: diagnostics.Website, Needs: []diagnostics.Node{Site}, Limit: 10 * second, Run: runRedirects}

// OthersReport is the fact of OtherAddresses.
type OthersReport struct {
	Rows []Row `json:"rows,omitempty"`
	// Proofs, for a target without encryption, are handshakes with the name on port 443: of the first
	// address that the system gave, then of the first that others gave. Plain pages prove nothing.
	Proofs []wire.Attempt `json:"proofs,omitempty"`
}

// OtherAddresses examines addresses (at most four) that public servers or the zone's own gave and
// the system did not: TCP, TLS with the name, and one GET when Site failed and the budget allows.
// That tells a second good answer from a forged or stale one.
var OtherAddresses = &diagnostics.Check[OthersReport]{ID: "site.other-addresses", Station: diagnostics.Website, Needs: []diagnostics.Node{SystemLookup, ConfiguredServers, PublicServers, SecureServers}, Limit: 5 * second, Run: runOtherAddresses}

// PortsReport is the fact of Ports.
type PortsReport struct {
	Addr  netip.Addr     `json:"addr"`
	Other []wire.Connect `json:"other,omitempty"` // 80 and 443, whichever the target is not
	// Near are the target's port and port 443 on two addresses beside it in the same /24 or /64.
	Near []wire.Connect `json:"near,omitempty"`
	UDP  *wire.Failure  `json:"udp,omitempty"` // one datagram to the target's port
	// Reference is the target's port on two anchors, when the port is 443, or on the hosts of the
	// sign-in probes, when it is 80: they surely listen.
	Reference []wire.Connect `json:"reference,omitempty"`
	// Again repeats the connection three times a second apart to catch ICMP errors that routers
	// send at most once a second; only offenders that were named are kept.
	Again []wire.Connect `json:"again,omitempty"`
	// Hops are the first five hops of the connection attempts to the target's port: how far they get.
	Hops []Hop `json:"hops,omitempty"`
	// Route is the whole way of these. Reports of older versions have none.
	Route *trace.Result `json:"route,omitempty"`
}

// Ports waits for noteNoConnect and then looks around the silent address, so that it ends together
// with Site's own attempts.
var Ports = &diagnostics.Check[PortsReport]{ID: "site.ports", Station: diagnostics.Website, Limit: 12 * second, Run: runPorts}

// TLSReport is the fact of TLSVariants; a nil variant was not tried.
type TLSReport struct {
	Addr      netip.AddrPort `json:"addr"`
	OtherName *wire.Attempt  `json:"other_name,omitempty"` // another, harmless name
	NoName    *wire.Attempt  `json:"no_name,omitempty"`
	SmallMSS  *wire.Attempt  `json:"small_mss,omitempty"` // segments of at most 1200 bytes
	Only12    *wire.Attempt  `json:"only_12,omitempty"`
	Old       *wire.Attempt  `json:"old,omitempty"`   // TLS 1.0 and 1.1 allowed too
	Plain     *wire.Attempt  `json:"plain,omitempty"` // port 80 (or the port itself for NotTLS) over plain HTTP, headers only
	Again     *wire.Attempt  `json:"again,omitempty"` // the same as the first time
}

// TLSVariants waits for noteNoTLS and then tries all variants at once on that address. After
// noteStalled it runs only SmallMSS, with a whole GET.
var TLSVariants = &diagnostics.Check[TLSReport]{ID: "site.tls-variants", Station: diagnostics.Website, Limit: 12 * second, Run: runTLSVariants}

// HTTPReport is the fact of HTTPVariants; a nil variant was not tried.
type HTTPReport struct {
	HTTP1     *wire.Attempt `json:"http1,omitempty"`      // HTTP/1.1 only, after an HTTP/2 failure
	Identity  *wire.Attempt `json:"identity,omitempty"`   // without compression, after a decoding failure
	Root      *wire.Attempt `json:"root,omitempty"`       // the page / after 403, 404, 410 or 5xx elsewhere
	Fresh     *wire.Attempt `json:"fresh,omitempty"`      // with a query that no cache holds, after an error with Age or a cache hit
	BigCookie *wire.Attempt `json:"big_cookie,omitempty"` // as many cookie bytes as the fullest browser profile holds, when over 4 kB
	CookieLen int           `json:"cookie_len,omitempty"`
}

// HTTPVariants asks differently where Site's answer calls for it, within Env.Asks.
var HTTPVariants = &diagnostics.Check[HTTPReport]{ID: "site.http-variants", Station: diagnostics.Website, Needs: []diagnostics.Node{Site, Browsers}, Limit: 6 * second, Run: runHTTPVariants}

// ProxyReport is the fact of ViaProxy.
type ProxyReport struct {
	Proxy   string        `json:"proxy"` // scheme://host:port
	Source  string        `json:"source"`
	Lookup  Lookup        `json:"lookup"`            // of the proxy's own name
	Tunnel  wire.Attempt  `json:"tunnel"`            // connection to the proxy and its answer to CONNECT (for https)
	Through *wire.Attempt `json:"through,omitempty"` // handshake and exchange inside the tunnel, or the plain request
}

// ViaProxyReport holds one report for each different proxy that a setting names for the target.
type ViaProxyReport struct {
	Proxies []ProxyReport `json:"proxies,omitempty"`
}

// ViaProxy goes through each configured proxy that applies to the target (without a target it only
// connects to it), beside Site, which goes directly.
var ViaProxy = &diagnostics.Check[ViaProxyReport]{ID: "site.via-proxy", Station: diagnostics.Computer, Needs: []diagnostics.Node{Proxies}, Limit: 8 * second, Run: runViaProxy}
