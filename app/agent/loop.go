package agent

import (
	"context"
	"os"
	"slices"
	"time"

	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// longestSleep bounds the loop's sleep, so that waking up and a changed settings file are noticed
	// where nothing tells of them.
	longestSleep = time.Minute
	// lookApartFile is the least time between two looks at the settings file.
	lookApartFile = 2 * time.Second
	// firstRest is when what only the start has needed is given back: after the first round.
	firstRest = firstRound + 5*time.Second
	// restEvery is how often that is repeated, for what rare things have touched.
	restEvery = 10 * time.Minute
	// dozeLeast is how long nothing has to be due for memory to be given back after a round, and
	// dozeApart how long ago that must have been done.
	dozeLeast, dozeApart = 3 * time.Second, 20 * time.Second
	// endTime is how long the end waits for probes, and then for the disk.
	endTime = 400 * time.Millisecond
	// maxExaminations run at once: more would disturb each other's measurements.
	maxExaminations = 2
	// examineGrace is how much longer than its time limit an examination may take before it is given up.
	examineGrace = 5 * time.Second
	// fullInterval is from which interval on a probe has all the time that the prober grants; shorter
	// ones grant a quarter of themselves, so that an address can be judged within two, and leastLimit
	// at least: one retransmission.
	fullInterval = 4 * probe.DefaultLimit
	leastLimit   = 2 * time.Second
)

// Run watches until the context ends. What was seen is in the history when it returns, which is
// within a second.
func (a *Agent) Run(ctx context.Context) {
	a.begin(ctx)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			a.end()
			return
		case <-timer.C:
		case <-a.kick:
		}
		timer.Reset(a.step())
	}
}

