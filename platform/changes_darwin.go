package platform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// changes listens to the kernel's messages about links, addresses and routes (route(4)). Waking up
// brings some, too.
func changes(ctx context.Context, tell func()) error {
	fd, err := unix.Socket(unix.AF_ROUTE, unix.SOCK_RAW, unix.AF_UNSPEC)
	if err != nil {
		return fmt.Errorf("route: %w", err)
	}
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return fmt.Errorf("route: %w", err)
	}
	news := os.NewFile(uintptr(fd), "route")
	defer news.Close()
	stop := context.AfterFunc(ctx, func() { news.Close() })
	defer stop()
	var message [4 << 10]byte // what is longer is cut off by the kernel
	for {
		// So many messages that the kernel has dropped some are a change, too.
		n, err := news.Read(message[:])
		if err != nil && !errors.Is(err, unix.ENOBUFS) {
			return errors.Join(fmt.Errorf("route: %w", err), ctx.Err())
		}
		if err != nil || !passing(message[:n]) {
			tell()
		}
	}
}

// passing reports whether a message only tells of a question that some program asked, or of a
// neighbour (struct rt_msghdr: its type is the fourth byte).
func passing(message []byte) bool {
	if len(message) < 4 {
		return true
	}
	return message[3] == unix.RTM_GET || message[3] == unix.RTM_MISS || message[3] == unix.RTM_RESOLVE
}

// slept is the difference of the clocks that count sleep and that do not (clock_gettime(3)).
func slept() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC_RAW, &all) != nil || unix.ClockGettime(unix.CLOCK_UPTIME_RAW, &awake) != nil {
		return 0
	}
	return max(time.Duration(all.Nano()-awake.Nano()), 0)
}
