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
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/app/settings"
)

// maxPath is what macOS takes as the path of a socket; Linux takes four bytes more.
const maxPath = 103

// modes are who else may reach a scope's folder, and write to its socket.
var modes = map[Scope]struct{ folder, socket os.FileMode }{
	Person:  {0o700, 0o600},
	Machine: {0o755, 0o666},
}

// take holds the name by a lock on a file beside the socket. The kernel frees the lock of a process
// that died, so whoever has it may remove what lies there. The file itself stays: if it were
// removed, two processes could hold locks on two files of the same name.
func take(scope Scope, name string) (net.Listener, func(), error) {
	dir, err := ownFolder(scope)
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
	if err := hold(lock, scope, name); err != nil {
		lock.Close()
		return nil, nil, err
	}
	line, err := bind(path, modes[scope].socket)
	if err != nil {
		lock.Close()
		return nil, nil, fmt.Errorf("control: %w", err)
	}
	return line, func() { lock.Close() }, nil
}

// hold waits until the lock is ours, or until its holder answers; that one may be just starting, or
// just ending.
func hold(lock *os.File, scope Scope, name string) error {
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
		c, err := dial(ctx, scope, name)
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
func bind(path string, mode os.FileMode) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	line, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, mode); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}

// dial connects to the holder of the name and checks whose it is.
func dial(ctx context.Context, scope Scope, name string) (net.Conn, error) {
	dir, err := folder(scope)
	if err != nil {
		return nil, ErrAbsent // where there is no place for a socket, there is none
	}
	owner := uint32(os.Geteuid())
	if scope == Machine {
		if owner, err = machineOwner(dir); err != nil {
			return nil, err
		}
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, name+".sock"))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, err
	}
	if uid, err := account(c); err != nil || uid != owner {
		c.Close()
		return nil, errors.Join(errStranger, err)
	}
	return c, nil
}

// machineOwner is the account of the machine's service: the one to which its folder belongs. Only root
// can have made a folder in that place.
func machineOwner(dir string) (uint32, error) {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, ErrAbsent
	}
	if err != nil {
		return 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm()&0o022 != 0 {
		return 0, errStranger
	}
	return stat.Uid, nil
}

// folder is where the sockets are: a person's in the session's own folder, which is emptied at its end,
// else among the account's caches.
func folder(scope Scope) (string, error) {
	if scope == Machine {
		return settings.MachineSockets(), nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && owned(dir) {
		return filepath.Join(dir, "waymend"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	return filepath.Join(dir, "waymend", "run"), nil
}

// ownFolder makes the folder, for this account alone or, for the machine, for all to look into. It
// makes nothing in somebody else's, as a program that root runs with the environment of a person would.
func ownFolder(scope Scope) (string, error) {
	dir, err := folder(scope)
	if err != nil {
		return "", err
	}
	above := filepath.Dir(dir)
	for _, err := os.Lstat(above); errors.Is(err, fs.ErrNotExist) && above != filepath.Dir(above); _, err = os.Lstat(above) {
		above = filepath.Dir(above)
	}
	if _, err := os.Lstat(dir); scope == Person && !owned(above) || scope == Machine && err != nil && !owned(above) {
		return "", fmt.Errorf("control: %s belongs to another account", above)
	}
	want := modes[scope].folder
	if err := os.MkdirAll(dir, want); err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	if !info.IsDir() || !owned(dir) {
		return "", fmt.Errorf("control: %s is not a folder of this account", dir)
	}
	if info.Mode().Perm() != want {
		if err := os.Chmod(dir, want); err != nil {
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

// account is whose the other end of a connection is.
func account(c net.Conn) (uid uint32, err error) {
	s, ok := c.(syscall.Conn)
	if !ok {
		return 0, errStranger
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return 0, err
	}
	var asked error
	if err := raw.Control(func(fd uintptr) { uid, asked = peerUID(int(fd)) }); err != nil {
		return 0, err
	}
	return uid, asked
}

// admit refuses who may not ask, and names the account of those who may only look.
func admit(c net.Conn, scope Scope) (string, error) {
	uid, err := account(c)
	switch {
	case err != nil:
		return "", err
	case uid == uint32(os.Geteuid()), scope == Machine && uid == 0:
		return "", nil
	case scope == Machine:
		return strconv.FormatUint(uint64(uid), 10), nil
	}
	return "", errStranger
}

// administrator reports whether the other end is root, or the service's own account.
func administrator(c net.Conn) bool {
	uid, err := account(c)
	return err == nil && (uid == 0 || uid == uint32(os.Geteuid()))
}
