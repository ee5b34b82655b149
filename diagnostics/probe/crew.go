package probe

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// Job is one probe that is due; a target that is None asks for the connection in general.
type Job struct {
	Target diagnostics.Target
	Due    time.Time
	Limit  time.Duration // of this probe, from its start; 0: the prober's
}

// ProbeAll makes all the probes and hands over each result, with the job's index, as it comes, one at
// a time; it returns after the last. What is given together leaves together, because waking up costs
// more than checking; but no more probes than processors are at work at once, so that none waits for
// another's sums and measured times stay true. All calls share the processors.
func (p *Prober) ProbeAll(ctx context.Context, jobs []Job, got func(i int, r Result)) {
	var all sync.WaitGroup
	var one sync.Mutex
	all.Add(len(jobs))
	p.prepare(ctx, jobs)
	for i, j := range jobs {
		p.crew.do(func() {
			defer all.Done()
			ctx, cancel := wire.WithLimit(ctx, j.Limit)
			defer cancel()
			var r Result
			if j.Target.None() {
				r = p.Health(ctx, j.Due)
			} else {
				r = p.Probe(ctx, j.Target, j.Due)
			}
			one.Lock()
			defer one.Unlock()
			got(i, r)
		})
	}
	all.Wait()
}

const (
	// waiting is when a probe evidently waits for the network and leaves its processor to others.
	waiting = 10 * time.Millisecond
	// maxWaiting bounds the probes that wait at once, and with them memory and sockets: macOS gives a
	// process 256 (launchd.plist(5), SoftResourceLimits).
	maxWaiting = 160
)

// crew does work, as much at once as there are processors. Its hands keep their grown stacks from
// one piece of work to the next.
type crew struct {
	mu    sync.Mutex
	todo  []func()
	hands int // at work, apart from those that wait
	away  int // waiting
}

func (c *crew) do(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.todo = append(c.todo, f)
	c.fill()
}

// fill starts as many hands as there may be. The caller holds the lock.
func (c *crew) fill() {
	if len(c.todo) > 0 && c.hands < runtime.GOMAXPROCS(0) && c.away < maxWaiting {
		c.hands++
		go (&hand{crew: c}).work()
	}
}

// take gives out the next work.
func (c *crew) take() (f func(), ok bool) {
	if len(c.todo) == 0 {
		c.todo = nil
		return nil, false
	}
	f, c.todo = c.todo[0], c.todo[1:]
	return f, true
}

// hand is one goroutine of a crew.
type hand struct {
	*crew
	busy     bool
	relieved bool // another has taken its place
}

// work goes on until nothing is left, or until it has waited so long that another took over.
func (h *hand) work() {
	relief := time.AfterFunc(time.Hour, h.relieve)
	defer relief.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	for !h.relieved {
		f, ok := h.take()
		if !ok {
			h.hands--
			return
		}
		h.busy = true
		h.mu.Unlock()
		relief.Reset(waiting)
		f()
		relief.Stop()
		h.mu.Lock()
		h.busy = false
	}
	h.away--
	h.fill()
}

// relieve lets another take the place of a hand that waits for the network.
func (h *hand) relieve() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy && !h.relieved {
		h.relieved = true
		h.hands--
		h.away++
		h.fill()
	}
}
