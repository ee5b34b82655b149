// Package examine runs one examination from its beginning to the moment when its answer is
// settled. It is what the terminal, the window and the schedule have in common; it prints nothing
// and decides nothing: package diagnostics measures, package verdict says when enough is known.
package examine

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/verdict"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// Options is what a person asks for besides the address.
type Options struct {
	Family diagnostics.Family
	Quick  bool
	Said   *diagnostics.Complaint // what a browser showed; nil when nobody told
}

// NewEnv makes the surroundings of one examination on this computer, and starts to read the
// trusted roots, which takes longer than any other preparation, beside everything else.
func NewEnv(t diagnostics.Target, s settings.Settings, o Options) *diagnostics.Env {
	wire.WarmRoots()
	return &diagnostics.Env{
		Host:       platform.New(),
		Target:     t,
		References: s.References,
		Now:        time.Now,
		Family:     o.Family,
		Quick:      o.Quick,
		Said:       o.Said,
		Asks:       new(diagnostics.Budget),
		Board:      new(diagnostics.Board),
	}
}

// PlanFor returns the checks for the target; without one, those of the connection in general.
func PlanFor(t diagnostics.Target) diagnostics.Plan {
	if t.None() {
		return checks.Connection()
	}
	return checks.All()
}

// Run examines until the answer is settled or ctx ends, and returns what is known by then and how
// long it took. Each fact goes to sink (which may be nil), in one goroutine at a time.
func Run(ctx context.Context, env *diagnostics.Env, plan diagnostics.Plan, sink func(diagnostics.Fact)) (diagnostics.Facts, time.Duration) {
	start := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	arrived := make(chan diagnostics.Fact, len(plan)) // never blocks: each check has one fact
	go func() {
		defer cancel()
		awaitSettled(ctx, env.Target, start, arrived)
	}()
	facts := diagnostics.Examine(ctx, env, plan, func(f diagnostics.Fact) {
		if sink != nil {
			sink(f)
		}
		arrived <- f
	})
	return facts, time.Since(start)
}

// awaitSettled returns when no outstanding fact could change the answer any more, or ctx ended.
func awaitSettled(ctx context.Context, t diagnostics.Target, start time.Time, arrived <-chan diagnostics.Fact) {
	known := diagnostics.Facts{Target: t}
	for {
		done, again := verdict.Settled(known, time.Since(start))
		if done {
			return
		}
		var timer <-chan time.Time
		if again > 0 {
			timer = time.After(again)
		}
		select {
		case f := <-arrived:
			known = known.With(f)
		case <-timer:
		case <-ctx.Done():
			return
		}
	}
}

// Judge puts an examination into words. A mistake in a rule ends in a sentence, not in a stack trace;
// with WAYMEND_TRACE in the environment that comes, too.
func Judge(e report.Examination, lang string) (d report.Document, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a rule of this program is broken: %v", r)
			if os.Getenv("WAYMEND_TRACE") != "" {
				err = fmt.Errorf("%w %s", err, debug.Stack())
			}
		}
	}()
	return report.New(e, lang), nil
}
