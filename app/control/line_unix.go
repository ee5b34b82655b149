//go:build !windows

package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxPath is what macOS takes as the path of a socket; Linux takes four bytes more.
const maxPath = 103

// take holds the name by a lock on a file beside the socket. The kernel frees the lock of a process
// that died, so whoever has it may remove what lies there. The file itself stays: if it were
// removed, two processes could hold locks on two files of the same name.
func take(name string) (net.Listener, func(), error) {
	dir, err := ownFolder()
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, name+".sock")
	if len(path) > maxPath {
		return nil, nil, fmt.Errorf("control: %s is too long for a socket", path)
	}
	lock, err := os.OpenFile(filepath.Join(dir, name+".lock"), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("control: %w", err)
	}
	if err := hold(lock, name); err != nil {
		lock.Close()
		return nil, nil, err
	}
	line, err := bind(path)
	if err != nil {
		lock.Close()
		return nil, nil, fmt.Errorf("control: %w", err)
	}
	return line, func() { lock.Close() }, nil
}

// hold waits until the lock is ours, or until its holder answers; that one may be just starting, or
// just ending.
func hold(lock *os.File, name string) error {
	for end := time.Now().Add(startTime); ; time.Sleep(10 * time.Millisecond) {
		err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case !errors.Is(err, unix.EWOULDBLOCK):
			return fmt.Errorf("control: %w", err)
		}
		ctx, cancel := context.WithDeadline(context.Background(), end)
		c, err := dial(ctx, name)
		cancel()
		if err == nil {
			c.Close()
			return ErrTaken
		}
		if !time.Now().Before(end) {
			return ErrTaken // it lives, whatever keeps it from answering
		}
	}
}

// bind listens on the path, after what a dead process left there is removed.
func bind(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	line, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}

// dial connects to the holder of the name and checks whose it is.
func dial(ctx context.Context, name string) (net.Conn, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, name+".sock"))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, err
	}
	if err := checkPeer(c); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// folder is where the sockets are: in the session's own folder, which is emptied at its end, else
// among the account's caches.
func folder() (string, error) {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && owned(dir) {
		return filepath.Join(dir, "waymend"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	return filepath.Join(dir, "waymend", "run"), nil
}

// ownFolder makes the folder, for this account alone. It makes nothing in somebody else's, as a
// program that root runs with the environment of a person would.
func ownFolder() (string, error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	above := filepath.Dir(dir)
	for _, err := os.Lstat(above); errors.Is(err, fs.ErrNotExist) && above != filepath.Dir(above); _, err = os.Lstat(above) {
		above = filepath.Dir(above)
	}
	if !owned(above) {
		return "", fmt.Errorf("control: %s belongs to another account", above)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	if !info.IsDir() || !owned(dir) {
		return "", fmt.Errorf("control: %s is not a folder of this account", dir)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return "", fmt.Errorf("control: %w", err)
		}
	}
	return dir, nil
}

// owned reports whether a folder belongs to this account. A link to one does where the link does.
func owned(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(stat.Uid) == int64(os.Geteuid())
}

// checkPeer refuses a connection from or to another account.
func checkPeer(c net.Conn) error {
	s, ok := c.(syscall.Conn)
	if !ok {
		return errStranger
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var uid uint32
	var asked error
	if err := raw.Control(func(fd uintptr) { uid, asked = peerUID(int(fd)) }); err != nil {
		return err
	}
	if asked != nil {
		return asked
	}
	if int64(uid) != int64(os.Geteuid()) {
		return errStranger
	}
	return nil
}
