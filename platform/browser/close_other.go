//go:build !linux && !darwin && !windows

package browser

import "context"

// askToClose leaves it to the person.
func (s System) askToClose(context.Context, Profile, int) error { return ErrByHand }
