// Package elevate does the steps of a change with the least rights: those that this process may do, at
// once; the others in one second process of this program that the system starts with more rights
// after it asked the person (pkexec, UAC, osascript), all of them with one question.
//
// That process is told nothing but words of a closed list (package change) and a number used once, by
// which its answer is known. It never starts a shell of its own and reads nothing that others wrote.
package elevate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waymend/waymend/platform/change"
)

// Command is the hidden command by which this program is started again.
const Command = "elevated"

// ErrUnavailable: this system has no way here to ask for more rights, as on a terminal without a
// desktop; a person can start the program as root or as administrator.
var ErrUnavailable = errors.New("elevate: this system cannot ask for more rights here")

// Asks reports whether doing the step will make the system ask the person first.
func Asks(s change.Step) bool { return s.Asks() && !Admin() }

// Admin reports whether this process has all rights already.
func Admin() bool { return admin() }

// way is how steps are done; tests have others.
type way struct {
	admin bool
	do    func(ctx context.Context, s change.Step, ask bool) (change.Done, error)
	// elevated does all steps in one process with more rights.
	elevated func(ctx context.Context, steps []change.Step, each func(change.Done)) error
	consent  time.Duration
}

// Do does the steps in their order and hands each over as soon as it is done. It stops at the first
// that fails. The settings of this account are always changed by this process, never by one with more
// rights. Services that ask by themselves are asked first without a question; only when one demands
// consent is the person asked, and then for that and all that follows at once.
func Do(ctx context.Context, steps []change.Step, each func(change.Done)) error {
	return way{admin: admin(), do: change.Do, elevated: elevated, consent: consentTime}.run(ctx, steps, each)
}

func (w way) run(ctx context.Context, steps []change.Step, each func(change.Done)) error {
	for _, s := range steps {
		if err := s.Check(); err != nil {
			return err
		}
	}
	for len(steps) > 0 {
		s := steps[0]
		if w.admin || s.Rights() != change.Admin {
			done, err := w.do(ctx, s, false)
			if err == nil {
				each(done)
				steps = steps[1:]
				continue
			}
			if w.admin || !errors.Is(err, change.ErrRights) || s.Rights() == change.Person {
				return err
			}
		}
		var batch []change.Step
		for len(steps) > 0 && steps[0].Rights() != change.Person {
			batch, steps = append(batch, steps[0]), steps[1:]
		}
		if err := w.asking(ctx, batch, each); err != nil {
			return err
		}
	}
	return nil
}

// consentTime is for a person to find out what is asked, and to find and type a password. A question
// that nobody sees, as when the desktop's agent hangs, ends then.
const consentTime = 5 * time.Minute

// limit bounds steps with the question before them.
func (w way) limit(steps []change.Step) time.Duration {
	sum := w.consent
	for _, s := range steps {
		sum += s.Limit()
	}
	return sum
}

// asking does steps of which the first needs consent. A lone service asks best by itself, in its own
// words; so do services where this program has no way to ask.
func (w way) asking(ctx context.Context, batch []change.Step, each func(change.Done)) error {
	if len(batch) == 1 && batch[0].Rights() == change.Service {
		d, err := w.do(ctx, batch[0], true)
		if err == nil {
			each(d)
		}
		if !errors.Is(err, change.ErrRights) { // it cannot ask by itself
			return err
		}
	}
	limited, cancel := context.WithTimeout(ctx, w.limit(batch))
	defer cancel()
	done := 0
	err := w.elevated(limited, batch, func(d change.Done) { done++; each(d) })
	if !errors.Is(err, ErrUnavailable) || done > 0 {
		return err
	}
	for _, s := range batch {
		if s.Rights() != change.Service {
			return fmt.Errorf("%s: %w", s.Verb, ErrUnavailable)
		}
		d, err := w.do(ctx, s, true)
		if err != nil {
			return err
		}
		each(d)
	}
	return nil
}
