//go:build unix && !linux

package tree

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

func openSub(dir int, name string) (int, error) { return walkSub(dir, name) }

// Rename gives a name of this directory to another one, where it must be free.
func (d *Dir) Rename(name string, to *Dir, as string) error {
	if !plain(name) || !plain(as) {
		return errName
	}
	if _, err := to.Stat(as); err == nil {
		return fs.ErrExist
	}
	return unix.Renameat(d.fd, name, to.fd, as)
}

// Swap exchanges two names in one step, which is not to be had everywhere here.
func (d *Dir) Swap(string, *Dir, string) (ok bool, err error) { return false, nil }

// Replace puts a name of this directory in the place of another one.
func (d *Dir) Replace(name string, to *Dir, as string) error {
	if !plain(name) || !plain(as) {
		return errName
	}
	return unix.Renameat(d.fd, name, to.fd, as)
}

// Stable is the path that the directory was opened by: here none leads to an open directory.
func (d *Dir) Stable() string { return d.path }

// List hands over the names in the directory, some at a time, until use returns false.
func (d *Dir) List(use func([]Entry) bool) error {
	fd, err := again(func() (int, error) { return unix.Openat(d.fd, ".", dirFlags, 0) })
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), d.path)
	defer f.Close()
	for {
		found, err := f.ReadDir(1024)
		list := make([]Entry, 0, len(found))
		for _, e := range found {
			list = append(list, Entry{Name: e.Name(), Type: e.Type()})
		}
		if len(list) > 0 && !use(list) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
