package clean

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks a file until it is closed, or this process ends.
func lockFile(f *os.File) bool {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, new(windows.Overlapped)) == nil
}
