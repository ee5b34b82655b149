package platform

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// maxDump bounds one answer of the kernel. A router with the whole internet's routes has more;
// default routes come first in the kernel's order and are within it.
const maxDump = 4 << 20

// dumpTime bounds one dump where the context does not: the kernel answers from memory.
const dumpTime = time.Second

// netlink is a NETLINK socket; it belongs to the network namespace of the thread that opened it.
// It is read by hand because the rule decoder of jsimonetti/rtnetlink v2.0.2 gives up on unknown
// attributes, knows no RTA_VIA, and gathers a dump whole before the first route can be seen.
type netlink struct {
	fd  int
	seq uint32
	buf []byte
}

func openNetlink(ctx context.Context, protocol int) (*netlink, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return nil, fmt.Errorf("netlink: %w", err)
	}
	limit := dumpTime
	if d, ok := ctx.Deadline(); ok {
		limit = min(limit, max(time.Until(d), time.Millisecond))
	}
	tv := unix.NsecToTimeval(limit.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("netlink: %w", err)
	}
	return &netlink{fd: fd, buf: make([]byte, 64<<10)}, nil
}

func (n *netlink) close() { unix.Close(n.fd) }

// ask sends one request and returns the messages of the answer, as they came.
func (n *netlink) ask(ctx context.Context, typ uint16, flags uint16, payload []byte) ([]byte, error) {
	n.seq++
	req := binary.NativeEndian.AppendUint32(nil, uint32(16+len(payload)))
	req = binary.NativeEndian.AppendUint16(req, typ)
	req = binary.NativeEndian.AppendUint16(req, unix.NLM_F_REQUEST|flags)
	req = binary.NativeEndian.AppendUint32(req, n.seq)
	req = binary.NativeEndian.AppendUint32(req, 0)
	req = append(req, payload...)
	if err := unix.Sendto(n.fd, req, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("netlink: %w", err)
	}
	var all []byte
	for end := time.Now().Add(dumpTime); ctx.Err() == nil; {
		size, _, err := unix.Recvfrom(n.fd, n.buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return all, fmt.Errorf("netlink: %w", err)
		}
		all = append(all, n.buf[:size]...)
		done, err := nlEnd(n.buf[:size], flags&unix.NLM_F_DUMP != 0)
		if done || err != nil {
			return all, err
		}
		if len(all) > maxDump {
			return all, nil
		}
		if time.Now().After(end) {
			return all, fmt.Errorf("netlink: %w", os.ErrDeadlineExceeded)
		}
	}
	return all, ctx.Err()
}

// nlEnd reports whether b ends the answer, and the kernel's refusal if it is one.
func nlEnd(b []byte, dump bool) (bool, error) {
	for typ, m := range nlMessages(b) {
		switch typ {
		case unix.NLMSG_DONE:
			return true, nil
		case unix.NLMSG_ERROR:
			if len(m) < 4 {
				return true, fmt.Errorf("netlink: %w", unix.EPROTO)
			}
			if code := int32(binary.NativeEndian.Uint32(m)); code != 0 {
				return true, fmt.Errorf("netlink: %w", unix.Errno(-code))
			}
			return true, nil
		}
	}
	return !dump, nil
}

// dump asks the routing side of the kernel for all objects of a type; family 0 means all.
// Each dump has a socket of its own, since one that was cut short leaves messages behind.
func dump(ctx context.Context, typ uint16, family uint8) ([]byte, error) {
	n, err := openNetlink(ctx, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	defer n.close()
	size := unix.SizeofRtMsg
	switch typ {
	case unix.RTM_GETLINK:
		size = unix.SizeofIfInfomsg
	case unix.RTM_GETADDR:
		size = unix.SizeofIfAddrmsg
	}
	header := make([]byte, size) // struct fib_rule_hdr and struct ndmsg are as long as struct rtmsg
	header[0] = family
	return n.ask(ctx, typ, unix.NLM_F_DUMP, header)
}
