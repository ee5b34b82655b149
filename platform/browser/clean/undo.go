package clean

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/waymend/waymend/platform/browser/tree"
)

// Undo puts back what a clearing took away. Cookies and pages that a browser has fetched since
// then stay. The browsers must not run. What could not be put back is named, and can be tried
// again.
func (c *Cleaner) Undo(ctx context.Context, id string) (Result, error) {
	result := Result{ID: id}
	err := c.alone(id, func() error {
		r, err := c.load(id)
		if err != nil {
			return err
		}
		if r.Phase == deleting {
			return Expired
		}
		c.settle(r)
		return c.undo(ctx, r, &result)
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = Expired
	}
	return result, err
}

func (c *Cleaner) undo(ctx context.Context, r *record, result *Result) error {
	r.Phase = undoing
	if err := c.save(r); err != nil {
		return err
	}
	left := 0
	for n := range r.Steps {
		s := &r.Steps[n]
		if s.Undone || s.Refused || !s.Done {
			continue
		}
		i := s.item()
		err := errors.Join(ctx.Err(), c.mayClear(i.profile, r.Closed))
		if err == nil {
			err = c.back(ctx, &i, r, n)
		}
		if err != nil {
			left++
			result.Refused = append(result.Refused, refusal(i, err))
			continue
		}
		s.Undone = true
		result.add(i)
	}
	if left == 0 {
		r.Phase = deleting // of what the browser made anew, and of the copies
		return c.save(r)
	}
	r.Phase = kept
	return c.save(r)
}

// back undoes one step.
func (c *Cleaner) back(ctx context.Context, i *Item, r *record, n int) error {
	in, name, err := parent(i.Place)
	if err != nil {
		return err
	}
	defer in.Close()
	aside, err := hold(in, r.holdName(), false)
	if errors.Is(err, fs.ErrNotExist) {
		return Expired
	}
	if err != nil {
		return err
	}
	defer aside.Close()
	switch i.What {
	case Caches:
		return backCache(in, name, aside, number(n), i.id)
	case Pages, Storage:
		return backFiles(in, name, aside, number(n))
	case HSTS, Workers:
		return restoreLines(i, r.Site, in, name, aside, number(n))
	}
	copied, err := aside.Sub(number(n))
	if err != nil {
		return Expired
	}
	defer copied.Close()
	if _, err := database(in, name); errors.Is(err, fs.ErrNotExist) {
		return Changed
	} else if err != nil {
		return err
	}
	i.Rows, err = restoreRows(ctx, filepath.Join(in.Stable(), name), filepath.Join(copied.Stable(), "copy"),
		storeOf(i.What, i.profile.Family.Engine), r.Site)
	return err
}

// settle brings a clearing that was interrupted into order: what was moved aside counts as done,
// and what was caught between two moves is put right.
func (c *Cleaner) settle(r *record) {
	if r.Phase != applying {
		return
	}
	r.Phase, r.Interrupted = kept, true
	for n := range r.Steps {
		s := &r.Steps[n]
		in, name, err := parent(s.Place)
		if err != nil {
			continue
		}
		aside, err := hold(in, r.holdName(), false)
		if err == nil {
			settleStep(s, in, name, aside, number(n))
			aside.Close()
		}
		in.Close()
	}
}

func settleStep(s *step, in *tree.Dir, name string, aside *tree.Dir, number string) {
	info, err := aside.Stat(number)
	if err != nil {
		return // not begun
	}
	s.Done = true
	if s.What != Caches {
		return // the database settles itself, and files are here or there
	}
	if is(aside, number, s.ID) {
		if _, err := in.Stat(name); errors.Is(err, fs.ErrNotExist) {
			s.Refused = in.Mkdir(name, info.Mode.Perm()|0o700) != nil
		}
		return
	}
	// Either the empty directory that was to take the cache's place, or something that was moved
	// by mistake for it and has to go back.
	s.Done, s.Refused = false, true
	if aside.Remove(number, true) == nil {
		return
	}
	if in.Remove(name, true) == nil || !exists(in, name) {
		_ = ignore(aside.Rename(number, in, name))
	}
}

func exists(in *tree.Dir, name string) bool {
	_, err := in.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
