package cli

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// resolver is a hostile DNS server: what it sends over UDP for a question, and over TCP.
type resolver struct {
	name string
	udp  func(q *dns.Msg) [][]byte
	tcp  func(q *dns.Msg, c net.Conn)
	want []string
	all  bool // whatever is asked; else only for the site's name, and the rest is answered well
}

// known are the names of the references; the last of them are not asked for over HTTP.
var known = []string{"connectivitycheck.gstatic.com.", "www.msftconnecttest.com.", "detectportal.firefox.com.", "cloudflare-dns.com.", "dns.google.", "dns.quad9.net.", "doh.opendns.com."}

// answers is what is sent over UDP.
func (r resolver) answers(q *dns.Msg) [][]byte {
	name := dns.CanonicalName(q.Question[0].Name)
	switch {
	case r.all || name == "www.shop.example.":
		return r.udp(q)
	case !slices.Contains(known, name):
		return [][]byte{reply(q, func(m *dns.Msg) { m.Rcode = dns.RcodeNameError })}
	}
	return always(nil, "@ 60 IN A 203.0.113.9")(q)
}

// start serves on port 53 of every address: nobody in this world answers better.
func (r resolver) start(t *testing.T) {
	t.Helper()
	pc, err := net.ListenPacket("udp4", ":53")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", ":53")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close(); l.Close() })
	go func() {
		b := make([]byte, 65536)
		for {
			n, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			q := new(dns.Msg)
			if q.Unpack(b[:n]) != nil || len(q.Question) != 1 {
				continue
			}
			for _, a := range r.answers(q) {
				_, _ = pc.WriteTo(a, from)
			}
		}
	}()
	accept(l, func(c net.Conn) {
		for {
			var size [2]byte
			if _, err := io.ReadFull(c, size[:]); err != nil {
				return
			}
			b := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(c, b); err != nil {
				return
			}
			q := new(dns.Msg)
			if q.Unpack(b) != nil || len(q.Question) != 1 {
				return
			}
			if r.tcp == nil || !r.all && q.Question[0].Name != "www.shop.example." {
				for _, a := range r.answers(q) {
					if sized(c, a) != nil {
						return
					}
				}
				continue
			}
			r.tcp(q, c)
		}
	})
}

func sized(c net.Conn, b []byte) error {
	_, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
	return err
}

