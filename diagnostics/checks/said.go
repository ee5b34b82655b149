package checks

import (
	"context"
	"errors"

	"github.com/waymend/waymend/diagnostics"
)

// Said is what a browser showed, as the person passed it on; it sends no packet. Not applicable when
// nothing was said.
var Said = &diagnostics.Check[diagnostics.Complaint]{
	ID: "browser.said", Station: diagnostics.Browser, Limit: second,
	Run: func(_ context.Context, env *diagnostics.Env) (diagnostics.Complaint, error) {
		if env.Said == nil {
			return diagnostics.Complaint{}, errors.ErrUnsupported
		}
		return *env.Said, nil
	},
}
