package verdict

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/edge"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// harmRules find faults that are real although the page may come: the gravest first. The first is
// the answer when nothing stops the page, the others are told beside.
var harmRules = []Rule{
	{"browser.cookies-too-large", (*Case).cookiesRefused},
	{"", (*Case).pageIsNotTheSite},
	{"filter.dns-block", (*Case).otherMachine},
	{"ip.conflict", (*Case).addressConflict},
	{"ip.no-address", (*Case).ipv4Missing},
	{"ip.no-gateway", (*Case).ipv4NoWay},
	{"router.overloaded", (*Case).routerOverloaded},
	{"site.intermittent", (*Case).intermittent},
	{"path.ipv6-broken", (*Case).ipv6Broken},
	{"path.ipv4-broken", (*Case).ipv4Broken},
	{"site.ipv6-broken", (*Case).siteIPv6Broken},
	{"path.ipv6-stalls", (*Case).ipv6Stalls},
	{"cdn.one-edge-bad", (*Case).oneEdgeBad},
	{"site.one-address-down", (*Case).oneAddressDown},
	{"site.slow-answer", (*Case).steadilySlow},
	{"router.bufferbloat", (*Case).bufferbloat},
	{"router.packet-loss", (*Case).routerLoss},
	{"path.packet-loss", (*Case).pathLoss},
	{"path.slow", (*Case).farAway},
	{"dns.one-server-down", (*Case).oneServerDown},
	{"dns.server-slow", (*Case).serversSlow},
	{"site.slow-answer", (*Case).slowAnswer},
	{"site.slow-download", (*Case).slowDownload},
	{"clock.wrong", (*Case).clockOff},
	{"filter.tls-interception", (*Case).intercepted},
	{"dns.lies-for-missing-names", (*Case).liesForMissing},
	{"dns.port-blocked", (*Case).portBlockedAnyway},
}

// pageIsNotTheSite: a page came, in good order, and it is a parking, default, suspension or block
// page.
func (c *Case) pageIsNotTheSite() (Finding, bool) {
	if !c.site.fine() || c.site.Answer == nil || !harmfulPage(c.site.Writer) {
		return Finding{}, false
	}
	return c.statusAnswer()
}

func (c *Case) ipv4Missing() (Finding, bool) {
	if c.v4.Reach != Absent || !c.v6.Up() || c.hasV4() || c.hasTunnel() || !c.wantsV4() {
		return Finding{}, false
	}
	links := c.joined()
	if len(links) == 0 {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.75, Values: vals("link", links[0].Name),
		Evidence: []Evidence{{Check: "computer.links", Key: "no-ipv4-address", Values: vals("link", links[0].Name)}},
		Explains: c.failed(diagnostics.Provider, diagnostics.DNS),
	}, true
}

// wantsV4 reports whether this computer is set up for IPv4: one of its name servers has an IPv4
// address. A network with IPv6 alone, which is nothing to complain of, hands out none.
func (c *Case) wantsV4() bool {
	l, _ := checks.Resolvers.From(c.Facts)
	return slices.ContainsFunc(l.Resolvers, func(r platform.Resolver) bool {
		a := r.Addr.Addr().Unmap()
		return a.Is4() && !a.IsLoopback()
	})
}

func (c *Case) ipv4NoWay() (Finding, bool) {
	if c.v4.Reach != Absent || !c.v6.Up() || !c.hasV4() {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.85,
		Evidence:   []Evidence{{Check: "computer.routes", Key: "no-ipv4-route"}},
		Explains:   c.failed(diagnostics.Provider, diagnostics.DNS),
	}, true
}

// intermittent: one address answers now well, now badly. Errors that begin only after a good answer
// and look like a limit are our own repeats' doing.
func (c *Case) intermittent() (Finding, bool) {
	for _, r := range c.site.Rows {
		if !r.Mixed() {
			continue
		}
		good, bad := 0, 0
		for _, st := range r.Steps {
			switch st {
			case stepNone:
			case stepFine:
				good++
			default:
				bad++
			}
		}
		if r.rationed() || c.forLoss(r) {
			continue
		}
		v := c.nameValues("bad", strconv.Itoa(bad), "all", strconv.Itoa(good+bad), "address", r.Addr.Addr().String())
		f := c.siteFinding(0.9, "now-and-then", v)
		if r.fail() != nil {
			f.Confidence = 0.7
		}
		return f, true
	}
	return Finding{}, false
}

