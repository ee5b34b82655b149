//go:build unix

package tree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Dir is an open directory.
type Dir struct {
	fd   int
	path string // what it was called when it was opened; for messages
}

const dirFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

// Open opens a directory by its path, through links.
func Open(path string) (*Dir, error) {
	fd, err := again(func() (int, error) { return unix.Open(path, dirFlags, 0) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return &Dir{fd, path}, nil
}

// Close gives the directory back.
func (d *Dir) Close() error { return unix.Close(d.fd) }

// Path is what the directory was called when it was opened.
func (d *Dir) Path() string { return d.path }

// Sub opens a directory in this one.
func (d *Dir) Sub(name string) (*Dir, error) {
	if !plain(name) {
		return nil, errName
	}
	fd, err := openSub(d.fd, name)
	switch {
	case err == nil:
		return &Dir{fd, filepath.Join(d.path, name)}, nil
	case errors.Is(err, unix.EXDEV):
		return nil, ErrMount
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.EMLINK):
		if info, e := d.Stat(name); e == nil && info.Mode&fs.ModeSymlink != 0 {
			return nil, ErrLink
		}
		return nil, ErrNotDir
	}
	return nil, err
}

// walkSub is openSub with what every system has: the last component is not followed, and the
// device must stay the same.
func walkSub(dir int, name string) (int, error) {
	fd, err := again(func() (int, error) { return unix.Openat(dir, name, dirFlags|unix.O_NOFOLLOW, 0) })
	if err != nil {
		return -1, err
	}
	var here, there unix.Stat_t
	if err := errors.Join(unix.Fstat(dir, &here), unix.Fstat(fd, &there)); err != nil || here.Dev != there.Dev {
		unix.Close(fd)
		if err == nil {
			err = unix.EXDEV
		}
		return -1, err
	}
	return fd, nil
}

// Info is about the directory itself.
func (d *Dir) Info() (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstat(d.fd, &st); err != nil {
		return Info{}, err
	}
	return info(&st), nil
}

// Stat is about a name in the directory, a link itself if it is one.
func (d *Dir) Stat(name string) (Info, error) {
	if !plain(name) {
		return Info{}, errName
	}
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return Info{}, err
	}
	return info(&st), nil
}

func info(st *unix.Stat_t) Info {
	i := Info{
		ID:   ID{uint64(st.Dev), uint64(st.Ino)},
		Mode: fs.FileMode(st.Mode & 0o777), Owner: st.Uid,
		Size: st.Size, Space: st.Blocks * 512, Links: uint64(st.Nlink),
		Modified: time.Unix(st.Mtim.Unix()),
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		i.Mode |= fs.ModeDir
	case unix.S_IFLNK:
		i.Mode |= fs.ModeSymlink
	case unix.S_IFIFO:
		i.Mode |= fs.ModeNamedPipe
	case unix.S_IFSOCK:
		i.Mode |= fs.ModeSocket
	case unix.S_IFBLK:
		i.Mode |= fs.ModeDevice
	case unix.S_IFCHR:
		i.Mode |= fs.ModeDevice | fs.ModeCharDevice
	}
	return i
}

// Mkdir makes a directory with exactly these permissions.
func (d *Dir) Mkdir(name string, perm fs.FileMode) error {
	if !plain(name) {
		return errName
	}
	if err := unix.Mkdirat(d.fd, name, uint32(perm.Perm())); err != nil {
		return err
	}
	sub, err := d.Sub(name)
	if err != nil {
		return err
	}
	defer sub.Close()
	return unix.Fchmod(sub.fd, uint32(perm.Perm())) // not less the umask
}

// Remove removes a name: a file's, or an empty directory's.
func (d *Dir) Remove(name string, dir bool) error {
	if !plain(name) {
		return errName
	}
	flags := 0
	if dir {
		flags = unix.AT_REMOVEDIR
	}
	return unix.Unlinkat(d.fd, name, flags)
}

// Writable makes a directory that lost the permission to be changed changeable for its owner.
func (d *Dir) Writable(name string) error {
	if name == "" {
		return unix.Fchmod(d.fd, 0o700)
	}
	return unix.Fchmodat(d.fd, name, 0o700, unix.AT_SYMLINK_NOFOLLOW)
}

// OpenFile opens a regular file in the directory; it does not wait for anything else.
func (d *Dir) OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error) {
	if !plain(name) {
		return nil, errName
	}
	fd, err := again(func() (int, error) {
		return unix.Openat(d.fd, name, flag|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, uint32(perm.Perm()))
	})
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.EMLINK) {
		return nil, ErrLink
	}
	if err != nil {
		return nil, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return nil, errors.Join(err, fs.ErrInvalid)
	}
	return os.NewFile(uintptr(fd), filepath.Join(d.path, name)), nil
}

// Sync asks that the names in the directory reach the disk.
func (d *Dir) Sync() error { return unix.Fsync(d.fd) }

// again repeats a call that a signal interrupted.
func again(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// Self is the user id that files of this account have.
func Self() uint32 { return uint32(unix.Geteuid()) }

// unlock gives the permission to remove names from the directory.
func (d *Dir) unlock(string) error { return d.Writable("") }

// denied tells that a permission is missing.
func denied(err error) bool { return errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) }
