package checks

import (
	"context"
	"time"
)

// firstOf runs f for 0 to n-1, each later one when the one before has failed or stagger has passed
// (all at once when it is 0), and returns the first success; the rest are cancelled and waited for.
// Without a success it returns the value of f for 0.
func firstOf[T any](ctx context.Context, stagger time.Duration, n int, f func(context.Context, int) (T, bool)) (first T, ok bool) {
	ctx, cancel := context.WithCancel(ctx)
	type result struct {
		i     int
		value T
		ok    bool
	}
	results := make(chan result, n)
	started, ended := 0, 0
	start := func() {
		i := started
		started++
		go func() {
			v, ok := f(ctx, i)
			results <- result{i, v, ok}
		}()
	}
	for started < n && (stagger == 0 || started == 0) {
		start()
	}
	next := time.NewTimer(stagger)
	defer next.Stop()
	for ended < started {
		select {
		case <-next.C:
			if started < n && !ok && ctx.Err() == nil {
				start()
				next.Reset(stagger)
			}
		case r := <-results:
			ended++
			switch {
			case r.ok && !ok:
				first, ok = r.value, true
				cancel()
			case !ok && r.i == 0:
				first = r.value
			}
			if !ok && !r.ok && started < n && ctx.Err() == nil {
				start()
				next.Reset(stagger)
			}
		}
	}
	cancel()
	return first, ok
}
