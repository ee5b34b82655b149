package remedy

import (
	"context"

	"github.com/waymend/waymend/platform/change"
)

// remove-hosts-entry comments the lines of the hosts file out that name the website.
func init() {
	register(ofSteps("remove-hosts-entry", true, func(ctx context.Context, h Host, t Target) ([]change.Step, []Line, error) {
		if h.System.Hosts == nil {
			return nil, nil, ErrNotHere
		}
		if t.Host == "" {
			return nil, nil, ErrNothing
		}
		steps, err := h.System.Hosts(ctx, t.Host)
		return steps, []Line{{Key: "change.note.hosts"}}, err
	}))
}
