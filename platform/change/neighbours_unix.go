//go:build !windows

package change

import (
	"context"

	"github.com/waymend/waymend/platform"
)

// neighbourSteps forgets what was learned on a link.
func neighbourSteps(_ context.Context, l platform.Link) ([]Step, error) {
	return checked(Step{Verb: NeighboursOf, Args: map[string]string{"link": l.Name}})
}
