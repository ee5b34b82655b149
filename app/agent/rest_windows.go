package agent

import (
	"runtime/debug"

	"golang.org/x/sys/windows"
)

// rest gives memory back that was needed for a moment: the working set's, of which what is used again
// comes back (SetProcessWorkingSetSize, with the greatest value for both), and, when much was done, the
// heap's.
func rest(much bool) {
	if much {
		debug.FreeOSMemory()
	}
	_ = windows.SetProcessWorkingSetSizeEx(windows.CurrentProcess(), ^uintptr(0), ^uintptr(0), 0)
}
