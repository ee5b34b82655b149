//go:build !linux && !darwin && !windows

package clean

// lowPriority does nothing here: pauses alone keep the work below half a core.
func lowPriority() {}
