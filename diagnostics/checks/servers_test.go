package checks

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

const shopZone = `
shop.example. 60 IN A 203.0.113.80
shop.example. 60 IN AAAA 2001:db8::80
doh.one.example. 60 IN A 192.0.2.53
`

func TestConfiguredServers(t *testing.T) {
	for _, c := range []struct {
		name            string
		zone            zoneText
		rcode           string
		addrs           []netip.Addr
		tcp, cd         bool
		alive, answered bool
		state           diagnostics.State
		control         string
	}{
		{"well", zoneText{records: shopZone}, "NOERROR", addrs("203.0.113.80", "2001:db8::80"), false, false, true, true, diagnostics.OK, "NOERROR"},
		{"no such name", zoneText{records: "doh.one.example. 60 IN A 192.0.2.53", rcode: dns.RcodeNameError}, "NXDOMAIN", nil, false, false, true, true, diagnostics.OK, "NOERROR"},
		{"validation fails", zoneText{records: shopZone, bogus: true}, "SERVFAIL", nil, false, true, true, true, diagnostics.OK, "SERVFAIL"},
		{"refuses", zoneText{rcode: dns.RcodeRefused}, "REFUSED", nil, false, false, true, true, diagnostics.OK, "REFUSED"},
		{"only TCP", zoneText{records: shopZone, silent: map[string]bool{"udp": true}}, "NOERROR", addrs("203.0.113.80"), true, false, true, true, diagnostics.OK, ""},
		{"silent about this name", zoneText{records: shopZone, silent: map[string]bool{"shop.example": true}}, "", nil, false, false, true, false, diagnostics.OK, "NOERROR"},
		{"silent", zoneText{silent: map[string]bool{"udp": true, "tcp": true}}, "", nil, true, false, false, false, diagnostics.Failed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := testEnv(t, "shop.example", anchor("One", "192.0.2.53", ""))
			at := serveDNS(t, "127.0.0.1:0", c.zone.handler())
			configured(env, platform.Resolver{Addr: at, Source: "test"})
			v, err := runConfiguredServers(t.Context(), env)
			if err != nil || len(v.Servers) != 1 {
				t.Fatalf("got %+v, %v", v, err)
			}
			s := v.Servers[0]
			if s.RCode() != c.rcode || !slices.Equal(s.Addrs(), c.addrs) || (s.TCP != nil) != c.tcp || (s.CD != nil) != c.cd || s.Alive() != c.alive || s.Answered() != c.answered || v.State() != c.state {
				t.Errorf("%s %v tcp %v cd %v alive %v answered %v %s", s.RCode(), s.Addrs(), s.TCP, s.CD, s.Alive(), s.Answered(), v.State())
			}
			if s.CD != nil && !slices.Equal(s.CD.Addrs, addrs("203.0.113.80")) {
				t.Errorf("with checking disabled: %+v", s.CD)
			}
			if s.Control == nil || s.Control.Name != "doh.one.example" || s.Control.RCode != c.control {
				t.Errorf("control: %+v", s.Control)
			}
			if s.Resolver == nil || s.Resolver.Source != "test" || s.Addr != at {
				t.Errorf("which server: %+v", s)
			}
		})
	}
}

// TestRefusedServer holds that a closed port over UDP is followed by TCP at once.
func TestRefusedServer(t *testing.T) {
	env := testEnv(t, "shop.example", anchor("One", "192.0.2.53", ""))
	configured(env, platform.Resolver{Addr: netip.MustParseAddrPort("127.0.0.1:1")})
	v, err := runConfiguredServers(t.Context(), env)
	if err != nil || v.State() != diagnostics.Failed {
		t.Fatalf("got %+v, %v", v, err)
	}
	s := v.Servers[0]
	if !s.A.Fail.Is(wire.Refused) || s.TCP == nil || !s.TCP.Fail.Is(wire.Refused) {
		t.Errorf("A %+v, TCP %+v", s.A.Fail, s.TCP)
	}
}

