// Package change does what changes this computer or its network: it empties caches, asks for a new
// address, comments a line of the hosts file out. Every change is a Step: a verb out of a closed list
// with arguments that are checked before anything is done. A step can be written down, handed to a
// process with more rights, and taken back by another step.
//
// The functions of a System look what steps a change would take here and touch nothing; Do does one
// step. What helps against which fault is decided in package remedy, and asking for more rights is
// the business of package elevate. No step starts a shell, and none takes text from the network.
package change

import (
	"context"
	"errors"
	"fmt"

	"github.com/waymend/waymend/platform"
)

// Errors that callers tell apart.
var (
	// ErrStep: the step is not one of the closed list, or its arguments are not what it takes.
	ErrStep = errors.New("change: not a step that this program does")
	// ErrRights: the step needs more rights than this process has; nothing was changed.
	ErrRights = errors.New("change: this needs more rights")
	// ErrChanged: what the step would change is not what it was when the step was planned.
	ErrChanged = errors.New("change: somebody else has changed it since")
	// ErrRefused: consent was asked for and not given; services do not tell whether the person declined or
	// nobody could be asked.
	ErrRefused = errors.New("change: refused by the person")
	// ErrNothing: there is nothing on this computer to do.
	ErrNothing = errors.New("change: nothing to do on this computer")
	// ErrNotHere: this system, or this way of managing it, lacks the ability.
	ErrNotHere = errors.New("change: not possible on this computer")
)

// Done is what a step did.
type Done struct {
	Step Step `json:"step"`
	// Before and After are what was changed in the fewest words or figures: "12" and "0" entries, two
	// addresses, two modes. Both are empty where the system does not tell.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Proved says that the system itself confirmed the effect.
	Proved bool `json:"proved,omitempty"`
	// Bytes is how much a file changed in length.
	Bytes int64 `json:"bytes,omitempty"`
	// Undo takes the step back; nil when there is nothing to take back.
	Undo *Step `json:"undo,omitempty"`
}

// System looks which steps a change takes on one computer. Nothing is touched. A nil function means
// that this system lacks the ability; a function that finds nothing to do returns ErrNothing, and
// ErrNotHere where the way the system is managed does not allow it.
type System struct {
	// Flush finds every DNS cache that runs here.
	Flush func(context.Context) ([]Step, error)
	// Renew asks for the link's address anew, without giving the old one back first.
	Renew func(context.Context, platform.Link) ([]Step, error)
	// Restart takes the link down and up again.
	Restart func(context.Context, platform.Link) ([]Step, error)
	// Remote reports whether somebody works on this computer over the link at this moment.
	Remote func(context.Context, platform.Link) (bool, error)
	// ProxyOff turns every proxy off that this account set in its desktop.
	ProxyOff func(context.Context) ([]Step, error)
	// Variables lists where the environment's proxy variables are set; they are only shown.
	Variables func(context.Context) []Variable
	// Hosts comments the lines of the hosts file out that name the host.
	Hosts func(ctx context.Context, name string) ([]Step, error)
	// Clock turns the system's own time service on and lets it correct the clock.
	Clock func(context.Context) ([]Step, error)
	// Neighbours forgets the hardware addresses seen on the link.
	Neighbours func(context.Context, platform.Link) ([]Step, error)
	// Winsock sets the network catalogue and TCP/IP back to how Windows came.
	Winsock func(context.Context) ([]Step, error)
}

// Variable is a place where an environment variable names a proxy.
type Variable struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"` // "" when only the running session has it
	Line int    `json:"line,omitempty"`
}

// Do does one step, after its arguments were checked. ask says that the system may ask the person for
// a password on its own; without it, and without rights, Do fails with ErrRights. A step ends within
// its Limit.
func Do(ctx context.Context, s Step, ask bool) (Done, error) {
	done := Done{Step: s}
	if err := s.Check(); err != nil {
		return done, err
	}
	do, ok := doers[s.Verb]
	if !ok {
		return done, fmt.Errorf("%w: %s", ErrNotHere, s.Verb)
	}
	limit := s.Limit()
	if ask {
		limit += askTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(ctx, &done, ask)
	if err != nil {
		return done, fmt.Errorf("%s: %w", s.Verb, err)
	}
	return done, nil
}

// doer does one kind of step and fills in what it did.
type doer func(ctx context.Context, done *Done, ask bool) error
