//go:build !linux && !windows

package agent

import "runtime/debug"

// rest gives memory back that was needed for a moment, when much was done.
func rest(much bool) {
	if much {
		debug.FreeOSMemory()
	}
}
