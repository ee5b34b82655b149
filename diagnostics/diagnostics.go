// Package diagnostics observes the way from this computer to a website: it runs checks and
// collects facts. It never judges (package verdict does), draws nothing on a screen and asks the
// operating system nothing except through platform.Host.
//
// A check is a value: an identifier, a place on the way, the checks it reads, and a function.
// Examine runs all checks of a plan at once, each as soon as the ones it needs are done, and hands
// every fact to one sink. It is the only place with goroutines that outlive a function call.
package diagnostics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// ID names a check for ever: "dns.system".
type ID string

// Station is a place on the way from a person to a website.
type Station string

// The stations in the order of the way.
const (
	Browser  Station = "browser"
	Computer Station = "computer"
	Router   Station = "router"
	Provider Station = "provider"
	DNS      Station = "dns"
	CDN      Station = "cdn"
	Website  Station = "website"
)

// Stations lists all stations in the order of the way.
var Stations = [...]Station{Browser, Computer, Router, Provider, DNS, CDN, Website}

// State is what became of a check. It says whether the measurement succeeded and, roughly, how it
// looks by itself; who is to blame is for the verdict.
type State string

// States of checks.
const (
	OK      State = "ok"
	Warning State = "warning"
	Failed  State = "failed"
	Unknown State = "unknown" // could not be measured: never read as a negative finding
	Skipped State = "skipped" // not needed or not applicable
)

// Fault is the state of a station that is at fault; checks are never in it.
const Fault State = "fault"

// Fact is what one check found out.
type Fact struct {
	ID      ID
	Station Station
	State   State
	Value   any    // the check's own type, nil when Unknown or Skipped without a value
	Err     string // why it could not be measured, or is not applicable
	Start   time.Time
	Took    time.Duration
}

// Stater is implemented by values of checks that know how they look.
type Stater interface{ State() State }

// Check observes one thing and never judges it. T is the type of its fact.
// A failure on the network is a value of T; an error means that the measurement was not
// applicable (errors.ErrUnsupported), was cut short (the context's error) or that this program is
// broken. A check whose context ends returns what it has so far, with a nil error.
type Check[T any] struct {
	ID      ID
	Station Station
	Needs   []Node        // whose facts Run reads through Env.Facts
	Limit   time.Duration // ends Run's context
	Run     func(ctx context.Context, env *Env) (T, error)
}

// Node is a check without its type.
type Node interface {
	id() ID
	station() Station
	needs() []Node
	run(ctx context.Context, env *Env) Fact
	decode(raw json.RawMessage) (any, error)
}

func (c *Check[T]) id() ID           { return c.ID }
func (c *Check[T]) station() Station { return c.Station }
func (c *Check[T]) needs() []Node    { return c.Needs }

func (c *Check[T]) decode(raw json.RawMessage) (any, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}

func (c *Check[T]) run(ctx context.Context, env *Env) (f Fact) {
	f = Fact{ID: c.ID, Station: c.Station, Start: time.Now()}
	defer func() {
		f.Took = time.Since(f.Start)
		if r := recover(); r != nil {
			f.State, f.Value, f.Err = Unknown, nil, fmt.Sprintf("this check is broken: %v", r)
		}
	}()
	// What still waits when the check's own time is up has timed out: nothing cancelled it.
	ctx, cancel := wire.WithLimit(ctx, c.Limit)
	defer cancel()
	v, err := c.Run(ctx, env)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		f.State, f.Err = Skipped, err.Error()
	case err != nil:
		f.State, f.Err = Unknown, err.Error()
	default:
		f.State, f.Value = OK, v
		if s, ok := any(v).(Stater); ok {
			f.State = s.State()
		}
	}
	return f
}

// From returns the check's fact; ok is false when it was not measured (yet).
func (c *Check[T]) From(f Facts) (v T, ok bool) {
	v, ok = f.byID[c.ID].Value.(T)
	return v, ok
}

