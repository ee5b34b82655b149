//go:build unix

package clean

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile locks a file until it is closed, or this process ends.
func lockFile(f *os.File) bool {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
