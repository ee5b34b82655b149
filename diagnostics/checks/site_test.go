package checks

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// siteEnv is an environment whose target has the given addresses.
func siteEnv(t *testing.T, target string, at ...string) *diagnostics.Env {
	env := testEnv(t, target)
	env.Asks = new(diagnostics.Budget)
	env.Board.Put(noteAddresses, addrs(at...))
	return env
}

// status answers with one status each time, the last one for ever.
func status(codes ...int) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		i := min(int(n.Add(1)), len(codes)) - 1
		w.WriteHeader(codes[i])
	}
}

// statuses lists what the attempts of a row brought.
func statuses(r Row) string {
	var l []string
	for _, a := range r.Attempts {
		switch {
		case a.Fail() != nil:
			l = append(l, string(a.Fail().Kind))
		case a.Exchange == nil:
			l = append(l, "-")
		default:
			l = append(l, fmt.Sprint(a.Exchange.Status))
		}
	}
	return strings.Join(l, " ")
}

func examine[T any](t *testing.T, env *diagnostics.Env, c *diagnostics.Check[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), c.Limit)
	defer cancel()
	v, err := c.Run(ctx, env)
	if err != nil {
		t.Fatal(err)
	}
	env.Facts = env.Facts.With(diagnostics.Fact{ID: c.ID, Station: c.Station, State: diagnostics.OK, Value: v})
	return v
}

func TestSite(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32", "203.0.113.81/32", "2001:db8::80/128")
	retryAfter := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(503)
	}
	for _, c := range []struct {
		name    string
		answers map[string]http.HandlerFunc // by address; nil: nobody listens
		quick   bool
		want    []string
		left    int
		state   diagnostics.State
	}{
		{"one address, well", map[string]http.HandlerFunc{"203.0.113.80": status(200)}, false, []string{"200 200 200"}, 3, diagnostics.OK},
		{"two families, well", map[string]http.HandlerFunc{"203.0.113.80": status(200), "2001:db8::80": status(200)}, false, []string{"200 200", "200"}, 3, diagnostics.OK},
		{"quick", map[string]http.HandlerFunc{"203.0.113.80": status(200)}, true, []string{"200"}, 5, diagnostics.OK},
		{"bad gateway", map[string]http.HandlerFunc{"203.0.113.80": status(502)}, false, []string{"502 502 502"}, 3, diagnostics.Failed},
		{"one bad address", map[string]http.HandlerFunc{"203.0.113.80": status(502), "203.0.113.81": status(200)}, false, []string{"502 502 502", "200"}, 2, diagnostics.Warning},
		{"one dead address", map[string]http.HandlerFunc{"203.0.113.80": nil, "203.0.113.81": status(200)}, false, []string{"refused refused refused", "200"}, 3, diagnostics.Warning},
		{"asked to wait", map[string]http.HandlerFunc{"203.0.113.80": retryAfter}, false, []string{"503 503 503"}, 3, diagnostics.Failed},
		{"too many requests", map[string]http.HandlerFunc{"203.0.113.80": status(200), "2001:db8::80": status(429)}, false, []string{"200 200", "429"}, 3, diagnostics.Warning},
		{"redirect", map[string]http.HandlerFunc{"203.0.113.80": http.RedirectHandler("/x", 302).ServeHTTP}, false, []string{"302 302 302"}, 3, diagnostics.OK},
		{"flapping", map[string]http.HandlerFunc{"203.0.113.80": status(200, 502, 502, 200)}, false, []string{"200 502 502 200 200"}, 1, diagnostics.Warning},
		{"recovers", map[string]http.HandlerFunc{"2001:db8::80": status(502, 502, 502, 200)}, false, []string{"502 502 502"}, 3, diagnostics.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			var at []string
			for _, a := range []string{"203.0.113.80", "203.0.113.81", "2001:db8::80"} {
				h, given := c.answers[a]
				if !given {
					continue
				}
				at = append(at, a)
				if h != nil {
					serveHTTP(t, net.JoinHostPort(a, "443"), h, "site.test")
				}
			}
			env := siteEnv(t, "https://site.test/page", at...)
			env.Quick = c.quick
			v := examine(t, env, Site)
			var got []string
			for _, r := range v.Rows {
				got = append(got, statuses(r))
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) || env.Asks.Left("site.test") != c.left || v.State() != c.state {
				t.Errorf("%q, %d requests left, %s", got, env.Asks.Left("site.test"), v.State())
			}
		})
	}
}

