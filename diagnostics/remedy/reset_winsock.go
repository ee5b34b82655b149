package remedy

import (
	"context"

	"github.com/waymend/waymend/platform/change"
)

// reset-winsock sets the parts of Windows that programs reach the network through back to how they
// came. It is the last resort: security software may have to be set up again, addresses set by hand
// are lost (a copy is kept), and the computer has to be restarted.
func init() {
	r := ofSteps("reset-winsock", false, func(ctx context.Context, h Host, _ Target) ([]change.Step, []Line, error) {
		if h.System.Winsock == nil {
			return nil, nil, ErrNotHere
		}
		steps, err := h.System.Winsock(ctx)
		return steps, []Line{{Key: "change.note.winsock"}, {Key: "change.note.restart"}}, err
	})
	plan := r.Plan
	r.Plan = func(ctx context.Context, h Host, t Target) (Plan, error) {
		p, err := plan(ctx, h, t)
		p.Restart = err == nil
		return p, err
	}
	register(r)
}
