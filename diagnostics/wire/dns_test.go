package wire

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// nameServer answers on one loopback port over UDP and TCP.
func nameServer(t testing.TB, h dns.HandlerFunc) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc, err := net.ListenPacket("udp4", l.Addr().String())
	if err != nil {
		t.Skip("the UDP port beside a free TCP port is taken:", err)
	}
	for _, s := range []*dns.Server{{Listener: l, Handler: h}, {PacketConn: pc, Handler: h}} {
		go func() { _ = s.ActivateAndServe() }()
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return addrPort(l.Addr())
}

func rr(s string) dns.RR {
	r, err := dns.NewRR(s)
	if err != nil {
		panic(err)
	}
	return r
}

func reply(q *dns.Msg, code int, rrs ...string) *dns.Msg {
	m := new(dns.Msg).SetRcode(q, code)
	for _, r := range rrs {
		m.Answer = append(m.Answer, rr(r))
	}
	return m
}

func TestQuery(t *testing.T) {
	cases := []struct {
		name  string
		serve func(w dns.ResponseWriter, q *dns.Msg)
		check func(a Answer) bool
	}{
		{"addresses", func(w dns.ResponseWriter, q *dns.Msg) {
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "Example.com. 60 IN CNAME b.example.", "b.example. 20 IN A 192.0.2.1", "b.example. 30 IN A 192.0.2.2", "other.example. 30 IN A 192.0.2.3"))
		}, func(a Answer) bool {
			return a.Answered() && a.RCode == "NOERROR" && fmt.Sprint(a.Addrs) == "[192.0.2.1 192.0.2.2]" && fmt.Sprint(a.CNAMEs) == "[b.example]" && a.TTL == 20 && a.Tries == 1
		}},
		{"no such name", func(w dns.ResponseWriter, q *dns.Msg) {
			m := reply(q, dns.RcodeNameError)
			m.Ns = []dns.RR{rr("com. 900 IN SOA a.example. b.example. 77 1 1 1 1")}
			m.SetEdns0(1232, false)
			m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_EDE{InfoCode: 15, ExtraText: "blocked\x1b[31m by law"}}
			_ = w.WriteMsg(m)
		}, func(a Answer) bool {
			return a.Answered() && a.RCode == "NXDOMAIN" && a.Serial == 77 && a.Zone == "com" && len(a.EDE) == 1 && a.EDE[0] == EDE{15, "blocked by law"}
		}},
		{"truncated", func(w dns.ResponseWriter, q *dns.Msg) {
			m := reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.9")
			if w.LocalAddr().Network() == "udp" {
				m = reply(q, dns.RcodeSuccess)
				m.Truncated = true
			}
			_ = w.WriteMsg(m)
		}, func(a Answer) bool { return a.Answered() && a.Truncated && len(a.Addrs) == 1 && a.Tries == 2 }},
		{"no EDNS", func(w dns.ResponseWriter, q *dns.Msg) {
			if q.IsEdns0() != nil {
				m := reply(q, dns.RcodeFormatError)
				m.Question = nil
				_ = w.WriteMsg(m)
				return
			}
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.9"))
		}, func(a Answer) bool { return a.Answered() && len(a.Addrs) == 1 && a.Tries == 2 }},
		{"wrong identifier, wrong question, then right", func(w dns.ResponseWriter, q *dns.Msg) {
			m := reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.66")
			m.Id++
			_ = w.WriteMsg(m)
			m = reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.66")
			m.Question[0].Name = "example.org."
			_ = w.WriteMsg(m)
			_, _ = w.Write([]byte("short"))
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.9"))
		}, func(a Answer) bool {
			return a.Answered() && a.Strays == 3 && fmt.Sprint(a.Addrs) == "[192.0.2.9]"
		}},
		{"forged", func(w dns.ResponseWriter, q *dns.Msg) {
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.66"))
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "example.com. 61 IN A 192.0.2.66"))
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.9"))
		}, func(a Answer) bool {
			return a.Answered() && a.Forged == 1 && fmt.Sprint(a.Addrs) == "[192.0.2.66]"
		}},
		{"thousands of addresses", func(w dns.ResponseWriter, q *dns.Msg) {
			m := reply(q, dns.RcodeSuccess)
			if w.LocalAddr().Network() == "udp" {
				m.Truncated = true
			} else {
				for i := range 3000 {
					m.Answer = append(m.Answer, rr(fmt.Sprintf("example.com. 60 IN A 10.1.%d.%d", i/250, i%250)))
				}
			}
			m.Compress = true
			_ = w.WriteMsg(m)
		}, func(a Answer) bool { return a.Answered() && len(a.Addrs) == 64 && a.Dropped == 3000-64 }},
		{"alias loop", func(w dns.ResponseWriter, q *dns.Msg) {
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "example.com. 60 IN CNAME b.example.", "b.example. 60 IN CNAME example.com."))
		}, func(a Answer) bool { return a.Answered() && len(a.CNAMEs) == 1 && len(a.Addrs) == 0 }},
		{"compression loop", func(w dns.ResponseWriter, q *dns.Msg) {
			b, _ := reply(q, dns.RcodeSuccess).Pack()
			b[7] = 1 // one answer, whose name points at itself
			_, _ = w.Write(append(b, 0xc0, byte(len(b))))
		}, func(a Answer) bool { return a.Fail.Is(BadDNS) && !a.Answered() }},
		{"garbage", func(w dns.ResponseWriter, q *dns.Msg) {
			_, _ = w.Write([]byte{byte(q.Id >> 8), byte(q.Id), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		}, func(a Answer) bool { return a.Fail.Is(BadDNS) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := Query(context.Background(), nameServer(t, c.serve), UDP, Question{Name: "example.com", Type: "A"}, QueryOptions{Listen: 50 * time.Millisecond})
			if !c.check(a) {
				t.Errorf("%+v %+v", a, a.Fail)
			}
		})
	}
}

