package trace

import (
	"context"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// loop sends what is due and takes in what comes until every path is over or ctx ends.
func (t *Tracer) loop(ctx context.Context, c carrier, seen func(Event)) {
	if seen == nil {
		seen = func(Event) {}
	}
	for measured := false; ctx.Err() == nil; measured = true {
		until, done := t.send(c, seen)
		if done {
			return
		}
		if !measured && !t.options.Direct { // the first probes travel meanwhile
			t.measureSize(c.mtu())
		}
		err := c.receive(ctx, until, func(a answer) {
			var e Event
			ok := false
			t.note(func() {
				if e, ok = t.take(a); !ok {
					t.strays++
				}
			})
			if ok && e.TTL > 0 {
				seen(e)
			}
		})
		if err != nil {
			t.note(func() { t.fail = wire.Classify(err) })
			return
		}
	}
}

// take hands an answer to the path of its flow.
func (t *Tracer) take(a answer) (Event, bool) {
	if a.flow < 0 || a.flow >= len(t.paths) || !a.from.IsValid() {
		return Event{}, false
	}
	return t.paths[a.flow].answered(a, time.Now())
}

// send lets every probe leave that is due, and says until when to wait for answers. Between two
// probes it gives answers their turn.
func (t *Tracer) send(c carrier, seen func(Event)) (until time.Time, done bool) {
	now := time.Now()
	until, done = now.Add(time.Second), true
	var lost []Event
	for _, p := range t.paths {
		again, failed := t.sendFor(p, c)
		if failed {
			return until, true
		}
		t.note(func() {
			done = done && p.over()
			lost = append(lost, p.losses...)
			p.losses = nil
		})
		if again.Before(until) {
			until = again
		}
	}
	for _, e := range lost {
		seen(e)
	}
	return until, done
}

// sendFor sends what is due on one path. That nothing can be sent ends a trace at its beginning; later
// it is a loss like any other: networks come and go.
func (t *Tracer) sendFor(p *path, c carrier) (again time.Time, failed bool) {
	for {
		now := time.Now()
		var pr probe
		due := false
		t.note(func() { pr, due, again = p.due(now) })
		if !due {
			return again, false
		}
		at, err := c.send(pr)
		if at.IsZero() {
			at = now
		}
		t.note(func() {
			p.sent(pr, at)
			if err != nil && pr.size == 0 && p.nothingYet() {
				t.fail = wire.Classify(err)
				t.fail.Phase, failed = "write", true
			}
		})
		if failed {
			return again, true
		}
	}
}

// nothingYet reports whether no answer has come at all.
func (p *path) nothingYet() bool { return p.farthest() == 0 && p.round <= 1 }

func (t *Tracer) measureSize(mtu int) { t.note(func() { t.paths[0].measureSize(mtu) }) }
