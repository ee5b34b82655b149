package remedy

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/platform/elevate"
)

// lookTime bounds looking which steps a change takes: each question behind it is answered within a
// second where it is answered at all.
const lookTime = 10 * time.Second

// look finds the steps that a change takes on this computer.
type look func(context.Context, Host, Target) ([]change.Step, []Line, error)

// ofSteps makes a remedy whose changes are steps of package change. undoable says whether its steps
// can be taken back.
func ofSteps(id string, undoable bool, find look) Remedy {
	return Remedy{
		ID: id,
		Plan: func(ctx context.Context, h Host, t Target) (Plan, error) {
			ctx, cancel := context.WithTimeout(ctx, lookTime)
			defer cancel()
			steps, notes, err := find(ctx, h, t)
			if err != nil {
				return Plan{}, err
			}
			if len(steps) == 0 {
				return Plan{}, ErrNothing
			}
			return planOf(id, t, steps, notes, undoable), nil
		},
		Apply: func(ctx context.Context, h Host, p Plan, tell func(Progress)) (Undo, error) {
			if p.Remedy != id || len(p.Steps) == 0 {
				return Undo{}, ErrPlan
			}
			undo := Undo{Remedy: id}
			err := do(ctx, h, p.Steps, func(d change.Done) {
				if d.Undo != nil {
					undo.Steps = slices.Insert(undo.Steps, 0, *d.Undo)
				}
			}, id, tell)
			if undo.Empty() {
				undo = Undo{}
			}
			return undo, err
		},
		Revert: func(ctx context.Context, h Host, u Undo, tell func(Progress)) error {
			if u.Remedy != id || len(u.Steps) == 0 {
				return ErrPlan
			}
			return do(ctx, h, u.Steps, func(change.Done) {}, id, tell)
		},
	}
}

func planOf(id string, t Target, steps []change.Step, notes []Line, undoable bool) Plan {
	p := Plan{Remedy: id, Target: t, Made: time.Now().UTC(), Notes: notes, Undoable: undoable, Steps: steps}
	if r, ok := Find(id); ok {
		p.Risk = r.Risk
	}
	for _, s := range steps {
		l := lineOf(s)
		l.Admin = elevate.Asks(s)
		p.Lines = append(p.Lines, l)
		p.NeedsAdmin = p.NeedsAdmin || l.Admin
	}
	return p
}

// lineOf is the sentence for a step: "change.<verb>", with its arguments and what was seen of it.
func lineOf(s change.Step) Line {
	l := Line{Key: "change." + string(s.Verb)}
	for _, values := range []map[string]string{s.Args, s.Info} {
		for k, v := range values {
			if l.Values == nil {
				l.Values = map[string]string{}
			}
			l.Values[k] = v
		}
	}
	return l
}

// do does steps and tells of each.
func do(ctx context.Context, h Host, steps []change.Step, keep func(change.Done), id string, tell func(Progress)) error {
	n := 0
	if tell == nil {
		tell = func(Progress) {}
	}
	tell(Progress{Of: len(steps), Line: lineOf(steps[0])})
	return h.Do(ctx, steps, func(d change.Done) {
		n++
		keep(d)
		p := Progress{Number: n, Of: len(steps), Line: outcome(d), Done: &d, Bytes: d.Bytes}
		if d.Undo != nil {
			p.Undo = &Undo{Remedy: id, Steps: []change.Step{*d.Undo}}
		}
		tell(p)
	})
}

// outcome says in a sentence what came of a step.
func outcome(d change.Done) Line {
	values := map[string]string{"before": d.Before, "after": d.After}
	switch {
	case !d.Proved:
		return Line{Key: "change.done.told", Values: values}
	case isCount(d.Before) && isCount(d.After):
		return Line{Key: "change.done.counted", Values: values}
	case d.Before != "" && d.After != "":
		return Line{Key: "change.done.replaced", Values: values}
	}
	return Line{Key: "change.done.proved", Values: values}
}

func isCount(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// linkOf finds the link that is meant: the one with the target's name, else the one that the first
// default route leads over.
func linkOf(ctx context.Context, h Host, t Target) (platform.Link, error) {
	if h.Links == nil {
		return platform.Link{}, ErrNotHere
	}
	links, err := h.Links(ctx)
	if err != nil {
		return platform.Link{}, err
	}
	name := t.Link
	if name == "" && h.Routes != nil {
		routes, err := h.Routes(ctx)
		if err != nil {
			return platform.Link{}, err
		}
		if i := slices.IndexFunc(routes, func(r platform.Route) bool {
			return r.Default() && r.Kind == platform.Unicast && r.Table == ""
		}); i >= 0 {
			name = routes[i].Link
		}
	}
	if name == "" { // without a route: the one link that could have one
		links = slices.DeleteFunc(slices.Clone(links), func(l platform.Link) bool {
			return l.Virtual || l.Kind != platform.Ethernet && l.Kind != platform.WiFi || l.Carrier == platform.CarrierNo
		})
		if len(links) != 1 {
			return platform.Link{}, ErrNothing
		}
		return links[0], nil
	}
	i := slices.IndexFunc(links, func(l platform.Link) bool { return l.Name == name })
	if i < 0 || links[i].Kind == platform.Loopback {
		return platform.Link{}, ErrNothing
	}
	return links[i], nil
}
