//go:build !linux && !darwin && !freebsd && !windows

package control

import "errors"

// peerUID is not known here, so nobody is let in.
func peerUID(int) (uint32, error) { return 0, errors.ErrUnsupported }
