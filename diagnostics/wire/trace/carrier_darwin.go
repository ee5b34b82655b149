package trace

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// datagrams sends ICMP echoes from unprivileged sockets, which hear ICMP errors, too. The kernel gives a
// packet the life that its socket has when it leaves, which may be later than the send: so each distance
// has a socket of its own.
type datagrams struct {
	target netip.Addr
	token  token
	ids    []uint16 // of the flows
	socks  map[int]int
	fds    []unix.PollFd // the first ends a wait
	wake   int
	data   [2048]byte
	oob    [256]byte
}

func open(o Options) (carrier, error) {
	switch o.Protocol {
	case TCP:
		return newDials(o), nil
	case UDP:
		return nil, unix.EOPNOTSUPP // what routers say of datagrams is heard by administrators only
	}
	var pipe [2]int
	if err := unix.Pipe(pipe[:]); err != nil {
		return nil, err
	}
	for _, fd := range pipe {
		unix.CloseOnExec(fd)
		_ = unix.SetNonblock(fd, true)
	}
	c := &datagrams{target: o.Target, token: newToken(), socks: map[int]int{}, wake: pipe[1], fds: []unix.PollFd{{Fd: int32(pipe[0]), Events: unix.POLLIN}}}
	for range o.Flows {
		c.ids = append(c.ids, uint16(rand.Uint32()))
	}
	if _, err := c.socket(1); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// methodDatagram is what a result calls this way.
const methodDatagram = "datagram icmp"

func (c *datagrams) method() string { return methodDatagram }
func (c *datagrams) mtu() int       { return 0 }

func (c *datagrams) close() {
	for _, f := range c.fds {
		_ = unix.Close(int(f.Fd))
	}
	_ = unix.Close(c.wake)
}

// socket is the one for a distance, made when it is first needed.
func (c *datagrams) socket(ttl int) (int, error) {
	if fd, ok := c.socks[ttl]; ok {
		return fd, nil
	}
	family, protocol, level, option := unix.AF_INET, unix.IPPROTO_ICMP, unix.IPPROTO_IP, unix.IP_TTL
	if c.target.Is6() {
		family, protocol, level, option = unix.AF_INET6, unix.IPPROTO_ICMPV6, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM, protocol)
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(fd)
	if err = unix.SetNonblock(fd, true); err == nil {
		err = unix.SetsockoptInt(fd, level, option, ttl)
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMP, 1)
	c.socks[ttl] = fd
	c.fds = append(c.fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	return fd, nil
}

func (c *datagrams) send(p probe) (at time.Time, err error) {
	fd, err := c.socket(p.ttl)
	if err != nil {
		return at, err
	}
	var to unix.Sockaddr
	if c.target.Is4() {
		to = &unix.SockaddrInet4{Addr: c.target.As4()}
	} else {
		six := &unix.SockaddrInet6{Addr: c.target.As16()}
		if link, err := net.InterfaceByName(c.target.Zone()); err == nil {
			six.ZoneId = uint32(link.Index)
		}
		to = six
	}
	at = time.Now()
	return at, unix.Sendto(fd, c.token.echo(p.seq, c.ids[p.flow], p.size, c.target.Is6()), 0, to)
}

func (c *datagrams) receive(ctx context.Context, until time.Time, take func(answer)) error {
	if ctx.Err() != nil {
		return nil
	}
	stop := context.AfterFunc(ctx, func() { _, _ = unix.Write(c.wake, []byte{0}) })
	defer stop()
	// Whole milliseconds are all that poll(2) takes; the rest is waited for by asking again.
	if _, err := unix.Poll(c.fds, int(max(0, time.Until(until)).Milliseconds())); err != nil && !errors.Is(err, unix.EINTR) {
		return err
	}
	for _, f := range c.fds[1:] {
		if f.Revents != 0 {
			c.drain(int(f.Fd), take)
		}
	}
	return nil
}

func (c *datagrams) drain(fd int, take func(answer)) {
	for range burst {
		n, oobn, _, from, err := unix.Recvmsg(fd, c.data[:], c.oob[:], 0)
		if err != nil {
			return
		}
		b, addr := c.data[:n], netip.Addr{}
		switch sa := from.(type) {
		case *unix.SockaddrInet4:
			addr = netip.AddrFrom4(sa.Addr)
			if len(b) > ip4Header && b[0]>>4 == 4 && int(b[0]&15)*4 <= len(b) { // with its IP header
				b = b[int(b[0]&15)*4:]
			}
		case *unix.SockaddrInet6:
			addr = netip.AddrFrom16(sa.Addr)
		}
		a, ok := answer{flow: -1}, false
		for flow, id := range c.ids {
			if a, ok = c.token.message(b, addr, c.target, id); ok {
				a.flow, a.at = flow, stamp(c.oob[:oobn])
				break
			}
			a.flow = -1
		}
		take(a)
	}
}

// stamp is when the kernel received a message; zero when it does not say.
func stamp(oob []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return time.Time{}
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMP {
			return timeval(m.Data)
		}
	}
	return time.Time{}
}
