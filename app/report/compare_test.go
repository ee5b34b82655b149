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

// in fills a text of the catalogue.
func in(key string, pairs ...string) string {
	values := map[string]string{"host": "shop.example"}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return resources.Text("en", key, values)
}

func TestCompareRecorded(t *testing.T) {
	expired := resources.Text("en", "fault.tls.expired.short", nil)
	for _, c := range []struct {
		before, now string
		has         []string
	}{
		{"ok.now", "ok.now", []string{in("compare.same")}},
		{"site.bad-gateway-nginx", "site.bad-gateway-nginx", []string{in("compare.still", "fault", "site.bad-gateway")}},
		{"site.bad-gateway-nginx", "ok.now", []string{in("compare.gone", "fault", "site.bad-gateway"), in("compare.status", "now", "200 OK", "before", "502 Bad Gateway")}},
		{"ok.now", "tls.expired", []string{in("compare.came", "fault", "tls.expired")}},
		{"tls.expired", "site.bad-gateway-nginx", []string{in("compare.other", "fault", "site.bad-gateway", "before", expired)}},
		{"path.packet-loss", "ok.now", []string{in("compare.loss-less", "now", "0 %", "before", "18 %")}},
		{"link.off-general", "ok.general", []string{in("compare.gone", "fault", "link.off", "host", "")}},
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
	d := Document{Target: &Target{URL: "https://shop.example/", Host: "shop.example"}, Verdict: Verdict{Fault: "ok"}, Stations: []Station{{ID: "dns", LatencyMs: &latency}}}
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
		want string
	}{
		{compared("192.168.1.1", "203.0.113.1", "A", 290, 35), in("compare.same")},
		{compared("10.0.0.1", "203.0.113.1", "A", 200, 10), in("compare.network")},
		{compared("192.168.1.1", "203.0.113.2", "A", 200, 10), in("compare.address", "now", "203.0.113.2", "before", "203.0.113.1")},
		{compared("192.168.1.1", "203.0.113.1", "B", 200, 10), in("compare.certificate", "issuer", "B", "until", "0001-01-01", "before", "A")},
		{compared("192.168.1.1", "203.0.113.1", "A", 1400, 10), in("compare.page-slower", "now", "1.4 s", "before", "200 ms")},
		{compared("192.168.1.1", "203.0.113.1", "A", 100, 10), in("compare.page-faster", "now", "100 ms", "before", "200 ms")},
		{compared("192.168.1.1", "203.0.113.1", "A", 200, 80), in("compare.dns-slower", "now", "80 ms", "before", "10 ms")},
		{compared("192.168.1.1", "203.0.113.1", "A", 200, 10, "path.ipv6-broken"), in("compare.also-came", "fault", "path.ipv6-broken")},
	} {
		if got := Compare(base, c.now, "en"); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
