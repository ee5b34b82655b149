package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/diagnostics/probe"
)

const (
	// gather is how long results are gathered for one writing.
	gather = time.Second
	// tryAgain is the pause after a writing that failed.
	tryAgain = time.Minute
	// thinEvery is how often the history is made smaller.
	thinEvery = time.Hour
	// writeTime bounds one writing.
	writeTime = 30 * time.Second
	// maxUnsaved and maxChanges bound what waits for a disk that is full or does not answer; the
	// oldest results go first.
	maxUnsaved, maxChanges = 20_000, 1_000
)

// change is one change of an incident, as it was at that moment.
type change struct {
	do       deed
	of       *incident
	incident history.Incident
	document []byte
}

// keeper writes to the history beside the checks, so that a slow or full disk never holds them up.
type keeper struct {
	store Store
	wall  func() time.Time
	told  func(history.Incident)      // nil: nobody
	began func(i *incident, id int64) // called for each, with 0 when it could not be written yet
	wrote func()                      // called after each writing

	mu      sync.Mutex
	results []probe.Result
	changes []change
	wake    chan struct{}
	ended   chan struct{} // the last writing is done

	ids map[*incident]int64 // used by run alone, once it runs
}

func newKeeper(s Store, wall func() time.Time, began func(*incident, int64), wrote func()) *keeper {
	return &keeper{store: s, wall: wall, began: began, wrote: wrote, wake: make(chan struct{}, 1), ended: make(chan struct{}), ids: map[*incident]int64{}}
}

// lasting reads the incidents that lasted when the agent ended.
func (k *keeper) lasting(ctx context.Context) []history.Incident {
	if k.store == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	list, _ := k.store.Lasting(ctx) // what cannot be read is begun anew
	return list
}

// knows takes up an incident that is in the history already. Before run.
func (k *keeper) knows(i *incident) {
	k.ids[i] = i.ID
	k.tell(i)
}

// over ends an incident that nobody watches any more. Before run.
func (k *keeper) over(i history.Incident, at time.Time) {
	open := &incident{Incident: i}
	open.Ended = at
	k.knows(open)
	k.end(open)
}

func (k *keeper) add(r probe.Result) {
	if k.store == nil {
		return
	}
	k.mu.Lock()
	k.results = append(k.results, r)
	if over := len(k.results) - maxUnsaved; over > 0 {
		k.results = append(k.results[:0], k.results[over:]...)
	}
	k.mu.Unlock()
	k.kick()
}

func (k *keeper) begin(i *incident)             { k.note(change{do: begin, of: i}) }
func (k *keeper) amend(i *incident)             { k.note(change{do: amend, of: i}) }
func (k *keeper) end(i *incident)               { k.note(change{do: end, of: i}) }
func (k *keeper) keep(i *incident, text []byte) { k.note(change{do: keep, of: i, document: text}) }

func (k *keeper) note(c change) {
	c.incident = c.of.Incident
	if c.do != keep {
		k.tell(c.of)
	}
	k.mu.Lock()
	if len(k.changes) < maxChanges {
		k.changes = append(k.changes, c)
	}
	k.mu.Unlock()
	k.kick()
}

// tell hands an incident to whoever follows them. One that became another subject's ends there and
// begins here: outside, an incident is known by its address.
func (k *keeper) tell(i *incident) {
	if k.told == nil {
		return
	}
	if was := i.outside; !was.Began.IsZero() && was.Address != i.Address {
		was.Ended = k.wall()
		k.told(was)
	}
	i.outside = i.Incident
	k.told(i.Incident)
}

func (k *keeper) kick() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// run writes until the context ends, and then what is left.
func (k *keeper) run(ctx context.Context) {
	defer close(k.ended)
	thin := time.NewTimer(thinEvery)
	defer thin.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-thin.C:
			thin.Reset(thinEvery)
			if k.store != nil {
				_ = k.store.Thin(ctx, k.wall()) // the next hour tries again
			}
		case <-k.wake:
			if k.urgent() || sleep(ctx, gather) {
				if !k.write(ctx) {
					sleep(ctx, tryAgain)
					k.kick()
				}
				k.wrote()
			}
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	k.write(last)
}

// close waits for the last writing, for so long.
func (k *keeper) close(d time.Duration) {
	select {
	case <-k.ended:
	case <-time.After(d):
	}
}

func (k *keeper) urgent() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.changes) > 0
}

// write writes what waits, the changes in their order, and reports whether all went well.
func (k *keeper) write(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	k.mu.Lock()
	results := k.results
	k.results = nil
	changes := k.changes
	k.changes = nil
	k.mu.Unlock()
	for i, c := range changes {
		if k.apply(ctx, c) != nil {
			k.mu.Lock()
			k.changes = append(changes[i:], k.changes...)
			k.results = append(results, k.results...)
			k.mu.Unlock()
			for _, c := range changes[i:] {
				if c.do == begin {
					k.began(c.of, 0)
				}
			}
			return false
		}
	}
	// What cannot be written of single probes, the store drops and counts.
	return len(results) == 0 || k.store.Add(ctx, results) == nil
}

// apply writes one change.
func (k *keeper) apply(ctx context.Context, c change) (err error) {
	if k.store == nil {
		if c.do == begin {
			k.began(c.of, 0)
		}
		return nil
	}
	c.incident.ID = k.ids[c.of]
	switch c.do {
	case begin:
		if c.incident.ID, err = k.store.Begin(ctx, c.incident, nil); err == nil {
			k.ids[c.of] = c.incident.ID
			k.began(c.of, c.incident.ID)
		}
	case amend:
		if err = k.store.Amend(ctx, c.incident); errors.Is(err, history.ErrUnknown) { // it went with a damaged file
			k.ids[c.of], err = k.store.Begin(ctx, c.incident, nil)
		}
	case keep:
		err = k.store.SetExamination(ctx, c.incident.ID, c.document)
	case end:
		if err = k.store.End(ctx, c.incident.ID, c.incident.Ended); err == nil {
			delete(k.ids, c.of)
		}
	}
	if errors.Is(err, history.ErrUnknown) || errors.Is(err, history.ErrTooLarge) {
		return nil // trying again would not help
	}
	return err
}

// sleep waits, and reports false when the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
