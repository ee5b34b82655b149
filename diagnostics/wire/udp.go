package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// udpMoment is how long UDPProbe waits for an error: a firewall on this computer objects at once
// and a router in reach within a few milliseconds.
const udpMoment = 150 * time.Millisecond

// UDPProbe sends one small datagram. It returns nil when that left and no error came back within
// a moment, which proves nothing. Blocked means that a firewall on this computer stopped it; an
// ICMP error names its sender where the system tells.
func UDPProbe(ctx context.Context, addr netip.AddrPort) *Failure {
	s, f := dialUDP(ctx, addr)
	if f != nil {
		return f
	}
	defer s.Close()
	if _, err := s.Write([]byte{0}); err != nil {
		return s.failed(ctx, "write", err)
	}
	var b [512]byte
	s.wait(ctx, time.Now().Add(udpMoment))
	_, err := s.Read(b[:])
	f = s.failed(ctx, "read", err)
	if f.Is(Timeout) && ctx.Err() == nil {
		return nil
	}
	return f
}

// udpSocket is a connected UDP socket that knows who sent the ICMP errors it meets.
type udpSocket struct {
	*net.UDPConn
	icmp errorQueue
	stop func() bool
}

// dialUDP opens the socket, which asks the routes but sends nothing.
func dialUDP(ctx context.Context, addr netip.AddrPort) (*udpSocket, *Failure) {
	if ctx.Err() != nil {
		return nil, ended(ctx, "connect")
	}
	to := addr.Addr().Unmap()
	s := &udpSocket{}
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return control(raw, func(fd uintptr) error {
			s.icmp.open(fd, to)
			return nil
		})
	}}
	conn, err := d.DialContext(ctx, network("udp", to), netip.AddrPortFrom(to, addr.Port()).String())
	if err != nil {
		s.icmp.close()
		return nil, failed(ctx, "connect", err)
	}
	s.UDPConn = conn.(*net.UDPConn)
	s.stop = interrupt(ctx, conn)
	return s, nil
}

// wait bounds the next read to the moment t, or to the end of ctx when that comes first.
func (s *udpSocket) wait(ctx context.Context, t time.Time) {
	_ = s.SetReadDeadline(t)
	if ctx.Err() != nil { // its end may just have been overwritten
		_ = s.SetReadDeadline(time.Unix(1, 0))
	}
}

// failed classifies a socket error and adds the ICMP error behind it.
func (s *udpSocket) failed(ctx context.Context, phase string, err error) *Failure {
	f := failed(ctx, phase, err)
	if f != nil && !errors.Is(err, net.ErrClosed) && !f.Is(Timeout, Cancelled) {
		s.icmp.explain(f)
	}
	return f
}

// Close frees the socket.
func (s *udpSocket) Close() error {
	s.stop()
	s.icmp.close()
	return s.UDPConn.Close()
}
