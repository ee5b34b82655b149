//go:build !linux && !darwin && !windows

package elevate

import (
	"context"

	"github.com/waymend/waymend/platform/change"
)

func elevated(context.Context, []change.Step, func(change.Done)) error { return ErrUnavailable }
