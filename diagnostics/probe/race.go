package probe

import (
	"context"
	"net"
	"net/netip"
	"time"
)

const (
	// attemptDelay between two connection attempts (RFC 8305 section 5).
	attemptDelay = 250 * time.Millisecond
	// maxAttempts bounds the addresses that are tried.
	maxAttempts = 8
)

var dialer = net.Dialer{KeepAlive: -1}

func dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	c, err := dialer.DialTCP(ctx, "tcp", netip.AddrPort{}, to)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// dialFunc makes one connection.
type dialFunc func(context.Context, netip.AddrPort) (net.Conn, error)

// race connects to the first address that answers: each next one is tried when the one before has
// failed or has not answered for a while. When none does, server and error are the first one's.
func race(ctx context.Context, dial dialFunc, addrs []netip.Addr, port uint16) (net.Conn, netip.AddrPort, error) {
	first := netip.AddrPortFrom(addrs[0], port)
	if len(addrs) == 1 {
		conn, err := dial(ctx, first)
		return conn, first, err
	}
	addrs = addrs[:min(len(addrs), maxAttempts)]
	type result struct {
		conn net.Conn
		at   int
		err  error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan result, len(addrs))
	started, ended := 0, 0
	start := func() {
		at := started
		started++
		go func() {
			conn, err := dial(ctx, netip.AddrPortFrom(addrs[at], port))
			results <- result{conn, at, err}
		}()
	}
	start()
	next := time.NewTimer(attemptDelay)
	defer next.Stop()
	var fail error
	for ended < started {
		select {
		case <-next.C:
		case r := <-results:
			ended++
			if r.err == nil {
				go func(left int) { // the others end at once, some with a connection
					for range left {
						if late := <-results; late.conn != nil {
							_ = late.conn.Close()
						}
					}
				}(started - ended)
				return r.conn, netip.AddrPortFrom(addrs[r.at], port), nil
			}
			if r.at == 0 {
				fail = r.err
			}
		}
		if started < len(addrs) && ctx.Err() == nil {
			start()
			next.Reset(attemptDelay)
		}
	}
	return nil, first, fail
}

// mixed orders addresses for the race: the preferred family first, then by turns.
func mixed(first, second []netip.Addr) []netip.Addr {
	list := make([]netip.Addr, 0, len(first)+len(second))
	for i := range max(len(first), len(second)) {
		if i < len(first) {
			list = append(list, first[i])
		}
		if i < len(second) {
			list = append(list, second[i])
		}
	}
	return list
}
