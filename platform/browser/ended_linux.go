package browser

import "golang.org/x/sys/unix"

// ended tells whether a process has ended, also one that nobody has reaped yet (pidfd_open(2)); one
// that is not known counts as ended.
func ended(pid int) bool {
	if pid <= 1 {
		return true
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return err == unix.ESRCH
	}
	defer unix.Close(fd)
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return err == nil && n == 1
}
