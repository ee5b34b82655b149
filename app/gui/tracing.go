package gui

import (
	"context"
	"maps"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/whose"
	"github.com/waymend/waymend/diagnostics/wire"
	paths "github.com/waymend/waymend/diagnostics/wire/trace"
)

// tracing is the live route that is shown.
type tracing struct {
	run     int
	running bool
	typed   string
	doc     *report.Trace
	hops    map[int]*series // by their distance
	chosen  int             // the distance whose chart is shown; 0: the last hop
	span    time.Duration   // of the chart
	failed  string
	whose   askWhose
}

// askWhose says what may be asked about the routers' addresses.
type askWhose struct{ names, networks bool }

type (
	// tracingBegan says that a route is being measured.
	tracingBegan struct{ typed string }
	// hopAnswered is one answer, or its absence.
	hopAnswered struct {
		run, ttl int
		answer   answerAt
	}
	// routeSeen is the route as it is known now.
	routeSeen struct {
		run int
		doc report.Trace
	}
	// tracingEnded says that measuring has ended; failed says why it could not begin.
	tracingEnded struct {
		run    int
		failed string
	}
	// hopChosen chooses the hop of the chart, spanChosen how much time it shows.
	hopChosen  struct{ ttl int }
	spanChosen struct{ span time.Duration }
	// tickedNames and tickedNetworks allow to ask whose the routers are.
	tickedNames    struct{ allowed bool }
	tickedNetworks struct{ allowed bool }
)

func (e tracingBegan) on(s *state) {
	s.tracing = tracing{run: s.tracing.run + 1, running: true, typed: e.typed, hops: map[int]*series{}, span: s.tracing.span, whose: s.tracing.whose}
}

func (e hopAnswered) on(s *state) {
	if e.run != s.tracing.run {
		return
	}
	one := s.tracing.hops[e.ttl]
	if one == nil {
		one = &series{}
		s.tracing.hops = maps.Clone(s.tracing.hops)
		s.tracing.hops[e.ttl] = one
	}
	one.add(e.answer.at, e.answer.rtt)
}

func (e routeSeen) on(s *state) {
	if e.run == s.tracing.run {
		s.tracing.doc = &e.doc
	}
}

func (e tracingEnded) on(s *state) {
	if e.run == s.tracing.run {
		s.tracing.running, s.tracing.failed = false, e.failed
	}
}

func (e tickedNames) on(s *state)    { s.tracing.whose.names = e.allowed }
func (e tickedNetworks) on(s *state) { s.tracing.whose.networks = e.allowed }

func (e hopChosen) on(s *state)  { s.tracing.chosen = e.ttl }
func (e spanChosen) on(s *state) { s.tracing.span = e.span }

// The pace of a live route: how often each hop is asked, how often the page is told, and how long to
// wait before a port of a silent target is tried.
const (
	roundEvery  = time.Second
	tellEvery   = 500 * time.Millisecond
	lookUpLimit = 10 * time.Second
	tryPortIn   = 3 * time.Second
	portLimit   = 2 * time.Second
)

// traceTo measures the way to what was typed until it is stopped.
func (w *window) traceTo(typed string) {
	w.stopTracing()
	target, err := diagnostics.ParseTarget(typed)
	if err != nil {
		w.apply(noticed{text: report.ErrorText(err, w.state.lang), fault: true})
		return
	}
	w.apply(noticed{}, tracingBegan{strings.TrimSpace(typed)})
	ctx, cancel := context.WithCancel(context.Background())
	w.endTracing = cancel
	run, lang, ask := w.state.tracing.run, w.state.lang, w.state.tracing.whose
	w.aside(func() {
		defer cancel()
		addr, err := lookUp(ctx, target)
		if err != nil {
			w.post(tracingEnded{run, say(lang, "window.route.no-address", "host", target.Host)})
			return
		}
		w.traceRounds(ctx, run, lang, target, addr, ask)
		w.post(tracingEnded{run: run})
	})
}

// stopTracing ends the live route; what was measured stays on the page.
func (w *window) stopTracing() {
	if w.endTracing != nil {
		w.endTracing()
		w.endTracing = nil
	}
}

// lookUp finds the address that a connection would try first.
func lookUp(ctx context.Context, t diagnostics.Target) (netip.Addr, error) {
	if addr, ok := t.IP(); ok {
		return addr, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpLimit)
	defer cancel()
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.Host)
	if err != nil || len(list) == 0 {
		return netip.Addr{}, err
	}
	return list[0].Unmap(), nil
}

// traceRounds measures round after round and posts what is seen.
func (w *window) traceRounds(ctx context.Context, run int, lang string, target diagnostics.Target, addr netip.Addr, ask askWhose) {
	t := paths.New(paths.Options{Target: addr, Interval: roundEvery})
	owners := &whose.Book{Names: ask.names, Networks: ask.networks, DNS: net.DefaultResolver}
	tell := make(chan struct{})
	go func() {
		defer close(tell)
		var port *route.Port
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for begun := time.Now(); ; {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			r := t.Result()
			if port == nil && time.Since(begun) > tryPortIn && !reached(r) {
				port = tryPort(ctx, netip.AddrPortFrom(addr, uint16(target.Port)))
			}
			doc := report.NewTrace(target.Host, r, port, lang)
			doc.Identify(owners.Of)
			w.post(routeSeen{run, doc})
		}
	}()
	t.Run(ctx, func(e paths.Event) {
		owners.Ask(ctx, e.From)
		rtt := float32(e.RTT)
		if e.Lost {
			rtt = -1
		}
		w.post(hopAnswered{run, e.TTL, answerAt{e.At, rtt}})
	})
	<-tell
}

func reached(r paths.Result) bool {
	for _, f := range r.Flows {
		if f.Reached {
			return true
		}
	}
	return r.Fail != nil
}

// tryPort asks whether a target that does not answer probes takes connections.
func tryPort(ctx context.Context, to netip.AddrPort) *route.Port {
	conn, got := wire.Dial(ctx, to, wire.DialOptions{Limit: portLimit})
	if conn != nil {
		_ = conn.Close()
	}
	if got.Fail.Is(wire.Cancelled) {
		return nil
	}
	refused := got.Fail.Is(wire.Refused, wire.Reset) && (!got.Fail.Offender.IsValid() || got.Fail.Offender == to.Addr())
	return &route.Port{Port: to.Port(), Answers: got.OK || refused, RTT: got.Took}
}
