package probe

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/diagnostics/wire"
)

// TestForgedEchoes drops what nobody asked for, what comes from elsewhere, and what comes twice.
func TestForgedEchoes(t *testing.T) {
	t.Parallel()
	s := &echoSocket{secret: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}, volleys: 7}
	honest := func() (b []byte, from *net.UDPAddr) {
		b = make([]byte, echoSize)
		copy(b[echoHeader:], s.secret[:])
		binary.BigEndian.PutUint32(b[echoHeader+8:], 7)
		binary.BigEndian.PutUint32(b[echoHeader+12:], 1)
		return b, &net.UDPAddr{IP: net.IPv4(10, 0, 0, 2)}
	}
	for name, c := range map[string]struct {
		change func(b []byte, from *net.UDPAddr) []byte
		good   bool
	}{
		"honest":         {func(b []byte, _ *net.UDPAddr) []byte { return b }, true},
		"from elsewhere": {func(b []byte, from *net.UDPAddr) []byte { from.IP = net.IPv4(10, 0, 0, 3); return b }, false},
		"other place":    {func(b []byte, _ *net.UDPAddr) []byte { b[echoSize-1] = 0; return b }, false},
		"no place":       {func(b []byte, _ *net.UDPAddr) []byte { b[echoSize-4] = 0xff; return b }, false},
		"old volley":     {func(b []byte, _ *net.UDPAddr) []byte { b[echoHeader+11] = 6; return b }, false},
		"no secret":      {func(b []byte, _ *net.UDPAddr) []byte { b[echoHeader] = 0; return b }, false},
		"a request":      {func(b []byte, _ *net.UDPAddr) []byte { b[0] = 8; return b }, false},
		"short":          {func(b []byte, _ *net.UDPAddr) []byte { return b[:echoSize-1] }, false},
		"empty":          {func([]byte, *net.UDPAddr) []byte { return nil }, false},
	} {
		list := []Echo{{Addr: netip.MustParseAddr("10.0.0.1")}, {Addr: netip.MustParseAddr("10.0.0.2")}}
		sent := []time.Time{time.Now(), time.Now()}
		b, from := honest()
		b = c.change(b, from)
		m := ipv4.Message{Buffers: [][]byte{b}, N: len(b), Addr: from}
		if got := s.answer(m, time.Now(), list, []int{0, 1}, sent); got != c.good || list[0].OK || list[1].OK != c.good {
			t.Errorf("%s: %v, %+v", name, got, list)
		}
		if c.good && s.answer(m, time.Now(), list, []int{0, 1}, sent) {
			t.Errorf("%s: counted twice", name)
		}
	}
}

// TestStamp has the kernel's time count when it can be true, and no other.
func TestStamp(t *testing.T) {
	t.Parallel()
	at := time.Now()
	oob := unix.PktInfo4(&unix.Inet4Pktinfo{}) // another message before
	data := binary.NativeEndian.AppendUint64(nil, uint64(at.Unix()))
	oob = append(oob, controlMessage(binary.NativeEndian.AppendUint64(data, uint64(at.Nanosecond())))...)
	if got, ok := stamped(oob); !ok || !got.Equal(at) {
		t.Errorf("%v, %v", got, ok)
	}
	for n := range len(oob) - 15 {
		if _, ok := stamped(oob[:n]); ok {
			t.Errorf("%d bytes are enough", n)
		}
	}
}

// TestNoPingSocket has another way taken where this account may open none.
func TestNoPingSocket(t *testing.T) {
	if !alone {
		t.Skip("needs a network namespace of its own")
	}
	groups(t, "1 0")
	defer groups(t, "0 2147483647")
	p := New(Options{})
	defer p.Close()
	e := p.Echoes(t.Context(), []netip.Addr{netip.MustParseAddr("127.0.0.1")})[0]
	if !e.OK && e.Kind != wire.Denied {
		t.Errorf("%+v", e)
	}
}

// groups sets who may open ping sockets.
func groups(t *testing.T, who string) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte(who), 0); err != nil {
		t.Skip(err)
	}
}

// controlMessage is a message with a time of the kernel's.
func controlMessage(data []byte) []byte {
	oob := make([]byte, unix.CmsgSpace(len(data)))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&oob[0]))
	h.Level, h.Type = unix.SOL_SOCKET, unix.SCM_TIMESTAMPNS
	h.SetLen(unix.CmsgLen(len(data)))
	copy(oob[unix.CmsgLen(0):], data)
	return oob
}
