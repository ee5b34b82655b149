package remedy

import (
	"context"

	"github.com/waymend/waymend/platform/change"
)

// flush-neighbours forgets the hardware addresses of devices nearby. Nothing breaks by it: what is
// needed is learned again with the next packet.
func init() {
	register(ofSteps("flush-neighbours", false, func(ctx context.Context, h Host, t Target) ([]change.Step, []Line, error) {
		t.Remote = true
		steps, _, err := onLink(ctx, h, t, h.System.Neighbours)
		return steps, nil, err
	}))
}
