package checks

import (
	"context"
	"net/netip"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// echoInterval is short enough to be done in a moment and long enough not to look like a
	// flood: 140 packets of 64 bytes a second.
	echoInterval = 7 * ms
	// An echo is overdue three round trips after it was sent, but not before leastOverdue (Wi-Fi
	// that wakes up) and not after mostOverdue (satellites need 0.7 s).
	leastOverdue = 60 * ms
	mostOverdue  = 1 * second
)

// overdue is how long to wait for the last answer when a round trip takes rtt.
func overdue(rtt time.Duration) time.Duration { return min(max(3*rtt, leastOverdue), mostOverdue) }

// echoes sends n echoes and returns when the last answer is in or is overdue. What a round trip
// may take is learnt from roundTrip, which waits for something else to come back from there; while
// it does not know, the longest time applies.
func echoes(ctx context.Context, addr netip.Addr, n int, interval time.Duration, roundTrip func(context.Context) (time.Duration, bool)) wire.Echo {
	ctx, end := context.WithCancel(ctx)
	start := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if rtt, ok := roundTrip(ctx); ok {
			last := start.Add(time.Duration(n-1) * interval)
			sleep(ctx, time.Until(last.Add(overdue(rtt))))
			end()
		}
	}()
	e := wire.Ping(ctx, addr, n, interval, mostOverdue)
	end()
	<-ended
	return e
}
