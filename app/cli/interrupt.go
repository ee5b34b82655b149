package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// sameKey is how long after the first signal another one is still taken for the same: programs
// that pass Ctrl-C on, such as timeout(1), deliver it twice.
const sameKey = 200 * time.Millisecond

// interruptible returns a context that the first Ctrl-C (or a request to terminate, or a terminal that is closed) ends; a second
// one ends the program at once.
func interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		var first time.Time
		for {
			select {
			case <-signals:
				if first.IsZero() {
					first = time.Now()
					cancel()
				} else if time.Since(first) > sameKey {
					os.Exit(exitInterrupted)
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
