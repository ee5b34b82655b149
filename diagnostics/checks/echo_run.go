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
	patience := mostOverdue
	go func() {
		defer close(ended)
		if rtt, ok := roundTrip(ctx); ok {
			patience = overdue(rtt)
			// A busy computer sends more slowly than it was told to.
			sending := time.Duration(n-1) * interval * 3 / 2
			sleep(ctx, time.Until(start.Add(sending+patience)))
			end()
		}
	}()
	e := wire.Ping(ctx, addr, n, interval, mostOverdue)
	end()
	<-ended
	return cutShort(e, n, interval, patience)
}

// cutShort takes back the echoes that were under way when a row was ended before all were sent:
// these are not lost.
func cutShort(e wire.Echo, n int, interval, patience time.Duration) wire.Echo {
	if e.Sent < n {
		underWay := int(patience/interval) + 1
		e.Sent = max(e.Received, e.Sent-underWay)
	}
	return e
}
