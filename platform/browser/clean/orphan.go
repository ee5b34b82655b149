package clean

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/tree"
)

// orphans finds private directories of clearings beside what is cleared, whose journals are lost:
// this program's own directory was deleted, or a backup brought them back.
func (c *Cleaner) orphans(ctx context.Context) map[string][]Item {
	found := map[string][]Item{}
	seen := map[string]bool{}
	for _, p := range c.System.Profiles(ctx) {
		if p.Family == nil || !p.Family.Clearing() {
			continue
		}
		for _, place := range c.System.Stores(p).All() {
			in := browser.Place{Base: place.Base, Rel: filepath.Dir(place.Rel)}
			if seen[in.Path()] || ctx.Err() != nil {
				continue
			}
			seen[in.Path()] = true
			for _, name := range holdsIn(in) {
				id := strings.TrimPrefix(name, holdPrefix)
				if _, err := os.Lstat(c.file(id)); errors.Is(err, fs.ErrNotExist) {
					found[id] = append(found[id], Item{What: Left, Browser: p.Browser, Profile: p.Name, Place: in.Join(name), profile: p})
				}
			}
		}
	}
	return found
}

// holdsIn lists the names in a directory that this program could have given.
func holdsIn(in browser.Place) (names []string) {
	dir, err := tree.OpenBelow(in.Base, in.Rel)
	if err != nil {
		return nil
	}
	defer dir.Close()
	_ = ignore(dir.List(func(list []tree.Entry) bool {
		for _, e := range list {
			if id, ok := strings.CutPrefix(e.Name, holdPrefix); ok && isID(id) {
				names = append(names, e.Name)
			}
		}
		return len(names) < 1000
	}))
	return names
}

// adopt deletes orphans for which the time for Undo is over, if they hold nothing but what this
// program puts there.
func (c *Cleaner) adopt(ctx context.Context, speed Speed) (list []Result) {
	for id, items := range c.orphans(ctx) {
		result := Result{ID: id, Adopted: true}
		err := c.alone(id, func() error {
			if _, err := os.Lstat(c.file(id)); err == nil {
				return Busy // its journal was only just written
			}
			for _, i := range items {
				size, err := c.adoptOne(ctx, i.Place, speed)
				if err != nil {
					result.Refused = append(result.Refused, refusal(i, err))
				}
				if size != (tree.Size{}) {
					i.Files, i.Bytes = size.Files, size.Bytes
					result.add(i)
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, Busy) {
			result.Refused = append(result.Refused, refusal(items[0], err))
		}
		if len(result.Done)+len(result.Refused) > 0 {
			list = append(list, result)
		}
	}
	slices.SortFunc(list, func(a, b Result) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func (c *Cleaner) adoptOne(ctx context.Context, place browser.Place, speed Speed) (tree.Size, error) {
	in, name, err := parent(place)
	if err != nil {
		return tree.Size{}, gone(err)
	}
	defer in.Close()
	dir, err := hold(in, name, false)
	if err != nil {
		return tree.Size{}, gone(err)
	}
	defer dir.Close()
	info, err := dir.Info()
	if err != nil || c.System.Now().Sub(info.Modified) < c.Keep {
		return tree.Size{}, err
	}
	if err := ours(ctx, dir); err != nil {
		return tree.Size{}, err
	}
	return emptyStep(ctx, in, name, info.ID, speed, nil)
}

// ours tells why a directory may not be one that this program made: numbered steps are in it and
// nothing else, none is a profile, and all is of this account.
func ours(ctx context.Context, dir *tree.Dir) error {
	var odd firstError
	_, err := tree.Measure(ctx, dir, tree.Work{
		See: func(depth int, e tree.Entry, info tree.Info, where *tree.Dir) {
			switch {
			case depth == 0 && !isStep(e.Name):
				odd.set(because{Schema, e.Name})
			case depth <= 2 && isCanary(e.Name):
				odd.set(because{IsProfile, e.Name})
			case info.Owner != tree.Self():
				odd.set(because{NotOurs, filepath.Join(where.Path(), e.Name)})
			}
		},
		Lost: func(name string, err error) {
			if errors.Is(err, tree.ErrMount) {
				odd.set(because{IsMount, name})
			}
		},
	})
	return errors.Join(err, odd.get())
}

// isStep tells the names of steps: 12, 12.part, 12.newer.
func isStep(name string) bool {
	number, rest, _ := strings.Cut(name, ".")
	return number != "" && len(number) < 6 && strings.Trim(number, "0123456789") == "" &&
		(rest == "" || rest == "part" || rest == "newer")
}
