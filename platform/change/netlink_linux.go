package change

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// requests is a socket on which the kernel's routing tables are changed.
type requests struct{ fd int }

func openRequests() (requests, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return requests{}, fmt.Errorf("netlink: %w", err)
	}
	tv := unix.NsecToTimeval(int64(time.Second))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		unix.Close(fd)
		return requests{}, fmt.Errorf("netlink: %w", err)
	}
	return requests{fd}, nil
}

func (r requests) close() { unix.Close(r.fd) }

// change sends one request and waits for the kernel's word on it.
func (r requests) change(typ uint16, payload []byte) error {
	m := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(payload)))
	m = binary.NativeEndian.AppendUint16(m, typ)
	m = binary.NativeEndian.AppendUint16(m, unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	m = append(m, make([]byte, 8)...) // sequence and port: one question at a time needs neither
	if err := unix.Sendto(r.fd, append(m, payload...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	b := make([]byte, 16<<10)
	n, _, err := unix.Recvfrom(r.fd, b, 0)
	if err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	if n < unix.NLMSG_HDRLEN+4 || binary.NativeEndian.Uint16(b[4:]) != unix.NLMSG_ERROR {
		return fmt.Errorf("netlink: %w", unix.EPROTO)
	}
	if code := int32(binary.NativeEndian.Uint32(b[unix.NLMSG_HDRLEN:])); code != 0 {
		return rights(fmt.Errorf("netlink: %w", unix.Errno(-code)))
	}
	return nil
}

// setUp takes a link up or down.
func (r requests) setUp(index int, up bool) error {
	info := unix.IfInfomsg{Family: unix.AF_UNSPEC, Index: int32(index), Change: unix.IFF_UP}
	if up {
		info.Flags = unix.IFF_UP
	}
	return r.change(unix.RTM_NEWLINK, bytesOf(&info))
}

func bytesOf[T any](v *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) }

// restartLink takes a link down and up again. It comes up again whatever happens to the caller.
func restartLink(ctx context.Context, done *Done, _ bool) error {
	link, err := linkIndex(done.Step)
	if err != nil {
		return err
	}
	r, err := openRequests()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.setUp(link, false); err != nil {
		return err
	}
	time.Sleep(restPause) // not cut short: a link must not stay down
	if err := r.setUp(link, true); err != nil {
		return err
	}
	return poll(ctx, func() bool {
		i, err := net.InterfaceByIndex(link)
		done.Proved = err == nil && i.Flags&net.FlagUp != 0
		return done.Proved
	})
}

// restPause lets the other end, and whoever manages the link here, see that it was down.
const restPause = time.Second

func linkIndex(s Step) (int, error) {
	i, err := net.InterfaceByName(s.Args["link"])
	if err != nil || i.Flags&net.FlagLoopback != 0 {
		return 0, fmt.Errorf("%w: no link %s", ErrNotHere, s.Args["link"])
	}
	return i.Index, nil
}

// addressState is what the kernel says of the IPv4 addresses of a link: which, and when each was last
// set (struct ifa_cacheinfo). A renewed lease sets it again.
func addressState(index int) (addrs, stamps string) {
	var a, s []string
	dump(unix.RTM_GETADDR, unix.AF_INET, func(m syscall.NetlinkMessage) {
		if m.Header.Type != unix.RTM_NEWADDR || len(m.Data) < unix.SizeofIfAddrmsg || int(binary.NativeEndian.Uint32(m.Data[4:])) != index {
			return
		}
		attrs, _ := syscall.ParseNetlinkRouteAttr(&m)
		for _, at := range attrs {
			switch {
			case at.Attr.Type == unix.IFA_LOCAL && len(at.Value) == 4:
				a = append(a, netip.AddrFrom4([4]byte(at.Value)).String())
			case at.Attr.Type == unix.IFA_CACHEINFO && len(at.Value) >= 16:
				s = append(s, fmt.Sprintf("%x", at.Value[8:16]))
			}
		}
	})
	return strings.Join(a, " "), strings.Join(slices.Concat(a, s), " ")
}

// dump hands over the kernel's answer to a question about all objects of a type.
func dump(typ, family int, each func(syscall.NetlinkMessage)) {
	b, err := syscall.NetlinkRIB(typ, family)
	if err != nil {
		return
	}
	list, err := syscall.ParseNetlinkMessage(b)
	if err != nil {
		return
	}
	for _, m := range list {
		each(m)
	}
}

// neighbour is one entry of the table of hardware addresses that the kernel learned by itself.
type neighbour struct {
	family byte
	dst    []byte
}

func learned(index int) (list []neighbour) {
	dump(unix.RTM_GETNEIGH, unix.AF_UNSPEC, func(m syscall.NetlinkMessage) {
		if m.Header.Type != unix.RTM_NEWNEIGH || len(m.Data) < unix.SizeofNdMsg || int(int32(binary.NativeEndian.Uint32(m.Data[4:]))) != index {
			return
		}
		state := binary.NativeEndian.Uint16(m.Data[8:])
		if state&(unix.NUD_PERMANENT|unix.NUD_NOARP) != 0 || m.Data[0] != unix.AF_INET && m.Data[0] != unix.AF_INET6 {
			return
		}
		// The attributes follow struct ndmsg, which the library does not know.
		for b := m.Data[unix.SizeofNdMsg:]; len(b) >= 4; {
			size := int(binary.NativeEndian.Uint16(b))
			if size < 4 || size > len(b) {
				return
			}
			if binary.NativeEndian.Uint16(b[2:]) == unix.NDA_DST {
				list = append(list, neighbour{m.Data[0], slices.Clone(b[4:size])})
			}
			b = b[min((size+3)&^3, len(b)):]
		}
	})
	return list
}

// flushNeighbours forgets the entries of a link; those that are needed are learned again at once.
func flushNeighbours(_ context.Context, done *Done, _ bool) error {
	index, err := linkIndex(done.Step)
	if err != nil {
		return err
	}
	r, err := openRequests()
	if err != nil {
		return err
	}
	defer r.close()
	before := learned(index)
	removed := 0
	for _, n := range before {
		m := []byte{n.family, 0, 0, 0}
		m = binary.NativeEndian.AppendUint32(m, uint32(index))
		m = append(m, 0, 0, 0, 0)
		m = binary.NativeEndian.AppendUint16(m, uint16(4+len(n.dst)))
		m = binary.NativeEndian.AppendUint16(m, unix.NDA_DST)
		err := r.change(unix.RTM_DELNEIGH, append(m, n.dst...))
		if err != nil && !errors.Is(err, unix.ENOENT) {
			return err
		}
		removed++
	}
	after := len(learned(index))
	done.Before, done.After = strconv.Itoa(len(before)), strconv.Itoa(after)
	done.Proved = after == 0 || after < len(before)
	return nil
}
