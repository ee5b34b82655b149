package report

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/resources"
)

func TestCompareRecorded(t *testing.T) {
	for _, c := range []struct {
		before, now string
		has         []string
	}{
		{"ok.now", "ok.now", []string{"Nothing has changed."}},
		{"site.bad-gateway-nginx", "site.bad-gateway-nginx", []string{"Still so: the program behind the website fails."}},
		{"site.bad-gateway-nginx", "ok.now", []string{"No longer so: the program behind the website fails. shop.example works now.", "The website answers 200 OK; before it was 502 Bad Gateway."}},
		{"ok.now", "tls.expired", []string{"New: the certificate is out of date. Before, nothing was wrong."}},
		{"tls.expired", "site.bad-gateway-nginx", []string{"Now it is something else: the program behind the website fails. Before it was this: the certificate is out of date."}},
		{"path.packet-loss", "ok.now", []string{"Less is lost on the way: 0 % instead of 18 %."}},
		{"link.off-general", "ok.general", []string{"No longer so: no network is switched on. The connection works now."}},
		{"ok.now", "ok.general", nil},
	} {
		t.Run(c.before+" "+c.now, func(t *testing.T) {
			got := Compare(New(recorded(t, c.before), "en"), New(recorded(t, c.now), "en"), "en")
			if c.has == nil && len(got) > 0 {
				t.Errorf("different addresses are compared: %q", got)
			}
			for _, want := range c.has {
				if !slices.Contains(got, want) {
					t.Errorf("%q does not say %q", got, want)
				}
			}
		})
	}
}

// compared makes a document of the few facts that comparisons read.
func compared(gateway, addr, print string, took, dns wire.Ms, also ...string) Document {
	latency := float64(dns)
	d := Document{Target: &Target{URL: "https://a.example/", Host: "a.example"}, Verdict: Verdict{Fault: "ok"}, Stations: []Station{{ID: "dns", LatencyMs: &latency}}}
	for _, f := range also {
		d.Verdict.Also = append(d.Verdict.Also, Also{Fault: f})
	}
	for id, v := range map[diagnostics.ID]any{
		checks.Routes.ID:       checks.RouteList{Routes: []platform.Route{{Dst: netip.MustParsePrefix("0.0.0.0/0"), Gateway: netip.MustParseAddr(gateway)}}},
		checks.SystemLookup.ID: checks.Lookup{Addrs: []netip.Addr{netip.MustParseAddr(addr)}},
		checks.Site.ID: checks.SiteReport{Rows: []checks.Row{{Attempts: []wire.Attempt{{
			Connect: wire.Connect{OK: true}, Handshake: &wire.Handshake{OK: true, Chain: []wire.Cert{{SHA256: print, Issuer: "CN=" + print + ",O=X"}}}, Exchange: &wire.Exchange{Status: 200, Took: took},
		}}}}},
	} {
		d.Checks = append(d.Checks, Check{ID: string(id), Data: observed{v}})
	}
	return d
}

func TestCompareOne(t *testing.T) {
	base := compared("192.168.1.1", "203.0.113.1", "A", 200, 10)
	for _, c := range []struct {
		now  Document
		want []string
	}{
		{compared("192.168.1.1", "203.0.113.1", "A", 290, 35), []string{"Nothing has changed."}},
		{compared("10.0.0.1", "203.0.113.1", "A", 200, 10), []string{"This computer is in another network than before."}},
		{compared("192.168.1.1", "203.0.113.2", "A", 200, 10), []string{"a.example leads to 203.0.113.2 now; before it was 203.0.113.1."}},
		{compared("192.168.1.1", "203.0.113.1", "B", 200, 10), []string{"The website shows another certificate, issued by B and valid until 0001-01-01; the one before was issued by A."}},
		{compared("192.168.1.1", "203.0.113.1", "A", 1400, 10), []string{"The page comes slower: in 1.4 s instead of 200 ms."}},
		{compared("192.168.1.1", "203.0.113.1", "A", 100, 10), []string{"The page comes faster: in 100 ms instead of 200 ms."}},
		{compared("192.168.1.1", "203.0.113.1", "A", 200, 80), []string{"The DNS server answers slower: in 80 ms instead of 10 ms."}},
		{compared("192.168.1.1", "203.0.113.1", "A", 200, 10, "path.ipv6-broken"), []string{"Newly found beside it: " + resources.Text("en", "fault.path.ipv6-broken.short", nil) + "."}},
	} {
		if got := Compare(base, c.now, "en"); !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
