package checks

import (
	"net/netip"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/platform"
)

// RouterReport is the fact of RouterEcho: one entry for the gateway of each preferred default route.
type RouterReport struct {
	Gateways []Gateway `json:"gateways,omitempty"`
}

// Gateway is one default gateway, looked at in every way this account may.
type Gateway struct {
	Addr  netip.Addr              `json:"addr"`
	Link  string                  `json:"link"`
	Echo  wire.Echo               `json:"echo"`          // pro-bing, else ping socket; Method says which
	TCP   []wire.Connect          `json:"tcp,omitempty"` // ports 53, 80, 443 when echoes found no answer: refused also proves life
	State platform.NeighbourState `json:"state"`         // neighbour table after the echoes
	MAC   string                  `json:"mac,omitempty"`
	// Claims are the hardware addresses that answered when the network was asked who holds the
	// gateway's address; empty where this account may not ask.
	Claims []string `json:"claims,omitempty"`
	Alive  bool     `json:"alive"` // an echo, any TCP answer, or a fresh neighbour entry
	Dead   bool     `json:"dead"`  // positive evidence: neighbour failed or incomplete, or host-unreachable from this computer
	How    string   `json:"how"`   // what Alive or Dead rests on: "icmp", "ping socket", "tcp", "neighbour"
}

// State of the whole: failed when every gateway is proven dead.
func (r RouterReport) State() diagnostics.State {
	alive, dead := 0, 0
	for _, g := range r.Gateways {
		if g.Alive {
			alive++
		} else if g.Dead {
			dead++
		}
	}
	switch {
	case alive > 0:
		return diagnostics.OK
	case dead > 0:
		return diagnostics.Failed
	}
	return diagnostics.Unknown
}

// RouterEcho asks the default gateways of both families whether they live: 3 echoes a few
// milliseconds apart, neighbour state, and TCP where echoes are not allowed or not answered and no
// anchor answers through it either.
var RouterEcho = &diagnostics.Check[RouterReport]{ID: "router.echo", Station: diagnostics.Router, Needs: []diagnostics.Node{Routes}, Limit: 2500 * ms, Run: runRouterEcho}

// AnchorReport is the fact of Anchors4 and Anchors6.
type AnchorReport struct {
	Family  diagnostics.Family `json:"family"`
	Anchors []AnchorResult     `json:"anchors"`
}

// AnchorResult is one operator's anchor: TCP 443, then TLS for the name of its DNS-over-HTTPS service.
type AnchorResult struct {
	Operator string       `json:"operator"`
	Attempt  wire.Attempt `json:"attempt"` // no exchange
}

// Count returns how many anchors answered at all over TCP (also by refusing: the packet went there
// and back), and how many proved their identity.
func (r AnchorReport) Count() (connected, trusted int) {
	for _, a := range r.Anchors {
		if a.Attempt.Connect.OK {
			connected++
		}
		if h := a.Attempt.Handshake; h != nil && h.Trusted() {
			trusted++
		}
	}
	return connected, trusted
}

// State is failed when no anchor could be connected to, warning when only one could.
func (r AnchorReport) State() diagnostics.State {
	if len(r.Anchors) == 0 {
		return diagnostics.Skipped
	}
	n, _ := r.Count()
	switch {
	case n == 0:
		return diagnostics.Failed
	case n == 1 && len(r.Anchors) > 1:
		return diagnostics.Warning
	}
	return diagnostics.OK
}

// Anchors4 and Anchors6 connect to all operators' anchors of one family at once.
var (
	Anchors4 = &diagnostics.Check[AnchorReport]{ID: "provider.anchors4", Station: diagnostics.Provider, Limit: anchorLimit + 700*ms, Run: runAnchors(diagnostics.IPv4)}
	Anchors6 = &diagnostics.Check[AnchorReport]{ID: "provider.anchors6", Station: diagnostics.Provider, Limit: anchorLimit + 700*ms, Run: runAnchors(diagnostics.IPv6)}
)

// SignInReport is the fact of SignIn.
type SignInReport struct {
	Probes []SignInProbe `json:"probes"`
}

// SignInProbe is one plain-HTTP probe: the name was looked up by the system, the first IPv4
// address was asked, and the first IPv6 address when that brought nothing at once; no redirect was
// followed.
type SignInProbe struct {
	URL     string       `json:"url"`
	Lookup  Lookup       `json:"lookup"`
	Attempt wire.Attempt `json:"attempt"` // the better one of the families
	// Verdict-free reading of the answer by the rules of Chromium's detector:
	// "as-expected"; "empty" (200 with at most one byte: also fine); "portal" (redirect, 511, or a
	// page instead of the expected answer); "no-answer" (errors, 4xx, 5xx).
	Answer   string `json:"answer"`
	Location string `json:"location,omitempty"` // where a redirect leads, printable
}

