package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// TestCrew has no more at work than there are processors, and nobody waits for those who wait.
func TestCrew(t *testing.T) {
	for name, c := range map[string]struct {
		each   time.Duration
		n      int
		atOnce int
		most   time.Duration // for all of it
	}{
		"quick work": {time.Millisecond, 100, runtime.GOMAXPROCS(0), time.Second},
		"long waits": {time.Second, 100, 100, 3 * time.Second},
		"too many":   {time.Second, 3 * maxWaiting, maxWaiting + runtime.GOMAXPROCS(0), 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var crew crew
				var now, most, done atomic.Int32
				var all sync.WaitGroup
				start := time.Now()
				for range c.n {
					all.Add(1)
					crew.do(func() {
						defer all.Done()
						n := now.Add(1)
						for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
						}
						time.Sleep(c.each)
						now.Add(-1)
						done.Add(1)
					})
				}
				all.Wait()
				synctest.Wait()
				if n := int(done.Load()); n != c.n {
					t.Errorf("%d of %d were done", n, c.n)
				}
				if n := int(most.Load()); n > c.atOnce {
					t.Errorf("%d at once, want at most %d", n, c.atOnce)
				}
				if took := time.Since(start); took > c.most {
					t.Errorf("took %v", took)
				}
				if crew.hands != 0 || crew.away != 0 {
					t.Errorf("left behind: %d at work, %d waiting", crew.hands, crew.away)
				}
			})
		})
	}
}

// TestProbeAll makes good and bad probes together: none is lost, each has its own result, those that
// wait hold nobody up, and nothing is left behind.
func TestProbeAll(t *testing.T) {
	w := newWorld(t)
	p := w.begin(nil)
	good := tcp(t, over(w.certificate("up.test", time.Hour), says(page)))
	mute := tcp(t, silent)
	p.ProbeAll(t.Context(), []Job{{Target: target(t, "https://up.test:%d", good)}}, func(int, Result) {})
	goroutines, files := runtime.NumGoroutine(), openFiles()
	var jobs []Job
	for i := range 200 {
		switch i % 4 {
		case 0, 1:
			jobs = append(jobs, Job{Target: target(t, "https://up.test:%d/%d", good, i)})
		case 2:
			jobs = append(jobs, Job{Target: target(t, "https://no.test/%d", i)})
		case 3:
			jobs = append(jobs, Job{Target: target(t, "http://up.test:%d/%d", mute, i), Limit: 300 * time.Millisecond})
		}
	}
	seen := make([]int, len(jobs))
	start := time.Now()
	p.ProbeAll(t.Context(), jobs, func(i int, r Result) {
		seen[i]++
		want := [...]wire.Kind{"", "", NoSuchName, wire.Timeout}[i%4]
		if r.Kind != want || r.Address != jobs[i].Target.Input {
			t.Errorf("%d: %+v", i, r)
		}
	})
	for i, n := range seen {
		if n != 1 {
			t.Errorf("job %d has %d results", i, n)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	p.Close()
	settled(t, goroutines, files)
}

// TestEnded ends a batch: what has not begun is void, and all of it over soon.
func TestEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.begin(nil)
	mute := tcp(t, silent)
	jobs := make([]Job, 500)
	for i := range jobs {
		jobs[i].Target = target(t, "http://up.test:%d/%d", mute, i)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start, n := time.Now(), 0
	p.ProbeAll(ctx, jobs, func(_ int, r Result) {
		if n++; !r.Void() {
			t.Errorf("%+v", r)
		}
	})
	if took := time.Since(start); n != len(jobs) || took > 2*time.Second {
		t.Errorf("%d results in %v", n, took)
	}
}

// settled waits until no more goroutines and files are there than before.
func settled(t *testing.T, goroutines, files int) {
	t.Helper()
	var g, f int
	for range 100 {
		if g, f = runtime.NumGoroutine(), openFiles(); g <= goroutines && f <= files {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, before %d; %d files, before %d\n%s", g, goroutines, f, files, stacks[:runtime.Stack(stacks, true)])
}

// openFiles is 0 where the system does not tell so easily.
func openFiles() int {
	list, _ := os.ReadDir("/proc/self/fd")
	return len(list)
}

// TestRace has slow and failing addresses overtaken, and closes what comes too late.
func TestRace(t *testing.T) {
	type address struct {
		after time.Duration
		err   error
	}
	refused := &stepError{wire.Refused}
	for name, c := range map[string]struct {
		list   []address
		winner int // -1: none
		took   time.Duration
	}{
		"one":                {[]address{{time.Second, nil}}, 0, time.Second},
		"one that fails":     {[]address{{time.Second, refused}}, -1, time.Second},
		"first in time":      {[]address{{200 * time.Millisecond, nil}, {0, nil}}, 0, 200 * time.Millisecond},
		"first slow":         {[]address{{time.Hour, nil}, {10 * time.Millisecond, nil}}, 1, 260 * time.Millisecond},
		"first fails":        {[]address{{5 * time.Millisecond, refused}, {10 * time.Millisecond, nil}}, 1, 15 * time.Millisecond},
		"third":              {[]address{{time.Hour, nil}, {0, refused}, {time.Millisecond, nil}}, 2, 251 * time.Millisecond},
		"first after all":    {[]address{{300 * time.Millisecond, nil}, {time.Hour, nil}}, 0, 300 * time.Millisecond},
		"both of them":       {[]address{{300 * time.Millisecond, nil}, {50*time.Millisecond + 1, nil}}, 0, 300 * time.Millisecond},
		"none":               {[]address{{0, refused}, {0, refused}, {0, refused}}, -1, 0},
		"silent until limit": {[]address{{time.Hour, nil}, {time.Hour, nil}}, -1, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var open atomic.Int32
				dial := func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
					a := c.list[to.Addr().As4()[3]]
					select {
					case <-time.After(a.after):
					case <-ctx.Done():
						return nil, ctx.Err()
					}
					if a.err != nil {
						return nil, a.err
					}
					open.Add(1)
					return &counted{open: &open}, nil
				}
				ctx, cancel := wire.WithLimit(t.Context(), 3*time.Second)
				defer cancel()
				start := time.Now()
				conn, server, err := race(ctx, dial, numbered(len(c.list)), 1)
				took := time.Since(start)
				if (err != nil) != (c.winner < 0) || took != c.took {
					t.Errorf("%v, %v after %v, want %v", server, err, took, c.took)
				}
				if c.winner >= 0 && int(server.Addr().As4()[3]) != c.winner {
					t.Errorf("%v was first", server)
				}
				if conn != nil {
					_ = conn.Close()
				}
				synctest.Wait()
				if n := open.Load(); n != 0 {
					t.Errorf("%d connections are left open", n)
				}
			})
		})
	}
	if s := fmt.Sprint(mixed(numbered(1), numbered(3))); s != "[10.0.0.0 10.0.0.0 10.0.0.1 10.0.0.2]" {
		t.Error(s)
	}
}

// counted is a connection whose end is counted.
type counted struct {
	net.Conn
	open *atomic.Int32
}

func (c *counted) Close() error {
	c.open.Add(-1)
	return nil
}

func numbered(n int) (list []netip.Addr) {
	for i := range n {
		list = append(list, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
	}
	return list
}
