package clean

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/waymend/waymend/platform/browser/tree"
)

// Progress is how far a work is.
type Progress struct {
	Done, Total int // items
	Item        Item
	Size        tree.Size // deleted so far
}

// Apply does what was planned, to exactly the files that were planned. What has changed since, or
// is refused now, is left alone and named, whatever else was done. The error is about the whole: with
// no ID in the result, nothing was touched.
func (c *Cleaner) Apply(ctx context.Context, p *Plan, progress func(Progress)) (Result, error) {
	result := Result{Refused: p.Refused}
	if len(p.Items) == 0 {
		return result, ctx.Err()
	}
	r := c.newRecord(p)
	err := c.alone(r.ID, func() error {
		if _, err := os.Lstat(c.file(r.ID)); err == nil {
			return Changed // it was applied before
		}
		if err := c.save(r); err != nil {
			return err
		}
		result.ID, result.Until = r.ID, r.Until
		c.apply(ctx, p, r, &result, progress)
		r.Phase = kept
		if len(result.Done) == 0 {
			result.ID = ""
			c.tidy(r)
			return c.forget(r.ID)
		}
		return c.save(r)
	})
	return result, err
}

func (c *Cleaner) apply(ctx context.Context, p *Plan, r *record, result *Result, progress func(Progress)) {
	may := map[string]error{} // of each browser, asked once before its items
	for n, i := range p.Items {
		if progress != nil {
			progress(Progress{Done: n, Total: len(p.Items), Item: i})
		}
		why, asked := may[i.profile.Dir]
		if !asked {
			why = c.mayClear(i.profile, p.request.Closed)
			may[i.profile.Dir] = why
		}
		err := errors.Join(ctx.Err(), why)
		done := false
		if err == nil {
			done, err = c.step(ctx, &i, r, n)
		}
		if err != nil {
			result.Refused = append(result.Refused, refusal(i, err))
		}
		if !done {
			r.Steps[n].Refused = true
			continue
		}
		r.Steps[n].Done, r.Steps[n].Files, r.Steps[n].Bytes, r.Steps[n].Rows = true, i.Files, i.Bytes, i.Rows
		result.add(i)
	}
	if progress != nil {
		progress(Progress{Done: len(p.Items), Total: len(p.Items)})
	}
}

// step does one item, and notes in it what was done. Of single files some can be done when there
// is an error.
func (c *Cleaner) step(ctx context.Context, i *Item, r *record, n int) (done bool, err error) {
	in, name, err := parent(i.Place)
	if err != nil {
		return false, err
	}
	defer in.Close()
	aside, err := hold(in, r.holdName(), true)
	if err != nil {
		return false, err
	}
	defer aside.Close()
	switch i.What {
	case Caches:
		err = asideCache(in, name, aside, number(n), i.id)
	case Pages:
		i.Files, i.Bytes, err = asideFiles(ctx, in, name, i.id, aside, number(n), i.names, 0)
		return i.Files > 0, err
	case Storage:
		planned := i.Bytes // of what is in the directories
		i.Files, _, err = asideFiles(ctx, in, name, i.id, aside, number(n), i.names, fs.ModeDir)
		if i.Bytes = 0; int(i.Files) == len(i.names) {
			i.Bytes = planned
		}
		return i.Files > 0, err
	case HSTS, Workers:
		i.Rows, err = removeLines(i, r.Site, in, name, aside, number(n))
	default:
		i.Rows, err = removeCookies(ctx, i, r.Site, in, name, aside, number(n))
		return err == nil || i.Rows > 0, err // gone they are, even if the log could not be emptied
	}
	return err == nil, err
}

// removeCookies removes rows after a copy was put aside.
func removeCookies(ctx context.Context, i *Item, site *Site, in *tree.Dir, name string, aside *tree.Dir, number string) (int64, error) {
	info, err := database(in, name)
	if err != nil {
		return 0, err
	}
	if info.ID != i.id {
		return 0, Changed
	}
	if err := copySet(in, name, aside, number); err != nil {
		return 0, err
	}
	rows, err := removeRows(ctx, filepath.Join(in.Stable(), name), storeOf(i.What, i.profile.Family.Engine), site)
	if info, e := database(in, name); err == nil && (e != nil || info.ID != i.id) {
		err = Changed // somebody put another file in its place meanwhile
	}
	return rows, err
}
