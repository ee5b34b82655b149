package platform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// changes listens to the kernel's messages about links, addresses and routes (rtnetlink(7)), and to a
// timer that is cancelled when the wall clock jumps, as it does when the computer wakes up
// (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). Nothing wakes this process in between.
func changes(ctx context.Context, tell func()) error {
	news, err := openNews()
	if err != nil {
		return err
	}
	defer news.Close()
	clock, err := openClock()
	if err != nil {
		return err
	}
	defer clock.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { news.Close(); clock.Close() })
	defer stop()
	go func() { cancel(listenToClock(clock, tell)) }()
	return errors.Join(listenToNews(news, tell), context.Cause(ctx))
}

func openNews() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("netlink: %w", err)
	}
	const groups = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("netlink: %w", err)
	}
	return os.NewFile(uintptr(fd), "netlink"), nil
}

// listenToNews tells of every message; what it says, whoever is told looks up. It ends with the file.
func listenToNews(news *os.File, tell func()) error {
	var message [4 << 10]byte // what is longer is cut off by the kernel
	for {
		// So many messages that the kernel has dropped some are a change, too.
		if _, err := news.Read(message[:]); err != nil && !errors.Is(err, unix.ENOBUFS) {
			return fmt.Errorf("netlink: %w", err)
		}
		tell()
	}
}

// clockFar is so far ahead that only a jump of the clock ends the timer.
const clockFar = 100 * 365 * 24 * time.Hour

func openClock() (*os.File, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("timerfd: %w", err)
	}
	return os.NewFile(uintptr(fd), "timerfd"), nil
}

// listenToClock tells of every jump of the wall clock. It ends with the file.
func listenToClock(clock *os.File, tell func()) error {
	raw, err := clock.SyscallConn()
	if err != nil {
		return err
	}
	for {
		far := unix.ItimerSpec{Value: unix.NsecToTimespec(time.Now().Add(clockFar).UnixNano())}
		var set error
		if err := raw.Control(func(fd uintptr) {
			set = unix.TimerfdSettime(int(fd), unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, &far, nil)
		}); err != nil {
			return err
		}
		if set != nil {
			return fmt.Errorf("timerfd: %w", set)
		}
		var count [8]byte
		if _, err := clock.Read(count[:]); err != nil && !errors.Is(err, unix.ECANCELED) {
			return fmt.Errorf("timerfd: %w", err)
		}
		tell()
	}
}

// slept is the difference of the clocks that count sleep and that do not (clock_gettime(2)).
func slept() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return 0
	}
	return max(time.Duration(all.Nano()-awake.Nano()), 0)
}

// metered asks NetworkManager (org.freedesktop.NetworkManager, property Metered).
func metered(ctx context.Context) (bool, error) {
	conn, ctx, cancel, err := systemBus(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	defer conn.Close()
	v, err := property(ctx, conn, managerName, "/org/freedesktop/NetworkManager", managerName, "Metered")
	if err != nil {
		return false, err
	}
	return parseMetered(v)
}
