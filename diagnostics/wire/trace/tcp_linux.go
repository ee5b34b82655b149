package trace

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// connects sends the first packets of TCP connections, a socket for each, because the system lends
// nobody's packets a life of their own on a shared one. So each has a source port of its own, and
// routers that share traffic out may send them different ways.
type connects struct {
	*poller
	target netip.Addr
	six    bool
	socks  []connecting // socks[i] belongs to fds[i+1]
	data   [512]byte
	oob    [1024]byte
}

type connecting struct {
	fd int
	probe
	at time.Time
}

// maxConnecting bounds the sockets that are open at once.
const maxConnecting = 192

func openTCP(o Options) (carrier, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &connects{poller: p, target: o.Target, six: o.Target.Is6()}, nil
}

func (c *connects) method() string { return methodTCP }
func (c *connects) mtu() int       { return 0 }

func (c *connects) close() {
	c.poller.close()
	for _, s := range c.socks {
		_ = unix.Close(s.fd)
	}
}

func (c *connects) send(p probe) (at time.Time, err error) {
	if len(c.socks) >= maxConnecting {
		c.drop(0)
	}
	family := unix.AF_INET
	if c.six {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return at, err
	}
	if err = c.prepare(fd, p.ttl); err == nil {
		at = time.Now()
		if err = unix.Connect(fd, rawAddr(c.target, p.port)); errors.Is(err, unix.EINPROGRESS) || errors.Is(err, unix.ECONNREFUSED) {
			err = nil
		}
	}
	if err != nil {
		_ = unix.Close(fd)
		return at, err
	}
	c.socks = append(c.socks, connecting{fd, p, at})
	c.fds = append(c.fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLOUT})
	return at, nil
}

func (c *connects) prepare(fd, ttl int) error {
	if err := tell(fd, c.six); err != nil {
		return err
	}
	// Closing says so at once and leaves nothing behind at the other end.
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_SYNCNT, 1)
	if c.six {
		return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl)
	}
	return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TTL, ttl)
}

// drop closes a socket.
func (c *connects) drop(i int) {
	_ = unix.Close(c.socks[i].fd)
	c.socks = append(c.socks[:i], c.socks[i+1:]...)
	c.fds = append(c.fds[:i+1], c.fds[i+2:]...)
}

func (c *connects) receive(ctx context.Context, until time.Time, take func(answer)) error {
	if err := c.wait(ctx, until); err != nil {
		return err
	}
	for i := len(c.socks) - 1; i >= 0; i-- {
		if c.fds[i+1].Revents != 0 {
			if a, ok := c.outcome(c.socks[i]); ok {
				take(a)
			}
			c.drop(i)
		} else if time.Since(c.socks[i].at) > forgotten {
			c.drop(i)
		}
	}
	return nil
}

// outcome says how an attempt ended: at a router, with the target's refusal, or with a connection.
func (c *connects) outcome(s connecting) (answer, bool) {
	a := answer{flow: s.flow, seq: s.seq}
	n, oobn, _, from, err := unix.Recvmsg(s.fd, c.data[:], c.oob[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	if err == nil {
		to, port := addrPort(from)
		m := readNotice(c.oob[:oobn])
		k, code, ok := classify(m.typ, m.code, c.six, sameAddr(m.from, c.target))
		if !m.isError || !ok || !sameAddr(to, c.target) || port != s.port {
			return a, false
		}
		a.kind, a.code, a.from, a.at, a.back, a.mtu = k, code, m.from, m.at, m.back, int(m.info)
		a.labels = m.labels(c.data[:n])
		return a, true
	}
	errno, err := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	switch {
	case err != nil:
		return a, false
	case errno == 0:
		if info, err := unix.GetsockoptTCPInfo(s.fd, unix.IPPROTO_TCP, unix.TCP_INFO); err == nil && info.Total_retrans == 0 {
			a.rtt = time.Duration(info.Rtt) * time.Microsecond // as the kernel saw it
		}
	case unix.Errno(errno) != unix.ECONNREFUSED && unix.Errno(errno) != unix.ECONNRESET:
		return a, false
	}
	a.kind, a.from = reached, c.target
	return a, true
}
