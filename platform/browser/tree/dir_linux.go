package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// noOpenat2 remembers a kernel (before 5.6) or a sandbox without openat2.
var noOpenat2 atomic.Bool

// openSub opens a directory in another one. openat2 also sees mounts of the same file system.
func openSub(dir int, name string) (int, error) {
	if noOpenat2.Load() {
		return walkSub(dir, name)
	}
	how := unix.OpenHow{
		Flags:   dirFlags | unix.O_NOFOLLOW,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_MAGICLINKS,
	}
	for {
		fd, err := unix.Openat2(dir, name, &how)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
		case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM):
			noOpenat2.Store(errors.Is(err, unix.ENOSYS))
			return walkSub(dir, name)
		default:
			return fd, err
		}
	}
}

// Rename gives a name of this directory to another one, where it must be free.
func (d *Dir) Rename(name string, to *Dir, as string) error {
	if !plain(name) || !plain(as) {
		return errName
	}
	err := unix.Renameat2(d.fd, name, to.fd, as, unix.RENAME_NOREPLACE)
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	if _, err := to.Stat(as); err == nil { // a file system without the flag
		return fs.ErrExist
	}
	return unix.Renameat(d.fd, name, to.fd, as)
}

// Swap exchanges two names in one step. ok is false where the file system cannot.
func (d *Dir) Swap(name string, with *Dir, as string) (ok bool, err error) {
	if !plain(name) || !plain(as) {
		return true, errName
	}
	err = unix.Renameat2(d.fd, name, with.fd, as, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return false, nil
	}
	return true, err
}

// Replace puts a name of this directory in the place of another one.
func (d *Dir) Replace(name string, to *Dir, as string) error {
	if !plain(name) || !plain(as) {
		return errName
	}
	return unix.Renameat(d.fd, name, to.fd, as)
}

// Stable is a path that leads into this very directory for as long as it is open, whatever its
// own path leads to.
func (d *Dir) Stable() string {
	path := fmt.Sprintf("/proc/self/fd/%d", d.fd)
	if _, err := os.Stat(path); err != nil {
		return d.path
	}
	return path
}

// types are the values of d_type.
var types = [16]fs.FileMode{
	unix.DT_REG: 0, unix.DT_DIR: fs.ModeDir, unix.DT_LNK: fs.ModeSymlink, unix.DT_FIFO: fs.ModeNamedPipe,
	unix.DT_SOCK: fs.ModeSocket, unix.DT_BLK: fs.ModeDevice, unix.DT_CHR: fs.ModeDevice | fs.ModeCharDevice,
	unix.DT_UNKNOWN: fs.ModeIrregular,
}

// List hands over the names in the directory, some at a time, until use returns false.
func (d *Dir) List(use func([]Entry) bool) error {
	if _, err := unix.Seek(d.fd, 0, 0); err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := again(func() (int, error) { return unix.Getdents(d.fd, buf) })
		if err != nil || n <= 0 {
			return err
		}
		if !use(entries(buf[:n])) {
			return nil
		}
	}
}

// entries takes the kernel's records apart.
func entries(b []byte) []Entry {
	list := make([]Entry, 0, len(b)/32)
	const head = int(unsafe.Offsetof(unix.Dirent{}.Name))
	for len(b) > head {
		e := (*unix.Dirent)(unsafe.Pointer(&b[0]))
		size := int(e.Reclen)
		if size <= head || size > len(b) {
			break
		}
		name := b[head:size]
		for i, c := range name {
			if c == 0 {
				name = name[:i]
				break
			}
		}
		if s := string(name); s != "." && s != ".." {
			list = append(list, Entry{Name: s, Inode: e.Ino, Type: types[e.Type&15]})
		}
		b = b[size:]
	}
	return list
}
