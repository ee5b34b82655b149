package remedy

import (
	"context"

	"github.com/waymend/waymend/platform/change"
)

// set-clock lets the system's own time service set the clock. This program knows no time of its own:
// one that was measured over the network could be anybody's.
func init() {
	register(ofSteps("set-clock", false, func(ctx context.Context, h Host, _ Target) ([]change.Step, []Line, error) {
		if h.System.Clock == nil {
			return nil, nil, ErrNotHere
		}
		steps, err := h.System.Clock(ctx)
		return steps, []Line{{Key: "change.note.clock"}}, err
	}))
}