// Facts is what is known; the zero value knows nothing. It is not changed after it was handed out.
type Facts struct {
	Target Target
	byID   map[ID]Fact
	order  []ID
}

// NewFacts makes Facts of saved ones.
func NewFacts(t Target, facts []Fact) Facts {
	f := Facts{Target: t}
	for _, x := range facts {
		f = f.With(x)
	}
	return f
}

// With returns f with one more fact, or the fact replaced.
func (f Facts) With(x Fact) Facts {
	n := Facts{Target: f.Target, byID: make(map[ID]Fact, len(f.byID)+1), order: f.order}
	for k, v := range f.byID {
		n.byID[k] = v
	}
	if _, known := n.byID[x.ID]; !known {
		n.order = append(slices.Clone(f.order), x.ID)
	}
	n.byID[x.ID] = x
	return n
}

// Fact returns one fact.
func (f Facts) Fact(id ID) (Fact, bool) { x, ok := f.byID[id]; return x, ok }

// All lists the facts in the order they came.
func (f Facts) All() []Fact {
	l := make([]Fact, 0, len(f.order))
	for _, id := range f.order {
		l = append(l, f.byID[id])
	}
	return l
}

// Plan is a set of checks to run together.
type Plan []Node

// IDs lists the plan's checks.
func (p Plan) IDs() []ID {
	l := make([]ID, len(p))
	for i, n := range p {
		l[i] = n.id()
	}
	return l
}

// Station returns where a check of the plan looks.
func (p Plan) Station(id ID) Station {
	for _, n := range p {
		if n.id() == id {
			return n.station()
		}
	}
	return ""
}

// Decode reads back the value of a saved fact.
func (p Plan) Decode(id ID, raw json.RawMessage) (any, error) {
	for _, n := range p {
		if n.id() == id {
			if len(raw) == 0 || string(raw) == "null" {
				return nil, nil
			}
			return n.decode(raw)
		}
	}
	return nil, fmt.Errorf("no check is called %q", id)
}

// Examine runs the plan and hands each fact to sink, in one goroutine at a time, as soon as it is
// known. It returns when all checks have ended, or a short grace after ctx has: a check that does
// not heed its context is left behind and its fact is Unknown.
func Examine(ctx context.Context, env *Env, plan Plan, sink func(Fact)) Facts {
	type node struct {
		Node
		done chan struct{}
	}
	nodes := make(map[ID]*node, len(plan))
	for _, n := range plan {
		nodes[n.id()] = &node{n, make(chan struct{})}
	}
	var (
		mu    sync.Mutex
		facts = Facts{Target: env.Target}
		ended bool
		left  sync.WaitGroup
	)
	publish := func(f Fact) {
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return
		}
		facts = facts.With(f)
		if sink != nil {
			sink(f)
		}
	}
	for _, n := range nodes {
		left.Add(1)
		go func() {
			defer left.Done()
			defer close(n.done)
			for _, need := range n.needs() {
				if d, ok := nodes[need.id()]; ok {
					select {
					case <-d.done:
					case <-ctx.Done():
						return
					}
				}
			}
			if ctx.Err() != nil {
				return
			}
			mu.Lock()
			e := *env
			e.Facts = facts
			mu.Unlock()
			publish(n.run(ctx, &e))
		}()
	}
	all := make(chan struct{})
	go func() { left.Wait(); close(all) }()
	select {
	case <-all:
	case <-ctx.Done():
		select {
		case <-all:
		case <-time.After(cancelGrace):
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, n := range plan {
		if _, ok := facts.Fact(n.id()); !ok {
			f := Fact{ID: n.id(), Station: n.station(), State: Unknown, Err: "ended before it was measured", Start: time.Now()}
			facts = facts.With(f)
		}
	}
	ended = true
	return facts
}

// cancelGrace is how long checks may take to hand over what they have after the examination was
// ended; long enough for a goroutine to be scheduled on a busy machine, too short to be noticed.
const cancelGrace = 60 * time.Millisecond