// rationed reports whether the failures look like a limit on requests: refusals only, and no good
// answer to a request that was sent after the first of them came.
func (r rowView) rationed() bool {
	var refused time.Time
	for i, a := range r.Attempts {
		if r.Steps[i] == stepFine || r.Steps[i] == stepNone {
			continue
		}
		e := a.Exchange
		if e == nil || e.Status != 503 && e.Status != 429 && e.Status != 403 {
			return false
		}
		if refused.IsZero() || e.At.Before(refused) {
			refused = e.At
		}
	}
	if refused.IsZero() { // a server without a clock: the last attempt was made last
		n := len(r.Steps)
		return n > 0 && r.Steps[n-1] == stepStatus
	}
	for i, a := range r.Attempts {
		if r.Steps[i] == stepFine && a.Exchange != nil && a.Exchange.At.Add(-a.Exchange.First.Duration()).After(refused) {
			return false
		}
	}
	return true
}

// forLoss reports whether a row's failures may all be lost packets' doing.
func (c *Case) forLoss(r rowView) bool {
	if _, _, lost := c.lossToAnchors(); !lost {
		return false
	}
	for i, a := range r.Attempts {
		if s := r.Steps[i]; s == stepTrust || s == stepStatus || s < stepTrust && s != stepNone && !a.Fail().Is(wire.Timeout) {
			return false
		}
	}
	return true
}

// ipv6Broken: IPv6 is set up, and nothing comes back over it.
func (c *Case) ipv6Broken() (Finding, bool) {
	if _, _, lost := c.lossToAnchors(); lost && c.lossy() {
		return Finding{}, false // four connections may well be lost at once
	}
	if !c.v6.Down() || !c.v4.Up() || c.v6.Total < 2 || c.hasty() {
		return Finding{}, false
	}
	if _, routed := c.routes.Default(diagnostics.IPv6); !routed {
		return Finding{}, false
	}
	return Finding{
		Confidence: 0.9,
		Evidence: []Evidence{
			{Check: "provider.anchors6", Key: "ipv6-silent", Values: vals("total", strconv.Itoa(c.v6.Total))},
			{Check: "provider.anchors4", Key: "ipv4-works", Values: vals("count", strconv.Itoa(c.v4.Connected), "total", strconv.Itoa(c.v4.Total)), Clears: true},
		},
		Explains: []diagnostics.ID{"provider.anchors6"},
	}, true
}

// hasty reports whether the line is so long that what timed out may merely not have come yet.
func (c *Case) hasty() bool {
	best, _ := c.rtts()
	if len(best) == 0 {
		return false
	}
	for _, a := range c.v6.Report.Anchors {
		if x := a.Attempt.Connect; x.Fail.Is(wire.Timeout) && x.Took > 4*slices.Min(best) {
			return false
		}
	}
	return count(c.v6.Fails, wire.Timeout) > 0
}

// usable returns the rows that count: those of a family that works here.
func (c *Case) usable() (list []rowView) {
	four, six := c.site.split()
	wholeFamily := slices.ContainsFunc(four, rowView.Fine) && !slices.ContainsFunc(six, rowView.Fine)
	for _, r := range c.site.Rows {
		net, is4 := c.v6, r.Addr.Addr().Is4()
		if is4 {
			net = c.v4
		}
		// What fails over all of IPv6 is told as such, not as one address.
		if net.Reach == None || net.Reach == Absent || !is4 && wholeFamily {
			continue
		}
		list = append(list, r)
	}
	return list
}

