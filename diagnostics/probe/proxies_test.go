package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// proxy opens tunnels to the port and answers other requests itself, unless it refuses all.
func proxy(t *testing.T, status string, port int) string {
	return fmt.Sprintf("http://127.0.0.1:%d", tcp(t, func(c net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(c))
		switch {
		case err != nil:
		case status != "":
			_, _ = io.WriteString(c, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")
		case r.Method != http.MethodConnect:
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(r.RequestURI), r.RequestURI)
		default:
			to, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				return
			}
			defer to.Close()
			_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
			go func() { _, _ = io.Copy(to, c) }()
			_, _ = io.Copy(c, to)
		}
	}))
}

// TestProxies goes the way that browsers go.
func TestProxies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	port := tcp(t, over(w.certificate("no.test", time.Hour), says(page)))
	direct := tcp(t, says(page))
	secure, plain := fmt.Sprintf("https://no.test:%d/", port), "http://no.test/a?b"
	for name, c := range map[string]struct {
		set     platform.Proxy
		address string
		ended   Step
		kind    wire.Kind
		status  int
		bytes   int
	}{
		"tunnel":            {platform.Proxy{URL: proxy(t, "", port)}, secure, Done, "", 200, 5},
		"whole address":     {platform.Proxy{URL: proxy(t, "", port)}, plain, Done, "", 200, len(plain)},
		"from a script":     {platform.Proxy{Script: "x", Chain: []string{"PROXY " + proxy(t, "", port)[7:]}}, plain, Done, "", 200, len(plain)},
		"script says no":    {platform.Proxy{Script: "x", Chain: []string{"DIRECT"}}, fmt.Sprintf("http://up.test:%d", direct), Done, "", 200, 5},
		"broken script":     {platform.Proxy{Script: "x", Err: "not found"}, fmt.Sprintf("http://up.test:%d", direct), Done, "", 200, 5},
		"refuses tunnels":   {platform.Proxy{URL: proxy(t, "407 Proxy Authentication Required", port)}, secure, Connect, ProxyRefused, 407, 0},
		"refuses addresses": {platform.Proxy{URL: proxy(t, "503 Service Unavailable", port)}, plain, Done, ServerError, 503, 0},
		"is not there":      {platform.Proxy{URL: "http://127.0.0.1:9"}, secure, Connect, wire.Refused, 0, 0},
		"has no name":       {platform.Proxy{URL: "http://no.test:3128"}, secure, Name, NoSuchName, 0, 0},
		"is of an odd kind": {platform.Proxy{URL: "socks4://127.0.0.1:9"}, secure, Connect, wire.Unsupported, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := *w
			w.t = t
			c.set.Browsers = true
			programs := platform.Proxy{URL: "http://127.0.0.1:9", Programs: true} // which browsers do not follow
			w.options.Proxies = []platform.Proxy{programs, c.set}
			r := w.begin(nil).Probe(t.Context(), target(t, "%s", c.address), time.Time{})
			if r.Ended != c.ended || r.Kind != c.kind || r.Status != c.status || r.Bytes != c.bytes {
				t.Errorf("%+v", r)
			}
			if through := c.set.URL != "" || len(c.set.Chain) > 0 && c.set.Chain[0] != "DIRECT"; (r.Proxy != "") != (through && c.kind != wire.Unsupported) {
				t.Errorf("proxy %q", r.Proxy)
			}
		})
	}
}

// TestProxiesKept reads settings once, and again when the network changed. What was ended is not kept.
func TestProxiesKept(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var p proxies
	set := []platform.Proxy{}
	host := platform.Host{Proxies: func(ctx context.Context, _ *url.URL) ([]platform.Proxy, error) {
		asked.Add(1)
		return set, ctx.Err()
	}}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := p.of(ended, host, &url.URL{Host: "a.test"}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
	for i := range 10 {
		_, _ = p.of(t.Context(), host, &url.URL{Host: fmt.Sprint(i, ".test")})
	}
	if n := asked.Swap(0); n != 2 {
		t.Errorf("no proxy at all: settings were read %d times", n)
	}
	p.forget()
	set = []platform.Proxy{{URL: "http://127.0.0.1:9", Browsers: true}}
	for i := range 10 {
		if u, err := p.of(t.Context(), host, &url.URL{Host: fmt.Sprint(i%2, ".test")}); u == nil || err != nil {
			t.Errorf("%v, %v", u, err)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("a proxy is set: settings were read %d times for two addresses", n)
	}
}
