package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/platform"
)

// TestPause holds all checks, until told or until a time.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		f := newFixture(w, watch(5, time.Minute), nil)
		count := func() int { w.mu.Lock(); defer w.mu.Unlock(); return w.probes }
		go func() {
			time.Sleep(5 * time.Minute)
			f.Pause(control.UntilTold())
			time.Sleep(time.Second)
			before := count()
			time.Sleep(20 * time.Minute)
			if n := count(); n != before {
				t.Errorf("%d probes during a pause", n-before)
			}
			if s, _ := f.Status(); s.Health != control.Unclear || s.Paused.IsZero() {
				t.Errorf("paused, the status is %+v", s)
			}
			if err := f.Check(site(1)); err != nil || f.Check("nobody") != control.ErrUnknown {
				t.Errorf("a check in a pause: %v", err)
			}
			time.Sleep(time.Second)
			if n := count(); n != before+2 {
				t.Errorf("a check that a person asked for made %d probes, want its own and the connection's", n-before)
			}
			f.Resume()
			time.Sleep(3 * time.Second)
			if n := count(); n < before+2+6 {
				t.Errorf("after the pause %d probes, want each one's", n-before-2)
			}
			f.Pause(time.Now().Add(10 * time.Minute))
			time.Sleep(time.Second)
			before = count()
			time.Sleep(9 * time.Minute)
			if n := count(); n != before {
				t.Errorf("%d probes before the end of the pause", n-before)
			}
			time.Sleep(2 * time.Minute)
			if n := count(); n < before+6 {
				t.Errorf("%d probes after the end of the pause", n-before)
			}
		}()
		f.run(t, time.Hour)
	})
}

// TestReload changes what is watched while it is watched.
func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trouble := kinds[0]
		trouble.address, trouble.from, trouble.to = site(2), 2*time.Minute, time.Hour
		w := &world{faults: []fault{trouble}}
		now, broken := watch(3, time.Minute), error(nil)
		f := newFixture(w, now, func(o *Options) { o.Load = func() (settings.Settings, error) { return now, broken } })
		go func() {
			time.Sleep(10 * time.Minute)
			broken = errors.New("not valid")
			if f.Reload() == nil {
				t.Error("broken settings are taken")
			}
			broken, now = nil, watch(2, time.Minute)
			if err := f.Reload(); err != nil {
				t.Error(err)
			}
			if s, _ := f.Status(); len(s.Targets) != 3 || s.Health != control.Well {
				t.Errorf("after the address in trouble has gone: %+v", s)
			}
			now.Watch.Off = true
			_ = f.Reload()
			time.Sleep(time.Second)
			w.mu.Lock()
			w.probes = 0
			w.mu.Unlock()
		}()
		f.run(t, time.Hour)
		if all := f.memory.all(); len(all) != 1 || all[0].Ended.IsZero() {
			t.Errorf("%+v", all)
		}
		if w.probes != 0 {
			t.Errorf("%d probes although the checks are off", w.probes)
		}
	})
}

// TestMeteredStretches makes intervals longer where the connection costs by volume.
func TestMeteredStretches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		f := newFixture(w, watch(3, time.Minute), func(o *Options) {
			o.Host.Metered = func(context.Context) (bool, error) { return true, nil }
		})
		f.run(t, 50*time.Minute)
		if most := 4 * (50/meteredStretch + 2); w.probes > most {
			t.Errorf("%d probes, want at most %d", w.probes, most)
		}
		if s, _ := f.Status(); !s.Metered || s.Targets[0].Every != 5*time.Minute {
			t.Errorf("%+v", s)
		}
	})
}

// TestNetwork changes the network: all is asked at once, and not when only the signal's strength is
// another one.
func TestNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		link := platform.Link{Name: "wlan0", Kind: platform.WiFi, Up: true, Wireless: &platform.Wireless{Joined: true, SSID: "home"}}
		f := newFixture(w, watch(20, 10*time.Minute), func(o *Options) {
			o.Host.Links = func(context.Context) ([]platform.Link, error) {
				w.mu.Lock()
				defer w.mu.Unlock()
				return []platform.Link{link}, nil
			}
			o.Host.Routes = func(context.Context) ([]platform.Route, error) { return nil, nil }
			o.Host.Changes = func(ctx context.Context, tell func()) error {
				for i := range 2 {
					time.Sleep(time.Minute)
					w.mu.Lock()
					w.probes = 0
					wireless := *link.Wireless
					wireless.RSSI = -50 - i
					if i == 1 {
						wireless.SSID = "office"
					}
					link.Wireless = &wireless
					w.mu.Unlock()
					tell()
					time.Sleep(5 * time.Second)
					w.mu.Lock()
					if want := 21 * i; w.probes < want || w.probes > want+3 {
						t.Errorf("change %d: %d probes, want %d", i, w.probes, want)
					}
					w.mu.Unlock()
				}
				<-ctx.Done()
				return ctx.Err()
			}
		})
		f.run(t, 5*time.Minute)
	})
}
