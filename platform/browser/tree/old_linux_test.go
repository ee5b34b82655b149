package tree

import (
	"iter"
	"testing"
)

// withoutOpenat2 runs a loop with the kernel's openat2 and without.
func withoutOpenat2(t *testing.T) iter.Seq2[int, bool] {
	t.Cleanup(func() { noOpenat2.Store(false) })
	return func(yield func(int, bool) bool) {
		for i, old := range []bool{false, true} {
			noOpenat2.Store(old)
			if !yield(i, old) {
				return
			}
		}
	}
}
