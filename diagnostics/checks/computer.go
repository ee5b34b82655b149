package checks

import (
	"net/netip"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// LinkList is the fact of Links.
type LinkList struct {
	Links []platform.Link `json:"links"`
}

// State is failed when no link but the loopback is up and joined.
func (l LinkList) State() diagnostics.State {
	for _, x := range l.Links {
		if x.Up && x.Carrier != platform.CarrierNo && x.Kind != platform.Loopback && !x.Virtual {
			return diagnostics.OK
		}
	}
	return diagnostics.Failed
}

// Links reads the network interfaces; no packet is sent.
var Links = &diagnostics.Check[LinkList]{ID: "computer.links", Station: diagnostics.Computer, Limit: second, Run: runLinks}

// RouteList is the fact of Routes.
type RouteList struct {
	Routes []platform.Route `json:"routes"`
	// Neighbours are the table's entries for the gateways, as they were before any packet.
	Neighbours []platform.Neighbour `json:"neighbours,omitempty"`
	// Witness is what jackpal/gateway says; WitnessErr why it says nothing. Agrees is false when it
	// names a gateway that our own reading does not hold for any default route, or the reverse.
	Witness    netip.Addr `json:"witness,omitzero"`
	WitnessErr string     `json:"witness_error,omitempty"`
	Agrees     bool       `json:"agrees"`
}

// Default returns the IPv4 or IPv6 default route that the system prefers: lowest metric, main table.
func (l RouteList) Default(f diagnostics.Family) (best platform.Route, ok bool) {
	for _, r := range l.Defaults(f) {
		if r.Kind == platform.Unicast && (!ok || r.Metric < best.Metric) {
			best, ok = r, true
		}
	}
	return best, ok
}

// Defaults returns all default routes of a family, blocking ones too.
func (l RouteList) Defaults(f diagnostics.Family) (all []platform.Route) {
	for _, r := range l.Routes {
		if r.Default() && f.Allows(r.Dst.Addr()) {
			all = append(all, r)
		}
	}
	return all
}

// State is failed when no default route leads out.
func (l RouteList) State() diagnostics.State {
	if !leadsOut(l, diagnostics.Both) {
		return diagnostics.Failed
	}
	return diagnostics.OK
}

// Routes reads the routing table and the neighbour table; no packet is sent.
var Routes = &diagnostics.Check[RouteList]{ID: "computer.routes", Station: diagnostics.Computer, Limit: second, Run: runRoutes}

// ResolverList is the fact of Resolvers.
type ResolverList struct {
	Resolvers []platform.Resolver `json:"resolvers"`
}

// Resolvers reads which DNS servers are configured.
var Resolvers = &diagnostics.Check[ResolverList]{ID: "computer.resolvers", Station: diagnostics.Computer, Limit: second, Run: runResolvers}

// HostsEntries is the fact of HostsFile.
type HostsEntries struct {
	Entries []platform.HostsEntry `json:"entries,omitempty"`
}

// State tells that an entry for the asked name is worth a look.
func (h HostsEntries) State() diagnostics.State {
	if len(h.Entries) > 0 {
		return diagnostics.Warning
	}
	return diagnostics.OK
}

// HostsFile looks the target's name up in the hosts file. Not applicable for IP addresses.
var HostsFile = &diagnostics.Check[HostsEntries]{ID: "computer.hosts", Station: diagnostics.Computer, Limit: second, Run: runHostsFile}

// ProxyList is the fact of Proxies: every proxy setting and what it says for the target's URL (or,
// without a target, for https://example.com/).
type ProxyList struct {
	Proxies []platform.Proxy `json:"proxies,omitempty"`
}

// Proxies reads the proxy settings of environment and system, evaluating scripts.
var Proxies = &diagnostics.Check[ProxyList]{ID: "computer.proxy", Station: diagnostics.Computer, Limit: 4 * second, Run: runProxies}

// FirewallEvidence is the fact of Firewall. A nil failure proves nothing.
type FirewallEvidence struct {
	// Probes are single UDP datagrams to port 443 (and the target's port) of two anchors:
	// Blocked (EPERM) proves a firewall on this computer.
	Probes []UDPProbe `json:"probes,omitempty"`
}

// UDPProbe is one datagram.
type UDPProbe struct {
	Addr netip.AddrPort `json:"addr"`
	Fail *wire.Failure  `json:"fail,omitempty"`
}

// State is failed only on proof.
func (e FirewallEvidence) State() diagnostics.State {
	for _, p := range e.Probes {
		if p.Fail.Is(wire.Blocked) {
			return diagnostics.Failed
		}
	}
	return diagnostics.OK
}

// Firewall looks for proof of a firewall on this computer.
var Firewall = &diagnostics.Check[FirewallEvidence]{ID: "computer.firewall", Station: diagnostics.Computer, Limit: second, Run: runFirewall}

// BrowserList is the fact of Browsers.
type BrowserList struct {
	Profiles []platform.BrowserProfile `json:"profiles,omitempty"`
}

// Browsers reads, from outside and without disturbing them, browsers' own DNS and proxy settings
// and the size of the target's cookies.
var Browsers = &diagnostics.Check[BrowserList]{ID: "browser.settings", Station: diagnostics.Browser, Limit: second, Run: runBrowsers}
