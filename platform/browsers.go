package platform

import (
	"context"
)

// browsers reports the profiles of the browsers that this account uses.
func browsers(ctx context.Context, host string) ([]BrowserProfile, error) {
	return nil, ctx.Err()
}
