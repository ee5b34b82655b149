package changes

import (
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// lockTime is how long another process may take to write a line.
const lockTime = 5 * time.Second

// lock keeps other processes from writing. Windows frees the lock of a process that died.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	for end := time.Now().Add(lockTime); ; time.Sleep(5 * time.Millisecond) {
		if err = windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped)); err == nil {
			return func() { f.Close() }, nil
		}
		if time.Now().After(end) {
			f.Close()
			return nil, err
		}
	}
}
