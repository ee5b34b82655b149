package browser

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/waymend/waymend/platform/browser/tree"
)

// Found is a profile that a scan met. It is told of at once, then again while its caches are
// counted, and last with Measured set.
type Found struct {
	Profile
	Live
	Network     Settings    // what it says about DNS and proxies
	Caches      []CacheSize // those that exist
	CacheBytes  int64
	CookieBytes int64 // of the files that hold cookies; Safari's are not looked at
	Measured    bool
}

// CacheSize is a cache with what it holds.
type CacheSize struct {
	Cache
	tree.Size
	Err error // why it could not be counted, or not all of it
}

// Bounds of a scan.
const (
	scansAtOnce = 2
	tellEvery   = 100 * time.Millisecond
)

// Scan looks for all profiles and counts what their caches and cookies take. It calls use, never
// twice at once, and not any more after it has returned. When ctx ends it returns without waiting
// for a disk that does not answer.
func (s System) Scan(ctx context.Context, use func(Found)) error {
	var tell sync.Mutex
	over := false
	defer func() { tell.Lock(); over = true; tell.Unlock() }()
	say := func(f Found) {
		tell.Lock()
		defer tell.Unlock()
		if !over {
			use(f)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var all sync.WaitGroup
		slots := make(chan struct{}, scansAtOnce)
		shared := map[string]bool{}
		s.find(ctx, func(p Profile) {
			first := !shared[p.Root]
			shared[p.Root] = true
			say(Found{Profile: p, Live: Live{State: Unknown}})
			all.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				s.measure(ctx, p, first, say)
			})
		})
		all.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// measure counts one profile. The caches that profiles share are counted with the first one.
func (s System) measure(ctx context.Context, p Profile, first bool, say func(Found)) {
	f := Found{Profile: p, Live: s.State(p), Network: s.Settings(p)}
	stores := s.Stores(p)
	for _, place := range append(stores.Cookies, stores.Sessions...) {
		f.CookieBytes += setBytes(place)
	}
	say(f)
	last := time.Now()
	for _, c := range stores.Caches {
		if ctx.Err() != nil {
			return
		}
		if c.Shared && !first {
			continue
		}
		dir, err := tree.OpenBelow(c.Base, c.Rel)
		if missing(err) {
			continue
		}
		size := CacheSize{Cache: c, Err: err}
		if err == nil {
			var guard sync.Mutex
			var lost error
			size.Size, size.Err = tree.Measure(ctx, dir, tree.Work{
				Tick: func(now tree.Size) {
					guard.Lock()
					defer guard.Unlock()
					if time.Since(last) >= tellEvery {
						last = time.Now()
						part := f
						part.CacheBytes += now.Bytes
						say(part)
					}
				},
				Lost: func(_ string, err error) {
					guard.Lock()
					defer guard.Unlock()
					lost = cmp.Or(lost, err)
				},
			})
			size.Err = cmp.Or(size.Err, lost)
			dir.Close()
		}
		f.Caches = append(f.Caches, size)
		f.CacheBytes += size.Bytes
	}
	f.Measured = ctx.Err() == nil
	say(f)
}

// setBytes is the size of a database file with its journals.
func setBytes(p Place) (sum int64) {
	base, name := Place{p.Base, filepath.Dir(p.Rel)}, filepath.Base(p.Rel)
	dir, err := tree.OpenBelow(base.Base, base.Rel)
	if err != nil {
		return 0
	}
	defer dir.Close()
	for _, suffix := range []string{"", "-wal", "-journal"} {
		if info, err := dir.Stat(name + suffix); err == nil && info.Mode.IsRegular() {
			sum += info.Space
		}
	}
	return sum
}

func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
