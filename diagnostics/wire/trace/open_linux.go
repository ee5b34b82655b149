package trace

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// open finds the way that this account may go: for ICMP an unprivileged ping socket, or a raw one.
func open(o Options) (carrier, error) {
	switch o.Protocol {
	case TCP:
		return openTCP(o)
	case UDP:
		return openPackets(o, methodUDP)
	}
	var refused error
	for _, method := range []string{methodPing, methodRaw} {
		c, err := openPackets(o, method)
		if err == nil {
			return c, nil
		}
		refused = err
	}
	if o.Protocol == Auto && (errors.Is(refused, unix.EPERM) || errors.Is(refused, unix.EACCES)) {
		return openPackets(o, methodUDP)
	}
	return nil, refused
}

// poller waits for sockets. Go's own would take them out of service at the first queued ICMP error,
// which it sees as a broken socket.
type poller struct {
	wake int // an eventfd that ends a wait
	fds  []unix.PollFd
}

func newPoller() (*poller, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, err
	}
	return &poller{wake: fd, fds: []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}}, nil
}

func (p *poller) close() { _ = unix.Close(p.wake) }

// wait waits until a socket has something, the moment has come, or ctx has ended.
func (p *poller) wait(ctx context.Context, until time.Time) error {
	if ctx.Err() != nil {
		return nil
	}
	stop := context.AfterFunc(ctx, func() { _, _ = unix.Write(p.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) })
	defer stop()
	ts := unix.NsecToTimespec(max(0, int64(time.Until(until))))
	_, err := unix.Ppoll(p.fds, &ts, nil)
	if err == unix.EINTR {
		return nil
	}
	return err
}

// rawAddr is the system's form of an address.
func rawAddr(a netip.Addr, port uint16) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4(), Port: int(port)}
	}
	to := &unix.SockaddrInet6{Addr: a.As16(), Port: int(port)}
	if zone := a.Zone(); zone != "" {
		if link, err := net.InterfaceByName(zone); err == nil {
			to.ZoneId = uint32(link.Index)
		}
	}
	return to
}

// addrPort reads the system's form.
func addrPort(sa unix.Sockaddr) (netip.Addr, uint16) {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(sa.Addr), uint16(sa.Port)
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port)
	}
	return netip.Addr{}, 0
}

// tell makes a socket report errors, times and the life that answers have left.
func tell(fd int, six bool) error {
	type option struct{ level, name, value int }
	needed := option{unix.IPPROTO_IP, unix.IP_RECVERR, 1}
	wanted := []option{
		{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1},
		{unix.IPPROTO_IP, unix.IP_RECVTTL, 1},
		{unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE},
		{unix.IPPROTO_IP, unix.IP_RECVERR_RFC4884, 1},
	}
	if six {
		needed = option{unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1}
		wanted = []option{
			{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1},
			{unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT, 1},
			{unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE},
			{unix.IPPROTO_IPV6, unix.IPV6_RECVERR_RFC4884, 1},
		}
	}
	for _, w := range wanted {
		_ = unix.SetsockoptInt(fd, w.level, w.name, w.value) // older kernels lack some
	}
	return unix.SetsockoptInt(fd, needed.level, needed.name, needed.value)
}

// linkMTU is what the link takes that leads to an address, 0 when that cannot be told.
func linkMTU(to netip.Addr) int {
	family := unix.AF_INET
	if to.Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	if unix.Connect(fd, rawAddr(to, portUDP)) != nil { // sends nothing
		return 0
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return 0
	}
	own, _ := addrPort(sa)
	links, _ := net.Interfaces()
	for _, link := range links {
		addrs, _ := link.Addrs()
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == own {
				return link.MTU
			}
		}
	}
	return 0
}
