package clean

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/tree"
)

// Plan looks at everything that is asked for and changes nothing.
func (c *Cleaner) Plan(ctx context.Context, q Request) (*Plan, error) {
	plan := &Plan{ID: newID(), request: q}
	seen := map[string]bool{} // profiles share some caches
	for _, p := range q.Profiles {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		base := Item{Browser: p.Browser, Profile: p.Name, Place: browser.Place{Base: p.Dir}, profile: p}
		if why := c.mayClear(p, q.Closed); why != nil {
			plan.refuse(base, why)
			continue
		}
		stores := c.System.Stores(p)
		look := func(what What, kind string, place browser.Place, at func(context.Context, *Item) error) {
			if seen[string(what)+place.Path()] {
				return
			}
			seen[string(what)+place.Path()] = true
			i := base
			i.What, i.Kind, i.Place = what, kind, place
			err := at(ctx, &i)
			var up above
			if errors.As(err, &up) { // said once for all that is in it
				i.Place.Rel = filepath.Dir(i.Place.Rel)
				if seen[i.Place.Path()] && !errors.Is(err, fs.ErrNotExist) {
					return
				}
				seen[i.Place.Path()] = true
			}
			switch {
			case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNothing):
			case err != nil:
				plan.refuse(i, err)
			default:
				plan.add(i)
			}
		}
		if q.Caches {
			for _, cache := range stores.Caches {
				look(Caches, cache.Kind, cache.Place, planCache)
			}
		}
		if q.Pages && q.Site != nil && !q.Caches {
			for _, dir := range stores.Pages {
				look(Pages, browser.HTTPCache, dir, pagesOf(p.Family.Engine, *q.Site).plan)
			}
		}
		hosts := map[string]bool{}
		if q.Cookies || q.HSTS && q.Site != nil {
			for _, db := range stores.Cookies {
				look(Cookies, "", db, func(ctx context.Context, i *Item) error {
					err := planCookies(ctx, i, q.Site, hosts)
					if !q.Cookies {
						return errNothing // only the hosts were of interest
					}
					return err
				})
			}
		}
		if q.Cookies {
			for _, db := range stores.Sessions {
				look(Sessions, "", db, func(ctx context.Context, i *Item) error { return planCookies(ctx, i, q.Site, hosts) })
			}
		}
		if q.Storage {
			for _, dir := range stores.Storage {
				look(Storage, "", dir, storageOf(p.Family.Engine, q.Site).plan)
			}
			for _, file := range stores.Workers {
				look(Workers, "", file, func(_ context.Context, i *Item) error { return planWorkers(i, q.Site) })
			}
			for _, place := range stores.Together {
				look(Storage, "", place, planTogether)
			}
		}
		if q.HSTS && q.Site != nil {
			for _, file := range stores.HSTS {
				look(HSTS, "", file, func(_ context.Context, i *Item) error { return planHSTS(i, *q.Site, hosts) })
			}
		}
	}
	return plan, ctx.Err()
}

// errNothing says that there is nothing to clear in a place.
var errNothing = errors.New("nothing there")

// mayClear tells why a profile is left alone, nil if it is not.
func (c *Cleaner) mayClear(p browser.Profile, closed bool) error {
	if p.Family == nil || !p.Family.Clearing() {
		return ByHand
	}
	switch c.System.State(p).State {
	case browser.Running:
		return IsRunning
	case browser.Unknown:
		if !closed {
			return MayRun
		}
	}
	return nil
}

// above is an error that is about the directory in which a place is.
type above struct{ error }

func (a above) Unwrap() error { return a.error }

// parent opens the directory in which a place is.
func parent(p browser.Place) (dir *tree.Dir, name string, err error) {
	dir, err = tree.OpenBelow(p.Base, filepath.Dir(p.Rel))
	if err != nil {
		return nil, "", above{err}
	}
	info, err := dir.Info()
	if err == nil && info.Owner != tree.Self() {
		err = NotOurs
	}
	if err != nil {
		dir.Close()
		return nil, "", above{err}
	}
	return dir, filepath.Base(p.Rel), nil
}

// openCache opens a directory that holds nothing but a cache, as far as its top shows.
func openCache(in *tree.Dir, name string) (*tree.Dir, tree.Info, error) {
	dir, err := in.Sub(name)
	if err != nil {
		return nil, tree.Info{}, err
	}
	info, err := dir.Info()
	if err == nil && info.Owner != tree.Self() {
		err = NotOurs
	}
	if err != nil {
		dir.Close()
		return nil, info, err
	}
	return dir, info, nil
}

// planCache counts a cache, and refuses it for whatever should not be in one.
func planCache(ctx context.Context, i *Item) error {
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
	var odd firstError
	size, err := tree.Measure(ctx, dir, tree.Work{
		See: func(depth int, e tree.Entry, info tree.Info, where *tree.Dir) {
			if depth <= 1 && isCanary(e.Name) {
				odd.set(because{IsProfile, e.Name})
			}
			if info.Owner != tree.Self() {
				odd.set(because{NotOurs, filepath.Join(where.Path(), e.Name)})
			}
		},
		Lost: func(name string, err error) {
			if errors.Is(err, tree.ErrMount) {
				odd.set(because{IsMount, name})
			}
		},
	})
	if err = errors.Join(err, odd.get()); err != nil {
		return err
	}
	if size == (tree.Size{}) {
		return errNothing
	}
	i.Files, i.Bytes = size.Files, size.Bytes
	return nil
}

// firstError keeps the first error of several workers.
type firstError struct {
	sync.Mutex
	err error
}

func (f *firstError) set(err error) {
	f.Lock()
	defer f.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func (f *firstError) get() error {
	f.Lock()
	defer f.Unlock()
	return f.err
}
