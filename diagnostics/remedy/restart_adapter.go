package remedy

import (
	"context"

	"github.com/waymend/waymend/platform/change"
)

// restart-adapter takes the link down and up again. It is refused while somebody works over it.
func init() {
	register(ofSteps("restart-adapter", false, func(ctx context.Context, h Host, t Target) ([]change.Step, []Line, error) {
		return onLink(ctx, h, t, h.System.Restart)
	}))
}
