package checks

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

func TestTLSVariants(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32")
	secret := []byte("site.test")
	for _, c := range []struct {
		name  string
		serve func(net.Conn)
		check func(v TLSReport) bool
	}{
		{"cut by name", func(c net.Conn) {
			b := make([]byte, 4096)
			n, _ := c.Read(b)
			if strings.Contains(string(b[:n]), string(secret)) {
				_ = c.(*net.TCPConn).SetLinger(0)
				return
			}
			_, _ = c.Write([]byte{21, 3, 3, 0, 2, 2, 80}) // an alert is an answer
		}, func(v TLSReport) bool {
			return v.OtherName.Handshake.Fail.Is(wire.Alert) && v.NoName.Handshake.Fail.Is(wire.Alert) && v.Again.Handshake.Fail.Is(wire.Reset) && v.SmallMSS.Handshake.Fail.Is(wire.Reset)
		}},
		{"hangs", func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); time.Sleep(5 * time.Second) }, func(v TLSReport) bool {
			for _, a := range []*wire.Attempt{v.OtherName, v.NoName, v.Again, v.SmallMSS, v.Only12, v.Old} {
				if !a.Handshake.Fail.Is(wire.Timeout) {
					return false
				}
			}
			return v.Plain.Connect.Fail.Is(wire.Refused)
		}},
		{"not TLS", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
		}, func(v TLSReport) bool {
			return v.Again.Handshake.Fail.Is(wire.NotTLS) && v.Plain.Addr.Port() == 443 && v.Plain.Exchange != nil && v.Plain.Exchange.Status == 400
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			serveRaw(t, "203.0.113.80:443", c.serve)
			env := siteEnv(t, "https://site.test/", "203.0.113.80")
			var all sync.WaitGroup
			all.Go(func() { examineQuietly(t, env, Site) })
			own := *env
			v := examine(t, &own, TLSVariants)
			all.Wait()
			if !c.check(v) {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestStalledExchange(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32")
	var n atomic.Int32
	serveHTTP(t, "203.0.113.80:443", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) <= 1 {
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
		}
	}), "site.test")
	env := siteEnv(t, "https://site.test/", "203.0.113.80")
	env.Quick = true
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	all.Go(func() { _, _ = Site.Run(ctx, env) })
	own := *env
	v := examine(t, &own, TLSVariants)
	cancel()
	all.Wait()
	if v.Again != nil || v.SmallMSS == nil || v.SmallMSS.Connect.MSS != smallMSS || v.SmallMSS.Exchange == nil || v.SmallMSS.Exchange.Status != 200 {
		t.Errorf("%+v", v)
	}
}

func TestHTTPVariants(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32")
	mux := http.NewServeMux()
	mux.HandleFunc("/missing", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) })
	mux.HandleFunc("/cached", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "" {
			w.Header().Set("Age", "30")
			w.WriteHeader(502)
		}
	})
	mux.HandleFunc("/zip", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "identity" {
			w.Header().Set("Content-Encoding", "gzip")
		}
		_, _ = w.Write([]byte("not compressed at all"))
	})
	mux.HandleFunc("/only1", func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 2 {
			panic(http.ErrAbortHandler)
		}
	})
	mux.HandleFunc("/cookies", func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header.Get("Cookie")) > 8<<10 {
			w.WriteHeader(431)
		}
	})
	mux.HandleFunc("/{$}", func(http.ResponseWriter, *http.Request) {})
	serveHTTP(t, "203.0.113.80:443", mux, "site.test")
	code := func(a *wire.Attempt) int {
		if a == nil || a.Exchange == nil {
			return 0
		}
		return a.Exchange.Status
	}
	for _, c := range []struct {
		path    string
		cookies int
		want    string // root, fresh, identity, http1, big cookie
	}{
		{"/missing", 0, "200 0 0 0 0"},
		{"/cached", 0, "200 200 0 0 0"},
		{"/zip", 0, "0 0 200 0 0"},
		{"/only1", 0, "0 0 0 200 0"},
		{"/cookies", 9000, "0 0 0 0 431"},
		{"/cookies", 5000, "0 0 0 0 200"},
		{"/cookies", 3000, "0 0 0 0 0"},
	} {
		t.Run(c.path, func(t *testing.T) {
			env := siteEnv(t, "https://site.test"+c.path, "203.0.113.80")
			examine(t, env, Site)
			env.Facts = env.Facts.With(diagnostics.Fact{ID: Browsers.ID, State: diagnostics.OK, Value: BrowserList{Profiles: []platform.BrowserProfile{{CookieBytes: 10}, {CookieBytes: c.cookies}}}})
			v := examine(t, env, HTTPVariants)
			got := fmt.Sprint(code(v.Root), code(v.Fresh), code(v.Identity), code(v.HTTP1), code(v.BigCookie))
			if got != c.want {
				t.Errorf("%s %+v", got, v)
			}
		})
	}
}

func TestCookies(t *testing.T) {
	for _, n := range []int{4097, 6011, 9000, 65537} {
		if s := cookies(n); len(s) < n || len(s) > n+20 {
			t.Errorf("%d: %d", n, len(s))
		}
	}
}
