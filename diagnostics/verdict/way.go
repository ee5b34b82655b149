package verdict

import (
	"slices"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// readWay reads a traced way; nil when there is none.
func readWay(r *trace.Result) *route.Reading {
	if r == nil || r.Fail != nil || len(r.Flows) == 0 {
		return nil
	}
	reading := route.Read(*r, nil)
	return &reading
}

// wayEvidence is what a traced way says itself, in the words of the command "trace": its first sentence,
// when its verdict is one of those wanted. That a way ends counts only beyond the provider: nearer, one
// router more that is silent is nothing to accuse anybody of.
func wayEvidence(check diagnostics.ID, way *route.Reading, wanted ...string) []Evidence {
	if way == nil || len(way.Sentences) == 0 || !slices.Contains(wanted, way.Verdict) {
		return nil
	}
	s := way.Sentences[0]
	switch s.Key {
	case "trace.ends.router", "trace.ends.provider", "trace.loss.somewhere":
		return nil
	case "trace.loss.website", "trace.slowest.website": // the way led to a reference
		return nil
	}
	return []Evidence{{Check: check, Key: s.Key, Values: s.Values}}
}

// brokenWay are the verdicts that say why nothing arrives.
var brokenWay = []string{route.Loops, route.Refused, route.Ends}

// poorWay reports whether the way out was found so bad that where it is bad is worth waiting for.
func (c *Case) poorWay() bool {
	if _, _, lossy := c.lossToAnchors(); lossy {
		return true
	}
	_, far := c.farAway()
	return far
}

// siteWay is the way to the site's port, when that did not answer.
func (c *Case) siteWay() *route.Reading {
	v, _ := checks.Ports.From(c.Facts)
	return readWay(v.Route)
}