// siteIPv6Broken: the site fails at all its IPv6 addresses with an answer of its own, and works over
// IPv4, while IPv6 works elsewhere.
func (c *Case) siteIPv6Broken() (Finding, bool) {
	four, six := c.site.split()
	if len(six) == 0 || !c.v6.Up() || !slices.ContainsFunc(four, rowView.Fine) {
		return Finding{}, false
	}
	for _, r := range six {
		f := r.fail()
		stalls := (r.Best == stepHandshake || r.Best == stepExchange) && f.Is(wire.Timeout, wire.Reset, wire.EOF)
		if r.Best == stepFine || stalls || c.limited(r) || c.forLoss(r) {
			return Finding{}, false
		}
	}
	v := c.addrValues("address", six[0].Addr.Addr().String())
	return c.siteFinding(0.9, "only-ipv6-fails", v), true
}

// limited reports whether a row failed only as servers do that find we ask too often.
func (c *Case) limited(r rowView) bool {
	for i, a := range r.Attempts {
		if r.Steps[i] == stepStatus && (a.Exchange.Status == 503 || a.Exchange.Status == 429) {
			continue
		}
		return false
	}
	return len(r.Attempts) > 0
}

// badRows and goodRows sort the usable rows of mixed sites.
func (c *Case) sorted() (good, bad []rowView) {
	for _, r := range c.usable() {
		if r.Fine() {
			good = append(good, r)
		} else if !c.limited(r) && !c.forLoss(r) {
			bad = append(bad, r)
		}
	}
	return good, bad
}

// oneEdgeBad: some of the site's addresses answer, but badly; others answer well.
func (c *Case) oneEdgeBad() (Finding, bool) {
	good, bad := c.sorted()
	if len(good) == 0 || len(bad) == 0 {
		return Finding{}, false
	}
	for _, r := range bad {
		if r.Best < stepStatus {
			continue
		}
		v := c.addrValues("address", r.Addr.Addr().String(), "good", good[0].Addr.Addr().String())
		f := c.siteFinding(0.88, "one-address-answers-badly", v)
		if a, ok := r.at(stepStatus); ok {
			v["status"] = statusText(a.Exchange.Status)
			if !c.delivered(a) && !c.site.OnCDN {
				f.Fault = "site.one-address-down" // no delivery network in sight: the site's own machine
			}
		}
		return f, true
	}
	return Finding{}, false
}

// delivered reports whether an answer came through a delivery network.
func (c *Case) delivered(a wire.Attempt) bool {
	n, ok := edge.Network(c.edgeAnswer(a))
	return ok && n.Delivers()
}

func (c *Case) oneAddressDown() (Finding, bool) {
	good, bad := c.sorted()
	if len(good) == 0 {
		return Finding{}, false
	}
	for _, r := range bad {
		if r.Best == stepTrust {
			if f, ok := c.oneBadChain(r); ok {
				return f, true
			}
		}
		if r.Best < stepStatus {
			v := c.addrValues("address", r.Addr.Addr().String(), "good", good[0].Addr.Addr().String(), "count", strconv.Itoa(len(bad)), "total", strconv.Itoa(len(bad)+len(good)))
			return c.siteFinding(0.92, "one-address-dead", v), true
		}
	}
	return Finding{}, false
}

// oneServerDown: one of several configured name servers is dead, so that lookups wait for it.
func (c *Case) oneServerDown() (Finding, bool) {
	alive, asked := c.names.alive()
	if alive == 0 || alive == asked {
		return Finding{}, false
	}
	for i, s := range c.configured() {
		f := s.A.Fail
		if s.Alive() || !f.Real() || f.Is(wire.NetUnreachable, wire.NoFamily, wire.NoPort, wire.Invalid) && !f.Offender.IsValid() {
			continue // one of a family that is not there is no burden
		}
		if !s.Addr.Addr().Is4() && !c.v6.Up() || s.Addr.Addr().Is4() && !c.v4.Up() && !s.Addr.Addr().IsPrivate() {
			continue
		}
		v := vals("server", s.Addr.Addr().String(), "position", strconv.Itoa(i+1))
		return Finding{
			Confidence: 0.9, Values: v, Explains: []diagnostics.ID{"dns.configured"},
			Evidence: []Evidence{{Check: "dns.configured", Key: "one-server-silent", Values: v}},
			aside:    i > 0 && c.configured()[0].Alive(), // nobody asks it
		}, true
	}
	return Finding{}, false
}

