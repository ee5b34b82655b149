package checks

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform"

	"github.com/waymend/waymend/diagnostics/wire"
)

func TestProxyURL(t *testing.T) {
	for in, want := range map[string]string{
		"http://proxy.example:3128":    "http://proxy.example:3128",
		"http://user:pw@proxy.example": "http://proxy.example:80",
		"https://proxy.example/x":      "https://proxy.example:443",
		"socks5://[2001:db8::1]":       "socks5://[2001:db8::1]:1080",
		"PROXY 192.0.2.1:8080":         "http://192.0.2.1:8080",
		"SOCKS a.example":              "socks5://a.example:1080",
		"HTTPS a.example:99":           "https://a.example:99",
		"DIRECT":                       "",
		"ftp://a:21":                   "",
		"//a":                          "",
		"":                             "",
		"PROXY ":                       "",
		"ODD a:1":                      "",
		"http://a:0":                   "",
		"PROXY a:99999":                "",
	} {
		got := ""
		if u, ok := wire.ParseProxy(in); ok {
			got = u.String()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// forwardProxy is a small HTTP proxy that wants a name and password when it is given one, and
// tunnels everything to one address.
func forwardProxy(auth string, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if auth != "" && r.Header.Get("Proxy-Authorization") != auth {
			w.WriteHeader(http.StatusProxyAuthRequired)
			fmt.Fprint(w, "sign in first")
			return
		}
		if r.Method != http.MethodConnect {
			fmt.Fprintf(w, "fetched %s", r.RequestURI)
			return
		}
		far, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		near, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(far, bufio.NewReader(rw)); _ = far.Close() }()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}
}

func TestViaProxy(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32", "192.0.2.8/32")
	serveHTTP(t, "203.0.113.80:443", status(200), "site.test")
	serveHTTP(t, "192.0.2.8:3128", forwardProxy("", "203.0.113.80:443"))
	serveHTTP(t, "192.0.2.8:3129", forwardProxy("Basic dTpw", "203.0.113.80:443"))
	serveHTTP(t, "192.0.2.8:3130", forwardProxy("", "203.0.113.80:1"))
	for _, c := range []struct {
		name    string
		target  string
		proxy   platform.Proxy
		connect bool
		status  int // of the proxy's own answer
		through int
	}{
		{"tunnel", "https://site.test/", platform.Proxy{URL: "http://proxy.test:3128"}, true, 200, 200},
		{"plain", "http://site.test/a", platform.Proxy{URL: "http://proxy.test:3128"}, true, 0, 200},
		{"by script", "https://site.test/", platform.Proxy{Chain: []string{"DIRECT", "PROXY proxy.test:3128"}}, true, 200, 200},
		{"signed in", "https://site.test/", platform.Proxy{URL: "http://proxy.test:3129", User: url.UserPassword("u", "p")}, true, 200, 200},
		{"signed in, plain", "http://site.test/a", platform.Proxy{URL: "http://proxy.test:3129", User: url.UserPassword("u", "p")}, true, 0, 200},
		{"not signed in", "https://site.test/", platform.Proxy{URL: "http://proxy.test:3129"}, true, 407, 0},
		{"not signed in, plain", "http://site.test/", platform.Proxy{URL: "http://proxy.test:3129"}, true, 0, 407},
		{"proxy cannot reach the site", "https://site.test/", platform.Proxy{URL: "http://proxy.test:3130"}, true, 502, 0},
		{"dead", "https://site.test/", platform.Proxy{URL: "http://proxy.test:9"}, false, 0, 0},
		{"unknown name", "https://site.test/", platform.Proxy{URL: "http://missing.test:9"}, false, 0, 0},
		{"no target", "", platform.Proxy{URL: "http://proxy.test:3128"}, true, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := siteEnv(t, c.target, "203.0.113.80")
			env.Lookup = func(_ context.Context, _, host string) ([]netip.Addr, error) {
				if host == "proxy.test" {
					return addrs("192.0.2.8"), nil
				}
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
			c.proxy.Source = "environment"
			env.Facts = env.Facts.With(diagnostics.Fact{ID: Proxies.ID, State: diagnostics.OK, Value: ProxyList{Proxies: []platform.Proxy{c.proxy, c.proxy}}})
			v := examine(t, env, ViaProxy)
			if len(v.Proxies) != 1 || v.Proxies[0].Source != "environment" {
				t.Fatalf("%+v", v)
			}
			p := v.Proxies[0]
			own, through := 0, 0
			if p.Tunnel.Exchange != nil {
				own = p.Tunnel.Exchange.Status
			}
			if p.Through != nil && p.Through.Exchange != nil {
				through = p.Through.Exchange.Status
			}
			if p.Tunnel.Connect.OK != c.connect || own != c.status || through != c.through {
				t.Errorf("connect %v, proxy's own %d, through %d: %+v", p.Tunnel.Connect.OK, own, through, p)
			}
		})
	}
}
