package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/diagnostics/wire"
)

// echoes sends all echoes of a family from one socket, and lets the kernel stamp the answers, so that
// a busy computer does not make round trips longer than they were (socket(7), SO_TIMESTAMPNS).
type echoes struct {
	mu       sync.Mutex // one volley at a time
	families [2]*echoSocket
}

func (e *echoes) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, s := range e.families {
		if s != nil {
			_ = s.Close()
			e.families[i] = nil
		}
	}
}

func (e *echoes) all(ctx context.Context, addrs []netip.Addr) []Echo {
	list := make([]Echo, len(addrs))
	var four, six []int
	for i, a := range addrs {
		list[i] = Echo{Addr: a, Kind: wire.Timeout}
		switch a = a.Unmap(); {
		case !a.IsValid():
			list[i].Kind = wire.Invalid
		case a.Is4():
			four = append(four, i)
		default:
			six = append(six, i)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var both sync.WaitGroup
	for family, which := range [][]int{four, six} {
		if len(which) > 0 {
			both.Go(func() { e.volley(ctx, family, list, which) })
		}
	}
	both.Wait()
	return list
}

// volley sends those of one family. Where there may be no such socket each echo gets one that may be.
func (e *echoes) volley(ctx context.Context, family int, list []Echo, which []int) {
	if e.families[family] == nil {
		s, err := openEcho(family == 1)
		if err != nil {
			addrs := make([]netip.Addr, len(which))
			for n, i := range which {
				addrs[n] = list[i].Addr
			}
			oneByOne(ctx, addrs, func(n int, r Echo) { list[which[n]] = r })
			return
		}
		e.families[family] = s
	}
	e.families[family].volley(ctx, list, which)
}

// echoSocket is a ping socket (icmp(7), ping_group_range): the kernel sets the identifier and hands
// out nothing but answers to it.
type echoSocket struct {
	*net.UDPConn // of ICMP, in fact; it has the same reads and writes
	pc           *ipv4.PacketConn
	six          bool
	messages     []ipv4.Message
	secret       [8]byte // in each request, so that nobody can answer who has not seen it
	volleys      uint32
}

// readAtOnce is how many answers one system call may bring.
const readAtOnce = 32

func openEcho(six bool) (*echoSocket, error) {
	domain, protocol := unix.AF_INET, unix.IPPROTO_ICMP
	if six {
		domain, protocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "ping socket")
	defer f.Close()
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1<<20)
	c, err := net.FilePacketConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UDPConn)
	if !ok {
		_ = c.Close()
		return nil, syscall.EPROTONOSUPPORT
	}
	s := &echoSocket{UDPConn: u, pc: ipv4.NewPacketConn(u), six: six, messages: make([]ipv4.Message, readAtOnce)}
	_, _ = rand.Read(s.secret[:])
	for i := range s.messages {
		s.messages[i].Buffers = [][]byte{make([]byte, 128)}
		s.messages[i].OOB = make([]byte, 64)
	}
	return s, nil
}

// Layout of an echo message: type, code, checksum, identifier, sequence number (RFC 792), then ours.
const (
	echoHeader = 8
	echoSize   = echoHeader + 8 + 4 + 4 // secret, volley, place
)

// volley sends one request to each and gathers the answers.
func (s *echoSocket) volley(ctx context.Context, list []Echo, which []int) {
	s.volleys++
	sent := make([]time.Time, len(which))
	left := 0
	var b [echoSize]byte
	b[0] = 8
	if s.six {
		b[0] = 128
	}
	copy(b[echoHeader:], s.secret[:])
	binary.BigEndian.PutUint32(b[echoHeader+8:], s.volleys)
	for n, i := range which {
		binary.BigEndian.PutUint16(b[6:], uint16(n))
		binary.BigEndian.PutUint32(b[echoHeader+12:], uint32(n))
		sent[n] = time.Now()
		if _, err := s.WriteToUDPAddrPort(b[:], netip.AddrPortFrom(list[i].Addr.Unmap(), 0)); err != nil {
			list[i].Kind = wire.Classify(err).Kind
			sent[n] = time.Time{}
			continue
		}
		left++
	}
	limit := time.Now().Add(echoLimit)
	if at, ok := ctx.Deadline(); ok && at.Before(limit) {
		limit = at
	}
	_ = s.SetReadDeadline(limit)
	stop := context.AfterFunc(ctx, func() { _ = s.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for left > 0 {
		n, err := s.pc.ReadBatch(s.messages, 0)
		if err != nil {
			break
		}
		now := time.Now()
		for _, m := range s.messages[:n] {
			if s.answer(m, now, list, which, sent) {
				left--
			}
		}
	}
	if left > 0 && ctx.Err() != nil {
		for n, i := range which {
			if !list[i].OK && !sent[n].IsZero() {
				list[i].Kind = why(ctx, ctx.Err())
			}
		}
	}
}

// answer notes an answer of this volley, each once.
func (s *echoSocket) answer(m ipv4.Message, now time.Time, list []Echo, which []int, sent []time.Time) bool {
	b := m.Buffers[0][:m.N]
	kind := byte(0)
	if s.six {
		kind = 129
	}
	if len(b) != echoSize || b[0] != kind || [8]byte(b[echoHeader:]) != s.secret || binary.BigEndian.Uint32(b[echoHeader+8:]) != s.volleys {
		return false
	}
	place := binary.BigEndian.Uint32(b[echoHeader+12:])
	if uint64(place) >= uint64(len(which)) {
		return false
	}
	e := &list[which[place]]
	from, _ := m.Addr.(*net.UDPAddr)
	if e.OK || from == nil || from.AddrPort().Addr().Unmap().WithZone("") != e.Addr.Unmap().WithZone("") {
		return false
	}
	e.OK, e.Kind = true, ""
	e.RTT = now.Sub(sent[place])
	// The stamp is of the wall clock: it counts when nobody has set that meanwhile.
	if at, ok := stamped(m.OOB[:m.NN]); ok {
		if d := at.Sub(sent[place].Round(0)); d > 0 && d < e.RTT {
			e.RTT = d
		}
	}
	return true
}

// stamped is the moment when the kernel received a message: a struct timespec, whose halves are as wide
// as the processor's words.
func stamped(oob []byte) (time.Time, bool) {
	for len(oob) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			break
		}
		oob = rest
		if h.Level != unix.SOL_SOCKET || h.Type != unix.SCM_TIMESTAMPNS {
			continue
		}
		switch len(data) {
		case 16:
			return time.Unix(int64(binary.NativeEndian.Uint64(data)), int64(binary.NativeEndian.Uint64(data[8:]))), true
		case 8:
			return time.Unix(int64(binary.NativeEndian.Uint32(data)), int64(binary.NativeEndian.Uint32(data[4:]))), true
		}
	}
	return time.Time{}, false
}