func (a *Agent) begin(ctx context.Context) {
	lasting := a.keeper.lasting(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ctx = ctx
	now := a.now()
	for _, i := range lasting {
		if open := a.book.resume(i, now); open != nil {
			a.keeper.knows(open)
		} else {
			a.keeper.over(i, now.wall)
		}
	}
	if a.o.Host.Slept != nil {
		a.slept = a.o.Host.Slept()
	}
	a.work.Go(func() {
		for wait := firstRest; sleep(ctx, wait); wait = restEvery {
			a.o.Rest(true)
		}
	})
	a.work.Go(func() { a.keeper.run(ctx) })
	a.work.Go(func() { a.tellAll(ctx) })
	if a.o.Host.Changes != nil {
		a.work.Go(func() { a.watchNetwork(ctx) })
	}
	if a.o.Host.Metered != nil {
		a.work.Go(func() { a.askMetered(ctx) })
	}
}

// doze gives memory back when a round is over and nothing is due for a while.
func (a *Agent) doze() {
	a.mu.Lock()
	ran := time.Since(a.base)
	next, ok := a.table.next()
	idle := ok && next-ran >= dozeLeast && ran-a.rested >= dozeApart
	if idle {
		a.rested = ran
	}
	a.mu.Unlock()
	if idle {
		a.o.Rest(false)
	}
}

// end waits for what is under way, not for long, and lets the disk have what is known.
func (a *Agent) end() {
	a.mu.Lock()
	a.ctx = nil
	prober := a.prober
	a.mu.Unlock()
	done := make(chan struct{})
	go func() { a.work.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(endTime):
	}
	a.keeper.close(endTime)
	prober.Close()
}

// step does what is due, and returns how long nothing will be.
func (a *Agent) step() time.Duration {
	a.lookAtFile()
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if a.wokeUp() {
		a.changedNetwork(now)
	}
	if !a.paused.IsZero() {
		left := a.paused.Sub(now.wall)
		if left > 0 {
			return min(left, longestSleep)
		}
		a.resume()
	}
	if a.settings.Watch.Off {
		return longestSleep
	}
	var batch []job
	for {
		e, due, ok := a.table.take(now.ran)
		if !ok {
			break
		}
		if e.running || e.address != "" && a.book.down() {
			continue
		}
		batch = append(batch, a.jobOf(e, due))
	}
	a.start(batch, nil)
	a.carryOut(a.book.late(now))
	due, _ := a.table.next()
	if late, ok := a.book.nextLate(); ok {
		due = min(due, late)
	}
	return min(max(due-a.now().ran, 0), longestSleep)
}

// wokeUp reports whether the computer has slept since it was asked last.
func (a *Agent) wokeUp() bool {
	if a.o.Host.Slept == nil {
		return false
	}
	slept := a.o.Host.Slept()
	woke := slept-a.slept > time.Second
	a.slept = slept
	return woke
}

// job is one probe to be made.
type job struct {
	entry *entry
	probe probe.Job
}

func (a *Agent) jobOf(e *entry, due time.Duration) job {
	e.running = true
	return job{e, probe.Job{Target: a.targets[e.address], Due: a.o.Wall().Add(due - time.Since(a.base)).Round(0)}}
}

// limit is how long a probe may take; 0 leaves it to the prober.
func (a *Agent) limit(e *entry) time.Duration {
	if every := a.table.interval(e); every < fullInterval {
		return max(every/4, leastLimit)
	}
	return 0
}

// start makes the probes of a batch together, those with a limit of their own apart. The caller holds
// the lock; done, if any, is called with the lock held when all have ended.
func (a *Agent) start(batch []job, done func()) {
	groups := map[time.Duration][]job{}
	for _, j := range batch {
		groups[a.limit(j.entry)] = append(groups[a.limit(j.entry)], j)
	}
	left := len(groups)
	ended := func() {
		if left--; left <= 0 && done != nil {
			done()
			a.tellChange()
		}
	}
	if left == 0 {
		ended()
	}
	prober := a.prober
	for limit, group := range groups {
		a.work.Go(func() {
			ctx, cancel := wire.WithLimit(a.ctxOf(), limit)
			defer cancel()
			jobs := make([]probe.Job, len(group))
			for i, j := range group {
				jobs[i] = j.probe
			}
			prober.ProbeAll(ctx, jobs, func(i int, r probe.Result) { a.probed(group[i].entry, r) })
			a.mu.Lock()
			defer a.mu.Unlock()
			ended()
		})
	}
}

// ctxOf is the context of Run; one that has ended when Run has.
func (a *Agent) ctxOf() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ctx != nil {
		return a.ctx
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// probed takes one result.
func (a *Agent) probed(e *entry, r probe.Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e.running = false
	r.Address = e.address
	if r.Kind == wire.Cancelled {
		return // the agent ends; that says nothing about the network
	}
	a.keeper.add(r)
	if a.o.Observe != nil {
		a.o.Observe(r)
	}
	a.carryOut(a.book.probed(r, a.now()))
	if e.address == "" && a.recheck && r.Well() {
		a.recheck = false
		a.table.all(a.now().ran)
		a.wake()
	}
	a.tellChange()
}

// carryOut does what the book wants. The caller holds the lock.
func (a *Agent) carryOut(orders []order) {
	for _, o := range orders {
		switch o.do {
		case again:
			a.table.hurry(o.address, a.now().ran, o.in)
			a.wake()
		case release:
			a.table.all(a.now().ran)
			a.wake()
		case lookInto:
			a.exams = append(a.exams, o.address)
		case begin:
			a.keeper.begin(o.incident)
		case amend:
			a.keeper.amend(o.incident)
			a.tell(o.incident)
		case keep:
			a.keeper.keep(o.incident, o.document)
			a.tell(o.incident)
		case end:
			a.keeper.end(o.incident)
			a.tellOver(o.incident, a.now())
		}
	}
	a.examineNext()
}

// examineNext starts examinations that wait, that of the connection first.
func (a *Agent) examineNext() {
	for a.examining < maxExaminations && len(a.exams) > 0 && a.ctx != nil {
		i := max(slices.Index(a.exams, ""), 0)
		address := a.exams[i]
		a.exams = slices.Delete(a.exams, i, i+1)
		t, watched := a.targets[address]
		if !watched {
			continue
		}
		a.examining++
		a.tellChange()
		ctx, s := a.ctx, a.settings
		a.work.Go(func() {
			f := a.examine(ctx, t, address, s)
			a.mu.Lock()
			a.examining--
			if ctx.Err() == nil {
				a.carryOut(a.book.examined(address, f, a.now()))
			}
			last := a.examining == 0
			a.tellChange()
			a.mu.Unlock()
			if last {
				a.o.Rest(true) // an examination needs more than all else for a long time
			}
		})
	}
}

// examine runs one examination, and gives it up when it does not end in time.
func (a *Agent) examine(ctx context.Context, t diagnostics.Target, address string, s settings.Settings) *Finding {
	a.mu.Lock()
	needed := a.book.needs(address)
	a.mu.Unlock()
	if !needed {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	found := make(chan *Finding, 1)
	go func() { found <- a.o.Examine(ctx, t, s) }()
	select {
	case f := <-found:
		return f
	case <-time.After(s.Timeout + examineGrace):
		return nil
	}
}

// fileMark tells one state of the settings file from another.
type fileMark struct {
	size  int64
	mtime time.Time
}

func markOf(path string) fileMark {
	info, err := os.Stat(path)
	if path == "" || err != nil {
		return fileMark{}
	}
	return fileMark{info.Size(), info.ModTime()}
}

// lookAtFile reloads settings that changed on the disk; broken ones are left for later.
func (a *Agent) lookAtFile() {
	a.mu.Lock()
	ran := time.Since(a.base)
	due := a.o.File != "" && ran-a.looked >= lookApartFile
	if due {
		a.looked = ran
	}
	seen := a.fileSeen
	a.mu.Unlock()
	if !due {
		return
	}
	if mark := markOf(a.o.File); mark != seen {
		if a.Reload() != nil {
			a.mu.Lock()
			a.fileSeen = mark // tried once
			a.mu.Unlock()
		}
	}
}
