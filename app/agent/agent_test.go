package agent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

// TestThousand watches 1,000 addresses: all are checked in each interval, none is late, and they do
// not leave together.
func TestThousand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		f := newFixture(w, watch(1000, 10*time.Second), nil)
		f.run(t, 60*time.Second+100*time.Millisecond)
		if want := 6 * 1001; w.probes < want {
			t.Errorf("%d probes in a minute, want %d", w.probes, want)
		}
		slices.Sort(w.late)
		if p99 := w.late[len(w.late)*99/100]; p99 > shortTick {
			t.Errorf("p99 of lateness %s", p99)
		}
		if f.memory.results != w.probes {
			t.Errorf("%d of %d results are in the history", f.memory.results, w.probes)
		}
		if f.memory.adds > 65 {
			t.Errorf("%d writings in a minute", f.memory.adds)
		}
	})
}

// TestSpread holds the timetable to spreading 1,000 addresses over their interval.
func TestSpread(t *testing.T) {
	table := newTimetable()
	for i := range 1000 {
		table.set(site(i), 10*time.Second, 0)
	}
	each := map[time.Duration]int{}
	var now time.Duration
	for now < 20*time.Second {
		now, _ = table.next()
		for {
			_, due, ok := table.take(now)
			if !ok {
				break
			}
			each[due]++
		}
	}
	for at, n := range each {
		if n > 50 { // 25 on average
			t.Errorf("%d of 1000 addresses are due at %s", n, at)
		}
	}
}

// TestSleep puts the computer to sleep: what was missed is not made up in a burst, and all is checked
// soon after it has woken up.
func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slept time.Duration
		w := &world{}
		f := newFixture(w, watch(20, time.Minute), func(o *Options) {
			o.Host.Slept = func() time.Duration { w.mu.Lock(); defer w.mu.Unlock(); return slept }
			o.Host.Changes = func(ctx context.Context, tell func()) error {
				time.Sleep(10*time.Minute + 100*time.Millisecond)
				w.mu.Lock()
				slept = 8 * time.Hour
				w.probes = 0
				w.mu.Unlock()
				tell()
				<-ctx.Done()
				return ctx.Err()
			}
		})
		go func() {
			time.Sleep(10*time.Minute + 5*time.Second)
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.probes < 21 || w.probes > 30 {
				t.Errorf("%d probes in the five seconds after 8 hours of sleep, want each of 21 once", w.probes)
			}
		}()
		f.run(t, 11*time.Minute)
		if n := len(f.memory.all()); n != 0 {
			t.Errorf("%d incidents", n)
		}
	})
}

// TestHeld stops the process for hours: each address is checked once afterwards.
func TestHeld(t *testing.T) {
	table := newTimetable()
	for i := range 100 {
		table.set(site(i), 10*time.Second, 0)
	}
	taken := 0
	for {
		if _, _, ok := table.take(5 * time.Hour); !ok {
			break
		}
		taken++
	}
	if taken != 100 {
		t.Errorf("%d checks are due at once, want each address's one", taken)
	}
	if due, _ := table.next(); due < 5*time.Hour || due > 5*time.Hour+10*time.Second {
		t.Errorf("the next is due at %s", due)
	}
}

// TestClock sets the wall clock back and ahead in the middle of an incident: nothing is lost, nothing
// stops, and no incident ends before it began.
func TestClock(t *testing.T) {
	for _, jump := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			trouble := kinds[0]
			trouble.address, trouble.from, trouble.to = site(0), 10*time.Minute, 30*time.Minute
			w := &world{faults: []fault{trouble}}
			begin := time.Now()
			f := newFixture(w, watch(3, time.Minute), func(o *Options) {
				o.Wall = func() time.Time {
					now := time.Now().Round(0)
					if now.Sub(begin) > 20*time.Minute {
						return now.Add(jump)
					}
					return now
				}
			})
			f.run(t, time.Hour)
			all := f.memory.all()
			if len(all) != 1 || all[0].Ended.IsZero() || all[0].Ended.Before(all[0].Began) || all[0].Fault != trouble.id {
				t.Errorf("jump of %s: %+v", jump, all)
			}
			if w.probes < 4*60 {
				t.Errorf("jump of %s: %d probes in an hour", jump, w.probes)
			}
			if !strings.Contains(f.notices[len(f.notices)-1].Body, "20 min") {
				t.Errorf("jump of %s: told is %+v", jump, f.notices)
			}
		})
	}
}

// TestOffline takes the network away from 50 addresses: one incident, few packets while it lasts, and
// all of them again when it is back.
func TestOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trouble := everywhere[2]
		trouble.from, trouble.to = 10*time.Minute, 10*time.Hour
		w := &world{faults: []fault{trouble}}
		f := newFixture(w, watch(50, time.Minute), nil)
		go func() {
			time.Sleep(15 * time.Minute)
			w.mu.Lock()
			w.probes = 0
			w.mu.Unlock()
			if s, _ := f.Status(); !s.Offline || s.Health != control.Trouble || s.Title != "title of link.off" || s.Incident != 1 {
				t.Errorf("offline, the status is %+v", s)
			}
			time.Sleep(9 * time.Hour)
			w.mu.Lock()
			if w.probes > 9*60+9 {
				t.Errorf("%d probes in nine hours offline", w.probes)
			}
			if w.exams > 60 {
				t.Errorf("%d examinations", w.exams)
			}
			w.mu.Unlock()
			time.Sleep(45*time.Minute + 90*time.Second)
			w.mu.Lock()
			defer w.mu.Unlock()
			if s, _ := f.Status(); s.Health != control.Well {
				t.Errorf("back again, the status is %+v", s.Health)
			}
		}()
		f.run(t, 11*time.Hour)
		all := f.memory.all()
		if len(all) != 1 || all[0].Address != "" || all[0].Blame != "computer" || all[0].Ended.Sub(w.begin)-trouble.to > 2*time.Minute {
			t.Errorf("%+v", all)
		}
		if len(f.notices) != 2 || !f.notices[1].Over || f.notices[0].Incident != f.notices[1].Incident {
			t.Errorf("told: %+v", f.notices)
		}
	})
}