// serversSlow: the first living name server takes long for every answer, though it is not far.
func (c *Case) serversSlow() (Finding, bool) {
	const slow = wire.Ms(300)
	for _, s := range c.configured() {
		if !s.Alive() {
			continue
		}
		took := []wire.Ms{}
		for _, a := range []*wire.Answer{&s.A, &s.AAAA, s.Control} {
			if a != nil && a.Answered() {
				took = append(took, a.Last)
			}
		}
		if len(took) < 2 {
			return Finding{}, false
		}
		slices.Sort(took)
		best, _ := c.rtts()
		far := wire.Ms(0)
		if len(best) > 0 {
			far = slices.Min(best)
		}
		if took[0] < slow || took[0] < 3*far {
			return Finding{}, false
		}
		v := vals("server", s.Addr.Addr().String(), "took", spellMs(took[0]))
		return Finding{
			Confidence: 0.82, Values: v, Explains: []diagnostics.ID{"dns.configured"},
			Evidence: []Evidence{{Check: "dns.configured", Key: "server-slow", Values: v}},
		}, true
	}
	return Finding{}, false
}

// steadilySlow: every attempt waits for about the same time: lost packets would show as steps of one
// and three seconds instead.
func (c *Case) steadilySlow() (Finding, bool) {
	first, ok := c.firstBytes()
	if !ok || len(first) < 2 || slices.Min(first).Duration() < slowFirst || slices.Max(first) > slices.Min(first)*1.3 {
		return Finding{}, false
	}
	v := c.answerValues()
	v["took"] = spellMs(slices.Min(first))
	return c.siteFinding(0.86, "slow-first-byte", v), true
}

// slowAnswer: the connection is quick and the first byte is not, every time.
func (c *Case) slowAnswer() (Finding, bool) {
	first, ok := c.firstBytes()
	if !ok || slices.Min(first).Duration() < slowFirst || c.lossy() {
		return Finding{}, false
	}
	v := c.answerValues()
	v["took"] = spellMs(slices.Min(first))
	return c.siteFinding(0.86, "slow-first-byte", v), true
}

// firstBytes lists how long good answers took to begin; ok is false without any, or when the
// connections were slow themselves.
func (c *Case) firstBytes() (first []wire.Ms, ok bool) {
	for _, r := range c.site.Rows {
		for i, a := range r.Attempts {
			if r.Steps[i] != stepFine || a.Exchange == nil {
				continue
			}
			if a.Connect.Took > 1000 && len(r.Attempts) == 1 {
				return nil, false
			}
			first = append(first, a.Exchange.First-a.Exchange.Sent)
		}
	}
	if n := len(c.site.Redirect.Steps); n > 0 {
		if e := c.site.Redirect.Steps[n-1].Attempt.Exchange; e != nil {
			first = append(first, e.First)
		}
	}
	return first, len(first) > 0
}

// slowDownload: the answer begins soon and then only drips.
func (c *Case) slowDownload() (Finding, bool) {
	const slow = 16 << 10 // bytes a second: slower than a modem of the nineties with two lines
	a := c.site.Answer
	if a == nil || !a.CutShort || a.Complete || c.lossy() || streams(a) {
		return Finding{}, false
	}
	span := (a.Took - a.First).Duration().Seconds()
	if span < 2 || float64(a.Size)/span > slow {
		return Finding{}, false
	}
	v := c.answerValues()
	v["rate"] = spellRate(float64(a.Size) / span)
	return c.siteFinding(0.82, "drips", v), true
}

// streams reports whether an answer is one that is meant to go on: events, sound, pictures of a camera.
func streams(e *wire.Exchange) bool {
	kind, _, _ := strings.Cut(strings.ToLower(e.Header.Get("Content-Type")), ";")
	kind = strings.TrimSpace(kind)
	return kind == "text/event-stream" || kind == "application/x-ndjson" || kind == "multipart/x-mixed-replace" ||
		e.Declared < 0 && (strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/"))
}
