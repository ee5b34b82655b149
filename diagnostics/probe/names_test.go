package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// looked is the outcome of a lookup in words: addresses, or the kind of its failure.
func looked(p *Prober, name string) string {
	ctx, cancel := wire.WithLimit(context.Background(), 3*time.Second)
	defer cancel()
	found, err := p.names.lookUp(ctx, name)
	if err != nil {
		return string(why(ctx, err))
	}
	return fmt.Sprint(found)
}

// TestHostileAnswers sends what no honest server would.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	change := func(m *dns.Msg, f func(*dns.Msg)) *dns.Msg {
		m = m.Copy()
		f(m)
		return m
	}
	for name, c := range map[string]struct {
		answer func(q *dns.Msg) []*dns.Msg
		want   string
	}{
		"forged identifiers first": {func(q *dns.Msg) []*dns.Msg {
			good := usualDNS(q)[0]
			bad := one(q, dns.RcodeSuccess, "up.test. 60 A 10.6.6.6", "up.test. 60 AAAA fd66::6")[0]
			return []*dns.Msg{change(bad, func(m *dns.Msg) { m.Id++ }), change(bad, func(m *dns.Msg) { m.Id ^= 0x8000 }), good}
		}, "[127.0.0.1]"},
		"another question": {func(q *dns.Msg) []*dns.Msg {
			bad := one(q, dns.RcodeSuccess, "up.test. 60 A 10.6.6.6")[0]
			return []*dns.Msg{
				change(bad, func(m *dns.Msg) { m.Question[0].Name = "other.test." }),
				change(bad, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeTXT }),
				change(bad, func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }),
				change(bad, func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }),
				change(bad, func(m *dns.Msg) { m.Question = nil }),
				change(bad, func(m *dns.Msg) { m.Response = false }),
				usualDNS(q)[0],
			}
		}, "[127.0.0.1]"},
		"addresses of other names beside": {func(q *dns.Msg) []*dns.Msg {
			return one(q, dns.RcodeSuccess, "bank.test. 60 A 10.6.6.6", "up.test. 60 A 127.0.0.1", "up.test.evil.test. 60 A 10.6.6.6")
		}, "[127.0.0.1]"},
		"aliases in a ring": {func(q *dns.Msg) []*dns.Msg {
			return one(q, dns.RcodeSuccess, "up.test. 60 CNAME b.test.", "b.test. 60 CNAME up.test.")
		}, string(NoAddress)},
		"aliases backwards": {func(q *dns.Msg) []*dns.Msg {
			return one(q, dns.RcodeSuccess, "c.test. 60 A 127.0.0.3", "b.test. 60 CNAME c.test.", "up.test. 60 CNAME b.test.")
		}, "[127.0.0.3]"},
		"other letters": {func(q *dns.Msg) []*dns.Msg {
			m := one(q, dns.RcodeSuccess, "UP.Test. 60 A 127.0.0.1")[0]
			m.Question[0].Name = "uP.tESt."
			return []*dns.Msg{m}
		}, "[127.0.0.1]"},
		"does not fit": {func(q *dns.Msg) []*dns.Msg {
			return []*dns.Msg{change(usualDNS(q)[0], func(m *dns.Msg) { m.Truncated = true })}
		}, "[127.0.0.1]"},
		"a thousand addresses": {func(q *dns.Msg) []*dns.Msg {
			var list []string
			for i := range 100 {
				list = append(list, fmt.Sprintf("up.test. 60 A 127.0.0.%d", i+1))
			}
			m := one(q, dns.RcodeSuccess, list...)[0]
			m.Compress = true
			return []*dns.Msg{m}
		}, "127.0.0.16"},
		"answers again and again": {func(q *dns.Msg) []*dns.Msg { return slices.Repeat(usualDNS(q), 50) }, "[127.0.0.1]"},
		"no question in an error": {func(q *dns.Msg) []*dns.Msg {
			m := one(q, dns.RcodeServerFailure)[0]
			m.Question = nil
			return []*dns.Msg{m}
		}, string(LookupFailed)},
		"one family fails": {func(q *dns.Msg) []*dns.Msg {
			if q.Question[0].Qtype == dns.TypeAAAA {
				return one(q, dns.RcodeServerFailure)
			}
			return usualDNS(q)
		}, "[127.0.0.1]"},
		"one family is silent": {func(q *dns.Msg) []*dns.Msg {
			if q.Question[0].Qtype == dns.TypeAAAA {
				return nil
			}
			return usualDNS(q)
		}, "[127.0.0.1]"},
		"one family fails, the other is empty": {func(q *dns.Msg) []*dns.Msg {
			if q.Question[0].Qtype == dns.TypeAAAA {
				return one(q, dns.RcodeServerFailure)
			}
			return one(q, dns.RcodeSuccess)
		}, string(LookupFailed)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.dns(c.answer)
			p := w.begin(nil)
			start := time.Now()
			if got := looked(p, "up.test"); got != c.want && !strings.HasSuffix(got, " "+c.want+"]") {
				t.Errorf("%s, want %s", got, c.want)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestServersInTurn has the next server asked when one is silent, refuses or cannot tell.
func TestServersInTurn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first func(q *dns.Msg) []*dns.Msg // nil: nobody listens
		want  string
	}{
		"silent":         {func(*dns.Msg) []*dns.Msg { return nil }, "[127.0.0.1]"},
		"fails":          {func(q *dns.Msg) []*dns.Msg { return one(q, dns.RcodeServerFailure) }, "[127.0.0.1]"},
		"refuses":        {func(q *dns.Msg) []*dns.Msg { return one(q, dns.RcodeRefused) }, "[127.0.0.1]"},
		"not there":      {nil, "[127.0.0.1]"},
		"knows it ain't": {func(q *dns.Msg) []*dns.Msg { return one(q, dns.RcodeNameError) }, string(NoSuchName)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			second := w.options.Resolvers[0]
			if c.first != nil {
				w.dns(c.first)
			} else {
				w.options.Resolvers = []platform.Resolver{{Addr: netip.MustParseAddrPort("127.0.0.1:9"), Source: second.Source}}
			}
			w.options.Resolvers[0].Options = []string{"timeout:1", "ndots:x"}
			w.options.Resolvers = append(w.options.Resolvers, second, platform.Resolver{Addr: netip.MustParseAddrPort("127.0.0.1:9"), Source: "behind"})
			p := w.begin(nil)
			if got := looked(p, "up.test"); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if n := len(p.names.conf.servers); n != 2 {
				t.Errorf("%d servers", n)
			}
		})
	}
}

