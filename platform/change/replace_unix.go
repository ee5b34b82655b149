//go:build !windows

package change

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

func hostsPath() (string, error) { return "/etc/hosts", nil }

// replace puts a complete file with the same owner, mode and extended attributes in the place of the
// one at path, which info describes. At every moment the one or the other is there. A copy of what
// was there is kept at backup, unless that is "".
func replace(path string, content []byte, info fs.FileInfo, backup string) error {
	if backup != "" {
		old, err := os.ReadFile(path)
		if err != nil {
			return rights(err)
		}
		if err := put(backup, path, old, info); err != nil {
			return err
		}
	}
	return put(path, path, content, info)
}

// put writes content beside to and renames it there; like is the file whose attributes it gets.
func put(to, like string, content []byte, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ErrNotHere
	}
	if stat.Nlink > 1 {
		return fmt.Errorf("%w: %s has a second name, which would stay as it is", ErrNotHere, like)
	}
	f, err := newFile(filepath.Dir(to))
	if err != nil {
		return rights(err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Chown(int(stat.Uid), int(stat.Gid))
	}
	if err == nil {
		copyAttributes(like, f.Name())
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if now, e := os.Lstat(like); err == nil && (e != nil || !os.SameFile(now, info) || !now.ModTime().Equal(info.ModTime()) || now.Size() != info.Size()) {
		err = ErrChanged
	}
	if err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		os.Remove(f.Name())
		if errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EXDEV) {
			return fmt.Errorf("%w: %s is mounted from elsewhere and cannot be replaced in one go", ErrNotHere, to)
		}
		return rights(err)
	}
	syncFolder(filepath.Dir(to))
	return nil
}

// syncFolder makes a rename last; a file system that cannot is none the worse for it.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// rights tells a lack of rights apart from everything else that goes wrong.
func rights(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrRights, err)
	}
	return err
}
