package clean

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"time"

	"github.com/waymend/waymend/platform/browser/tree"
)

// Speed is how Delete goes about it.
type Speed int

// Speeds.
const (
	// Gently takes less than half of a core, and the disk only when nobody else wants it.
	Gently Speed = iota
	// Quickly is for somebody who waits for the space.
	Quickly
)

// Delete gives back the space that a clearing takes, after which it cannot be undone. When it is
// interrupted it can be called again, and Resume does.
func (c *Cleaner) Delete(ctx context.Context, id string, speed Speed, progress func(Progress)) (Result, error) {
	result := Result{ID: id}
	err := c.alone(id, func() error {
		r, err := c.load(id)
		if err != nil {
			return err
		}
		c.settle(r)
		return c.delete(ctx, r, speed, &result, progress)
	})
	return result, err
}

func (c *Cleaner) delete(ctx context.Context, r *record, speed Speed, result *Result, progress func(Progress)) error {
	if r.Phase != deleting {
		r.Phase = deleting
		if err := c.save(r); err != nil {
			return err
		}
	}
	left := false
	for n, s := range r.Steps {
		i := s.item()
		size, err := c.deleteStep(ctx, r, n, speed, func(now tree.Size) {
			if progress != nil {
				progress(Progress{Done: n, Total: len(r.Steps), Item: i, Size: now})
			}
		})
		if err != nil {
			left = true
			result.Refused = append(result.Refused, refusal(i, err))
		}
		if size != (tree.Size{}) {
			i.Files, i.Bytes, i.Rows = size.Files, size.Bytes, 0
			result.add(i)
		}
	}
	if left {
		return ctx.Err()
	}
	return c.forget(r.ID)
}

// deleteStep empties what was kept aside for a step.
func (c *Cleaner) deleteStep(ctx context.Context, r *record, n int, speed Speed, tick func(tree.Size)) (tree.Size, error) {
	s := r.Steps[n]
	in, _, err := parent(s.Place)
	if err != nil {
		return tree.Size{}, gone(err)
	}
	defer in.Close()
	aside, err := hold(in, r.holdName(), false)
	if err != nil {
		return tree.Size{}, gone(err)
	}
	defer aside.Close()
	var total tree.Size
	for _, name := range []string{number(n), number(n) + ".newer", number(n) + ".part"} {
		want := s.ID
		if s.What != Caches || s.Undone || name != number(n) {
			want = tree.ID{} // made by this program
		}
		size, err := emptyStep(ctx, aside, name, want, speed, tick)
		total.Files += size.Files
		total.Dirs += size.Dirs
		total.Bytes += size.Bytes
		if err != nil {
			return total, err
		}
	}
	_ = ignore(in.Remove(r.holdName(), true)) // the last step there succeeds
	return total, nil
}

// gone makes an error of what is not there any more none.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func emptyStep(ctx context.Context, aside *tree.Dir, name string, want tree.ID, speed Speed, tick func(tree.Size)) (tree.Size, error) {
	dir, err := aside.Sub(name)
	if errors.Is(err, tree.ErrNotDir) { // a file that was being written
		return tree.Size{}, aside.Remove(name, false)
	}
	if err != nil {
		return tree.Size{}, gone(err)
	}
	defer dir.Close()
	info, err := dir.Info()
	if err != nil {
		return tree.Size{}, err
	}
	if want != (tree.ID{}) && info.ID != want && aside.Remove(name, true) != nil {
		return tree.Size{}, Changed // nobody but this program should have been here
	}
	var lost firstError
	work := tree.Work{Tick: tick, Lost: func(_ string, err error) { lost.set(err) }}
	if speed == Gently {
		pace := &pacer{}
		work.Workers, work.Prepare, work.Pause = 1, pace.prepare, pace.pause
	}
	size, err := tree.Empty(ctx, dir, work)
	if err == nil {
		err = lost.get()
	}
	if err != nil {
		return size, err
	}
	return size, gone(aside.Remove(name, true))
}

// pacer keeps one worker below half a core.
type pacer struct{ woke time.Time }

// prepare gives the worker a thread of its own with the lowest priority. The thread ends with the
// worker, because priority cannot be taken back.
func (p *pacer) prepare() {
	runtime.LockOSThread()
	lowPriority()
	p.woke = time.Now()
}

// pause sleeps longer than was worked since the last one.
func (p *pacer) pause() {
	time.Sleep(time.Since(p.woke)*3/2 + time.Millisecond)
	p.woke = time.Now()
}

// tidy removes the private directories of a clearing in which nothing was done.
func (c *Cleaner) tidy(r *record) {
	for n := range r.Steps {
		_ = ignore(second(c.deleteStep(context.Background(), r, n, Quickly, nil)))
	}
}

func second[T any](_ T, err error) error { return err }

// Resume goes on with what earlier processes left: it puts in order what was interrupted, ends an
// Undo, and deletes what is past its time, with or without a journal. What can still be undone is
// kept and named.
func (c *Cleaner) Resume(ctx context.Context, speed Speed) (list []Result) {
	c.sweep()
	for _, id := range c.journals() {
		if ctx.Err() != nil {
			break
		}
		result := Result{ID: id}
		err := c.alone(id, func() error {
			r, err := c.load(id)
			if err != nil {
				return err
			}
			return c.resume(ctx, r, speed, &result)
		})
		if err != nil && !errors.Is(err, Busy) {
			result.Refused = append(result.Refused, refusal(Item{}, err))
		}
		if err == nil || !errors.Is(err, Busy) {
			list = append(list, result)
		}
	}
	return append(list, c.adopt(ctx, speed)...)
}

func (c *Cleaner) resume(ctx context.Context, r *record, speed Speed, result *Result) error {
	c.settle(r)
	result.Interrupted = r.Interrupted
	if r.Phase == undoing {
		return c.undo(ctx, r, result)
	}
	if r.Phase == deleting || !c.System.Now().Before(r.Until) {
		return c.delete(ctx, r, speed, result, nil)
	}
	result.Until = r.Until
	for _, s := range r.Steps {
		if s.Done && !s.Undone {
			result.add(s.item())
		}
	}
	return c.save(r)
}
