package checks

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestFirstOf(t *testing.T) {
	type run struct {
		takes time.Duration
		ok    bool
	}
	for _, c := range []struct {
		name    string
		stagger time.Duration
		runs    []run
		want    int
		ok      bool
		took    time.Duration
		started int
	}{
		{"nothing to do", second, nil, 0, false, 0, 0},
		{"the first is quick enough", second, []run{{300 * ms, true}, {10 * ms, true}}, 1, true, 300 * ms, 1},
		{"the first fails at once", second, []run{{0, false}, {20 * ms, true}}, 2, true, 20 * ms, 2},
		{"the first is slow", 100 * ms, []run{{second, true}, {50 * ms, true}}, 2, true, 150 * ms, 2},
		{"the first is slow but wins", 100 * ms, []run{{130 * ms, true}, {50 * ms, true}}, 1, true, 130 * ms, 2},
		{"all fail", 100 * ms, []run{{150 * ms, false}, {500 * ms, false}}, 1, false, 600 * ms, 2},
		{"all at once", 0, []run{{300 * ms, true}, {200 * ms, false}, {100 * ms, true}}, 3, true, 100 * ms, 3},
		{"one after another", 100 * ms, []run{{second, false}, {second, false}, {second, true}}, 3, true, 1200 * ms, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, started := time.Now(), make(chan int, len(c.runs))
				got, ok := firstOf(t.Context(), c.stagger, len(c.runs), func(ctx context.Context, i int) (int, bool) {
					started <- i
					if sleep(ctx, c.runs[i].takes); ctx.Err() != nil {
						return 0, false
					}
					return i + 1, c.runs[i].ok
				})
				if got != c.want || ok != c.ok || time.Since(start) != c.took || len(started) != c.started {
					t.Errorf("got %d %v after %v with %d started, want %d %v after %v with %d", got, ok, time.Since(start), len(started), c.want, c.ok, c.took, c.started)
				}
			})
		})
	}
}

func TestFirstOfEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 250*ms)
		defer cancel()
		start := time.Now()
		_, ok := firstOf(ctx, 100*ms, 9, func(ctx context.Context, i int) (int, bool) {
			<-ctx.Done()
			return i, false
		})
		if ok || time.Since(start) != 250*ms {
			t.Errorf("ok %v after %v", ok, time.Since(start))
		}
	})
}
