package wire

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// DialOptions change how a connection is made; the zero value is a plain one.
type DialOptions struct {
	MSS   int           // maximum segment size to announce, bytes; not every system can
	Link  string        // network interface to leave by, whatever the routes say
	TTL   int           // hops that the packets may pass; 0 is the system's default
	Limit time.Duration // 0: none besides the context's
}

// Dial makes one TCP connection to one address. The connection is nil when Connect.Fail is set.
// On Linux the failure names who sent the ICMP error behind it.
func Dial(ctx context.Context, addr netip.AddrPort, o DialOptions) (net.Conn, Connect) {
	addr = netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
	c := Connect{Addr: addr, MSS: o.MSS}
	ctx, cancel := WithLimit(ctx, o.Limit)
	defer cancel()
	if !addr.IsValid() {
		c.Fail = &Failure{Kind: Invalid, Phase: "connect", Text: "not an address"}
		return nil, c
	}
	var icmp errorQueue
	d := net.Dialer{KeepAlive: -1, Control: func(_, _ string, raw syscall.RawConn) error {
		return control(raw, func(fd uintptr) error {
			if err := o.apply(fd, addr.Addr()); err != nil {
				return err
			}
			icmp.open(fd, addr.Addr())
			return nil
		})
	}}
	// The dialer gets a context that ends by cancellation alone: with a deadline it could report
	// a timeout a moment before the context itself says why it ended.
	dctx, stopDial := context.WithCancel(context.WithoutCancel(ctx))
	defer stopDial()
	defer context.AfterFunc(ctx, stopDial)()
	start := time.Now()
	conn, err := d.DialContext(dctx, network("tcp", addr.Addr()), addr.String())
	c.Took = Since(start)
	if err != nil {
		c.Fail = failed(ctx, "connect", err)
		c.Local = icmp.local()
		icmp.explain(c.Fail)
		icmp.close()
		return nil, c
	}
	icmp.detach()
	c.OK, c.Local = true, addrPort(conn.LocalAddr()).Addr()
	return conn, c
}

// network narrows "tcp" or "udp" to the address's family.
func network(transport string, a netip.Addr) string {
	if a.Is4() {
		return transport + "4"
	}
	return transport + "6"
}

// control runs f on a socket before it is connected.
func control(raw syscall.RawConn, f func(fd uintptr) error) error {
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(fd) }); err != nil {
		return err
	}
	return inner
}

// apply sets the options on a new socket.
func (o DialOptions) apply(fd uintptr, to netip.Addr) error {
	if o.MSS > 0 {
		if err := setMSS(fd, o.MSS); err != nil {
			return err
		}
	}
	if o.TTL > 0 {
		if err := setTTL(fd, o.TTL, to); err != nil {
			return err
		}
	}
	if o.Link == "" {
		return nil
	}
	return bindToLink(fd, o.Link, to)
}

// addrPort reads the address of a TCP or UDP endpoint; any other gives the zero value.
func addrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// interrupt makes whatever waits on conn return once ctx is over. The returned function ends the
// watch.
func interrupt(ctx context.Context, conn net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}