func TestSiteWithoutAddress(t *testing.T) {
	env := testEnv(t, "https://site.test/")
	env.Board.Close(noteAddresses)
	if v, err := Site.Run(t.Context(), env); err == nil {
		t.Errorf("%+v", v)
	}
	for _, key := range []string{noteNoConnect, noteNoTLS, noteStalled, noteSiteFailed} {
		if _, ok := env.Board.Wait(t.Context(), key); ok {
			t.Errorf("%s is noted", key)
		}
	}
}

func TestManyAddresses(t *testing.T) {
	ownAddrs(t, "203.0.113.0/24")
	var hits atomic.Int32
	serveHTTP(t, "0.0.0.0:443", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }), "site.test")
	var at []string
	for i := range 30 {
		at = append(at, fmt.Sprintf("203.0.113.%d", i+1))
	}
	v := examine(t, siteEnv(t, "https://site.test/", at...), Site)
	if len(v.Rows) != maxAddresses || v.More != 30-maxAddresses || hits.Load() != maxFirst || v.State() != diagnostics.OK {
		t.Errorf("%d rows, %d more, %d requests", len(v.Rows), v.More, hits.Load())
	}
}

// serveRaw accepts at the address and leaves every connection to f.
func serveRaw(t *testing.T, addr string, f func(net.Conn)) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				f(c)
			}()
		}
	}()
}

func TestPorts(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32", "203.0.113.81/32", "1.1.1.1/32")
	serveRaw(t, "203.0.113.80:80", func(net.Conn) {})
	serveRaw(t, "203.0.113.81:443", func(net.Conn) {})
	serveRaw(t, "1.1.1.1:443", func(net.Conn) {})
	env := siteEnv(t, "https://site.test/", "203.0.113.80")
	env.References.Anchors = []diagnostics.Anchor{anchor("One", "1.1.1.1", "")}
	var all sync.WaitGroup
	all.Go(func() { examineQuietly(t, env, Site) })
	ports := *env
	v := examine(t, &ports, Ports)
	all.Wait()
	if v.Addr != netip.MustParseAddr("203.0.113.80") || len(v.Other) != 1 || !v.Other[0].OK || len(v.Reference) != 1 || !v.Reference[0].OK || v.UDP == nil {
		t.Errorf("%+v", v)
	}
	if len(v.Near) != 2 || v.Near[0].OK || !v.Near[1].OK {
		t.Errorf("near: %+v", v.Near)
	}
	if len(v.Again) != 0 || len(v.Hops) == 0 || !v.Hops[0].Reached {
		t.Errorf("again %+v, hops %+v", v.Again, v.Hops)
	}
}

// examineQuietly runs a check beside the one that a test is about.
func examineQuietly[T any](t *testing.T, env *diagnostics.Env, c *diagnostics.Check[T]) {
	ctx, cancel := context.WithTimeout(t.Context(), c.Limit)
	defer cancel()
	_, _ = c.Run(ctx, env)
}

func TestNothingAmiss(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32")
	serveHTTP(t, "203.0.113.80:443", status(200), "site.test")
	env := siteEnv(t, "https://site.test/", "203.0.113.80")
	examine(t, env, Site)
	for name, run := range map[string]func() error{
		"ports":        func() error { _, err := Ports.Run(t.Context(), env); return err },
		"tls variants": func() error { _, err := TLSVariants.Run(t.Context(), env); return err },
		"via proxy":    func() error { _, err := ViaProxy.Run(t.Context(), env); return err },
	} {
		if err := run(); err == nil {
			t.Errorf("%s: not skipped", name)
		}
	}
	v := examine(t, env, HTTPVariants)
	if v != (HTTPReport{}) {
		t.Errorf("%+v", v)
	}
	if v := examine(t, env, Redirects); v.State() != diagnostics.Skipped {
		t.Errorf("%+v", v)
	}
}