func TestResolversFor(t *testing.T) {
	env := testEnv(t, "shop.example")
	var l []platform.Resolver
	for i := range 9 {
		l = append(l, platform.Resolver{Addr: netip.MustParseAddrPort(fmt.Sprintf("192.0.2.%d:53", i/2))})
	}
	l[0].Domains = []string{"corp.example"}
	l[1].Domains = []string{"~."}
	l = append(l, platform.Resolver{})
	for i := range 5 {
		l = append(l, platform.Resolver{Addr: netip.MustParseAddrPort(fmt.Sprintf("192.0.2.%d:53", 100+i))})
	}
	configured(env, l...)
	var got []netip.Addr
	for _, r := range resolversFor(env, "shop.example") {
		got = append(got, r.Addr.Addr())
	}
	if want := addrs("192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.100"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestServesName(t *testing.T) {
	for _, c := range []struct {
		domains []string
		name    string
		want    bool
	}{
		{nil, "a.example", true},
		{[]string{"."}, "a.example", true},
		{[]string{"~."}, "a.example", true},
		{[]string{"example"}, "a.example", true},
		{[]string{"~Example."}, "a.example", true},
		{[]string{"a.example"}, "a.example", true},
		{[]string{"b.example", "c.example"}, "a.example", false},
		{[]string{"le"}, "a.example", false},
	} {
		if got := servesName(c.domains, c.name); got != c.want {
			t.Errorf("%q for %q: %v", c.domains, c.name, got)
		}
	}
}

// TestAnchorsAreShared holds that the checks of connections and of names over HTTPS need one
// handshake for each address.
func TestAnchorsAreShared(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32", "2001:db8::11/128")
	var seen sync.Map
	zone := zoneText{records: shopZone}
	serveHTTP(t, "192.0.2.11:443", doh(zone, &seen), "doh.one.example")
	serveHTTP(t, "[2001:db8::11]:443", doh(zone, &seen), "doh.one.example")
	env := testEnv(t, "shop.example", anchor("One", "192.0.2.11", "2001:db8::11"))
	facts := diagnostics.Examine(t.Context(), env, diagnostics.Plan{Anchors4, Anchors6, SecureServers}, nil)
	for _, check := range []*diagnostics.Check[AnchorReport]{Anchors4, Anchors6} {
		r, _ := check.From(facts)
		if connected, trusted := r.Count(); connected != 1 || trusted != 1 || r.Anchors[0].Operator != "One" {
			t.Errorf("%s: %+v %+v", check.ID, r, r.Anchors[0].Attempt.Fail())
		}
	}
	v, _ := SecureServers.From(facts)
	if len(v.Servers) != 1 || !slices.Equal(v.Servers[0].Addrs(), addrs("203.0.113.80", "2001:db8::80")) || v.Servers[0].Open == nil || v.Servers[0].Addr.Addr().Is6() {
		t.Errorf("over HTTPS: %+v", v)
	}
	connections := 0
	for range seen.Range {
		connections++
	}
	if connections != 1 {
		t.Errorf("%d connections were asked for names", connections)
	}
}

func TestSecureServers(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32", "192.0.2.12/32", "2001:db8::12/128", "192.0.2.13/32")
	zone := zoneText{records: shopZone}
	serveHTTP(t, "192.0.2.11:443", doh(zone, nil), "somebody.example")
	serveHTTP(t, "[2001:db8::12]:443", doh(zone, nil), "doh.two.example")
	env := testEnv(t, "shop.example", anchor("One", "192.0.2.11", ""), anchor("Two", "192.0.2.12", "2001:db8::12"), anchor("Three", "192.0.2.13", ""))
	v, err := runSecureServers(t.Context(), env)
	if err != nil || len(v.Servers) != 3 {
		t.Fatalf("got %+v, %v", v, err)
	}
	liar, six, dead := v.Servers[0], v.Servers[1], v.Servers[2]
	if liar.Alive() || !liar.Open.Handshake.Has(wire.WrongName) {
		t.Errorf("an impostor was asked: %+v", liar)
	}
	if !six.Answered() || !six.Addr.Addr().Is6() {
		t.Errorf("the second family was not used: %+v", six)
	}
	if dead.Alive() || !dead.Open.Connect.Fail.Is(wire.Refused) {
		t.Errorf("a closed port: %+v", dead)
	}
	if v.State() != diagnostics.Warning {
		t.Errorf("state %s", v.State())
	}
}

func TestPublicServers(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32", "2001:db8::12/128")
	serveDNS(t, "192.0.2.11:53", zoneText{records: shopZone, bogus: true}.handler())
	serveDNS(t, "[2001:db8::12]:53", zoneText{records: shopZone}.handler())
	env := testEnv(t, "shop.example", anchor("One", "192.0.2.11", ""), anchor("Two", "192.0.2.12", "2001:db8::12"))
	v, err := runPublicServers(t.Context(), env)
	if err != nil || len(v.Servers) != 2 {
		t.Fatalf("got %+v, %v", v, err)
	}
	if s := v.Servers[0]; s.RCode() != "SERVFAIL" || s.CD == nil || len(s.CD.Addrs) != 1 || s.Operator != "One" {
		t.Errorf("got %+v", s)
	}
	if s := v.Servers[1]; !s.Answered() || !s.Addr.Addr().Is6() {
		t.Errorf("got %+v", s)
	}
}

// TestPublicSilence tells servers that cannot be reached from such that have nothing to say of a name.
func TestPublicSilence(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32")
	serveDNS(t, "192.0.2.11:53", zoneText{records: shopZone, silent: map[string]bool{"shop.example": true}}.handler())
	env := testEnv(t, "shop.example", anchor("One", "192.0.2.11", ""), anchor("Two", "192.0.2.12", ""))
	v, err := runPublicServers(t.Context(), env)
	if err != nil || len(v.Servers) != 2 {
		t.Fatalf("got %+v, %v", v, err)
	}
	if s := v.Servers[0]; s.Answered() || !s.Alive() || s.TCP != nil {
		t.Errorf("silent about the name: %+v", s)
	}
	if s := v.Servers[1]; s.Alive() || s.A.Fail == nil {
		t.Errorf("not there: %+v", s)
	}
}

func TestFamilyLimit(t *testing.T) {
	env := testEnv(t, "shop.example", anchor("One", "192.0.2.11", "2001:db8::11"))
	env.Family = diagnostics.IPv6
	facts := diagnostics.Examine(t.Context(), env, diagnostics.Plan{Anchors4}, nil)
	if f, _ := facts.Fact(Anchors4.ID); f.State != diagnostics.Skipped {
		t.Errorf("IPv4 was not left out: %+v", f)
	}
	if got := firstAnchors(env, 9); !slices.Equal(got, addrs("2001:db8::11")) {
		t.Errorf("anchors %v", got)
	}
}

func TestControlNames(t *testing.T) {
	env := testEnv(t, "", anchor("One", "192.0.2.11", ""), anchor("Two", "192.0.2.12", ""))
	env.References.SignIn = []diagnostics.Probe{{URL: "http://probe.example/x"}}
	at := serveDNS(t, "127.0.0.1:0", zoneText{records: shopZone, rcode: dns.RcodeNameError}.handler())
	configured(env, platform.Resolver{Addr: at})
	v, err := runControlNames(t.Context(), env)
	if err != nil || len(v.Servers) != 1 {
		t.Fatalf("got %+v, %v", v, err)
	}
	s := v.Servers[0]
	if s.A.Name != "doh.one.example" || len(s.A.Addrs) != 1 || s.Control.Name != "doh.two.example" || len(s.More) != 1 || s.More[0].Name != "probe.example" {
		t.Errorf("got %+v", s)
	}
}

func TestMissingNames(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32")
	honest := zoneText{rcode: dns.RcodeNameError}
	serveDNS(t, "192.0.2.11:53", honest.handler())
	liar := serveDNS(t, "127.0.0.1:0", dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		rr, _ := dns.NewRR(q.Question[0].Name + " 60 IN A 198.51.100.9")
		m.Answer = []dns.RR{rr}
		_ = w.WriteMsg(m)
	}))
	env := testEnv(t, "", anchor("One", "192.0.2.11", ""))
	configured(env, platform.Resolver{Addr: liar}, platform.Resolver{Addr: serveDNS(t, "127.0.0.1:0", honest.handler())})
	v, err := runMissingNames(t.Context(), env)
	if err != nil || len(v.Names) != 3 || len(v.Configured) != 3 || len(v.Public) != 1 || v.Public[0].RCode != "NXDOMAIN" {
		t.Fatalf("got %+v, %v", v, err)
	}
	for i, a := range v.Configured {
		if !slices.Equal(a.Addrs, addrs("198.51.100.9")) || a.Name != v.Names[i] {
			t.Errorf("answer %d: %+v", i, a)
		}
	}
}

func TestRandomLabel(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		l := randomLabel()
		if len(l) < 12 || len(l) > 16 || seen[l] {
			t.Errorf("%q", l)
		}
		seen[l] = true
	}
}

func TestInterception(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32")
	serveDNS(t, "192.0.2.11:53", zoneText{records: shopZone}.handler())
	env := testEnv(t, "", anchor("One", "192.0.2.11", ""))
	v, err := runInterception(t.Context(), env)
	if err != nil || v.Answers || v.Control == nil || !v.Control.Answered() || v.State() != diagnostics.OK || v.Silent.Fail == nil || !v.Silent.Fail.Real() {
		t.Errorf("nobody there: %+v, %v", v, err)
	}
	ownAddrs(t, "192.0.2.1/32")
	serveDNS(t, "192.0.2.1:53", zoneText{records: shopZone}.handler())
	v, err = runInterception(t.Context(), env)
	if err != nil || !v.Answers || v.State() != diagnostics.Warning {
		t.Errorf("somebody there: %+v, %v", v, err)
	}
}
