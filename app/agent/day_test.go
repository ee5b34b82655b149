package agent

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// kinds are faults as probes see them.
var kinds = []fault{
	{id: "site.bad-gateway", kind: probe.ServerError, takes: 60 * time.Millisecond},
	{id: "site.refuses-connections", ended: probe.Connect, kind: wire.Refused, takes: 20 * time.Millisecond},
	{id: "site.no-answer", ended: probe.Connect, kind: wire.Timeout, takes: 10 * time.Second},
	{id: "tls.expired", ended: probe.TLS, kind: "expired", takes: 50 * time.Millisecond},
	{id: "domain.name-servers-down", ended: probe.Name, kind: probe.LookupFailed, takes: 5 * time.Second},
	{id: "site.gateway-timeout", kind: probe.ServerError, takes: 9 * time.Second},
	{id: "cdn.edge-error", kind: probe.ServerError, takes: 60 * time.Millisecond},
	{id: "path.no-route-to-site", ended: probe.Connect, kind: wire.HostUnreachable, takes: 3 * time.Second},
	{id: "filter.sni-reset", ended: probe.TLS, kind: wire.Reset, takes: 50 * time.Millisecond},
}

// everywhere are faults of the connection.
var everywhere = []fault{
	{id: "provider.no-uplink", ended: probe.Connect, kind: wire.Timeout, takes: 3500 * time.Millisecond},
	{id: "router.no-answer", ended: probe.Router, kind: wire.Timeout, takes: 4 * time.Second},
	{id: "link.off", ended: probe.Router, kind: wire.NetUnreachable, takes: time.Millisecond},
	{id: "dns.server-down", ended: probe.Name, kind: wire.Timeout, takes: 10 * time.Second},
}

// TestDay plays 24 hours with 40 faults and 40 flaps over 24 addresses: each fault is one incident
// with the right blame, known and closed within two intervals, and no flap is one.
func TestDay(t *testing.T) {
	for _, every := range []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 10 * time.Minute} {
		t.Run(every.String(), func(t *testing.T) { synctest.Test(t, func(t *testing.T) { day(t, every) }) })
	}
}

func day(t *testing.T, every time.Duration) {
	const addresses, faults = 24, 40
	w := &world{flaps: map[string][]time.Duration{}}
	slot := 24 * time.Hour / faults // one fault in each, so that none hides another
	for i := range faults {
		f := kinds[i%len(kinds)]
		f.address = site(i % addresses)
		if i%10 == 9 {
			f = everywhere[i/10]
		}
		f.from = time.Duration(i)*slot + time.Duration(float64(slot)*0.1*pseudo("from", i))
		f.to = f.from + 6*time.Minute + time.Duration(float64(slot)/8*pseudo("for", i))
		if every > time.Minute {
			f.to = f.from + 16*time.Minute // so that its end is seen before the next begins
		}
		w.faults = append(w.faults, f)
		flapper := site((i*7 + 3) % addresses)
		if i%8 == 7 {
			flapper = ""
		}
		w.flaps[flapper] = append(w.flaps[flapper], time.Duration(i)*slot+slot-time.Duration(float64(slot)*0.1*pseudo("flap", i)))
	}
	f := newFixture(w, watch(addresses, every), nil)
	f.run(t, 24*time.Hour)

	seen := f.memory.all()
	for _, fault := range w.faults {
		known, _ := resources.FaultByID(fault.id)
		var mine []kept
		for _, k := range seen {
			if at := k.Began.Sub(w.begin); at >= fault.from-time.Second && at < fault.to {
				mine = append(mine, k)
			}
		}
		if len(mine) != 1 {
			t.Errorf("%s of %q from %s to %s: %d incidents\n%+v", fault.id, fault.address, fault.from, fault.to, len(mine), mine)
			continue
		}
		k := mine[0]
		if k.Fault != fault.id || k.Blame != known.Blame || k.Address != fault.address {
			t.Errorf("%s of %q became %s of %q, blame %s", fault.id, fault.address, k.Fault, k.Address, k.Blame)
		}
		if k.document != "document of "+fault.id {
			t.Errorf("%s: kept is %q", fault.id, k.document)
		}
		if late := k.Known.Sub(w.begin) - fault.from; late > 2*every {
			t.Errorf("%s of %q: known after %s", fault.id, fault.address, late)
		}
		if late := k.closed.Sub(w.begin) - fault.to; k.closed.IsZero() || late > 2*every {
			t.Errorf("%s of %q: closed after %s", fault.id, fault.address, late)
		}
	}
	if len(seen) != faults {
		t.Errorf("%d incidents", len(seen))
	}
	if w.most > maxExaminations {
		t.Errorf("%d examinations at once", w.most)
	}
	if len(f.notices) != 2*faults {
		t.Errorf("%d notices", len(f.notices))
	}
	t.Logf("%d probes, %d examinations", w.probes, w.exams)
}

// TestMonth lets 30 days pass without growth.
func TestMonth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		for d := range 30 {
			for i, f := range []fault{kinds[d%len(kinds)], everywhere[d%len(everywhere)]} {
				if i == 0 {
					f.address = site(d % 5)
				}
				f.from = time.Duration(d)*24*time.Hour + time.Duration(4+8*i)*time.Hour
				f.to = f.from + time.Hour
				w.faults = append(w.faults, f)
			}
		}
		f := newFixture(w, watch(5, 5*time.Minute), nil)
		var memory [2]uint64
		var routines [2]int
		go func() {
			for i := range memory {
				time.Sleep([]time.Duration{2*24*time.Hour + time.Hour, 27 * 24 * time.Hour}[i])
				w.mu.Lock()
				w.late = nil
				w.mu.Unlock()
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				memory[i], routines[i] = m.HeapAlloc, runtime.NumGoroutine()
			}
		}()
		f.run(t, 30*24*time.Hour)
		if memory[1] > memory[0]+200_000 {
			t.Errorf("the heap grew from %d to %d bytes", memory[0], memory[1])
		}
		if routines[1] > routines[0] {
			t.Errorf("%d goroutines became %d", routines[0], routines[1])
		}
		if n := len(f.memory.all()); n != 60 {
			t.Errorf("%d incidents", n)
		}
		t.Logf("heap %d then %d bytes, goroutines %d then %d", memory[0], memory[1], routines[0], routines[1])
	})
}
