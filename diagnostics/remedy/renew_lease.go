package remedy

import (
	"context"

	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/change"
)

// renew-lease asks the network for the link's address anew, without giving the old one back first: a
// computer that had one is not left without.
func init() {
	register(ofSteps("renew-lease", false, func(ctx context.Context, h Host, t Target) ([]change.Step, []Line, error) {
		return onLink(ctx, h, t, h.System.Renew)
	}))
}

// onLink finds steps for the link that is meant, unless somebody works over it: their connection would
// go with its address.
func onLink(ctx context.Context, h Host, t Target, find func(context.Context, platform.Link) ([]change.Step, error)) ([]change.Step, []Line, error) {
	if find == nil {
		return nil, nil, ErrNotHere
	}
	l, err := linkOf(ctx, h, t)
	if err != nil {
		return nil, nil, err
	}
	if !t.Remote && h.System.Remote != nil {
		yes, err := h.System.Remote(ctx, l)
		if err != nil {
			return nil, nil, err
		}
		if yes {
			return nil, nil, ErrRemote
		}
	}
	steps, err := find(ctx, l)
	for i := range steps {
		if steps[i].Info == nil {
			steps[i].Info = map[string]string{}
		}
		steps[i].Info["link"] = l.Name
	}
	notes := []Line{{Key: "change.note.outage", Values: map[string]string{"link": l.Name}}}
	return steps, notes, err
}
