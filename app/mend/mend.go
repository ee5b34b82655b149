// Package mend is what terminal and window have in common when they change something on this
// computer: the remedies that apply here, done one at a time with a record of each, taken back, and
// put into words. What a remedy does is in package remedy; whether it helped is for an examination.
package mend

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/clean"
	"github.com/waymend/waymend/platform/launch"
)

// UndoFor is how long what was cleared in browsers can be brought back; then its space is given back.
const UndoFor = 15 * time.Minute

// Kit is all that is needed to mend: the computer, and the log of what was changed on it.
type Kit struct {
	Host remedy.Host
	Log  changes.Log
	// Launch starts browsers with clean profiles, which are in the folder Profiles; "" for none.
	Launch   launch.System
	Profiles string
}

// Here mends this computer.
func Here() Kit {
	h := remedy.Here()
	if dir := settings.Cleared(); dir != "" {
		h.Cleaner = &clean.Cleaner{System: browser.Here(), Dir: dir, Keep: UndoFor}
	}
	return Kit{h, changes.Log{Path: settings.Changes()}, launch.Here(), settings.Profiles()}
}

// Fix is a remedy that can be done here, with what it would change.
type Fix struct {
	ID   string
	Plan remedy.Plan
}

// Plan says what a remedy would change, and touches nothing. Of the errors, Why makes sentences.
func (k Kit) Plan(ctx context.Context, id string, target remedy.Target) (Fix, error) {
	r, ok := remedy.Find(id)
	if !ok {
		return Fix{}, ErrUnknown
	}
	p, err := r.Plan(ctx, k.Host, target)
	return Fix{id, p}, err
}

// PlanClearing is Plan for what a person has ticked.
func (k Kit) PlanClearing(ctx context.Context, c remedy.Clearing) (Fix, error) {
	p, err := remedy.PlanClearing(ctx, k.Host, remedy.ClearBrowsers, c)
	return Fix{remedy.ClearBrowsers, p}, err
}

// Fixes plans every remedy that applies to this computer, those of the least risk first. Those of one
// website are left out when the target names none.
func (k Kit) Fixes(ctx context.Context, target remedy.Target) (list []Fix) {
	for _, r := range remedy.All() {
		if ctx.Err() != nil {
			return list
		}
		if r.ID == remedy.ClearSiteHSTS { // only where an answer names it
			continue
		}
		if p, err := r.Plan(ctx, k.Host, target); err == nil && len(p.Lines)+len(p.Refused) > 0 { // what is refused is named, too
			list = append(list, Fix{r.ID, p})
		}
	}
	slices.SortStableFunc(list, func(a, b Fix) int { return riskOf(a) - riskOf(b) })
	return list
}

func riskOf(f Fix) int {
	return slices.Index([]string{remedy.RiskNone, remedy.RiskLow, remedy.RiskMedium, remedy.RiskHigh}, f.Plan.Risk)
}

// ErrUnknown says that no remedy has the name.
var ErrUnknown = errors.New("mend: there is no such fix")

// Apply does what was planned and writes it down; id is the entry's, for Undo. With an error, what
// had been done until then is in the entry.
func (k Kit) Apply(ctx context.Context, f Fix, tell func(remedy.Progress)) (changes.Entry, error) {
	r, ok := remedy.Find(f.ID)
	if !ok {
		return changes.Entry{}, ErrUnknown
	}
	id, _, err := k.Log.Apply(ctx, k.Host, r, f.Plan, tell)
	entries, _ := k.Log.Entries()
	i := slices.IndexFunc(entries, func(e changes.Entry) bool { return e.ID == id })
	if i < 0 {
		return changes.Entry{ID: id, Remedy: f.ID}, err
	}
	return entries[i], err
}

// Undo takes an entry of the log back; "" means the last that can be.
func (k Kit) Undo(ctx context.Context, id string) (changes.Entry, error) {
	k.adopt()
	if id == "" {
		entries, err := k.Log.Entries()
		i := slices.IndexFunc(entries, CanUndo)
		if err == nil && i < 0 {
			err = changes.ErrUnknown
		}
		if err != nil {
			return changes.Entry{}, err
		}
		id = entries[i].ID
	}
	return k.Log.Undo(ctx, k.Host, id, nil)
}

