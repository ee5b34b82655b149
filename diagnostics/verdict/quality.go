package verdict

import (
	"slices"
	"strconv"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire"
)

// The rules of this file judge the line itself: what it loses, and how long it takes.

// Shares of lost packets from which on a loss is told, for short and for long measurements. Five of
// a hundred lost make pages visibly slow; two of a hundred need many packets to be sure of.
const (
	lossMany = 0.02
	lossFew  = 0.08
	manySent = 120
)

func telling(lost float64, sent int) bool {
	return sent >= manySent && lost >= lossMany || sent >= 20 && lost >= lossFew
}

// lossToAnchors reports a loss that at least two anchors show.
func (c *Case) lossToAnchors() (float64, int, bool) {
	share, sent := c.loss.Share()
	hit := 0
	for _, e := range c.loss.Anchors {
		if e.Received > 0 && e.Received < e.Sent {
			hit++
		}
	}
	return share, sent, hit >= 2 && telling(share, sent)
}

func (c *Case) routerShare() (float64, int) {
	r := c.loss.Router
	if r == nil || r.Sent == 0 || r.Received == 0 {
		return 0, 0
	}
	return float64(r.Sent-r.Received) / float64(r.Sent), r.Sent
}

// routerLoss: packets are lost before the router already.
func (c *Case) routerLoss() (Finding, bool) {
	share, sent, ok := c.lossToAnchors()
	near, nearSent := c.routerShare()
	if !ok || nearSent < 20 || near < max(0.03, share*0.4) {
		return Finding{}, false
	}
	v := vals("share", percent(near), "sent", strconv.Itoa(nearSent), "beyond", percent(share))
	_ = sent
	return Finding{
		Confidence: c.sureOfLoss(), Values: v, Explains: []diagnostics.ID{"provider.loss"},
		Evidence: []Evidence{{Check: "provider.loss", Key: "loss-before-router", Values: v}},
	}, true
}

func (c *Case) pathLoss() (Finding, bool) {
	share, sent, ok := c.lossToAnchors()
	if !ok {
		return Finding{}, false
	}
	near, nearSent := c.routerShare()
	v := vals("share", percent(share), "sent", strconv.Itoa(sent), "near", percent(near))
	f := Finding{
		Confidence: c.sureOfLoss(), Values: v, Explains: []diagnostics.ID{"provider.loss"},
		Evidence: []Evidence{{Check: "provider.loss", Key: "loss-beyond-router", Values: v}},
	}
	f.Evidence = append(f.Evidence, wayEvidence(checks.Hops.ID, c.way, route.Lossy)...)
	if nearSent == 0 {
		f.Confidence = min(f.Confidence, 0.65) // the router could not be measured: it may be the radio
	}
	return f, true
}

// sureOfLoss is less when much went over the line meanwhile: a narrow one overflows by the page alone.
func (c *Case) sureOfLoss() float64 {
	if t := c.loss.Traffic; t != nil && t.Bytes > 150<<10 {
		return 0.7
	}
	return 0.84
}

// rtts lists the anchors' best and middle round-trip times.
func (c *Case) rtts() (best, middle []wire.Ms) {
	for _, e := range c.loss.Anchors {
		if len(e.RTT) < 3 {
			continue
		}
		l := slices.Clone(e.RTT)
		slices.Sort(l)
		best, middle = append(best, l[0]), append(middle, l[len(l)/2])
	}
	return best, middle
}

// bufferbloat: the router itself takes as long to answer as a satellite, or all ways take many times
// their best: queues are full.
func (c *Case) bufferbloat() (Finding, bool) {
	const full = wire.Ms(200)
	if r := c.loss.Router; r != nil && len(r.RTT) >= 3 {
		l := slices.Clone(r.RTT)
		slices.Sort(l)
		if mid := l[len(l)/2]; mid >= full {
			v := vals("rtt", spellMs(mid), "best", spellMs(l[0]))
			return Finding{Confidence: 0.8, Values: v, Explains: []diagnostics.ID{"provider.loss"},
				Evidence: []Evidence{{Check: "provider.loss", Key: "router-queues", Values: v}}}, true
		}
	}
	best, middle := c.rtts()
	if len(best) < 2 { // echoes that took longer than they were waited for
		best = c.connectTimes()
		middle = best
	}
	if len(best) < 2 {
		return Finding{}, false
	}
	if t := c.loss.Traffic; t != nil && slices.Min(middle) >= full && c.busy(t) {
		v := vals("rtt", spellMs(slices.Min(middle)), "best", spellMs(slices.Min(best)), "rate", spellRate(float64(t.Bytes)/t.Over.Duration().Seconds()))
		return Finding{Confidence: 0.8, Values: v, Explains: []diagnostics.ID{"provider.loss"},
			Evidence: []Evidence{{Check: "provider.loss", Key: "line-busy", Values: v}}}, true
	}
	if t := c.connectTimes(); len(t) == 0 || slices.Min(t) < full/2 {
		return Finding{}, false
	}
	for i := range best {
		if middle[i] < full || middle[i] < 5*best[i] {
			return Finding{}, false
		}
	}
	v := vals("rtt", spellMs(slices.Min(middle)), "best", spellMs(slices.Min(best)))
	return Finding{Confidence: 0.68, Values: v, Explains: []diagnostics.ID{"provider.loss"},
		Evidence: []Evidence{{Check: "provider.loss", Key: "ways-queue", Values: v}}}, true
}

