package change

import (
	"context"
	"fmt"

	"github.com/waymend/waymend/platform"
)

// checked refuses steps with arguments that are out of the ordinary, such as a link's name.
func checked(steps ...Step) ([]Step, error) {
	for _, s := range steps {
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotHere, err)
		}
	}
	return steps, nil
}

// neighbourSteps forgets what was learned on a link.
func neighbourSteps(_ context.Context, l platform.Link) ([]Step, error) {
	return checked(Step{Verb: NeighboursOf, Args: map[string]string{"link": l.Name}})
}
