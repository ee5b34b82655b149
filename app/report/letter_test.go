package report

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/platform"
)

// inZone runs a test as if this computer stood in Paris.
func inZone(t *testing.T) {
	old := time.Local
	t.Cleanup(func() { time.Local = old })
	time.Local = time.FixedZone("CET", 3600)
}

func TestLetters(t *testing.T) {
	inZone(t)
	for name, to := range map[string]string{
		"site.bad-gateway-nginx": Owner, "tls.expired": Owner, "cdn.origin-502": Owner,
		"path.packet-loss": Provider, "provider.no-uplink-general": Provider,
		"filter.dns-nxdomain": NetworkAdmin, "proxy.error-denied": NetworkAdmin,
	} {
		subject, body := Letter(New(recorded(t, name), "en"), to, "en")
		got := "Subject: " + subject + "\n\n" + body
		path := "testdata/letters/" + name + ".txt"
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("%s differs (%v); see it with -update and git diff", path, err)
		}
	}
}

// TestLettersAreComplete writes every letter about some recorded examinations.
func TestLettersAreComplete(t *testing.T) {
	for _, name := range []string{"ok.now", "ok.general", "link.off", "hosts.override", "site.intermittent", "portal.redirect", "dns.server-silent-general", "filter.sni-reset", "ip.conflict"} {
		d := New(recorded(t, name), "en")
		for _, to := range []string{Owner, Provider, NetworkAdmin} {
			subject, body := Letter(d, to, "en")
			if to == Owner && d.Target == nil {
				if subject+body != "" {
					t.Errorf("%s: a letter to the owner of nothing", name)
				}
				continue
			}
			for _, bad := range []string{"{{", "letter.", "\x1b", "192.168.1.10"} {
				if strings.Contains(subject+body, bad) {
					t.Errorf("%s to %s holds %q", name, to, bad)
				}
			}
			if subject == "" || strings.ContainsAny(subject, "\r\n") || !strings.Contains(body, d.localDate()) {
				t.Errorf("%s to %s: %q, %q", name, to, subject, body)
			}
		}
	}
	if s, b := Letter(New(recorded(t, "ok.now"), "en"), "you", "en"); s+b != "" {
		t.Error("a letter to nobody")
	}
}

func TestLettersAreDiscreet(t *testing.T) {
	e := recorded(t, "site.bad-gateway-nginx")
	links := checks.LinkList{Links: []platform.Link{{Name: "wlan0", Addrs: []netip.Prefix{netip.MustParsePrefix("2001:db8:77::5/64"), netip.MustParsePrefix("192.168.7.5/24")}, Wireless: &platform.Wireless{SSID: "The Smiths"}}}}
	resolvers := checks.ResolverList{Resolvers: []platform.Resolver{{Search: []string{"fritz.box"}}}}
	e.Facts = e.Facts.With(diagnostics.Fact{ID: checks.Links.ID, State: diagnostics.OK, Value: links}).
		With(diagnostics.Fact{ID: checks.Resolvers.ID, State: diagnostics.OK, Value: resolvers})
	e.Facts.Target.URL = "https://shop.example/orders/7?token=hunter2"
	d := New(e, "en")
	for text, want := range map[string]map[string]string{
		"from 192.168.7.5 over The Smiths":                {Owner: "from OWN over …", NetworkAdmin: "from OWN over …"},
		"[2001:db8:77::5]:443 and 2001:db8:77::6.":        {Owner: "[OWN]:443 and 2001:db8:77::6."},
		"10.0.0.1:53, fe80::1: no":                        {Owner: "PRIVATE:53, PRIVATE: no", Provider: "PRIVATE:53, PRIVATE: no", NetworkAdmin: "10.0.0.1:53, fe80::1: no"},
		"printer.fritz.box":                               {Owner: "printer.…", NetworkAdmin: "printer.fritz.box"},
		"100.64.0.1 203.0.113.10":                         {Provider: "100.64.0.1 203.0.113.10", Owner: "PRIVATE 203.0.113.10"},
		"see https://shop.example/orders/7?token=hunter2": {Owner: "see https://shop.example/orders/7?…", Provider: "see https://shop.example/"},
		"at 12:30, face, 1.5 ms, dead:beef":               {Owner: "at 12:30, face, 1.5 ms, dead:beef"},
	} {
		for to, words := range want {
			words = strings.NewReplacer("OWN", in("letter.own-address"), "PRIVATE", in("letter.private-address")).Replace(words)
			if got := discretion(d, to, "en")(text); got != words {
				t.Errorf("%q to %s: %q, want %q", text, to, got, words)
			}
		}
	}
	for _, to := range []string{Owner, Provider, NetworkAdmin} {
		if _, body := Letter(d, to, "en"); strings.Contains(body, "hunter2") || strings.Contains(body, "Smiths") || strings.Contains(body, "192.168.7.5") {
			t.Errorf("the letter to %s tells too much:\n%s", to, body)
		}
	}
}

func FuzzMapAddresses(f *testing.F) {
	for _, s := range []string{"", "10.0.0.1", "a 10.0.0.1:53.", "[::1]:80", "::", "1.2.3", "fe80::1%eth0", "…10.0.0.1é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := mapAddresses(text, func(netip.Addr) string { return "" }); got != text {
			t.Errorf("%q became %q", text, got)
		}
		once := mapAddresses(text, func(netip.Addr) string { return "X" })
		mapAddresses(once, func(a netip.Addr) string {
			t.Errorf("%s is left in %q", a, once)
			return ""
		})
	})
}
