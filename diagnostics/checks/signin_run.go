package checks

import (
	"bytes"
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// probeLimit bounds one step of a probe; all together stay within the check's limit.
	probeLimit = 1300 * ms
	// probeStagger is how long IPv4 is waited for before IPv6 is tried as well.
	probeStagger = 120 * ms
	probeBody    = 64 << 10
)

func runSignIn(ctx context.Context, env *diagnostics.Env) (v SignInReport, err error) {
	if len(env.References.SignIn) == 0 {
		return v, notApplicable("no sign-in probes are configured")
	}
	v.Probes = make([]SignInProbe, len(env.References.SignIn))
	var all sync.WaitGroup
	for i, p := range env.References.SignIn {
		all.Go(func() { v.Probes[i] = runProbe(ctx, env, p) })
	}
	all.Wait()
	return v, nil
}

func runProbe(ctx context.Context, env *diagnostics.Env, p diagnostics.Probe) SignInProbe {
	v := SignInProbe{URL: p.URL, Answer: "no-answer"}
	u, err := url.Parse(p.URL)
	if err != nil || u.Hostname() == "" {
		v.Lookup = Lookup{Name: p.URL, Err: "the probe's address cannot be read"}
		return v
	}
	port := uint16(80)
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		port = uint16(n)
	}
	v.Lookup = lookUp(ctx, env, u.Hostname(), probeLimit)
	addrs := firstOfEachFamily(v.Lookup.Addrs)
	v.Attempt, _ = firstOf(ctx, probeStagger, len(addrs), func(ctx context.Context, i int) (wire.Attempt, bool) {
		a := getPlain(ctx, netip.AddrPortFrom(addrs[i], port), p.URL)
		return a, a.Exchange != nil && a.Exchange.Status > 0
	})
	if v.Attempt.Exchange != nil {
		v.Answer = readProbe(p, *v.Attempt.Exchange)
		v.Location = wire.Printable(v.Attempt.Exchange.Header.Get("Location"), 300)
	}
	return v
}

// firstOfEachFamily is at most one IPv4 and one IPv6 address, in this order.
func firstOfEachFamily(addrs []netip.Addr) (l []netip.Addr) {
	for _, f := range []diagnostics.Family{diagnostics.IPv4, diagnostics.IPv6} {
		if i := slices.IndexFunc(addrs, f.Allows); i >= 0 {
			l = append(l, addrs[i])
		}
	}
	return l
}

// getPlain asks over plain HTTP on a fresh connection: no cookies, nothing from caches, no
// redirect followed.
func getPlain(ctx context.Context, addr netip.AddrPort, url string) wire.Attempt {
	a := wire.Attempt{Addr: addr}
	conn, connect := wire.Dial(ctx, addr, wire.DialOptions{Limit: probeLimit})
	a.Connect = connect
	if conn == nil {
		return a
	}
	defer conn.Close()
	header := http.Header{
		"User-Agent":    wire.BrowserHeader().Values("User-Agent"),
		"Accept":        {"*/*"},
		"Cache-Control": {"no-cache"},
		"Pragma":        {"no-cache"},
	}
	e := wire.Do(ctx, conn, wire.Request{Method: http.MethodGet, URL: url, Header: header, MaxRead: probeBody, Limit: probeLimit})
	a.Exchange = &e
	return a
}

// readProbe sorts an answer as Chromium's detector does (captive_portal_detector.cc), which sees a
// portal in every answer below 400 that it does not expect, and never in an error except 511
// (RFC 6585 section 6).
func readProbe(p diagnostics.Probe, e wire.Exchange) string {
	body := bytes.TrimSpace(e.Body)
	switch {
	case e.Status == http.StatusNetworkAuthenticationRequired:
		return "portal"
	case e.Status < 200 || e.Status >= 400:
		return "no-answer"
	case e.Status == p.Status && p.Body == "" && (e.Status == http.StatusNoContent || len(body) == 0):
		return "as-expected"
	case e.Status == p.Status && p.Body != "" && bytes.HasPrefix(body, []byte(p.Body)):
		return "as-expected"
	case e.Status == http.StatusNoContent:
		return "empty"
	case e.Status == http.StatusOK && e.Size <= 1 && len(e.Body) <= 1:
		if e.Fail != nil || e.CutShort {
			return "no-answer" // the body may have been on its way
		}
		return "empty"
	}
	return "portal"
}