func TestRedirects(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32", "203.0.113.81/32")
	mux := http.NewServeMux()
	to := func(from, location string) {
		mux.HandleFunc(from, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(302)
		})
	}
	to("/one", "two?x=1")
	to("/self", "https://site.test/self#again")
	to("/a", "/b")
	to("/b", "/a")
	to("/nohost", "http://")
	to("/file", "file:///etc/passwd")
	to("/port", "https://site.test:99999/")
	to("/malformed", "https://si te.test/")
	to("/else", "https://other.test/")
	to("/gone", "https://missing.test/")
	to("/far", "/far/1")
	mux.HandleFunc("/far/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"1", 302) })
	mux.HandleFunc("/nowhere", status(302))
	mux.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(302)
		_, _ = w.Write([]byte("Gone for lunch."))
	})
	mux.HandleFunc("/cookie", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err == nil {
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
		http.Redirect(w, r, "/cookie", 302)
	})
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	serveHTTP(t, "203.0.113.80:443", mux, "site.test")
	serveHTTP(t, "203.0.113.81:443", status(502), "other.test")
	for _, c := range []struct {
		path  string
		steps string
		loop  bool
		bad   string
		state diagnostics.State
	}{
		{"/one", "https://site.test/two?x=1 200", false, "", diagnostics.OK},
		{"/self", "", true, "", diagnostics.Failed},
		{"/a", "https://site.test/b 302", true, "", diagnostics.Failed},
		{"/cookie", "https://site.test/cookie 200", false, "", diagnostics.OK},
		{"/nohost", "", false, "no-host", diagnostics.Failed},
		{"/file", "", false, "scheme", diagnostics.Failed},
		{"/port", "", false, "port", diagnostics.Failed},
		{"/malformed", "", false, "malformed", diagnostics.Failed},
		{"/nowhere", "", false, "no-location", diagnostics.Failed},
		{"/text", "", false, "", diagnostics.Skipped},
		{"/else", "https://other.test/ 502", false, "", diagnostics.Failed},
		{"/gone", "https://missing.test/ 0", false, "", diagnostics.Failed},
	} {
		t.Run(c.path, func(t *testing.T) {
			env := siteEnv(t, "https://site.test"+c.path, "203.0.113.80")
			env.Lookup = func(ctx context.Context, network, host string) ([]netip.Addr, error) {
				if host == "other.test" {
					return addrs("203.0.113.81"), nil
				}
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
			examine(t, env, Site)
			v := examine(t, env, Redirects)
			var steps []string
			for _, s := range v.Steps {
				n := 0
				if s.Attempt.Exchange != nil {
					n = s.Attempt.Exchange.Status
				}
				steps = append(steps, fmt.Sprint(s.URL, " ", n))
			}
			if strings.Join(steps, ", ") != c.steps || v.Loop != c.loop || v.Bad != c.bad || v.State() != c.state {
				t.Errorf("%q %+v %s", steps, v, v.State())
			}
		})
	}
	t.Run("endless, past the requests for one page", func(t *testing.T) {
		env := siteEnv(t, "https://site.test/far", "203.0.113.80")
		examine(t, env, Site)
		if v := examine(t, env, Redirects); len(v.Steps) != maxRedirects || v.Bad != "too-many" || v.State() != diagnostics.Failed {
			t.Errorf("%d steps, %q, %s", len(v.Steps), v.Bad, v.State())
		}
		if n := env.Asks.Left("site.test"); n != 0 {
			t.Errorf("%d requests left", n)
		}
	})
}

func TestOtherAddresses(t *testing.T) {
	ownAddrs(t, "203.0.113.80/32", "203.0.113.81/32", "203.0.113.82/32")
	for _, broken := range []bool{false, true} {
		code := 200
		if broken {
			code = 502
		}
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			serveHTTP(t, "203.0.113.80:443", status(code), "site.test")
			serveHTTP(t, "203.0.113.81:443", status(200), "site.test")
			serveHTTP(t, "203.0.113.82:443", status(200), "forged.test")
			env := siteEnv(t, "https://site.test/", "203.0.113.80")
			list := ServerList{Servers: []Server{{A: wire.Answer{Addrs: addrs("203.0.113.80", "203.0.113.82", "203.0.113.81", "203.0.113.81")}}, {A: wire.Answer{Addrs: addrs("203.0.113.81")}}}}
			env.Facts = env.Facts.With(diagnostics.Fact{ID: PublicServers.ID, State: diagnostics.OK, Value: list})
			var all sync.WaitGroup
			own := *env
			all.Go(func() { examineQuietly(t, &own, Site) })
			v := examine(t, env, OtherAddresses)
			all.Wait()
			if len(v.Rows) != 2 {
				t.Fatalf("%+v", v)
			}
			good, forged := v.Rows[0].First(), v.Rows[1].First()
			if good.Addr.Addr() != netip.MustParseAddr("203.0.113.81") || !good.Handshake.Trusted() || (good.Exchange != nil) != broken {
				t.Errorf("%+v", good)
			}
			if !forged.Handshake.Has(wire.WrongName) || forged.Exchange != nil {
				t.Errorf("%+v", forged)
			}
		})
	}
}
