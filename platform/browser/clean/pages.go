package clean

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/tree"
)

// finder finds one site's entries in a cache that keeps one file for each.
type finder struct {
	site   Site
	isName func(string) bool
	key    func(*os.File, int64) (string, error)
	owners func(string) (address, top string)
}

func pagesOf(engine browser.Engine, site Site) finder {
	if engine == browser.Gecko {
		return finder{site, isCache2Name, func(f *os.File, size int64) (string, error) { return cache2Key(f, size) }, cache2Owners}
	}
	return finder{site, isSimpleName, func(f *os.File, _ int64) (string, error) { return simpleKey(f) }, simpleOwners}
}

// isSimpleName tells names like 0123456789abcdef_0.
func isSimpleName(name string) bool {
	return len(name) == 18 && name[16] == '_' && strings.Trim(name[:16], "0123456789abcdef") == "" &&
		strings.Contains("01s", name[17:])
}

// isCache2Name tells names of 40 hexadecimal digits.
func isCache2Name(name string) bool {
	return len(name) == 40 && strings.Trim(name, "0123456789ABCDEF") == ""
}

// plan reads the key of every entry. Content that is kept below the site is the site's, whoever
// it was fetched from: no other site is given it.
func (f finder) plan(ctx context.Context, i *Item) error {
	in, name, err := parent(i.Place)
	if err != nil {
		return err
	}
	defer in.Close()
	dir, info, err := openCache(in, name)
	if err != nil {
		return err
	}
	defer dir.Close()
	i.id = info.ID
	var names []string
	block := false
	err = dir.List(func(list []tree.Entry) bool {
		for _, e := range list {
			if f.isName(e.Name) {
				names = append(names, e.Name)
			}
			block = block || e.Name == "data_1"
		}
		return ctx.Err() == nil
	})
	if err != nil {
		return err
	}
	if block && len(names) == 0 {
		return because{Schema, "block file"} // one file for all sites
	}
	known := f.readAll(ctx, dir, i, names)
	if len(names) > 0 && known == 0 && ctx.Err() == nil {
		return Schema
	}
	if i.Files == 0 && ctx.Err() == nil {
		return errNothing
	}
	slices.Sort(i.names)
	return ctx.Err()
}

// readAll reads the keys with some workers and notes the site's files; it counts the files whose
// form is known.
func (f finder) readAll(ctx context.Context, dir *tree.Dir, i *Item, names []string) (known int) {
	var all sync.WaitGroup
	var guard sync.Mutex
	for part := range slices.Chunk(names, len(names)/2+1) {
		all.Go(func() {
			for _, name := range part {
				if ctx.Err() != nil {
					return
				}
				info, key, err := f.read(dir, name)
				if err != nil {
					continue
				}
				address, top := f.owners(key)
				ours := f.site.isURL(address) || f.site.isURL(top)
				guard.Lock()
				known++
				if ours {
					i.names = append(i.names, name)
					i.Files++
					i.Bytes += info.Space
				}
				guard.Unlock()
			}
		})
	}
	all.Wait()
	return known
}

func (f finder) read(dir *tree.Dir, name string) (info tree.Info, key string, err error) {
	file, err := dir.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return info, "", err
	}
	defer file.Close()
	if info, err = dir.Stat(name); err != nil {
		return info, "", err
	}
	if info.Owner != tree.Self() {
		return info, "", errors.Join(NotOurs, errEntry)
	}
	key, err = f.key(file, info.Size)
	return info, key, err
}