// How often Tidy looks, while something waits.
const (
	// cleanTick is for browsers with clean profiles, whose end nobody tells.
	cleanTick = 2 * time.Second
	// longTick finds what other processes of this program began meanwhile.
	longTick = time.Minute
)

// OpenClean opens an address in the browser with a clean profile. Tidy deletes it when the browser has
// ended.
func (k Kit) OpenClean(b launch.Browser, address string) error {
	if k.Profiles == "" {
		return ErrNoFolder
	}
	return k.Launch.OpenClean(b, address, k.Profiles)
}

// ErrNoFolder says that the system names no folder for what this program keeps.
var ErrNoFolder = errors.New("mend: the system names no folder for what this program keeps")

// Tidy gives back the space of what was cleared and cannot be undone any more, gently, deletes the
// clean profiles of browsers that have ended, and finishes what an ended process left. It returns when
// nothing waits, or ctx ends.
func (k Kit) Tidy(ctx context.Context) {
	k.adopt()
	for ctx.Err() == nil {
		open := k.sweep()
		next := k.giveBack(ctx)
		wait := longTick
		switch {
		case open > 0:
			wait = cleanTick
		case next.IsZero():
			return
		}
		if !next.IsZero() {
			wait = min(wait, max(time.Until(next), time.Second))
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// Waits reports whether there is something for Tidy, now or later.
func (k Kit) Waits() bool {
	if k.Host.Cleaner != nil {
		if notes, _ := filepath.Glob(filepath.Join(k.Host.Cleaner.Dir, "*.json")); len(notes) > 0 {
			return true
		}
	}
	return k.Profiles != "" && k.Launch.HasClean(k.Profiles)
}

// sweep deletes clean profiles that nobody uses, and says how many are in use.
func (k Kit) sweep() (open int) {
	if k.Profiles == "" {
		return 0
	}
	return k.Launch.SweepClean(k.Profiles)
}

// giveBack deletes what was cleared and cannot be undone any more; next is when there is more.
func (k Kit) giveBack(ctx context.Context) (next time.Time) {
	if k.Host.Cleaner == nil {
		return next
	}
	for _, r := range k.Host.Cleaner.Resume(ctx, clean.Gently) {
		if r.Adopted && len(r.Done) > 0 {
			k.note(ctx, r)
		}
	}
	return k.next()
}

// note writes down what was deleted of a clearing of which no entry may be left.
func (k Kit) note(ctx context.Context, r clean.Result) {
	left := remedy.Remedy{ID: remedy.ClearBrowsers, Apply: func(_ context.Context, _ remedy.Host, _ remedy.Plan, tell func(remedy.Progress)) (remedy.Undo, error) {
		for n, i := range r.Done {
			tell(remedy.Progress{Number: n + 1, Of: len(r.Done), Bytes: i.Bytes, Line: remedy.Line{Key: "clean.line.left", Values: map[string]string{
				"browser": i.Browser, "profile": i.Profile, "path": i.Place.Path(), "bytes": strconv.FormatInt(i.Bytes, 10)}}})
		}
		return remedy.Undo{}, nil
	}}
	_, _, _ = k.Log.Apply(ctx, k.Host, left, remedy.Plan{}, nil) // it is gone, written down or not
}

// next is when the earliest clearing can be given back; zero when none waits.
func (k Kit) next() (at time.Time) {
	entries, err := k.Log.Entries()
	if err != nil {
		return at
	}
	for _, e := range entries {
		end := e.When.Add(UndoFor)
		if remedy.ClearingOf(e.Undo) == "" || e.State == changes.Undone || time.Since(end) > 0 {
			continue
		}
		if at.IsZero() || end.Before(at) {
			at = end.Add(time.Second)
		}
	}
	return at
}
