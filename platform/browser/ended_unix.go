//go:build unix && !linux

package browser

import "golang.org/x/sys/unix"

// ended tells whether a process has ended; one that is not known counts as ended.
func ended(pid int) bool { return pid <= 1 || unix.Kill(pid, 0) == unix.ESRCH }
