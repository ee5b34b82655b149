package tree

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Size is how much a tree holds.
type Size struct {
	Files, Dirs int64
	Bytes       int64 // given back when it is deleted
}

const (
	maxDepth  = 64      // of directories that are held open at once
	maxNames  = 1 << 20 // names of one directory that are kept at a time
	batchSize = 512     // names that a worker takes at a time
	// maxQueue bounds what waits while a directory is still being read.
	maxQueue = 64
)

// Work says how a tree is gone through. The functions are called by several workers at once.
type Work struct {
	Workers int                                             // 0 for two
	Pause   func()                                          // called between batches by each worker; nil for no pauses
	Tick    func(Size)                                      // told now and then how far it is
	See     func(depth int, e Entry, info Info, where *Dir) // told of each name before it is counted or removed
	Prepare func()                                          // called first on each worker's own thread
	Lost    func(name string, err error)                    // told of what could not be read or removed
}

// Measure counts a tree below a directory and changes nothing.
func Measure(ctx context.Context, d *Dir, w Work) (Size, error) { return w.run(ctx, d, false) }

// Empty removes everything in a directory, but not the directory.
func Empty(ctx context.Context, d *Dir, w Work) (Size, error) { return w.run(ctx, d, true) }

// node is a directory that is open until all below it is done.
type node struct {
	parent  *node
	dir     *Dir
	name    string
	depth   int
	pending atomic.Int64
	gone    Info
}

// task is a directory to open and list, or names to deal with in one, or itself to be listed.
type task struct {
	in    *node
	sub   string
	names []Entry
}

type engine struct {
	Work
	ctx    context.Context
	remove bool
	top    *node

	mu    sync.Mutex
	more  *sync.Cond
	stack []task // the last is next, so that few directories are open
	busy  int
	idle  atomic.Int32 // workers that wait for a task
	hoist atomic.Int64

	files, dirs, bytes atomic.Int64
	shared             sync.Map // files with several names, counted once
}

func (w Work) run(ctx context.Context, d *Dir, remove bool) (Size, error) {
	e := &engine{Work: w, ctx: ctx, remove: remove, top: &node{dir: d}}
	e.more = sync.NewCond(&e.mu)
	e.top.pending.Store(2) // one for its task, one so that it is never closed here
	e.stack = []task{{in: e.top}}
	var all sync.WaitGroup
	for range cmp.Or(w.Workers, 2) {
		all.Go(e.work)
	}
	all.Wait()
	return e.size(), ctx.Err()
}

func (e *engine) size() Size {
	return Size{Files: e.files.Load(), Dirs: e.dirs.Load(), Bytes: e.bytes.Load()}
}

// work takes tasks until there are none and nobody can make more.
func (e *engine) work() {
	if e.Prepare != nil {
		e.Prepare()
	}
	for {
		t, ok := e.take()
		if !ok {
			return
		}
		e.do(t)
		e.finish()
	}
}

// rest is between two batches: how far the work is, and a pause.
func (e *engine) rest() {
	if e.Tick != nil {
		e.Tick(e.size())
	}
	if e.Pause != nil {
		e.Pause()
	}
}

func (e *engine) take() (t task, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.stack) == 0 && e.busy > 0 {
		e.idle.Add(1)
		e.more.Wait()
		e.idle.Add(-1)
	}
	if len(e.stack) == 0 {
		return t, false
	}
	t = e.stack[len(e.stack)-1]
	e.stack = e.stack[:len(e.stack)-1]
	e.busy++
	return t, true
}

func (e *engine) finish() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy--; e.busy == 0 {
		e.more.Broadcast()
	}
}

// put leaves a task for whoever is free. It says no when enough are waiting and the asker should
// do it itself.
func (e *engine) put(t task, always bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !always && len(e.stack) >= maxQueue {
		return false
	}
	e.stack = append(e.stack, t)
	e.more.Signal()
	return true
}

func (e *engine) do(t task) {
	defer e.done(t.in)
	switch {
	case e.ctx.Err() != nil:
	case t.sub != "":
		e.enter(t.in, t.sub)
	case t.names == nil:
		e.list(t.in)
	default:
		e.each(t.in, t.names)
	}
}

// done counts down what is left of a directory; the last one closes it, and removes it.
func (e *engine) done(n *node) {
	for n != nil && n.pending.Add(-1) == 0 {
		n.dir.Close()
		if e.remove && e.ctx.Err() == nil {
			if err := e.unlink(n.parent.dir, n.name, true); err != nil {
				e.lost(n.parent, n.name, err)
			} else {
				e.dirs.Add(1)
				e.bytes.Add(n.gone.Space)
			}
		}
		n = n.parent
	}
}