func TestQueryNoServer(t *testing.T) {
	for _, tr := range []Transport{UDP, TCP} {
		if a := Query(context.Background(), closedPort(t), tr, Question{Name: "example.com", Type: "A"}, QueryOptions{}); !a.Fail.Is(Refused) || a.Answered() {
			t.Errorf("%s: %+v", tr, a.Fail)
		}
	}
}

func TestQueryTriesAgain(t *testing.T) {
	var n atomic.Int32
	s := nameServer(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if n.Add(1) > 2 {
			_ = w.WriteMsg(reply(q, dns.RcodeSuccess, "example.com. 60 IN A 192.0.2.9"))
		}
	})
	a := Query(context.Background(), s, UDP, Question{Name: "example.com.", Type: "A"}, QueryOptions{Tries: []time.Duration{0, 10 * time.Millisecond, 20 * time.Millisecond}})
	if !a.Answered() || a.Tries != 3 || a.Last >= a.Took {
		t.Errorf("%+v %+v", a, a.Fail)
	}
}

func TestBadQuestions(t *testing.T) {
	s := closedPort(t)
	for _, q := range []Question{{"example.com", "NOPE", "", false, false}, {strings.Repeat("a", 64) + ".com", "A", "", false, false}, {strings.Repeat("abc.", 90), "A", "", false, false}, {"example.com", "A", "XX", false, false}, {"a..b", "A", "", false, false}} {
		if a := Query(context.Background(), s, UDP, q, QueryOptions{}); !a.Fail.Is(Invalid) {
			t.Errorf("%+v: %+v", q, a.Fail)
		}
	}
}

// answerFor answers any A or AAAA question.
func answerFor(b []byte) []byte {
	q := new(dns.Msg)
	if q.Unpack(b) != nil || len(q.Question) != 1 {
		return nil
	}
	r := q.Question[0].Name + " 60 IN A 192.0.2.1"
	if q.Question[0].Qtype == dns.TypeAAAA {
		r = q.Question[0].Name + " 60 IN AAAA 2001:db8::1"
	}
	b, _ = reply(q, dns.RcodeSuccess, r).Pack()
	return b
}
