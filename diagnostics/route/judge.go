package route

import (
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// Bounds of what is called slow.
const (
	quick     wire.Ms = 30  // below, no stretch is worth complaining about
	standsOut float64 = 0.4 // the share of the time from which one stretch is the slow one
)

// judge finds the verdict and its sentence.
func (r *Reading) judge(t trace.Result, f trace.Flow, port *Port) {
	last := lastAnswer(f)
	target := t.Target.String()
	switch {
	case f.Reached:
		r.judgeReached(f, target)
	case f.Loops:
		r.Verdict = Loops
		a, b := circle(f)
		r.say("trace.loop", "first", a, "second", b)
	case f.Refused:
		r.Verdict = Refused
		r.say(refusal(last.Code), "address", last.Addr().String(), "hop", strconv.Itoa(last.TTL), "code", last.Code)
	case port != nil && port.Answers:
		r.Verdict = PortOnly
		r.say("trace.port-only", "target", target, "port", strconv.Itoa(int(port.Port)), "rtt", steady(port.RTT))
	case last.TTL == 0:
		r.Verdict = Nothing
		r.say("trace.nothing", "target", target)
	default:
		r.Verdict = Ends
		key := "trace.ends." + string(r.Hops[0][last.TTL-1].Station)
		tried := ""
		if port != nil {
			tried = strconv.Itoa(int(port.Port))
		}
		r.say(key, "address", last.Addr().String(), "hop", strconv.Itoa(last.TTL), "port", tried)
	}
}

func (r *Reading) judgeReached(f trace.Flow, target string) {
	rtt := typical(f.Hops[len(f.Hops)-1])
	s := r.Slowest
	if r.Loss != nil {
		r.Verdict = Lossy
		where := string(r.Loss.Station)
		if where == "" {
			where = "somewhere"
		}
		r.say("trace.loss."+where, "share", percent(r.Loss.Share), "after", address(r.Loss.After), "at", address(r.Loss.At))
		if r.Loss.Back {
			r.say("trace.loss-back")
		}
	}
	verdict := Slow
	switch {
	case rtt < quick || s == nil:
		verdict = Quick
		if r.Loss == nil {
			r.say("trace.quick", "target", target, "rtt", steady(rtt))
		}
	case float64(s.Added) < standsOut*float64(s.Total):
		verdict = Spread
		r.say("trace.spread", "target", target, "rtt", steady(rtt))
	default:
		r.say("trace.slowest."+string(s.Station), "from", address(s.From), "to", address(s.To), "added", steady(s.Added), "rtt", steady(rtt))
	}
	if r.Loss == nil {
		r.Verdict = verdict
	}
}

// address is a place's, "" for this computer.
func address(p Place) string {
	if p.TTL == 0 || !p.Addr.IsValid() {
		return ""
	}
	return p.Addr.String()
}

func lastAnswer(f trace.Flow) (last trace.Hop) {
	for _, h := range f.Hops {
		if h.Received > 0 {
			last = h
		}
	}
	return last
}

// circle names two routers that packets come to again and again.
func circle(f trace.Flow) (a, b string) {
	for i := len(f.Hops) - 1; i > 0; i-- {
		h, g := f.Hops[i], f.Hops[i-1]
		if h.Received > 0 && g.Received > 0 && h.Addr() != g.Addr() {
			return g.Addr().String(), h.Addr().String()
		}
	}
	return "", ""
}

// refusal is the sentence for a code of unreachability.
func refusal(code string) string {
	switch code {
	case trace.Prohibited:
		return "trace.refused.prohibited"
	case trace.NetUnreachable:
		return "trace.refused.network"
	case trace.HostUnreachable:
		return "trace.refused.host"
	}
	return "trace.refused.other"
}

// remark adds what is worth knowing beside the verdict.
func (r *Reading) remark(t trace.Result, f trace.Flow) {
	var limits, translates []string
	for i, h := range r.Hops[0] {
		a := f.Hops[i].Addr().String()
		switch h.Note {
		case Limits:
			if i == len(f.Hops)-1 {
				break
			}
			limits = append(limits, a)
		case Translates:
			translates = append(translates, strconv.Itoa(f.Hops[i].TTL))
		case Changed:
			r.sayChanged(f.Hops[i])
		case Shared:
			if i > 0 && r.Hops[0][i-1].Note != Shared {
				r.say("trace.shared", "address", a)
			}
		}
	}
	if len(limits) > 0 {
		r.say("trace.limits", "addresses", strings.Join(limits, ", "))
	}
	if len(translates) > 0 {
		r.say("trace.nat", "hop", translates[0])
	}
	if n := len(f.Narrow); n > 0 {
		r.say("trace.narrow", "address", f.Narrow[n-1].From.String(), "size", strconv.Itoa(f.Narrow[n-1].MTU))
	} else if f.TooLong > 0 {
		r.say("trace.too-long", "size", strconv.Itoa(f.TooLong))
	}
	if n := paths(t); n > 1 {
		r.say("trace.parallel", "count", strconv.Itoa(n))
	}
}

// manyFlaps are as many as no change of a route explains: two routers take turns.
const manyFlaps = 3

// sayChanged tells when another router came to stand at a hop, or that they take turns.
func (r *Reading) sayChanged(h trace.Hop) {
	at := ""
	if !h.Flapped.IsZero() {
		at = h.Flapped.Local().Format(time.TimeOnly)
	}
	key := "trace.changed"
	if h.Flaps >= manyFlaps {
		key = "trace.flaps"
	}
	r.say(key, "hop", strconv.Itoa(h.TTL), "before", other(h.Addrs, h), "now", h.Addr().String(), "time", at, "count", strconv.Itoa(h.Flaps))
}

// other is an address that answered at a hop before the present one did.
func other(addrs []trace.Seen, h trace.Hop) string {
	var latest trace.Seen
	for _, s := range addrs {
		if s.Addr != h.Addr() && !s.Last.Before(latest.Last) {
			latest = s
		}
	}
	return latest.Addr.String()
}

// paths counts the different ways that the flows take.
func paths(t trace.Result) int {
	ways := map[string]bool{}
	for _, f := range t.Flows {
		if !f.Reached {
			continue
		}
		var way strings.Builder
		for _, h := range f.Hops {
			way.WriteString(h.Addr().String() + " ")
		}
		ways[way.String()] = true
	}
	return len(ways)
}
