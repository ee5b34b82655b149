package report

import (
	"archive/zip"
	"slices"
	"strings"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/verdict"
	"github.com/waymend/waymend/diagnostics/wire"
)

// recorded reads one examination of the laboratory.
func recorded(t testing.TB, name string) Examination {
	t.Helper()
	z, err := zip.OpenReader("testdata/recorded.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := Read(f, checks.All())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// saying adds what a browser showed to an examination.
func saying(t testing.TB, e Examination, text string) Examination {
	t.Helper()
	c, ok := diagnostics.ParseComplaint(text)
	if !ok {
		t.Fatalf("%q is no complaint", text)
	}
	e.Facts = e.Facts.With(diagnostics.Fact{ID: checks.Said.ID, Station: diagnostics.Browser, State: c.State(), Value: c, Start: e.Started})
	return e
}

func TestComplaints(t *testing.T) {
	for _, c := range []struct {
		name, said, fault string
		sure              float64 // at most
		shows             string  // key of an evidence
	}{
		{"ok.now", "ERR_BLOCKED_BY_CLIENT", "browser.extension", 0.93, "said"},
		{"ok.now", "ERR_PROXY_CONNECTION_FAILED", "browser.own-proxy", 0.86, "no-proxy-here"},
		{"trap.behind-proxy", "ERR_TUNNEL_CONNECTION_FAILED", "browser.own-proxy", 0.6, "said"},
		{"ok.now", "DNS_PROBE_FINISHED_NXDOMAIN", "browser.own-dns", 0.5, "said"},
		{"ok.now", "DNS_PROBE_FINISHED_BAD_SECURE_CONFIG", "browser.own-dns", 0.93, ""},
		{"ok.now", "ERR_CONNECTION_REFUSED", "browser.own-dns", 0.5, ""},
		{"ok.now", "ERR_NETWORK_ACCESS_DENIED", "firewall.blocks-app", 0.85, ""},
		{"ok.now", "ERR_CONNECTION_TIMED_OUT", "browser.own-proxy", 0.5, ""},
		{"ok.now", "NS_ERROR_NET_RESET", "browser.own-proxy", 0.5, ""},
		{"ok.now", "SEC_ERROR_UNKNOWN_ISSUER", "browser.own-proxy", 0.5, ""},
		{"ok.plain-http", "ERR_SSL_PROTOCOL_ERROR", "browser.hsts", 0.75, ""},
		{"ok.now", "ERR_TOO_MANY_REDIRECTS", "browser.session-broken", 0.85, ""},
		{"ok.now", "400 Bad Request Request Header Or Cookie Too Large nginx", "browser.cookies-too-large", 0.92, "said"},
		{"ok.now", "502 Bad Gateway cloudflare", "ok", 0.85, "said-passed"},
		{"ok.now", "ERR_INTERNET_DISCONNECTED", "ok", 0.8, ""},
		{"ok.now", "ERR_CACHE_MISS", "ok", 0.8, ""},
		{"ok.now", "www.other.example took too long to respond", "ok", 0.95, ""},
		{"ok.general", "ERR_CONNECTION_REFUSED", "ok", 0.8, "said"},
		{"ok.general", "ERR_BLOCKED_BY_CLIENT", "ok", 0.8, ""},

		{"site.bad-gateway-nginx", "502 Bad Gateway nginx", "site.bad-gateway", 1, "said-too"},
		{"site.intermittent", "502 Bad Gateway nginx", "site.intermittent", 1, "said-too"},
		{"tls.expired", "SEC_ERROR_EXPIRED_CERTIFICATE", "tls.expired", 1, "said-too"},
		{"site.refuses-connections", "ERR_CONNECTION_REFUSED", "site.refuses-connections", 1, "said-too"},
		{"domain.does-not-exist", "DNS_PROBE_FINISHED_NXDOMAIN", "domain.does-not-exist", 1, "said-too"},
		{"filter.sni-reset", "ERR_CONNECTION_RESET", "filter.sni-reset", 1, "said-too"},
		{"proxy.no-answer", "ERR_PROXY_CONNECTION_FAILED", "proxy.no-answer", 1, "said-too"},
		{"site.bad-gateway-nginx", "ERR_BLOCKED_BY_CLIENT", "site.bad-gateway", 1, ""},
		// What harms and was complained of is the answer, also when nobody would notice it otherwise.
		{"filter.tls-interception", "MOZILLA_PKIX_ERROR_MITM_DETECTED", "filter.tls-interception", 1, "said-too"},
		{"dns.server-slow", "ERR_BLOCKED_BY_CLIENT", "browser.extension", 0.93, ""},
		{"dns.server-slow", "ERR_NAME_NOT_RESOLVED", "dns.server-slow", 1, "said-too"},
		{"dns.server-slow", "ERR_CONNECTION_RESET", "dns.server-slow", 1, ""},
	} {
		t.Run(c.name+"/"+strings.Fields(c.said)[0], func(t *testing.T) {
			e := saying(t, recorded(t, c.name), c.said)
			d := New(e, "en")
			if d.Verdict.Fault != c.fault || d.Verdict.Confidence > c.sure {
				t.Errorf("%s (%.2f), want %s at most %.2f sure", d.Verdict.Fault, d.Verdict.Confidence, c.fault, c.sure)
			}
			shown := slices.ContainsFunc(verdict.Judge(e.Facts).Evidence, func(e verdict.Evidence) bool { return e.Key == c.shows })
			if c.shows != "" && !shown {
				t.Errorf("no evidence is called %q: %+v", c.shows, d.Verdict.Evidence)
			}
			if d.Verdict.Fault == "ok" == (d.Stations[0].State == "fault") && d.Verdict.Blame == "browser" {
				t.Errorf("the browser's station is %s", d.Stations[0].State)
			}
		})
	}
}

// TestComplaintsAcquitNobody adds every kind of complaint to every recorded examination: what was
// found to stop the page stays the answer, whatever a browser showed.
func TestComplaintsAcquitNobody(t *testing.T) {
	z, err := zip.OpenReader("testdata/recorded.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".json")
		if !ok {
			continue
		}
		e := recorded(t, name)
		before := verdict.Judge(e.Facts)
		for _, said := range []string{"ERR_NAME_NOT_RESOLVED", "ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_TIMED_OUT", "ERR_CERT_DATE_INVALID", "ERR_PROXY_CONNECTION_FAILED", "ERR_INTERNET_DISCONNECTED", "ERR_TOO_MANY_REDIRECTS", "ERR_EMPTY_RESPONSE", "502 Bad Gateway", "ERR_BLOCKED_BY_CLIENT", "404 Not Found"} {
			after := verdict.Judge(saying(t, e, said).Facts)
			ofSite := strings.HasPrefix(string(before.Fault), "site.") || strings.HasPrefix(string(before.Fault), "cdn.")
			innate := strings.Contains(said, "PROXY") || strings.Contains(said, "CLIENT")
			toBrowser := after.Blame == verdict.Browser && ofSite && !innate
			if after.Fault != before.Fault && (!comes(e) || toBrowser) {
				t.Errorf("%s: %s became %s because of %s", name, before.Fault, after.Fault, said)
			}
			if after.Fault == before.Fault && after.Confidence > before.Confidence {
				t.Errorf("%s: %s made %s surer", name, said, after.Fault)
			}
		}
	}
}

// comes reports whether any request was answered well.
func comes(e Examination) bool {
	if e.Facts.Target.None() {
		return verdict.Judge(e.Facts).Fault == verdict.OK
	}
	site, _ := checks.Site.From(e.Facts)
	via, _ := checks.ViaProxy.From(e.Facts)
	for _, p := range via.Proxies {
		if p.Through != nil {
			site.Rows = append(site.Rows, checks.Row{Attempts: []wire.Attempt{*p.Through}})
		}
	}
	return slices.ContainsFunc(site.Rows, func(r checks.Row) bool {
		return slices.ContainsFunc(r.Attempts, func(a wire.Attempt) bool {
			return a.Exchange != nil && a.Exchange.Fail == nil && a.Exchange.Status >= 200 && a.Exchange.Status < 400
		})
	})
}

func TestComplaintSurvivesSaving(t *testing.T) {
	e := saying(t, recorded(t, "ok.now"), "502 Bad Gateway nginx")
	want := New(e, "en").Verdict
	d := New(e, "en")
	d.Replay = e.Save()
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(strings.NewReader(string(text)), checks.All())
	if err != nil {
		t.Fatal(err)
	}
	got := New(again, "en").Verdict
	if got.Fault != want.Fault || got.Confidence != want.Confidence || len(got.Evidence) != len(want.Evidence) {
		t.Errorf("judged %+v, want %+v", got, want)
	}
}