// reply packs an answer with the records given in the presentation format; @ is the name asked for.
func reply(q *dns.Msg, change func(*dns.Msg), records ...string) []byte {
	m := new(dns.Msg).SetReply(q)
	m.RecursionAvailable, m.Compress = true, true
	for _, line := range records {
		rr, err := dns.NewRR(strings.ReplaceAll(line, "@", q.Question[0].Name))
		if err != nil {
			panic(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	if change != nil {
		change(m)
	}
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

// always answers every question for addresses with the same records.
func always(change func(*dns.Msg), records ...string) func(*dns.Msg) [][]byte {
	return func(q *dns.Msg) [][]byte {
		if q.Question[0].Qtype != dns.TypeA {
			return [][]byte{reply(q, nil)}
		}
		return [][]byte{reply(q, change, records...)}
	}
}

// site is where the page is; the whole network of it is on this machine.
const site = "@ 60 IN A 203.0.113.7"

// forged is an answer whose bytes after the question are chosen freely.
func forged(answers uint16, rest ...byte) func(*dns.Msg) [][]byte {
	return func(q *dns.Msg) [][]byte {
		b := reply(q, func(m *dns.Msg) { m.Compress = false })
		binary.BigEndian.PutUint16(b[6:], answers)
		return [][]byte{append(b, rest...)}
	}
}

func truncated(q *dns.Msg) [][]byte {
	return [][]byte{reply(q, func(m *dns.Msg) { m.Truncated = true })}
}

// wellKnown serves the pages that sign-in probes ask for, and a greeting to everybody else.
func wellKnown(c net.Conn) {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	text := map[string]string{
		"connectivitycheck.gstatic.com": "HTTP/1.1 204 No Content\r\n\r\n",
		"www.msftconnecttest.com":       ok200("Content-Length: 22\r\n", "Microsoft Connect Test"),
		"detectportal.firefox.com":      ok200("Content-Length: 8\r\n", "success\n"),
	}[r.Host]
	if text == "" {
		text = ok200("Content-Length: 5\r\n", "hello")
	}
	_, _ = io.WriteString(c, text)
}

func TestHostileDNS(t *testing.T) {
	world := []string{
		"link add eth0 type veth peer name far", "link set far up", "link set eth0 up", "addr add 192.0.2.2/24 dev eth0",
		"neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent", "route add default via 192.0.2.1",
		"route add local 203.0.113.0/24 dev lo",
		"addr add 1.1.1.1/32 dev lo", "addr add 8.8.8.8/32 dev lo", "addr add 9.9.9.9/32 dev lo", "addr add 208.67.222.222/32 dev lo",
	}
	if !alone(t, map[string]string{"/etc/resolv.conf": "nameserver 127.0.0.1\n"}, world...) {
		return
	}
	for _, address := range []string{"0.0.0.0:80", "0.0.0.0:443"} {
		l, err := net.Listen("tcp4", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		accept(l, wellKnown)
	}
	many := func(n int) (l []string) {
		for i := range n {
			l = append(l, fmt.Sprintf("@ 60 IN A 203.0.113.%d", i%250+1))
		}
		for i := range n {
			l = append(l, fmt.Sprintf("@ 60 IN A 10.%d.%d.1", i>>8, i&255))
		}
		return l
	}
	chain := func(n int) (l []string) {
		at := "@"
		for i := range n {
			next := fmt.Sprintf("c%d.example.", i)
			l = append(l, at+" 60 IN CNAME "+next)
			at = next
		}
		return append(l, at+" 60 IN A 203.0.113.7")
	}
	rcode := func(n int) func(*dns.Msg) { return func(m *dns.Msg) { m.Rcode = n } }
	const odd = `\027]0\059PWNED\007\155\226\128\174.example.`
	for _, r := range []resolver{
		{"a good answer", always(nil, site), nil, []string{"ok"}, false},
		{"thousands of addresses", truncated, func(q *dns.Msg, c net.Conn) { _ = sized(c, reply(q, nil, many(2000)...)) }, nil, false},
		{"a large datagram", always(nil, many(2000)...), nil, nil, false},
		{"a name that points to itself", forged(1, 0xc0, 29), nil, nil, false},
		{"names that point to each other", forged(2, 0xc0, 31, 0xc0, 29), nil, nil, false},
		{"a name that points beyond", forged(1, 0xff, 0xff, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4), nil, nil, false},
		{"more records promised than sent", forged(65535), nil, nil, false},
		{"an address of 5 bytes", forged(1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 5, 1, 2, 3, 4, 5), nil, nil, false},
		{"data longer than the message", forged(1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0xff, 0xff, 1, 2, 3, 4), nil, nil, false},
		{"an empty datagram", func(*dns.Msg) [][]byte { return [][]byte{{}} }, nil, nil, false},
		{"a header alone", func(q *dns.Msg) [][]byte { return [][]byte{reply(q, nil)[:12]} }, nil, nil, false},
		{"text instead of DNS", func(*dns.Msg) [][]byte { return [][]byte{[]byte(escapes)} }, nil, nil, false},
		{"the question itself", func(q *dns.Msg) [][]byte { b, _ := q.Pack(); return [][]byte{b} }, nil, nil, false},
		{"an answer to another name", func(q *dns.Msg) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) { m.Question[0].Name = "other.example." }, site)}
		}, nil, nil, false},
		{"an answer to another message", func(q *dns.Msg) [][]byte { return [][]byte{reply(q, func(m *dns.Msg) { m.Id++ }, site)} }, nil, nil, false},
		{"addresses of other names", always(nil, "other.example. 60 IN A 203.0.113.7"), nil, nil, false},
		{"a thousand different answers", func(q *dns.Msg) (l [][]byte) {
			for i := range 1000 {
				l = append(l, reply(q, func(m *dns.Msg) { m.Answer = nil; m.Rcode = i % 16 }))
			}
			return l
		}, nil, nil, false},
		{"truncated, then messages without end", truncated, func(_ *dns.Msg, c net.Conn) {
			for sized(c, make([]byte, 65535)) == nil {
			}
		}, nil, false},
		{"truncated, then byte by byte", truncated, func(_ *dns.Msg, c net.Conn) {
			for {
				time.Sleep(time.Second)
				if _, err := c.Write([]byte{1}); err != nil {
					return
				}
			}
		}, nil, false},
		{"truncated, then nothing", truncated, func(_ *dns.Msg, c net.Conn) { _, _ = io.Copy(io.Discard, c) }, nil, false},
		{"truncated, also over TCP", truncated, nil, nil, false},
		{"aliases of aliases", truncated, func(q *dns.Msg, c net.Conn) { _ = sized(c, reply(q, nil, chain(1000)...)) }, nil, false},
		{"a few aliases", always(nil, chain(5)...), nil, []string{"ok"}, false},
		{"an alias of itself", always(nil, "@ 60 IN CNAME @"), nil, nil, false},
		{"aliases in a circle", always(nil, "@ 60 IN CNAME a.example.", "a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME @"), nil, nil, false},
		{"an alias with escapes", always(nil, "@ 60 IN CNAME "+odd, odd+" 60 IN A 203.0.113.7"), nil, []string{"ok"}, false},
		{"escapes for a reason", always(func(m *dns.Msg) {
			m.SetEdns0(1232, false)
			m.Rcode = dns.RcodeServerFailure
			o := m.IsEdns0()
			for range 100 {
				o.Option = append(o.Option, &dns.EDNS0_EDE{InfoCode: 22, ExtraText: escapes})
			}
		}), nil, nil, false},
		{"no such name, whatever is asked", func(q *dns.Msg) [][]byte { return [][]byte{reply(q, rcode(dns.RcodeNameError))} }, nil, nil, true},
		{"failure, whatever is asked", func(q *dns.Msg) [][]byte { return [][]byte{reply(q, rcode(dns.RcodeServerFailure))} }, nil, nil, true},
		{"refused, whatever is asked", func(q *dns.Msg) [][]byte { return [][]byte{reply(q, rcode(dns.RcodeRefused))} }, nil, nil, true},
		{"an unknown code", func(q *dns.Msg) [][]byte { return [][]byte{reply(q, rcode(13))} }, nil, nil, false},
		{"no lifetime", always(nil, "@ 0 IN A 203.0.113.7"), nil, []string{"ok"}, false},
		{"the longest lifetime", always(nil, "@ 4294967295 IN A 203.0.113.7"), nil, []string{"ok"}, false},
		{"addresses that are none", always(nil, "@ 60 IN A 0.0.0.0", "@ 60 IN A 255.255.255.255", "@ 60 IN A 224.0.0.1", "@ 60 IN A 240.0.0.1"), nil, nil, false},
		{"this computer", always(nil, "@ 60 IN A 127.0.0.1"), nil, nil, false},
		{"truncated, whatever is asked", truncated, nil, nil, true},
		{"a name that points to itself, whatever is asked", forged(1, 0xc0, 29), nil, nil, true},
		{"silence about the site", func(*dns.Msg) [][]byte { return nil }, func(_ *dns.Msg, c net.Conn) { _, _ = io.Copy(io.Discard, c) }, nil, false},
		{"silence", func(*dns.Msg) [][]byte { return nil }, func(_ *dns.Msg, c net.Conn) { _, _ = io.Copy(io.Discard, c) }, nil, true},
	} {
		t.Run(r.name, func(t *testing.T) {
			r.start(t)
			hostile{want: r.want}.check(t, newHome(t), "http://www.shop.example/", "website", "dns")
		})
	}
}
