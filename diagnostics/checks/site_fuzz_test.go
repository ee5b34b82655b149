package checks

import (
	"net/url"
	"testing"

	"github.com/waymend/waymend/diagnostics/wire"
)

// FuzzFollow resolves Location fields of any servers.
func FuzzFollow(f *testing.F) {
	for _, s := range []string{"/", "two?x=1", "//other.test/a", "http://", "https:///x", "file:///etc/passwd", "javascript:alert(1)", "https://site.test:99999/",
		"https://si te.test/", "http://[::1]:8080/a", "http://user:secret@h/", "https://bücher.example/ü", "\x1b[31m", "?", "#", "http://a:0/", "https://%zz/", "http:opaque"} {
		f.Add(s)
	}
	from, err := url.Parse("https://site.test/dir/page?q=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string) {
		u, bad := follow(from, location)
		if (u == nil) != (bad != "") {
			t.Fatalf("%q: %v, %q", location, u, bad)
		}
		if u == nil {
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || urlPort(u) == 0 {
			t.Errorf("%q leads to %q", location, u)
		}
		again, bad := follow(from, u.String())
		if bad != "" || again.String() != u.String() {
			t.Errorf("%q leads to %q, and that to %v %q", location, u, again, bad)
		}
	})
}

// FuzzProxyURL reads what proxy scripts answer.
func FuzzProxyURL(f *testing.F) {
	for _, s := range []string{"PROXY a:1", "DIRECT", "SOCKS5 [::1]:1080", "http://u:p@a", "HTTPS a", "PROXY", "socks5://a:99999", "PROXY a:1; DIRECT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, ok := wire.ParseProxy(s)
		if !ok {
			return
		}
		if u.Scheme == "" || u.Hostname() == "" || u.Port() == "" || u.User != nil {
			t.Fatalf("%q: %q", s, u)
		}
		if again, ok := wire.ParseProxy(u.String()); !ok || again.String() != u.String() {
			t.Errorf("%q: %q, again %v", s, u, again)
		}
	})
}
