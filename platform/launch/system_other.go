//go:build !linux && !darwin && !windows

package launch

import (
	"context"
	"errors"
)

func restart(context.Context) error { return errors.ErrUnsupported }

func reducedMotion(context.Context) bool { return false }
