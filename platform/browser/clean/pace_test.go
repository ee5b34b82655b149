package clean

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestPacerStaysBelowHalf works as a busy disk makes it work, and adds up what it slept.
func TestPacerStaysBelowHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pacer{woke: time.Now()}
		for _, work := range []time.Duration{0, time.Microsecond, 10 * time.Millisecond, 3 * time.Second} {
			time.Sleep(work) // virtual time
			before := time.Now()
			p.pause()
			if slept := time.Since(before); slept <= work {
				t.Errorf("after %v of work it slept %v", work, slept)
			}
		}
	})
}
