package trace

import (
	"encoding/binary"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// notice is what the control messages of one received message say.
type notice struct {
	isError   bool
	local     bool // this computer's own kernel complains
	typ, code int
	info      uint32
	offset    int // where the extensions begin in the quoted data, 0 when there are none
	from      netip.Addr
	at        time.Time
	back      int
}

// Layout of struct sock_extended_err (linux/errqueue.h).
const (
	extErrSize     = 16
	originLocal    = 1
	originICMP     = 2
	originICMP6    = 3
	invalidRFC4884 = 1
)

// readNotice reads the control messages of one message, from the error queue or not.
func readNotice(oob []byte) (n notice) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return n
	}
	for _, m := range messages {
		switch level, typ := m.Header.Level, m.Header.Type; {
		case level == unix.SOL_SOCKET && typ == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16:
			n.at = time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		case level == unix.IPPROTO_IP && typ == unix.IP_TTL && len(m.Data) >= 4,
			level == unix.IPPROTO_IPV6 && typ == unix.IPV6_HOPLIMIT && len(m.Data) >= 4:
			n.back = int(binary.NativeEndian.Uint32(m.Data))
		case level == unix.IPPROTO_IP && typ == unix.IP_RECVERR, level == unix.IPPROTO_IPV6 && typ == unix.IPV6_RECVERR:
			n.readError(m.Data)
		}
	}
	return n
}

func (n *notice) readError(b []byte) {
	if len(b) < extErrSize {
		return
	}
	switch b[4] {
	case originICMP, originICMP6:
		n.isError = true
	case originLocal:
		n.local = true
	default:
		return
	}
	n.typ, n.code, n.info = int(b[5]), int(b[6]), binary.NativeEndian.Uint32(b[8:])
	if b[14]&invalidRFC4884 == 0 {
		n.offset = int(binary.NativeEndian.Uint16(b[12:]))
	}
	n.from = sockaddr(b[extErrSize:])
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
		if len(b) >= 28 {
			return netip.AddrFrom16([16]byte(b[8:24])).Unmap()
		}
	}
	return netip.Addr{}
}

// labels reads what a router added to the packet that it quotes.
func (n *notice) labels(quoted []byte) []Label {
	if n.offset <= 0 || n.offset > len(quoted) {
		return nil
	}
	return readLabels(quoted[n.offset:])
}