// TestRules follows the rules that stand before and beside the DNS.
func TestRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.dns(func(q *dns.Msg) []*dns.Msg {
		if strings.HasPrefix(q.Question[0].Name, "short.") && q.Question[0].Name != "short.corp.test." || q.Question[0].Name == "long.name.test." {
			return one(q, dns.RcodeNameError)
		}
		return one(q, dns.RcodeSuccess, q.Question[0].Name+" 60 A 127.0.0.7")
	})
	w.options.Resolvers[0].Search = []string{"first.test", "corp.test"}
	w.options.Hosts = []platform.HostsEntry{{Addr: netip.MustParseAddr("127.0.0.9"), Name: "pinned.test"}, {Addr: netip.MustParseAddr("::1"), Name: "pinned.test"}}
	p := w.begin(nil)
	p.names.sources = func() sources { return sources{dnsOnly: true, multicast: true} }
	for name, want := range map[string]string{
		"short":                   "[127.0.0.7]",
		"short.":                  string(NoSuchName),
		"long.name.test":          "[127.0.0.7]",
		"long.name.test.":         string(NoSuchName),
		"localhost":               "[127.0.0.1 ::1]",
		"a.localhost":             "[127.0.0.1 ::1]",
		"hidden.onion":            string(NoSuchName),
		"printer.local":           string(LookupFailed), // the system's lookup was asked
		"PINNED.test":             "[127.0.0.9 ::1]",
		"a..b":                    string(wire.Invalid),
		strings.Repeat("a", 64):   string(wire.Invalid),
		strings.Repeat("a.", 150): string(wire.Invalid),
	} {
		got := looked(p, name)
		if p.names.conf.six && got == "[::1 127.0.0.1]" {
			got = "[127.0.0.1 ::1]"
		}
		if got != want {
			t.Errorf("%.40s: %s, want %s", name, got, want)
		}
	}
}