// State is failed when a probe met a sign-in page.
func (r SignInReport) State() diagnostics.State {
	good := 0
	for _, p := range r.Probes {
		switch p.Answer {
		case "portal":
			return diagnostics.Failed
		case "as-expected", "empty":
			good++
		}
	}
	if good == 0 {
		return diagnostics.Unknown
	}
	return diagnostics.OK
}

// SignIn asks the plain-HTTP pages whose answers are known.
var SignIn = &diagnostics.Check[SignInReport]{ID: "provider.sign-in", Station: diagnostics.Provider, Limit: 2800 * ms, Run: runSignIn}

// LossReport is the fact of Loss: echoes to all anchors of one family that works, and to the
// router at the same time. When more than a trifle is lost in the first 10 echoes of each, another
// 40 are sent.
type LossReport struct {
	Router  *wire.Echo  `json:"router,omitempty"`
	Anchors []wire.Echo `json:"anchors,omitempty"`
	// Traffic is what passed over the link of the default route meanwhile, our own packets too.
	Traffic *Traffic `json:"traffic,omitempty"`
	Method  string   `json:"method"` // "icmp", "ping socket", "dns" (single UDP questions where echoes get no answer), "none"
	// DNS are single UDP questions to the anchors that lost echoes, sent beside the second row:
	// where these are all answered, echoes are merely rationed.
	DNS []wire.Echo `json:"dns,omitempty"`
}

// Traffic is how much a link carried in a span of time.
type Traffic struct {
	Link  string  `json:"link"`
	Bytes uint64  `json:"bytes"` // in both directions
	Over  wire.Ms `json:"over_ms"`
}

// State is unknown when nothing came back at all, a warning when more than a trifle was lost.
func (r LossReport) State() diagnostics.State {
	lost, sent := r.Share()
	switch {
	case sent == 0:
		return diagnostics.Unknown
	case lost > trifle:
		return diagnostics.Warning
	}
	return diagnostics.OK
}

// Share returns which share of all packets to the anchors was lost, and how many were sent.
// Anchors that answered nothing at all do not count: they may not answer echoes by policy.
func (r LossReport) Share() (lost float64, sent int) {
	received := 0
	for _, e := range r.Anchors {
		if e.Received > 0 {
			sent += e.Sent
			received += e.Received
		}
	}
	if sent == 0 {
		return 0, 0
	}
	return float64(sent-received) / float64(sent), sent
}

// Loss measures packet loss and round-trip times to the anchors and the router.
var Loss = &diagnostics.Check[LossReport]{ID: "provider.loss", Station: diagnostics.Provider, Needs: []diagnostics.Node{Routes}, Limit: 3 * second, Run: runLoss}

// OtherLinksReport is the fact of OtherLinks.
type OtherLinksReport struct {
	Links []OtherLink `json:"links,omitempty"`
}

// OtherLink is a link with a default route that the system does not prefer, tried on its own.
type OtherLink struct {
	Link     string         `json:"link"`
	Connects []wire.Connect `json:"connects"` // to two anchors, bound to the link
}

// OtherLinks runs only when the anchors of a family failed and there is more than one default
// route: does another way out work?
var OtherLinks = &diagnostics.Check[OtherLinksReport]{ID: "computer.other-links", Station: diagnostics.Computer, Needs: []diagnostics.Node{Routes, Anchors4, Anchors6}, Limit: 1500 * ms, Run: runOtherLinks}

// Hop is who answered packets that were allowed TTL hops.
type Hop struct {
	TTL     int        `json:"ttl"`
	From    netip.Addr `json:"from,omitzero"` // who said that the packet's life was over; invalid: nobody
	RTT     wire.Ms    `json:"rtt_ms,omitempty"`
	Reached bool       `json:"reached,omitempty"` // the far end itself answered
}

// HopsReport is the fact of Hops.
type HopsReport struct {
	To   netip.AddrPort `json:"to"`
	Hops []Hop          `json:"hops,omitempty"` // by TTL, the first five
	// Route is the whole way, measured round by round where packets get lost or take long. Reports of
	// older versions have none.
	Route *trace.Result `json:"route,omitempty"`
}

// Farthest returns the largest TTL that anybody answered, 0 for none.
func Farthest(hops []Hop) (ttl int) {
	for _, h := range hops {
		if h.From.IsValid() || h.Reached {
			ttl = max(ttl, h.TTL)
		}
	}
	return ttl
}

// State is unknown when nobody said anything.
func (r HopsReport) State() diagnostics.State {
	if Farthest(r.Hops) == 0 {
		return diagnostics.Unknown
	}
	return diagnostics.OK
}

// Hops looks for the way to an anchor when none answers soon, or the site does not: it tells how far
// packets get, above all whether the router forwards at all. Where packets get lost or all anchors are
// far, it measures the way instead: where the loss begins, and which stretch is slow.
var Hops = &diagnostics.Check[HopsReport]{ID: "provider.hops", Station: diagnostics.Provider, Limit: 12 * second, Run: runHops}