// connectTimes lists how long connections to the anchors took: a round trip each, or more.
func (c *Case) connectTimes() (list []wire.Ms) {
	for _, a := range c.v4.Report.Anchors {
		if a.Attempt.Connect.OK {
			list = append(list, a.Attempt.Connect.Took)
		}
	}
	return list
}

// busy reports whether the link carried far more than this examination sends and gets, which is
// under 200 kB.
func (c *Case) busy(t *checks.Traffic) bool {
	const much, rate = 300 << 10, 90 << 10
	seconds := t.Over.Duration().Seconds()
	return t.Bytes > much && seconds > 0 && float64(t.Bytes)/seconds > rate
}

// routerOverloaded: echoes pass without loss, yet new connections die, or open only when they are
// asked for again, at several unrelated machines that otherwise answer.
func (c *Case) routerOverloaded() (Finding, bool) {
	share, sent := c.loss.Share()
	if sent < 20 || share > 0.05 || c.loss.Method == "dns" {
		return Finding{}, false
	}
	dead, late, prompt := 0, 0, 0
	look := func(x wire.Connect) {
		switch {
		case x.OK && c.repeated(x.Took):
			late++
		case x.OK:
			prompt++
		case x.Fail.Is(wire.Timeout):
			dead++
		}
	}
	for _, a := range c.v4.Report.Anchors {
		if c.echoes(a.Operator, c.v4) {
			look(a.Attempt.Connect)
		}
	}
	for _, r := range c.site.Rows {
		for _, a := range r.Attempts {
			look(a.Connect)
		}
	}
	if late == 0 || dead+late < 3 || prompt+late == 0 {
		return Finding{}, false
	}
	v := vals("dead", strconv.Itoa(dead+late), "all", strconv.Itoa(dead+late+prompt))
	return Finding{
		Confidence: 0.7, Values: v, Decide: "restart-router",
		Evidence: []Evidence{{Check: "provider.anchors4", Key: "new-connections-die", Values: v}},
		Explains: c.failed(diagnostics.Provider),
	}, true
}

// repeated reports whether a connection opened only at its second or third asking, which systems
// send after one and three seconds (RFC 6298), on a line that is quicker than that.
func (c *Case) repeated(took wire.Ms) bool {
	best, _ := c.rtts()
	return len(best) > 0 && slices.Min(best) < 300 && took > 950 && took < 3600
}

// echoes reports whether an operator's anchor answered echoes.
func (c *Case) echoes(operator string, i Internet) bool {
	for _, a := range i.Report.Anchors {
		if a.Operator != operator {
			continue
		}
		for _, e := range c.loss.Anchors {
			if e.Addr == a.Attempt.Addr.Addr() {
				return e.Received > 0
			}
		}
	}
	return false
}

// farAway: every reference is far, and stays so: the line itself is long.
func (c *Case) farAway() (Finding, bool) {
	best, _ := c.rtts()
	if len(best) < 2 || slices.Min(best) < 250 {
		return Finding{}, false
	}
	// All echoes left together: one stall of a line looks like twelve long ways. The connections
	// were made at another moment.
	if t := c.connectTimes(); len(t) == 0 || slices.Min(t) < 200 {
		return Finding{}, false
	}
	v := vals("rtt", spellMs(slices.Min(best)))
	evidence := []Evidence{{Check: "provider.loss", Key: "long-way", Values: v}}
	return Finding{Confidence: 0.85, Values: v, Explains: []diagnostics.ID{"provider.loss"},
		Evidence: append(evidence, wayEvidence(checks.Hops.ID, c.way, route.Slow, route.Spread)...)}, true
}
