package trace

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// control makes one control message.
func control(level, typ int, data []byte) []byte {
	b := make([]byte, unix.CmsgSpace(len(data)))
	putCmsg(b, unix.CmsgLen(len(data)), level, typ)
	copy(b[unix.CmsgLen(0):], data)
	return b
}

func extendedError(origin, typ, code byte, info uint32, offset uint16, flags byte) []byte {
	b := make([]byte, extErrSize+16)
	b[4], b[5], b[6], b[14] = origin, typ, code, flags
	binary.NativeEndian.PutUint32(b[8:], info)
	binary.NativeEndian.PutUint16(b[12:], offset)
	binary.NativeEndian.PutUint16(b[16:], unix.AF_INET)
	copy(b[20:], []byte{10, 0, 0, 2})
	return b
}

func TestReadNotice(t *testing.T) {
	stamp := make([]byte, 16)
	binary.NativeEndian.PutUint64(stamp, 1000)
	binary.NativeEndian.PutUint64(stamp[8:], 5)
	life := make([]byte, 4)
	binary.NativeEndian.PutUint32(life, 61)
	oob := control(unix.SOL_SOCKET, unix.SCM_TIMESTAMPNS, stamp)
	oob = append(oob, control(unix.IPPROTO_IP, unix.IP_TTL, life)...)
	oob = append(oob, control(unix.IPPROTO_IP, unix.IP_RECVERR, extendedError(originICMP, 3, 4, 1400, 8, 0))...)
	n := readNotice(oob)
	if !n.isError || n.typ != 3 || n.code != 4 || n.info != 1400 || n.offset != 8 || n.from != hop4 || n.back != 61 || n.at.UnixNano() != 1000e9+5 {
		t.Errorf("%+v", n)
	}
	local := readNotice(control(unix.IPPROTO_IP, unix.IP_RECVERR, extendedError(originLocal, 0, 0, 1400, 0, 0)))
	if local.isError || !local.local {
		t.Errorf("an error of this computer's own: %+v", local)
	}
	broken := readNotice(control(unix.IPPROTO_IP, unix.IP_RECVERR, extendedError(originICMP, 11, 0, 0, 8, invalidRFC4884)))
	if broken.offset != 0 {
		t.Errorf("extensions that the kernel found to be broken are at %d", broken.offset)
	}
	if got := broken.labels([]byte{1, 2, 3}); got != nil {
		t.Errorf("labels %+v", got)
	}
}

func FuzzReadNotice(f *testing.F) {
	f.Add(control(unix.IPPROTO_IP, unix.IP_RECVERR, extendedError(originICMP, 11, 0, 0, 0, 0)), []byte{0x20, 0, 0, 0})
	f.Add(control(unix.IPPROTO_IPV6, unix.IPV6_RECVERR, extendedError(originICMP6, 3, 0, 0, 4, 0)), []byte{})
	f.Fuzz(func(t *testing.T, oob, quoted []byte) {
		n := readNotice(oob)
		if n.isError && n.local {
			t.Errorf("% x: %+v", oob, n)
		}
		if list := n.labels(quoted); len(list) > maxLabels {
			t.Errorf("%d labels", len(list))
		}
	})
}
