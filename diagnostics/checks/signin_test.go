package checks

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

func TestReadProbe(t *testing.T) {
	empty := diagnostics.Probe{Status: 204}
	text := diagnostics.Probe{Status: 200, Body: "success"}
	page := "<html>Welcome to our hotel</html>"
	for _, c := range []struct {
		name   string
		probe  diagnostics.Probe
		status int
		body   string
		fail   *wire.Failure
		want   string
	}{
		{"204", empty, 204, "", nil, "as-expected"},
		{"204 turned into an empty 200", empty, 200, "", nil, "empty"},
		{"one byte", empty, 200, "x", nil, "empty"},
		{"page", empty, 200, page, nil, "portal"},
		{"page that broke off", empty, 200, page, &wire.Failure{Kind: wire.Truncated}, "portal"},
		{"no body came", empty, 200, "", &wire.Failure{Kind: wire.Truncated}, "no-answer"},
		{"redirect", empty, 302, "", nil, "portal"},
		{"other redirect", text, 307, "", nil, "portal"},
		{"511", empty, 511, page, nil, "portal"},
		{"503", empty, 503, page, nil, "no-answer"},
		{"403", text, 403, page, nil, "no-answer"},
		{"407", text, 407, page, nil, "no-answer"},
		{"nothing", empty, 0, "", nil, "no-answer"},
		{"interim", empty, 101, "", nil, "no-answer"},
		{"text", text, 200, "success\n", nil, "as-expected"},
		{"other text", text, 200, page, nil, "portal"},
		{"no text", text, 200, "", nil, "empty"},
		{"text as 204", text, 204, "", nil, "empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := wire.Exchange{Status: c.status, Body: []byte(c.body), Size: int64(len(c.body)), Fail: c.fail}
			if got := readProbe(c.probe, e); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestSignIn meets a portal on one probe, and sees that the request carries nothing of the person's.
func TestSignIn(t *testing.T) {
	var got http.Header
	at := serveHTTP(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.Host, "portal.example"):
			w.Header().Set("Location", "http://login.example/\x1b[31m")
			w.WriteHeader(http.StatusFound)
		case strings.HasPrefix(r.Host, "good.example"):
			got = r.Header
			w.WriteHeader(http.StatusNoContent)
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	env := testEnv(t, "")
	env.Lookup = system{addrs: []string{"127.0.0.1"}}.lookup
	port := netip.AddrPortFrom(netip.IPv4Unspecified(), at.Port()).String()[len("0.0.0.0"):]
	for _, host := range []string{"good.example", "down.example", "portal.example"} {
		env.References.SignIn = append(env.References.SignIn, diagnostics.Probe{URL: "http://" + host + port + "/x", Status: 204})
	}
	v, err := runSignIn(t.Context(), env)
	if err != nil || len(v.Probes) != 3 || v.State() != diagnostics.Failed {
		t.Fatalf("got %+v, %v", v, err)
	}
	for i, want := range []string{"as-expected", "no-answer", "portal"} {
		if v.Probes[i].Answer != want {
			t.Errorf("%s: %s, want %s", v.Probes[i].URL, v.Probes[i].Answer, want)
		}
	}
	if l := v.Probes[2].Location; !strings.HasPrefix(l, "http://login.example/") || strings.Contains(l, "\x1b") {
		t.Errorf("location %q", l)
	}
	if got.Get("Cookie") != "" || got.Get("Cache-Control") != "no-cache" || got.Get("Upgrade-Insecure-Requests") != "" {
		t.Errorf("header %v", got)
	}
}

// TestSignInFallsBack holds that a broken family does not hide an answer over the other.
func TestSignInFallsBack(t *testing.T) {
	ownAddrs(t, "192.0.2.21/32", "2001:db8::21/128")
	serveHTTP(t, "[2001:db8::21]:80", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	env := testEnv(t, "")
	env.References.SignIn = []diagnostics.Probe{{URL: "http://probe.example/", Status: 204}}
	env.Lookup = system{addrs: []string{"2001:db8::21", "192.0.2.21"}}.lookup
	v, err := runSignIn(t.Context(), env)
	if err != nil || v.Probes[0].Answer != "as-expected" || !v.Probes[0].Attempt.Addr.Addr().Is6() {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestSignInWithoutNames(t *testing.T) {
	env := testEnv(t, "")
	env.References.SignIn = []diagnostics.Probe{{URL: "http://probe.example/", Status: 204}, {URL: "http://%zz/"}}
	v, err := runSignIn(t.Context(), env)
	if err != nil || v.State() != diagnostics.Unknown || !v.Probes[0].Lookup.NotFound || v.Probes[1].Lookup.Err == "" {
		t.Errorf("got %+v, %v", v, err)
	}
}
