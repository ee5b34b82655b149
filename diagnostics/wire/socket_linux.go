package wire

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

func setMSS(fd uintptr, mss int) error {
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, mss)
}

func setTTL(fd uintptr, ttl int, to netip.Addr) error {
	if to.Is4() {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, ttl)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl)
}

// bindToLink needs no rights since Linux 5.7.
func bindToLink(fd uintptr, link string, _ netip.Addr) error {
	return unix.BindToDevice(int(fd), link)
}

// errorQueue reads the ICMP errors that a socket met (IP_RECVERR, ip(7)). It holds the socket by
// a descriptor of its own, because Go closes its one as soon as a connect fails.
type errorQueue struct {
	fd     int
	isOpen bool
	six    bool
}

// open turns the queue on; without it failures are merely less precise, so errors do not matter.
func (q *errorQueue) open(fd uintptr, to netip.Addr) {
	q.close()
	q.six = to.Is6()
	if setRecvErr(int(fd), q.six, 1) != nil {
		return
	}
	dup, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return
	}
	q.fd, q.isOpen = dup, true
}

func setRecvErr(fd int, six bool, on int) error {
	if six {
		return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, on)
	}
	return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, on)
}

// detach gives the queue up without harm to the connection: with IP_RECVERR set, errors that a
// connection would survive end it.
func (q *errorQueue) detach() {
	if q.isOpen {
		_ = setRecvErr(q.fd, q.six, 0)
	}
	q.close()
}

func (q *errorQueue) close() {
	if q.isOpen {
		_ = unix.Close(q.fd)
	}
	q.isOpen = false
}

// local is the source address that the system chose, when it got that far.
func (q *errorQueue) local() netip.Addr {
	if !q.isOpen {
		return netip.Addr{}
	}
	sa, err := unix.Getsockname(q.fd)
	if err != nil {
		return netip.Addr{}
	}
	var a netip.Addr
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		a = netip.AddrFrom4(sa.Addr)
	case *unix.SockaddrInet6:
		a = netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			a = a.WithZone(linkName(sa.ZoneId))
		}
	}
	if !a.IsValid() || a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// explain adds the sender, type and code of the ICMP error to a failure.
func (q *errorQueue) explain(f *Failure) {
	if !q.isOpen || f == nil {
		return
	}
	if e, ok := q.next(); ok {
		f.Offender, f.ICMPType, f.ICMPCode = e.offender, e.typ, e.code
		// Go's poller may only say that the descriptor is in an error state.
		if k, known := errnoKinds[e.errno]; known && f.Kind == Other {
			f.Kind, f.Text = k, e.errno.Error()
		}
	}
}

// icmpError is one message of the error queue.
type icmpError struct {
	errno    unix.Errno
	offender netip.Addr
	typ      int
	code     int
}

// next takes the next ICMP error from the queue without waiting.
func (q *errorQueue) next() (icmpError, bool) {
	var data [512]byte
	var oob [512]byte
	for range 8 {
		_, n, _, _, err := unix.Recvmsg(q.fd, data[:], oob[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if err != nil {
			return icmpError{}, false
		}
		if e, ok := parseErrorQueue(oob[:n]); ok {
			return e, true
		}
	}
	return icmpError{}, false
}

// Layout of struct sock_extended_err and the socket address behind it (linux/errqueue.h).
const (
	originICMP  = 2
	originICMP6 = 3
	extErrSize  = 16
)

// parseErrorQueue reads the control messages of one entry.
func parseErrorQueue(oob []byte) (icmpError, bool) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return icmpError{}, false
	}
	for _, m := range messages {
		four := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
		six := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if !four && !six || len(m.Data) < extErrSize {
			continue
		}
		if origin := m.Data[4]; origin != originICMP && origin != originICMP6 {
			continue
		}
		return icmpError{
			errno:    unix.Errno(binary.NativeEndian.Uint32(m.Data)),
			typ:      int(m.Data[5]),
			code:     int(m.Data[6]),
			offender: sockaddr(m.Data[extErrSize:]),
		}, true
	}
	return icmpError{}, false
}

// sockaddr reads a struct sockaddr_in or sockaddr_in6.
func sockaddr(b []byte) netip.Addr {
	if len(b) < 8 {
		return netip.Addr{}
	}
	switch binary.NativeEndian.Uint16(b) {
	case unix.AF_INET:
		return netip.AddrFrom4([4]byte(b[4:8]))
	case unix.AF_INET6:
		if len(b) < int(unsafe.Sizeof(unix.RawSockaddrInet6{})) {
			return netip.Addr{}
		}
		a := netip.AddrFrom16([16]byte(b[8:24])).Unmap()
		if zone := binary.NativeEndian.Uint32(b[24:]); zone != 0 && a.IsLinkLocalUnicast() {
			a = a.WithZone(linkName(zone))
		}
		return a
	}
	return netip.Addr{}
}

// linkName is the interface's name, or its number when it has gone.
func linkName(index uint32) string {
	if link, err := net.InterfaceByIndex(int(index)); err == nil {
		return link.Name
	}
	return strconv.Itoa(int(index))
}