// TestSystemsLookup stands in where the DNS servers alone do not tell, and on other systems.
func TestSystemsLookup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		found []netip.Addr
		err   error
		want  string
	}{
		"found":     {[]netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}, nil, "[127.0.0.1]"},
		"nothing":   {nil, nil, string(NoAddress)},
		"not found": {nil, &net.DNSError{Err: "no such host", IsNotFound: true}, string(NoSuchName)},
		"failed":    {nil, &net.DNSError{Err: "server misbehaving", IsTemporary: true}, string(LookupFailed)},
		"timeout":   {nil, &net.DNSError{Err: "i/o timeout", IsTimeout: true}, string(wire.Timeout)},
	} {
		w := newWorld(t)
		p := w.begin(func(o *Options) {
			o.Lookup = func(context.Context, string, string) ([]netip.Addr, error) { return c.found, c.err }
		})
		p.names.sources = func() sources { return sources{} }
		if got := looked(p, "up.test"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestAskedAnew has each lookup ask the server: an answer that is remembered would hide that it is
// gone. A network that changed has others.
func TestAskedAnew(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	w := newWorld(t)
	w.dns(func(q *dns.Msg) []*dns.Msg { asked.Add(1); return usualDNS(q) })
	p := w.begin(nil)
	for range 5 {
		looked(p, "up.test")
	}
	if n := asked.Load(); n != 10 {
		t.Errorf("%d questions in 5 lookups of two families", n)
	}
	other := dnsServer(t, func(q *dns.Msg) []*dns.Msg { return one(q, dns.RcodeSuccess, "up.test. 60 A 127.0.0.2") })
	p.names.o.Host.Resolvers = func(context.Context) ([]platform.Resolver, error) {
		return []platform.Resolver{{Addr: other, Source: "x"}}, nil
	}
	if got := looked(p, "up.test"); got != "[127.0.0.1]" {
		t.Errorf("before the change: %s", got)
	}
	p.Changed()
	if got := looked(p, "up.test"); got != "[127.0.0.2]" {
		t.Errorf("after the change: %s", got)
	}
	if n := len(p.names.lines); n != 1 {
		t.Errorf("%d sockets to one server", n)
	}
}

// TestManySockets has many lookups share one socket for a moment, and the next moment another.
func TestManySockets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.begin(nil)
	server := w.options.Resolvers[0].Addr
	looked(p, "up.test")
	first := p.names.lines[server]
	looked(p, "up.test")
	if p.names.lines[server] != first {
		t.Error("two sockets within a moment")
	}
	first.born = first.born.Add(-lineAge)
	looked(p, "up.test")
	if p.names.lines[server] == first {
		t.Error("the port of the old socket is still in use")
	}
	if _, err := first.conn.Write([]byte{0}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the old socket: %v", err)
	}
}

func FuzzAnswer(f *testing.F) {
	name, _ := wireName("up.test")
	q := new(dns.Msg).SetQuestion("up.test.", dns.TypeA)
	for _, m := range []*dns.Msg{usualDNS(q)[0], one(q, dns.RcodeNameError)[0],
		one(q, dns.RcodeSuccess, "up.test. 60 CNAME b.test.", "b.test. 60 A 127.0.0.1")[0]} {
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !answers(b, name, typeA) {
			return
		}
		r := parse(b, "up.test", typeA)
		if len(r.addrs) > maxFound || (len(r.addrs) > 0) == (r.err != nil || r.cut) {
			t.Fatalf("%+v", r)
		}
		// Whatever is accepted, the library of the examination reads as an answer, too.
		var m dns.Msg
		if len(r.addrs) > 0 && m.Unpack(b) == nil && (!m.Response || m.Rcode != dns.RcodeSuccess) {
			t.Fatalf("%v", m)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"up.test", "a", "", ".", "a..b", strings.Repeat("a.", 130)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, ok := wireName(s)
		if ok && (len(b) > 255 || len(b) < 3 || b[len(b)-1] != 0) {
			t.Fatalf("%q: %x", s, b)
		}
	})
}
