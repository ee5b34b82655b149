package remedy

import (
	"context"
	"errors"

	"github.com/waymend/waymend/platform/change"
)

// flush-dns empties every cache of names on this computer. Browsers keep one of their own, which the
// note says.
func init() {
	register(ofSteps("flush-dns", false, func(ctx context.Context, h Host, _ Target) ([]change.Step, []Line, error) {
		if h.System.Flush == nil {
			return nil, nil, ErrNotHere
		}
		steps, err := h.System.Flush(ctx)
		if errors.Is(err, ErrNothing) {
			return nil, nil, &ShowError{[]Line{{Key: "change.note.no-cache"}}, ErrNothing}
		}
		return steps, []Line{{Key: "change.note.browser-names"}}, err
	}))
}
