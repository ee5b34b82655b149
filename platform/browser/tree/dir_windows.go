package tree

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// Dir is an open directory: a handle that cannot be left (os.Root). Junctions and links on the way
// are refused when it is opened, by comparing what the name is with what was opened.
type Dir struct {
	root   *os.Root
	path   string // what it was called when it was opened
	parent *Dir   // and where, nil for the first
	name   string
}

// Open opens a directory by its path.
func Open(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Dir{root: root, path: path}, nil
}

// Close gives the directory back. Handles of subdirectories stay good.
func (d *Dir) Close() error { return d.root.Close() }

// Path is what the directory was called when it was opened.
func (d *Dir) Path() string { return d.path }

// Stable is the path that the directory was opened by.
func (d *Dir) Stable() string { return d.path }

// Sub opens a directory in this one.
func (d *Dir) Sub(name string) (*Dir, error) {
	before, err := d.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case before.Mode&(fs.ModeSymlink|fs.ModeIrregular) != 0:
		return nil, ErrLink
	case !before.Mode.IsDir():
		return nil, ErrNotDir
	}
	root, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	sub := &Dir{root, filepath.Join(d.path, name), d, name}
	if after, err := sub.Info(); err != nil || after.ID != before.ID {
		root.Close()
		return nil, errors.Join(ErrLink, err)
	}
	return sub, nil
}

// Info is about the directory itself.
func (d *Dir) Info() (Info, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Info{}, err
	}
	i := of(st)
	i.ID, err = identity(f)
	return i, err
}

// Stat is about a name in the directory, a link itself if it is one. Only directories and regular
// files are opened for their identity.
func (d *Dir) Stat(name string) (Info, error) {
	if !plain(name) {
		return Info{}, errName
	}
	st, err := d.root.Lstat(name)
	if err != nil {
		return Info{}, err
	}
	i := of(st)
	if !st.IsDir() && !st.Mode().IsRegular() {
		return i, nil
	}
	f, err := d.root.Open(name)
	if err != nil {
		return i, err
	}
	defer f.Close()
	i.ID, err = identity(f)
	return i, err
}

func of(st fs.FileInfo) Info {
	return Info{Mode: st.Mode(), Size: st.Size(), Space: st.Size(), Links: 1, Modified: st.ModTime()}
}

func identity(f *os.File) (ID, error) {
	var i windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &i); err != nil {
		return ID{}, err
	}
	return ID{uint64(i.VolumeSerialNumber), uint64(i.FileIndexHigh)<<32 | uint64(i.FileIndexLow)}, nil
}

// Mkdir makes a directory.
func (d *Dir) Mkdir(name string, perm fs.FileMode) error {
	if !plain(name) {
		return errName
	}
	return d.root.Mkdir(name, perm.Perm())
}

// Remove removes a name: a file's, or an empty directory's.
func (d *Dir) Remove(name string, _ bool) error {
	if !plain(name) {
		return errName
	}
	return d.root.Remove(name)
}

// Writable takes the mark "read-only" from a name.
func (d *Dir) Writable(name string) error {
	if name == "" {
		return nil
	}
	return d.root.Chmod(name, 0o600)
}

// OpenFile opens a regular file in the directory.
func (d *Dir) OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error) {
	if !plain(name) {
		return nil, errName
	}
	if st, err := d.root.Lstat(name); err == nil && !st.Mode().IsRegular() {
		if st.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 {
			return nil, ErrLink
		}
		return nil, fs.ErrInvalid
	}
	return d.root.OpenFile(name, flag, perm.Perm())
}

// Sync does nothing: the file system orders names itself.
func (d *Dir) Sync() error { return nil }

// Rename gives a name of this directory to another one, where it must be free.
func (d *Dir) Rename(name string, to *Dir, as string) error {
	if !plain(name) || !plain(as) {
		return errName
	}
	if _, err := to.root.Lstat(as); err == nil {
		return fs.ErrExist
	}
	return d.move(name, to, as)
}

// Swap exchanges two names in one step, which this system cannot.
func (d *Dir) Swap(string, *Dir, string) (ok bool, err error) { return false, nil }

// Replace puts a name of this directory in the place of another one.
func (d *Dir) Replace(name string, to *Dir, as string) error {
	if !plain(name) || !plain(as) {
		return errName
	}
	return d.move(name, to, as)
}

// move moves a name through the handle of the innermost directory that both were opened in.
func (d *Dir) move(name string, to *Dir, as string) error {
	for from, old := d, name; from != nil; from, old = from.parent, filepath.Join(from.name, old) {
		for at, next := to, as; at != nil; at, next = at.parent, filepath.Join(at.name, next) {
			if from == at {
				return from.root.Rename(old, next)
			}
		}
	}
	return errors.ErrUnsupported
}

// List hands over the names in the directory, some at a time, until use returns false.
func (d *Dir) List(use func([]Entry) bool) error {
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		found, err := f.ReadDir(1024)
		list := make([]Entry, 0, len(found))
		for _, e := range found {
			entry := Entry{Name: e.Name(), Type: e.Type()}
			if st, err := e.Info(); err == nil { // comes with the name
				i := of(st)
				entry.info = &i
			}
			list = append(list, entry)
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

// Self is the owner of this account's files; the system's own permissions decide here.
func Self() uint32 { return 0 }

// unlock takes the mark "read-only" from a name that is to be removed.
func (d *Dir) unlock(name string) error { return d.Writable(name) }

func denied(err error) bool { return errors.Is(err, windows.ERROR_ACCESS_DENIED) }
