package clean

import (
	"context"
	"errors"
	"io/fs"
	"strconv"

	"github.com/waymend/waymend/platform/browser/tree"
)

// hold opens the private directory beside what is cleared, and makes it if asked.
func hold(in *tree.Dir, name string, make bool) (*tree.Dir, error) {
	if make {
		if err := in.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	dir, err := in.Sub(name)
	if err != nil {
		return nil, err
	}
	info, err := dir.Info()
	if err == nil && (info.Owner != tree.Self() || private && info.Mode.Perm() != 0o700) {
		err = Changed
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

// asideCache puts an empty directory in the place of a cache, in one step where the system has it,
// and the cache into the private directory. What is moved must be what was planned.
func asideCache(in *tree.Dir, name string, aside *tree.Dir, number string, want tree.ID) error {
	dir, info, err := openCache(in, name)
	if err != nil {
		return err
	}
	defer dir.Close()
	if info.ID != want {
		return Changed
	}
	for _, canary := range canaries {
		if _, err := dir.Stat(canary); err == nil {
			return because{IsProfile, canary}
		}
	}
	if err := aside.Mkdir(number, info.Mode.Perm()); err != nil {
		return err
	}
	return exchange(in, name, aside, number, want, info.Mode)
}

// exchange swaps the directory in with the one kept aside, and takes it back if it was not the
// one that is wanted.
func exchange(in *tree.Dir, name string, aside *tree.Dir, number string, want tree.ID, mode fs.FileMode) error {
	ok, err := in.Swap(name, aside, number)
	if err != nil {
		return errors.Join(err, ignore(aside.Remove(number, true)))
	}
	if ok {
		if is(aside, number, want) {
			return nil
		}
		_, err := in.Swap(name, aside, number)
		return errors.Join(Changed, err, ignore(aside.Remove(number, true)))
	}
	if err := aside.Remove(number, true); err != nil {
		return err
	}
	if err := in.Rename(name, aside, number); err != nil {
		return err
	}
	if !is(aside, number, want) {
		return errors.Join(Changed, aside.Rename(number, in, name))
	}
	if err := in.Mkdir(name, mode.Perm()); err != nil && !errors.Is(err, fs.ErrExist) {
		return errors.Join(err, aside.Rename(number, in, name))
	}
	return nil
}

// ignore is for the tidying up after an error that is told already.
func ignore(error) error { return nil }

// is tells whether a name is the directory of that identity.
func is(in *tree.Dir, name string, want tree.ID) bool {
	dir, err := in.Sub(name)
	if err != nil {
		return false
	}
	defer dir.Close()
	info, err := dir.Info()
	return err == nil && info.ID == want
}

// backCache puts a cache back. What the browser has put in its place meanwhile is kept aside
// instead, and deleted later.
func backCache(in *tree.Dir, name string, aside *tree.Dir, number string, want tree.ID) error {
	if is(in, name, want) {
		return nil // it is back already
	}
	if !is(aside, number, want) {
		return Expired
	}
	if _, err := in.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return aside.Rename(number, in, name)
	}
	if ok, err := in.Swap(name, aside, number); ok || err != nil {
		return err
	}
	if err := in.Rename(name, aside, number+".newer"); err != nil {
		return err
	}
	return aside.Rename(number, in, name)
}

// asideFiles moves single files of a directory, or directories if that is their kind.
func asideFiles(ctx context.Context, in *tree.Dir, name string, want tree.ID, aside *tree.Dir, number string, names []string, kind fs.FileMode) (files, bytes int64, err error) {
	dir, info, err := openCache(in, name)
	if err != nil {
		return 0, 0, err
	}
	defer dir.Close()
	if info.ID != want {
		return 0, 0, Changed
	}
	if err := aside.Mkdir(number, 0o700); err != nil {
		return 0, 0, err
	}
	to, err := aside.Sub(number)
	if err != nil {
		return 0, 0, err
	}
	defer to.Close()
	for _, file := range names {
		if err := ctx.Err(); err != nil {
			return files, bytes, err
		}
		info, err := dir.Stat(file)
		if err != nil || info.Mode.Type() != kind {
			continue // gone, or not what the plan saw
		}
		if err := dir.Rename(file, to, file); err != nil {
			return files, bytes, err
		}
		files++
		bytes += info.Space
	}
	return files, bytes, nil
}

// backFiles moves files back. Where the browser has made one anew, the newer one stays.
func backFiles(in *tree.Dir, name string, aside *tree.Dir, number string) error {
	from, err := aside.Sub(number)
	if errors.Is(err, fs.ErrNotExist) {
		return Expired
	}
	if err != nil {
		return err
	}
	defer from.Close()
	dir, _, err := openCache(in, name)
	if err != nil {
		return err
	}
	defer dir.Close()
	var names []string
	if err := from.List(func(list []tree.Entry) bool {
		for _, e := range list {
			names = append(names, e.Name)
		}
		return true
	}); err != nil {
		return err
	}
	for _, file := range names {
		if err := from.Rename(file, dir, file); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// number is the name of a step in the private directories.
func number(n int) string { return strconv.Itoa(n) }