// enter opens a directory and lists it.
func (e *engine) enter(parent *node, name string) {
	if parent.depth >= maxDepth {
		e.deep(parent, name)
		return
	}
	dir, err := parent.dir.Sub(name)
	if err != nil && e.remove && denied(err) {
		if parent.dir.Writable(name) == nil {
			dir, err = parent.dir.Sub(name)
		}
	}
	if err != nil {
		e.lost(parent, name, err)
		return
	}
	n := &node{parent: parent, dir: dir, name: name, depth: parent.depth + 1}
	n.gone, _ = dir.Info()
	if !e.remove {
		e.dirs.Add(1)
		e.bytes.Add(n.gone.Space)
	}
	n.pending.Store(1)
	parent.pending.Add(1)
	e.list(n)
	e.done(n)
}

// deep moves a directory that is too far down up to the top, where it is dealt with later.
func (e *engine) deep(parent *node, name string) {
	if !e.remove {
		e.lost(parent, name, ErrDeep)
		return
	}
	as, err := "", fs.ErrExist
	for try := 0; try < 100 && errors.Is(err, fs.ErrExist); try++ {
		as = ".deep-" + strconv.FormatInt(e.hoist.Add(1), 10)
		err = parent.dir.Rename(name, e.top.dir, as)
	}
	if err != nil {
		e.lost(parent, name, err)
		return
	}
	e.top.pending.Add(1)
	e.put(task{in: e.top, sub: as}, true)
}

// list reads the names of a directory and hands them out.
func (e *engine) list(n *node) {
	if e.remove {
		e.listAll(n)
		return
	}
	err := n.dir.List(func(names []Entry) bool {
		e.hand(n, names)
		return e.ctx.Err() == nil
	})
	if err != nil {
		e.lost(n, "", err)
	}
}

// listAll reads names before any is removed, and sorts them in the order of the disk: removing in
// that order takes a third less time in large directories.
func (e *engine) listAll(n *node) {
	for e.ctx.Err() == nil {
		var all []Entry
		err := n.dir.List(func(names []Entry) bool {
			all = append(all, names...)
			return len(all) < maxNames
		})
		if err != nil {
			e.lost(n, "", err)
			return
		}
		slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Inode, b.Inode) })
		if len(all) < maxNames {
			e.each(n, all)
			return
		}
		before := e.files.Load()
		e.each(n, all)
		if e.files.Load() == before {
			return // nothing of it can be removed
		}
	}
}

// hand passes names on, or deals with them at once when enough are waiting.
func (e *engine) hand(n *node, names []Entry) {
	n.pending.Add(1)
	t := task{in: n, names: names}
	if !e.put(t, false) {
		e.do(t)
	}
}

// each deals with names in a directory, some at a time. It gives half of what remains to a worker
// that has nothing to do: two are fastest far apart in one directory, or in different ones.
func (e *engine) each(n *node, names []Entry) {
	for len(names) > 0 && e.ctx.Err() == nil {
		if half := len(names) / 2; half >= batchSize && e.idle.Load() > 0 {
			n.pending.Add(1)
			e.put(task{in: n, names: names[half:]}, true)
			names = names[:half]
		}
		batch := names[:min(len(names), batchSize)]
		names = names[len(batch):]
		e.batch(n, batch)
		e.rest()
	}
}

// batch counts or removes names in a directory; directories among them are left as tasks.
func (e *engine) batch(n *node, names []Entry) {
	for _, entry := range names {
		if e.ctx.Err() != nil {
			return
		}
		info, err := n.about(entry)
		if err != nil {
			e.lost(n, entry.Name, err)
			continue
		}
		if e.See != nil {
			e.See(n.depth, entry, info, n.dir)
		}
		if info.Mode.IsDir() {
			n.pending.Add(1)
			e.put(task{in: n, sub: entry.Name}, true)
			continue
		}
		if e.remove {
			if err := e.unlink(n.dir, entry.Name, false); err != nil {
				e.lost(n, entry.Name, err)
				continue
			}
		}
		e.count(info)
	}
}

func (n *node) about(entry Entry) (Info, error) {
	if entry.info != nil {
		return *entry.info, nil
	}
	return n.dir.Stat(entry.Name)
}

// count counts a file. One with several names takes its space once, and gives it back with the
// last name.
func (e *engine) count(info Info) {
	e.files.Add(1)
	switch {
	case info.Links <= 1:
	case e.remove:
		return
	default:
		if _, seen := e.shared.LoadOrStore(info.ID, true); seen {
			return
		}
	}
	e.bytes.Add(info.Space)
}

// unlink removes a name, and once again after making its directory changeable.
func (e *engine) unlink(d *Dir, name string, dir bool) error {
	err := d.Remove(name, dir)
	if err != nil && denied(err) {
		if d.unlock(name) != nil {
			return err
		}
		err = d.Remove(name, dir)
	}
	return err
}

func (e *engine) lost(n *node, name string, err error) {
	if e.Lost != nil {
		e.Lost(filepath.Join(n.dir.Path(), name), err)
	}
}

// Kind names what an entry is when it is neither file nor directory; "" for those.
func Kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "link"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return ""
}
