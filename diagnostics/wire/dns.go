package wire

import (
	"context"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Question is one DNS question.
type Question struct {
	Name  string // with or without the final dot
	Type  string // "A", "AAAA", "NS", "SOA", "TXT", …
	Class string // "" means IN; "CH" for version.bind and id.server
	CD    bool   // have the resolver skip its DNSSEC checks
	NoRD  bool   // ask for what the server itself knows: authoritative servers
}

// QueryOptions say how patiently to ask; the zero value sends three times within a second and
// waits for two.
type QueryOptions struct {
	Tries  []time.Duration // moments of sending, since the start
	Limit  time.Duration
	Listen time.Duration // how long to listen on for further, different answers
}

// Defaults of QueryOptions. A second try after 400 ms outlives one lost packet on any path that
// people put up with; browsers' resolvers wait for a second or more.
var defaultTries = []time.Duration{0, 400 * time.Millisecond, time.Second}

const (
	defaultDNSLimit = 2 * time.Second
	// udpSize avoids fragments on every path (dnsflagday.net/2020).
	udpSize = 1232
	// maxStrays is how many wrong messages a TCP server may send before its right one.
	maxStrays = 8
)

// Query asks one server one question, over UDP or TCP. A truncated answer is asked for again over
// TCP; a server that does not understand EDNS is asked again without.
func Query(ctx context.Context, server netip.AddrPort, t Transport, q Question, o QueryOptions) Answer {
	if o.Limit <= 0 {
		o.Limit = defaultDNSLimit
	}
	if len(o.Tries) == 0 {
		o.Tries = defaultTries
	}
	ctx, cancel := WithLimit(ctx, o.Limit)
	defer cancel()
	e := &inquiry{
		Answer: Answer{Server: server, Transport: t, Name: Printable(q.Name, 255), Type: q.Type, CD: q.CD},
		q:      q, o: o, start: time.Now(), edns: true,
	}
	if _, err := q.message(0, true); err != nil {
		e.Fail = Classify(err)
		return e.Answer
	}
	if t == TCP {
		e.tcp(ctx)
	} else {
		e.udp(ctx)
	}
	return e.Answer
}

// message builds the question as a message (RFC 1035, EDNS of RFC 6891).
func (q Question) message(id uint16, edns bool) (*dns.Msg, error) {
	typ, ok := dns.StringToType[q.Type]
	class := uint16(dns.ClassINET)
	if q.Class != "" {
		var known bool
		class, known = dns.StringToClass[q.Class]
		ok = ok && known
	}
	name := dns.Fqdn(q.Name)
	if _, valid := dns.IsDomainName(name); !valid || !ok || len(name) > 255 {
		return nil, &stepError{Invalid, "this cannot be asked in the DNS"}
	}
	m := &dns.Msg{
		MsgHdr:   dns.MsgHdr{Id: id, RecursionDesired: !q.NoRD, CheckingDisabled: q.CD},
		Question: []dns.Question{{Name: name, Qtype: typ, Qclass: class}},
	}
	if edns {
		m.SetEdns0(udpSize, false)
	}
	return m, nil
}

// inquiry is one question under way.
type inquiry struct {
	Answer
	q     Question
	o     QueryOptions
	start time.Time
	edns  bool
	sent  map[uint16]time.Time // by message identifier
}

// pack makes the next message to send and remembers when it left.
func (e *inquiry) pack() ([]byte, error) {
	id := dns.Id()
	m, err := e.q.message(id, e.edns)
	if err != nil {
		return nil, err
	}
	if e.sent == nil {
		e.sent = make(map[uint16]time.Time)
	}
	e.sent[id] = time.Now()
	e.Tries++
	return m.Pack()
}

// udp asks again and again until something fits.
func (e *inquiry) udp(ctx context.Context) {
	s, f := dialUDP(ctx, e.Server)
	if f != nil {
		e.fail(f)
		return
	}
	defer s.Close()
	tries := slices.Clone(e.o.Tries)
	slices.Sort(tries)
	buf := make([]byte, dns.MaxMsgSize)
	for {
		if len(tries) > 0 && time.Since(e.start) >= tries[0] {
			tries = tries[1:]
			if f := e.send(ctx, s); f != nil {
				e.fail(f)
				return
			}
		}
		until := e.start.Add(e.o.Limit)
		if len(tries) > 0 {
			until = e.start.Add(tries[0])
		}
		s.wait(ctx, until)
		n, err := s.Read(buf)
		switch f := s.failed(ctx, "read", err); {
		case f == nil:
		case f.Is(Timeout) && ctx.Err() == nil && (len(tries) > 0 || time.Now().Before(until)):
			continue
		case f.Is(Timeout):
			<-ctx.Done() // at most a scheduler's tick away
			e.fail(ended(ctx, "read"))
			return
		default:
			e.fail(f)
			return
		}
		m, ok := e.match(buf[:n])
		switch {
		case !ok && e.Fail != nil:
			e.Took = Since(e.start)
			return
		case !ok:
			continue
		case e.ednsRefused(m):
			e.edns = false
			tries = append([]time.Duration{0}, tries...)
			continue
		case m.Truncated:
			e.Truncated = true
			e.tcp(ctx)
			return
		}
		e.take(m)
		e.listen(ctx, s, m, buf)
		return
	}
}

func (e *inquiry) send(ctx context.Context, s *udpSocket) *Failure {
	if e.Tries >= 2 {
		e.edns = false // old firewalls drop questions with EDNS (RFC 6891 section 6.2.5)
	}
	b, err := e.pack()
	if err != nil {
		return Classify(err)
	}
	if _, err := s.Write(b); err != nil {
		return s.failed(ctx, "write", err)
	}
	return nil
}

func (e *inquiry) fail(f *Failure) { e.Fail, e.Took = f, Since(e.start) }

// match unpacks a message and drops what answers another question. A message that answers this
// one and cannot be read ends the inquiry.
func (e *inquiry) match(b []byte) (*dns.Msg, bool) {
	if len(b) < 12 {
		e.Strays++
		return nil, false
	}
	sent, ours := e.sent[binary.BigEndian.Uint16(b)]
	if !ours {
		e.Strays++
		return nil, false
	}
	m := new(dns.Msg)
	cutShort := func() bool { return m.Truncated && e.Transport == UDP && !e.Truncated }
	if err := m.Unpack(b); err != nil && !cutShort() {
		e.Fail = &Failure{Kind: BadDNS, Phase: "read", Text: Printable(err.Error(), maxText)}
		return nil, false
	}
	if !m.Response || !e.sameQuestion(m) {
		e.Strays++
		return nil, false
	}
	e.Last = Since(sent)
	return m, true
}

// sameQuestion compares names without regard to case. Some servers leave the question out of an
// error.
func (e *inquiry) sameQuestion(m *dns.Msg) bool {
	if len(m.Question) == 0 {
		return m.Rcode != dns.RcodeSuccess && len(m.Answer) == 0
	}
	q, want := m.Question[0], dns.StringToType[e.q.Type]
	return q.Qtype == want && dns.CanonicalName(q.Name) == dns.CanonicalName(e.q.Name)
}

// ednsRefused reports an answer of a server from before 1999 (RFC 6891 section 7).
func (e *inquiry) ednsRefused(m *dns.Msg) bool {
	return e.edns && m.IsEdns0() == nil && (m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented)
}

// listen counts answers to the very message that was answered first which say something else: a
// server answers a message once, so one of them is forged.
func (e *inquiry) listen(ctx context.Context, s *udpSocket, first *dns.Msg, buf []byte) {
	if e.o.Listen <= 0 {
		return
	}
	until := time.Now().Add(e.o.Listen)
	seen, last := gist(first), e.Last
	for ctx.Err() == nil && time.Now().Before(until) {
		s.wait(ctx, until)
		n, err := s.Read(buf)
		if err != nil {
			return
		}
		if m, ok := e.match(buf[:n]); ok && m.Id == first.Id && gist(m) != seen {
			e.Forged++
		}
		e.Fail, e.Last = nil, last // stragglers take nothing away from the answer
	}
}

// gist is what makes two answers different: the code and the records' data, in any order.
func gist(m *dns.Msg) string {
	lines := []string{dns.RcodeToString[m.Rcode]}
	for _, rr := range m.Answer[:min(len(m.Answer), maxAddrs)] {
		lines = append(lines, rdata(rr))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// tcp asks over a connection of its own (RFC 7766).
func (e *inquiry) tcp(ctx context.Context) {
	conn, c := Dial(ctx, e.Server, DialOptions{})
	if conn == nil {
		e.fail(c.Fail)
		return
	}
	defer conn.Close()
	defer interrupt(ctx, conn)()
	for {
		m, err := e.askStream(conn)
		switch {
		case err != nil:
			e.fail(failed(ctx, "read", err))
			return
		case e.ednsRefused(m):
			e.edns = false
			continue
		}
		e.take(m)
		return
	}
}

// askStream sends one message and reads the answer, each with its length in front.
func (e *inquiry) askStream(conn io.ReadWriter) (*dns.Msg, error) {
	b, err := e.pack()
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)); err != nil {
		return nil, err
	}
	for range maxStrays {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return nil, err
		}
		b := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, b); err != nil {
			return nil, err
		}
		if m, ok := e.match(b); ok {
			return m, nil
		}
		if e.Fail != nil {
			return nil, &stepError{BadDNS, e.Fail.Text}
		}
	}
	return nil, &stepError{BadDNS, "only messages that answer something else"}
}
