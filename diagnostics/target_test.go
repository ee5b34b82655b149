package diagnostics

import (
	"strings"
	"testing"

	"github.com/waymend/waymend/resources"
)

var targets = []struct {
	in        string
	url, host string // host "" means: refused
	port      int
	unicode   string
	note      string
}{
	{in: "example.com", url: "https://example.com/", host: "example.com", port: 443},
	{in: "  EXAMPLE.com/a?b=c#d ", url: "https://example.com/a?b=c", host: "example.com", port: 443},
	{in: "http://example.com", url: "http://example.com/", host: "example.com", port: 80},
	{in: "example.com:8443/x", url: "https://example.com:8443/x", host: "example.com", port: 8443},
	{in: "localhost:8080", url: "https://localhost:8080/", host: "localhost", port: 8080},
	{in: "http://localhost:8080/x", url: "http://localhost:8080/x", host: "localhost", port: 8080},
	{in: "example.com.", url: "https://example.com/", host: "example.com", port: 443},
	{in: "1.1.1.1", url: "https://1.1.1.1/", host: "1.1.1.1", port: 443},
	{in: "2001:db8::1", url: "https://[2001:db8::1]/", host: "2001:db8::1", port: 443},
	{in: "[2001:db8::1]:8443", url: "https://[2001:db8::1]:8443/", host: "2001:db8::1", port: 8443},
	{in: "http://[fe80::1%eth0]/", url: "http://[fe80::1%25eth0]/", host: "fe80::1%eth0", port: 80},
	{in: "https://user:secret@example.com/x", url: "https://example.com/x", host: "example.com", port: 443},
	{in: "user:secret@example.com", url: "https://example.com/", host: "example.com", port: 443},
	{in: "https://user:p%40ss@wo@secret@example.com/", url: "https://example.com/", host: "example.com", port: 443},
	{in: "bücher.example", url: "https://xn--bcher-kva.example/", host: "xn--bcher-kva.example", port: 443, unicode: "bücher.example"},
	{in: "xn--bcher-kva.example", url: "https://xn--bcher-kva.example/", host: "xn--bcher-kva.example", port: 443, unicode: "bücher.example"},
	{in: "https://аррӏе.com/", url: "https://xn--80ak6aa92e.com/", host: "xn--80ak6aa92e.com", port: 443, unicode: "аррӏе.com"},
	{in: "pаypal.com", url: "https://xn--pypal-4ve.com/", host: "xn--pypal-4ve.com", port: 443, unicode: "pаypal.com", note: TargetMixedScripts},
	{in: "my_host.example.com", url: "https://my_host.example.com/", host: "my_host.example.com", port: 443},
	{in: "intranet", url: "https://intranet/", host: "intranet", port: 443},
	{in: "https://example.com:/", url: "https://example.com/", host: "example.com", port: 443},
	{in: "//user:secret@example.com/x", url: "https://example.com/x", host: "example.com", port: 443},
	{in: "http:/user:secret@example.com/x", url: "http://example.com/x", host: "example.com", port: 80},
	{in: `HTTPS:\\example.com/x`, url: "https://example.com/x", host: "example.com", port: 443},
	{in: ""}, {in: "   "}, {in: "mailto:me:secret@example.com"}, {in: "///x"}, {in: "ht!tp://"}, {in: "file:///etc/passwd"}, {in: "ftp://example.com"},
	{in: "mailto:a@example.com"}, {in: "javascript:alert(1)"}, {in: "example.com:99999"}, {in: "example.com:0"},
	{in: "http://"}, {in: "https:///x"}, {in: "a b.com"}, {in: "exa\x1bmple.com"}, {in: "999.1.1.1"}, {in: "1.2.3"},
	{in: "http://exa mple.com"}, {in: "foo..bar"}, {in: "http://[::1"}, {in: strings.Repeat("a", 1<<20)},
	{in: strings.Repeat("a", 64) + ".com"}, {in: "\xff\xfe"}, {in: "http://%zz/"}, {in: "-"}, {in: "http://example.com:abc"},
}

func TestParseTarget(t *testing.T) {
	for _, c := range targets {
		got, err := ParseTarget(c.in)
		name := clip(c.in)
		if c.host == "" {
			if c.in == "-" { // a label of hyphens is odd, but the DNS can carry it
				continue
			}
			if err == nil {
				t.Errorf("%q: accepted as %+v", name, got)
			} else if e, ok := err.(*TargetError); !ok || !resources.Has("en", e.Key) {
				t.Errorf("%q: %#v has no words in the catalogue", name, err)
			} else if len(err.Error()) > 300 || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: bad message %q", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if got.URL != c.url || got.Host != c.host || got.Port != c.port || got.Unicode != c.unicode {
			t.Errorf("%q: %+v", name, got)
		}
		if c.note != "" && got.Note != c.note {
			t.Errorf("%q: note %q", name, got.Note)
		}
		if strings.Contains(got.Input+got.URL, "secret") {
			t.Errorf("%q: the password is kept: %+v", name, got)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, c := range targets {
		if len(c.in) < 1000 {
			f.Add(c.in)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseTarget(s)
		if err != nil {
			return
		}
		b, err := ParseTarget(a.URL)
		if err != nil || b.URL != a.URL || b.Host != a.Host || b.Port != a.Port {
			t.Errorf("%q: %+v, again %+v %v", s, a, b, err)
		}
	})
}
