package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// otherFamily is how long the second family's answer is waited for when the first has brought
	// addresses (RFC 8305 section 3, "resolution delay").
	otherFamily = 50 * time.Millisecond
	// lineAge is how long one socket asks: its port is a part of what a forger has to guess.
	lineAge = time.Second
	// maxAnswer is more than any answer has that was asked for without EDNS (RFC 1035 section 4.2.1).
	maxAnswer = 2048
)

// ask asks the servers in their order, each for the addresses of both families, as libc does: the next
// one when one is silent or cannot tell.
func (n *names) ask(ctx context.Context, c conf, name string) ([]netip.Addr, error) {
	var fail error
	for range c.attempts {
		for _, server := range c.servers {
			found, err := n.askServer(ctx, server, name, c.timeout)
			if err == nil {
				return found, nil
			}
			if err == errNoName || err == errNoAddr || err == errUnaskable || ctx.Err() != nil {
				return nil, err
			}
			if fail == nil {
				fail = err
			}
		}
	}
	return nil, fail
}

// askServer asks for both families at once.
func (n *names) askServer(ctx context.Context, server netip.AddrPort, name string, limit time.Duration) ([]netip.Addr, error) {
	q := question{name: name, replies: make(chan reply, 2)}
	var ok bool
	if q.wire, ok = wireName(name); !ok {
		return nil, errUnaskable
	}
	l, err := n.line(ctx, server)
	if err != nil {
		return nil, err
	}
	defer l.leave(&q)
	for i, family := range [...]uint16{typeA, typeAAAA} {
		if err := l.send(&q, i, family); err != nil {
			return nil, err
		}
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	var found []netip.Addr
	var fail error
	for range 2 {
		var r reply
		select {
		case r = <-q.replies:
		case <-late.C:
			r.err = errSilent
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if r.cut {
			r = overTCP(ctx, server, name, r.family)
		}
		if r.err == errNoName {
			return nil, r.err
		}
		found = append(found, r.addrs...)
		fail = worse(fail, r.err)
		if r.err == errSilent {
			break
		}
		if len(found) > 0 {
			late.Reset(otherFamily)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, fail
}

// What servers answer when they name no address.
var (
	errNoName     = &stepError{NoSuchName}
	errNoAddr     = &stepError{NoAddress}
	errCannot     = &stepError{LookupFailed}
	errSilent     = &stepError{wire.Timeout}
	errBadMessage = &stepError{wire.BadDNS}
	errUnaskable  = &stepError{wire.Invalid}
)

// worse keeps what says more of two outcomes: no address in one family is none in both only when the
// other's answer says so, too.
func worse(a, b error) error {
	if a == nil || a == errNoAddr && b != nil {
		return b
	}
	return a
}

// overTCP asks again for an answer that did not fit.
func overTCP(ctx context.Context, server netip.AddrPort, name string, family uint16) reply {
	a := wire.Query(ctx, server, wire.TCP, wire.Question{Name: name, Type: familyName(family)}, wire.QueryOptions{})
	r := reply{family: family, addrs: a.Addrs}
	switch {
	case a.Fail != nil:
		r.err = &stepError{a.Fail.Kind}
	case a.RCode == "NXDOMAIN":
		r.err = errNoName
	case a.RCode != "NOERROR":
		r.err = errCannot
	case len(a.Addrs) == 0:
		r.err = errNoAddr
	}
	return r
}

func familyName(family uint16) string {
	if family == typeA {
		return "A"
	}
	return "AAAA"
}

// question is asked in both families at once.
type question struct {
	name    string
	wire    []byte // the name as it stands in a message
	ids     [2]uint16
	replies chan reply
}

// reply is the answer in one family.
type reply struct {
	family uint16
	addrs  []netip.Addr
	cut    bool // it did not fit
	err    error
}

// line is one socket to one server. Answers are told apart by their identifier and question.
type line struct {
	conn *net.UDPConn
	born time.Time

	mu      sync.Mutex
	waiting map[uint16]pending
	users   int // questions that are under way
	retired bool
}

type pending struct {
	q      *question
	family uint16
}

// line returns the socket to a server, a new one when the last has asked long enough.
func (n *names) line(ctx context.Context, server netip.AddrPort) (*line, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, &stepError{wire.Cancelled}
	}
	old := n.lines[server]
	if old != nil && time.Since(old.born) < lineAge {
		old.enter()
		return old, nil
	}
	conn, err := dialer.DialUDP(ctx, "udp", netip.AddrPort{}, server)
	if err != nil {
		return nil, err
	}
	if old != nil {
		old.retire()
	}
	l := &line{conn: conn, born: time.Now(), waiting: map[uint16]pending{}, users: 1}
	if n.lines == nil {
		n.lines = map[netip.AddrPort]*line{}
	}
	n.lines[server] = l
	go l.read()
	return l, nil
}

func (l *line) enter() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users++
}

// leave ends the wait for the answers.
func (l *line) leave(q *question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range q.ids {
		if l.waiting[id].q == q {
			delete(l.waiting, id)
		}
	}
	l.users--
	l.tidy()
}

// retire closes the socket as soon as nobody waits for an answer.
func (l *line) retire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retired = true
	l.tidy()
}

func (l *line) tidy() {
	if l.retired && l.users == 0 {
		_ = l.conn.Close()
	}
}

// send asks for one family.
func (l *line) send(q *question, i int, family uint16) error {
	l.mu.Lock()
	id := uint16(rand.Uint32())
	for _, taken := l.waiting[id]; taken; _, taken = l.waiting[id] {
		id = uint16(rand.Uint32())
	}
	l.waiting[id] = pending{q, family}
	q.ids[i] = id
	l.mu.Unlock()
	var space [headerSize + 255 + 4]byte
	b := message(space[:], id, q.wire, family)
	_, err := l.conn.Write(b)
	if err != nil { // perhaps the ICMP error of an earlier question, which is told once
		_, err = l.conn.Write(b)
	}
	return err
}

// read hands out answers until the socket is closed.
func (l *line) read() {
	buf := make([]byte, maxAnswer)
	for {
		n, err := l.conn.Read(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // an ICMP error: the server's port is shut, or nobody leads there
			l.fail(err)
		default:
			l.deliver(buf[:n])
		}
	}
}

// deliver hands an answer to whom it belongs to; what answers no question is dropped.
func (l *line) deliver(b []byte) {
	if len(b) < headerSize {
		return
	}
	id := binary.BigEndian.Uint16(b)
	l.mu.Lock()
	defer l.mu.Unlock()
	w, ok := l.waiting[id]
	if !ok || !answers(b, w.q.wire, w.family) {
		return
	}
	delete(l.waiting, id)
	w.q.replies <- parse(b, w.q.name, w.family)
}

// fail tells all who wait.
func (l *line) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, w := range l.waiting {
		delete(l.waiting, id)
		w.q.replies <- reply{family: w.family, err: err}
	}
}
