package trace

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// packets sends UDP datagrams or ICMP echoes: one socket for each flow, the life of each packet in a
// control message, and the routers' answers from the error queue (IP_RECVERR), which any account may
// read.
type packets struct {
	*poller
	target netip.Addr
	way    string
	six    bool
	token  token
	socks  []packetSocket
	data   [2048]byte
	oob    [1024]byte
}

type packetSocket struct {
	fd int
	id uint16 // of raw echoes
}

func openPackets(o Options, way string) (carrier, error) {
	c := &packets{target: o.Target, way: way, six: o.Target.Is6(), token: newToken()}
	for range o.Flows {
		fd, err := c.socket()
		if err != nil {
			c.closeSockets()
			return nil, err
		}
		c.socks = append(c.socks, packetSocket{fd, uint16(rand.Uint32())})
	}
	var err error
	if c.poller, err = newPoller(); err != nil {
		c.closeSockets()
		return nil, err
	}
	for _, s := range c.socks {
		c.fds = append(c.fds, unix.PollFd{Fd: int32(s.fd), Events: unix.POLLIN})
	}
	return c, nil
}

func (c *packets) socket() (int, error) {
	family, typ, protocol := unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP
	if c.six {
		family = unix.AF_INET6
	}
	if c.way != methodUDP {
		if protocol = unix.IPPROTO_ICMP; c.six {
			protocol = unix.IPPROTO_ICMPV6
		}
	}
	if c.way == methodRaw {
		typ = unix.SOCK_RAW
	}
	fd, err := unix.Socket(family, typ|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return -1, err
	}
	if err := tell(fd, c.six); err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	if c.way == methodRaw {
		c.onlyReplies(fd)
	}
	return fd, nil
}

// onlyReplies keeps other people's ICMP off a raw socket; errors come by the queue all the same.
func (c *packets) onlyReplies(fd int) {
	if !c.six {
		filter := [4]byte{}
		binary.NativeEndian.PutUint32(filter[:], ^uint32(1<<echoReply4))
		_ = unix.SetsockoptString(fd, unix.SOL_RAW, unix.ICMP_FILTER, string(filter[:]))
		return
	}
	var filter unix.ICMPv6Filter
	for i := range filter.Data {
		filter.Data[i] = ^uint32(0)
	}
	filter.Data[echoReply6>>5] &^= 1 << (echoReply6 & 31)
	_ = unix.SetsockoptICMPv6Filter(fd, unix.IPPROTO_ICMPV6, unix.ICMPV6_FILTER, &filter)
}

func (c *packets) method() string { return c.way }
func (c *packets) mtu() int       { return linkMTU(c.target) }

func (c *packets) close() {
	c.poller.close()
	c.closeSockets()
}

func (c *packets) closeSockets() {
	for _, s := range c.socks {
		_ = unix.Close(s.fd)
	}
}

// queuedErrors is how often sending is tried again: an error that is waiting in the queue is reported
// by the next send, whatever that is for.
const queuedErrors = 16

func (c *packets) send(p probe) (at time.Time, err error) {
	s := c.socks[p.flow]
	var b []byte
	to := rawAddr(c.target, p.port)
	if c.way == methodUDP {
		b = c.token.body(p.seq, p.size, c.six)
	} else {
		b, to = c.token.echo(p.seq, s.id, p.size, c.six), rawAddr(c.target, 0)
	}
	oob := lifeMessage(p.ttl, c.six)
	for range queuedErrors {
		at = time.Now()
		if _, err = unix.SendmsgN(s.fd, b, oob, to, 0); err == nil {
			return at, nil
		}
		if errors.Is(err, unix.EMSGSIZE) && p.size == 0 {
			continue
		}
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) || p.size > 0 && errors.Is(err, unix.EMSGSIZE) {
			break
		}
	}
	return at, err
}

