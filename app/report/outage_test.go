package report

import (
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestOutagePages(t *testing.T) {
	for _, c := range []struct{ host, last string }{
		{"www.example.com", "https://www.isitdownrightnow.com/example.com.html"},
		{"Shop.Example.CO.UK.", "https://www.isitdownrightnow.com/example.co.uk.html"},
		{"xn--bcher-kva.ch", "https://www.isitdownrightnow.com/xn--bcher-kva.ch.html"},
		{"me.github.io", "https://www.isitdownrightnow.com/me.github.io.html"},
		{"", ""}, {"localhost", ""}, {"intranet", ""}, {"printer.local", ""}, {"wiki.corp", ""}, {"nas.home.arpa", ""}, {"a.test", ""}, {"shop.example", ""},
		{"192.0.2.1", ""}, {"2001:db8::1", ""}, {"hidden.onion", ""}, {"com", ""}, {"co.uk", ""}, {"example.com/a?b", ""}, {"a b.com", ""}, {"user@example.com", ""}, {"example.com:8443", ""},
	} {
		pages := OutagePages(c.host)
		if (len(pages) > 0) != (c.last != "") || len(pages) > 0 && pages[len(pages)-1].URL != c.last {
			t.Errorf("%q: %v, want the last to be %q", c.host, pages, c.last)
		}
	}
	got := OutagePages("example.com", "cloudfront", "aws-elb", "no-such-network")
	if len(got) != 4 || got[0] != statusPages["cloudfront"] {
		t.Errorf("%v", got)
	}
}

func TestOutagePagesOfDocuments(t *testing.T) {
	d := New(recorded(t, "cdn.origin-502"), "en")
	if ids := d.networks(); !slices.Contains(ids, "cloudflare") {
		t.Errorf("networks %q", ids)
	}
	if pages := d.OutagePages(); pages != nil {
		t.Errorf("%s is not a public name, and yet %v", d.Target.Host, pages)
	}
	d.Target.Host = "example.com"
	if pages := d.OutagePages(); len(pages) != 4 || pages[0].Name != "Cloudflare Status" {
		t.Errorf("%v", pages)
	}
	if pages := New(recorded(t, "ok.general"), "en").OutagePages(); pages != nil {
		t.Errorf("%v for no website at all", pages)
	}
}

// TestStatusPages holds the table to the networks that there are.
func TestStatusPages(t *testing.T) {
	raw, err := os.ReadFile("../../resources/edges.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Edges []struct{ ID string } }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for id, p := range statusPages {
		if !slices.ContainsFunc(file.Edges, func(e struct{ ID string }) bool { return e.ID == id }) {
			t.Errorf("no network is called %q", id)
		}
		if u, err := url.Parse(p.URL); err != nil || u.Scheme != "https" || u.Host == "" || p.Name == "" {
			t.Errorf("%s: %+v", id, p)
		}
	}
}

func FuzzOutagePages(f *testing.F) {
	for _, s := range []string{"example.com", "a/../b.com", "%2e.com", "ä.com", "a\x00.com", "-.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, host string) {
		for _, p := range OutagePages(host, host) {
			u, err := url.Parse(p.URL)
			if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || strings.ContainsAny(p.URL, " \"<>\\") {
				t.Errorf("%q: %q (%v)", host, p.URL, err)
			}
		}
	})
}
