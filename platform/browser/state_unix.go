//go:build unix

package browser

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// lockHeld asks the kernel who holds a POSIX lock on a file. The kernel knows also of holders in
// other containers, whose process id is then not told.
func lockHeld(path string) (held bool, pid int, err error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false, 0, err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return false, 0, fs.ErrInvalid
	}
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &lock); err != nil {
		return false, 0, err
	}
	if lock.Type == unix.F_UNLCK {
		return false, 0, nil
	}
	return true, max(int(lock.Pid), 0), nil
}

// listens tells whether a process accepts connections at a socket.
func listens(path string) bool {
	if to, err := os.Readlink(path); err == nil {
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to // paths of sockets must be short, and this one is
	}
	conn, err := net.DialTimeout("unix", path, 200*time.Millisecond)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