// lifeMessage is the control message that sets a packet's life.
func lifeMessage(ttl int, six bool) []byte {
	b := make([]byte, unix.CmsgSpace(4))
	level, typ := unix.IPPROTO_IP, unix.IP_TTL
	if six {
		level, typ = unix.IPPROTO_IPV6, unix.IPV6_HOPLIMIT
	}
	head := unix.CmsgLen(0)
	putCmsg(b, unix.CmsgLen(4), level, typ)
	binary.NativeEndian.PutUint32(b[head:], uint32(ttl))
	return b
}

func (c *packets) receive(ctx context.Context, until time.Time, take func(answer)) error {
	if err := c.wait(ctx, until); err != nil {
		return err
	}
	for i := range c.socks {
		events := c.fds[i+1].Revents
		if events == 0 {
			continue
		}
		if events&unix.POLLERR != 0 {
			c.drain(i, unix.MSG_ERRQUEUE, take)
		}
		c.drain(i, 0, take)
	}
	return nil
}

// drain reads what has come on a socket, or in its error queue.
func (c *packets) drain(flow, queue int, take func(answer)) {
	for range burst {
		n, oobn, _, from, err := unix.Recvmsg(c.socks[flow].fd, c.data[:], c.oob[:], queue|unix.MSG_DONTWAIT)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EBADF) {
			return
		}
		if err != nil { // an error of the queue, told again
			continue
		}
		addr, port := addrPort(from)
		m := readNotice(c.oob[:oobn])
		var a answer
		var ok bool
		if queue == 0 {
			a, ok = c.direct(flow, c.data[:n], addr, m)
		} else {
			a, ok = c.quoted(flow, c.data[:n], addr, port, m)
		}
		if !ok {
			a = answer{flow: -1}
		}
		take(a)
	}
}

// direct reads what the target itself sent: an echo reply, or the datagram of a service that happens
// to listen.
func (c *packets) direct(flow int, b []byte, from netip.Addr, m notice) (answer, bool) {
	if !sameAddr(from, c.target) {
		return answer{}, false
	}
	a := answer{flow: flow, kind: reached, from: from, at: m.at, back: m.back}
	if c.way == methodUDP {
		seq, ok := c.token.read(b) // an echo service; others cannot be told apart
		a.seq = seq
		return a, ok
	}
	typ := byte(echoReply4)
	if c.six {
		typ = echoReply6
	} else if c.way == methodRaw {
		if len(b) < ip4Header || int(b[0]&15)*4 > len(b) {
			return answer{}, false
		}
		b = b[int(b[0]&15)*4:]
	}
	if len(b) < echoHeader+bodySize { // replies repeat all that was sent
		return answer{}, false
	}
	seq, ok := c.token.readEcho(b, typ, c.socks[flow].id, c.way == methodRaw)
	a.seq = seq
	return a, ok
}

// quoted reads an ICMP error. The kernel has found the socket by the addresses, ports or identifier in
// the quoted packet; to is where that was sent.
func (c *packets) quoted(flow int, b []byte, to netip.Addr, port uint16, m notice) (answer, bool) {
	if !m.isError || !sameAddr(to, c.target) || !m.from.IsValid() {
		return answer{}, false
	}
	k, code, ok := classify(m.typ, m.code, c.six, sameAddr(m.from, c.target))
	if !ok {
		return answer{}, false
	}
	a := answer{flow: flow, kind: k, code: code, from: m.from, at: m.at, back: m.back, mtu: int(m.info), labels: m.labels(b), port: port}
	if c.way == methodUDP {
		if short(b) {
			a.nameless = true
			return a, true
		}
		a.seq, ok = c.token.read(b)
		return a, ok
	}
	typ := byte(echoRequest4)
	if c.six {
		typ = echoRequest6
	}
	a.seq, ok = c.token.readEcho(trimPadding(b), typ, c.socks[flow].id, c.way == methodRaw)
	return a, ok
}

// read finds a probe's number in what was quoted of its body. Less than the whole head tells nothing;
// a wrong one is somebody else's.
func (t token) read(b []byte) (seq uint16, ok bool) {
	if len(b) < bodySize || binary.BigEndian.Uint32(b) != uint32(t) {
		return 0, false
	}
	seq = binary.BigEndian.Uint16(b[4:])
	return seq, binary.BigEndian.Uint16(b[6:]) == ^seq
}