// TestFullDisk lets every writing fail for an hour: checks go on, people are told, and the incident is
// in the history when there is room again.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trouble := kinds[0]
		trouble.address, trouble.from, trouble.to = site(0), 10*time.Minute, 20*time.Minute
		w := &world{faults: []fault{trouble}}
		f := newFixture(w, watch(3, time.Minute), nil)
		f.memory.broken = errors.New("no space left on device")
		go func() {
			time.Sleep(time.Hour)
			f.memory.mu.Lock()
			defer f.memory.mu.Unlock()
			f.memory.broken = nil
		}()
		f.run(t, 2*time.Hour)
		if w.probes < 4*120 {
			t.Errorf("%d probes in two hours", w.probes)
		}
		if len(f.notices) != 2 {
			t.Errorf("told: %+v", f.notices)
		}
		if all := f.memory.all(); len(all) != 1 || all[0].Ended.IsZero() || all[0].document == "" {
			t.Errorf("%+v", all)
		}
	})
}

// TestHang lets the probes of one address hang for ever: the others go on, and nothing piles up.
func TestHang(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &world{hangs: map[string]bool{site(0): true}}
	s := watch(3, settings.MinEvery)
	s.Watch.Every = time.Second // shorter than a person may choose, so that this is soon over
	f := newFixture(w, s, nil)
	ended := make(chan struct{})
	go func() { f.Run(ctx); close(ended) }()
	time.Sleep(4 * time.Second)
	cancel()
	start := time.Now()
	<-ended
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s to end", took)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.probes < 6 || w.probes > 30 {
		t.Errorf("%d probes", w.probes)
	}
}

// TestRestart ends the agent during an incident; the next one goes on with it.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trouble := kinds[1]
		trouble.address, trouble.from, trouble.to = site(0), 5*time.Minute, 30*time.Minute
		w := &world{faults: []fault{trouble}}
		first := newFixture(w, watch(2, time.Minute), nil)
		begin := w.begin
		first.run(t, 10*time.Minute)
		second := newFixture(w, watch(2, time.Minute), nil)
		w.begin, second.memory = begin, first.memory
		second.keeper.store = first.memory
		second.run(t, 30*time.Minute)
		all := second.memory.all()
		if len(all) != 1 || all[0].Ended.IsZero() {
			t.Errorf("%+v", all)
		}
		if len(second.notices) != 1 || !second.notices[0].Over {
			t.Errorf("told: %+v", second.notices)
		}
	})
}

// TestQuiet tells nobody when that is chosen, and of one incident once.
func TestQuiet(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			trouble := kinds[0]
			trouble.address, trouble.from, trouble.to = site(0), 5*time.Minute, 8*time.Hour
			s := watch(2, time.Minute)
			s.Watch.Quiet = quiet
			f := newFixture(&world{faults: []fault{trouble}}, s, nil)
			f.run(t, 7*time.Hour)
			if want := map[bool]int{false: 1, true: 0}[quiet]; len(f.notices) != want {
				t.Errorf("quiet %v: told %+v", quiet, f.notices)
			}
		})
	}
}

// TestProvisional lets examinations hang: the incident is known all the same.
func TestProvisional(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trouble := fault{address: site(0), from: 5 * time.Minute, to: 30 * time.Minute, id: "site.no-answer", ended: probe.Connect, kind: wire.Timeout, takes: time.Second}
		w := &world{faults: []fault{trouble}}
		f := newFixture(w, watch(2, time.Minute), func(o *Options) {
			o.Settings.Timeout = 10 * time.Minute
			o.Examine = func(ctx context.Context, _ diagnostics.Target, _ settings.Settings) *Finding {
				<-ctx.Done()
				return nil
			}
		})
		f.run(t, 40*time.Minute)
		all := f.memory.all()
		if len(all) != 1 || all[0].Known.Sub(w.begin)-trouble.from > 2*time.Minute || all[0].Ended.IsZero() || all[0].Fault != "unknown" {
			t.Errorf("%+v", all)
		}
	})
}

// TestHandedOn follows the incidents from outside: what begins there also ends, also when it turns out
// to be the connection's, or lasted when the agent began.
func TestHandedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site0, all := kinds[2], everywhere[0]
		site0.address, site0.from, site0.to = site(0), 5*time.Minute, 30*time.Minute
		all.from, all.to = 8*time.Minute, 30*time.Minute
		lasting := history.Incident{ID: 1, Address: site(1), Fault: "site.bad-gateway", Blame: "website", Began: time.Now().Add(-time.Hour)}
		active, most := map[string]bool{}, 0
		f := newFixture(&world{faults: []fault{site0, all}}, watch(3, time.Minute), func(o *Options) {
			o.Incident = func(i history.Incident) {
				active[i.Address] = true
				most = max(most, len(active))
				if !i.Ended.IsZero() {
					delete(active, i.Address)
				}
			}
		})
		f.memory.incidents = []kept{{Incident: lasting}}
		f.run(t, time.Hour)
		if most != 1 || len(active) != 0 {
			t.Errorf("up to %d incidents at once, and %v never end", most, active)
		}
		if all := f.memory.all(); len(all) != 2 || all[1].Address != "" || all[1].Blame != "provider" || all[1].Ended.IsZero() {
			t.Errorf("%+v", all)
		}
	})
}
