package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform"
)

func TestSuffixes(t *testing.T) {
	deep := strings.Repeat("a.", 60) + "shop.example"
	for _, c := range []struct {
		host string
		want string
	}{
		{"example", "example"},
		{"www.shop.example", "www.shop.example shop.example example"},
		{deep, deep + " a.a.a.a.a.shop.example a.a.a.a.shop.example a.a.a.shop.example a.a.shop.example a.shop.example shop.example example"},
	} {
		if got := strings.Join(suffixes(c.host), " "); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

const publicZone = `
example. 60 IN NS tld.example.
shop.example. 60 IN NS ns1.shop.example.
shop.example. 60 IN NS ns2.shop.example.
www.shop.example. 60 IN A 203.0.113.80
ns1.shop.example. 60 IN A 192.0.2.61
ns2.shop.example. 60 IN A 192.0.2.62
tld.example. 60 IN A 192.0.2.63
alias.example. 60 IN CNAME shop.example.
shop.example. 60 IN NS ns3.shop.example.
`

func TestAuthority(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32", "192.0.2.61/32", "192.0.2.62/32")
	serveDNS(t, "192.0.2.11:53", zoneText{records: publicZone, rcode: dns.RcodeNameError}.handler())
	own := "shop.example. 60 IN SOA ns1.shop.example. h.shop.example. SERIAL 1 1 1 1\nwww.shop.example. 60 IN A ADDR"
	serveDNS(t, "192.0.2.61:53", zoneText{refuse: true, records: strings.NewReplacer("SERIAL", "7", "ADDR", "203.0.113.80").Replace(own)}.handler())
	serveDNS(t, "192.0.2.62:53", zoneText{refuse: true, records: strings.NewReplacer("SERIAL", "6", "ADDR", "203.0.113.9").Replace(own)}.handler())
	env := testEnv(t, "www.shop.example", anchor("One", "192.0.2.11", ""))
	v, err := runAuthority(t.Context(), env)
	if err != nil || v.Zone != "shop.example" || len(v.Servers) != 3 || v.Err != "" {
		t.Fatalf("got %+v, %v", v, err)
	}
	for i, want := range []struct {
		serial uint32
		addr   string
	}{{7, "203.0.113.80"}, {6, "203.0.113.9"}} {
		s := v.Servers[i]
		if s.SOA.Serial != want.serial || !slices.Equal(s.A.Addrs, addrs(want.addr)) || !s.A.AA || !s.AAAA.Answered() {
			t.Errorf("%s: %+v", s.Name, s)
		}
	}
	if s := v.Servers[2]; s.Name != "ns3.shop.example" || s.Addr.IsValid() || s.A.Fail == nil || s.SOA.Answered() {
		t.Errorf("without an address: %+v", s)
	}
}

// TestAuthorityFallsBack holds that a configured resolver is asked where no public one answers, and
// that a zone which nobody could learn of is told.
func TestAuthorityFallsBack(t *testing.T) {
	ownAddrs(t, "192.0.2.11/32", "192.0.2.63/32")
	h := zoneText{records: publicZone}.handler()
	at := serveDNS(t, "127.0.0.1:0", dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		if q.Question[0].Name == "shop.example." || q.Question[0].Name == "www.shop.example." {
			_ = w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeServerFailure))
			return
		}
		h.ServeDNS(w, q)
	}))
	env := testEnv(t, "www.shop.example", anchor("One", "192.0.2.11", ""))
	configured(env, platform.Resolver{Addr: at})
	v, err := runAuthority(t.Context(), env)
	if err != nil || v.Zone != "example" || len(v.Servers) != 1 || v.Servers[0].Addr.Addr().String() != "192.0.2.63" || !strings.HasSuffix(v.Err, " shop.example") {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestAuthorityWithoutAnswers(t *testing.T) {
	env := testEnv(t, "www.shop.example")
	configured(env, platform.Resolver{Addr: serveDNS(t, "127.0.0.1:0", zoneText{rcode: dns.RcodeRefused}.handler())})
	facts := diagnostics.Examine(t.Context(), env, diagnostics.Plan{Authority}, nil)
	if f, _ := facts.Fact(Authority.ID); f.State != diagnostics.Skipped {
		t.Errorf("without the resolvers' fact in the plan: %+v", f)
	}
	v, err := runAuthority(t.Context(), env)
	if err != nil || v.Zone != "" || v.Err == "" {
		t.Errorf("got %+v, %v", v, err)
	}
}
