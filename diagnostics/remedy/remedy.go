// Package remedy mends from this computer what can be mended from it. A Remedy plans first, and the
// plan says in plain words exactly what would change; it is applied with the least rights, and taken
// back where that is possible, also by a later process.
//
// It judges nothing (package verdict names the fault) and checks nothing afterwards (whoever applied
// a remedy examines again). What the operating system does is in package platform/change; how rights
// are asked for, in platform/elevate. Adding a remedy is adding one file here, its texts, and its
// line in the catalogue.
package remedy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/browser/clean"
	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/platform/elevate"
	"github.com/waymend/waymend/resources"
)

// Errors that callers tell apart, beside those of package change and elevate.ErrUnavailable.
var (
	// ErrNothing: there is nothing to do here, which is not a fault.
	ErrNothing = change.ErrNothing
	// ErrNotHere: this computer, or the way it is managed, does not allow it.
	ErrNotHere = change.ErrNotHere
	// ErrRefused: the system asked for consent and did not get it; nothing more was changed.
	ErrRefused = change.ErrRefused
	// ErrChanged: what was planned, or is to be taken back, has been changed by somebody else since.
	ErrChanged = change.ErrChanged
	// ErrRemote: somebody works on this computer over the very link that would go down.
	ErrRemote = errors.New("remedy: somebody works on this computer over this link")
	// ErrPlan: the plan is not one of this remedy.
	ErrPlan = errors.New("remedy: not a plan of this remedy")
)

// Risks of remedies, as in the catalogue.
const (
	RiskNone   = "none"
	RiskLow    = "low"
	RiskMedium = "medium"
	RiskHigh   = "high"
)

// Remedy is one thing that the program can do about a fault.
type Remedy struct {
	ID         string   // "flush-dns": that of the catalogue, stable for ever
	Mends      []string // ids of faults against which the catalogue names it
	Risk       string
	NeedsAdmin bool // on some computers; Plan says whether on this one
	// Plan says what would change and touches nothing. ErrNothing, ErrNotHere and ErrRemote say why
	// there is no plan.
	Plan func(context.Context, Host, Target) (Plan, error)
	// Apply does what a plan says. What was done until an error is in the Undo.
	Apply func(context.Context, Host, Plan, func(Progress)) (Undo, error)
	// Revert takes back what Apply did, as far as the Undo knows; the plan may be of another process.
	Revert func(context.Context, Host, Undo, func(Progress)) error
}

// Host is the computer that remedies work on: what is known of it, how changes are looked for, and
// how they are done.
type Host struct {
	platform.Host
	System change.System
	// Do does steps in their order and hands over each as soon as it is done. Steps that need more
	// rights than this process has are done after the person has agreed, all of them at once.
	Do func(ctx context.Context, steps []change.Step, each func(change.Done)) error
	// Cleaner clears browsers; nil where that is not wanted.
	Cleaner *clean.Cleaner
}

// Here is this computer.
func Here() Host {
	return Host{Host: platform.New(), System: change.Here(), Do: elevate.Do}
}

// Target is what a remedy is asked to mend. The zero value means the computer in general.
type Target struct {
	Host string `json:"host,omitempty"` // the website's name
	Link string `json:"link,omitempty"` // "" for the one that leads to the internet
	// Remote lets a remedy take down a link that somebody works over.
	Remote bool `json:"remote,omitempty"`
}

// Plan is exactly what would change. It can be written down and applied by another process.
type Plan struct {
	Remedy string    `json:"remedy"`
	Target Target    `json:"target"`
	Made   time.Time `json:"made"`
	// Lines are what would change, one sentence each; Notes is what a person should know besides.
	Lines []Line `json:"lines"`
	Notes []Line `json:"notes,omitempty"`
	Risk  string `json:"risk"`
	// NeedsAdmin says that the system will ask for an administrator's consent, on this computer now.
	NeedsAdmin bool `json:"needs_admin"`
	// Undoable says that it can be taken back.
	Undoable bool `json:"undoable"`
	// Restart says that it takes effect only when the computer is restarted.
	Restart bool `json:"restart,omitempty"`
	// Steps are the same as Lines for a program.
	Steps []change.Step `json:"steps,omitempty"`
	// Data is for remedies whose changes are not steps.
	Data json.RawMessage `json:"data,omitempty"`
	// Refused is what stays as it is although it was asked for, and why.
	Refused []Line `json:"refused,omitempty"`
	// Bytes is how much room it would give.
	Bytes int64 `json:"bytes,omitempty"`

	held *clean.Plan // of a clearing: its files as they were looked at
}

// Line is one sentence: a key of the texts and what fills it.
type Line struct {
	Key    string            `json:"key"`
	Values map[string]string `json:"values,omitempty"`
	// Admin says, of a line of a plan, that the system asks for an administrator's consent to this step.
	Admin bool `json:"admin,omitempty"`
}

// Text is the sentence in a language.
func (l Line) Text(lang string) string { return resources.Text(lang, l.Key, l.Values) }

// Progress is how far a remedy is.
type Progress struct {
	Number, Of int // of the change that was done last; Number is 0 before the first
	Line       Line
	// Done is what was changed; nil before the first change.
	Done *change.Done
	// Undo takes back what this one change did, and Bytes is how much room it gave.
	Undo  *Undo
	Bytes int64
	// Refused is what was left alone although it was planned, and why. It is told last, once, and
	// without a change.
	Refused []Line
}

// Undo is what takes a remedy back. It can be written down. The zero value takes nothing back.
type Undo struct {
	Remedy string          `json:"remedy,omitempty"`
	Steps  []change.Step   `json:"steps,omitempty"` // in the order in which they are to be done
	Data   json.RawMessage `json:"data,omitempty"`  // for remedies whose changes are not steps
}

// Empty reports whether there is nothing that could be taken back.
func (u Undo) Empty() bool { return len(u.Steps) == 0 && len(u.Data) == 0 }

var registered []Remedy

// register adds a remedy; what the catalogue says of it is read when it is first needed.
func register(r Remedy) { registered = append(registered, r) }

// registry are the remedies in alphabetical order, with what the catalogue says of each.
var registry = sync.OnceValue(func() []Remedy {
	list := slices.Clone(registered)
	for i, r := range list {
		if known, ok := resources.RemedyByID(r.ID); ok {
			list[i].Risk, list[i].NeedsAdmin = known.Risk, known.NeedsAdmin
		}
		for _, f := range resources.Faults() {
			if slices.ContainsFunc(f.Remedies, func(c resources.Remedy) bool { return c.ID == r.ID }) {
				list[i].Mends = append(list[i].Mends, f.ID)
			}
		}
	}
	slices.SortFunc(list, func(a, b Remedy) int { return cmp.Compare(a.ID, b.ID) })
	return list
})

// All lists the remedies in alphabetical order.
func All() []Remedy { return slices.Clone(registry()) }

// Find returns the remedy with an id.
func Find(id string) (Remedy, bool) {
	list := registry()
	i := slices.IndexFunc(list, func(r Remedy) bool { return r.ID == id })
	if i < 0 {
		return Remedy{}, false
	}
	return list[i], true
}
