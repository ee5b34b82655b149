//go:build lab && linux

package lab

import (
	"testing"

	"github.com/miekg/dns"
)

func TestAuthoritativeAnswers(t *testing.T) {
	w := &World{names: newNames()}
	w.Host("shop.example", "203.0.113.10")
	w.Host("a.b.shop.example", "203.0.113.11")
	w.Record("www.shop.example. 300 IN CNAME shop.example.", "out.shop.example. 300 IN CNAME gone.example.net.")
	for _, c := range []struct {
		server, name  string
		typ           uint16
		rcode         int
		answers       int
		authoritative bool
		referral      bool
	}{
		{rootServer, "shop.example.", dns.TypeA, dns.RcodeSuccess, 0, false, true},
		{rootServer, "shop.nowhere.", dns.TypeA, dns.RcodeNameError, 0, true, false},
		{rootServer, ".", dns.TypeNS, dns.RcodeSuccess, 1, true, false},
		{tldServer, "shop.example.", dns.TypeA, dns.RcodeSuccess, 0, false, true},
		{tldServer, "shpo.example.", dns.TypeA, dns.RcodeNameError, 0, true, false},
		{ns1Server, "SHOP.example.", dns.TypeA, dns.RcodeSuccess, 1, true, false},
		{ns2Server, "shop.example.", dns.TypeNS, dns.RcodeSuccess, 2, true, false},
		{ns1Server, "shop.example.", dns.TypeAAAA, dns.RcodeSuccess, 0, true, false},
		{ns1Server, "shop.example.", dns.TypeSOA, dns.RcodeSuccess, 1, true, false},
		{ns1Server, "www.shop.example.", dns.TypeA, dns.RcodeSuccess, 2, true, false},
		{ns1Server, "out.shop.example.", dns.TypeA, dns.RcodeSuccess, 1, true, false},
		{ns1Server, "b.shop.example.", dns.TypeA, dns.RcodeSuccess, 0, true, false}, // an empty non-terminal
		{ns1Server, "c.shop.example.", dns.TypeA, dns.RcodeNameError, 0, true, false},
		{ns1Server, "elsewhere.example.", dns.TypeA, dns.RcodeRefused, 0, false, false},
	} {
		m := w.names.answer(c.server, new(dns.Msg).SetQuestion(c.name, c.typ))
		if m.Rcode != c.rcode || len(m.Answer) != c.answers || m.Authoritative != c.authoritative || (len(of(m.Ns, dns.TypeNS)) > 0) != c.referral {
			t.Errorf("%s %s %s:\n%v", c.server, c.name, dns.TypeToString[c.typ], m)
		}
	}
}

func TestMove(t *testing.T) {
	w := &World{names: newNames()}
	w.Host("shop.example", "203.0.113.10", "2001:db8:2::10")
	w.Move("shop.example", "203.0.113.11")
	for typ, want := range map[uint16]int{dns.TypeA: 1, dns.TypeAAAA: 0, dns.TypeNS: 2} {
		if m := w.names.answer(ns1Server, new(dns.Msg).SetQuestion("shop.example.", typ)); len(m.Answer) != want {
			t.Errorf("%s: %d answers, want %d", dns.TypeToString[typ], len(m.Answer), want)
		}
	}
}
