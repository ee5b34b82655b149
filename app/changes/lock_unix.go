//go:build !windows

package changes

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lockTime is how long another process may take to write a line.
const lockTime = 5 * time.Second

// lock keeps other processes from writing. The kernel frees the lock of a process that died.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(lockTime); ; time.Sleep(5 * time.Millisecond) {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
			return func() { f.Close() }, nil
		}
		if time.Now().After(end) {
			f.Close()
			return nil, err
		}
	}
}
