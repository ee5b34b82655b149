//go:build !linux && !windows

package agent

import "runtime/debug"

// rest gives memory back that was needed for a moment.
func rest() { debug.FreeOSMemory() }
