package checks

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// maxRedirects is what browsers follow. Each address of a trail is asked once, so that the trail
	// is not held to the requests that are allowed for one page; it uses up what is left of them.
	maxRedirects = 20
	// stepAddresses is how many addresses of a redirect's target are tried.
	stepAddresses = 4
	// stepStagger is the connection attempt delay of RFC 8305 section 5.
	stepStagger = 250 * ms
)

// trail follows redirects.
type trail struct {
	env   *diagnostics.Env
	began time.Time
	site  SiteReport
	jar   *cookiejar.Jar
	seen  map[string]bool // addresses with the cookies that were sent
}

func runRedirects(ctx context.Context, env *diagnostics.Env) (v RedirectReport, err error) {
	u, err := targetURL(env)
	if err != nil {
		return v, err
	}
	site, _ := Site.From(env.Facts)
	first, ok := firstAnswer(site)
	if ok && first.Exchange.Fail == nil && redirectStatus(first.Exchange.Status) && first.Exchange.Size == 0 && !redirects(first) {
		v.Bad = "no-location"
		return v, nil
	}
	if !ok || !redirects(first) {
		return v, nil
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return v, err
	}
	t := &trail{env: env, began: time.Now(), site: site, jar: jar, seen: map[string]bool{}}
	t.pass(u)
	for at := first; redirects(at) && ctx.Err() == nil; {
		jar.SetCookies(u, (&http.Response{Header: at.Exchange.Header}).Cookies())
		location := at.Exchange.Header.Get("Location")
		next, bad := follow(u, location)
		switch {
		case bad != "":
		case len(v.Steps) >= maxRedirects:
			bad = "too-many"
		case !t.pass(next):
			v.Loop = true
			return v, nil
		}
		step := Step{Status: at.Exchange.Status}
		if bad != "" {
			v.Bad, v.Location = bad, wire.Printable(wire.WithoutUser(location), 300)
			return v, nil
		}
		t.step(ctx, next, &step)
		v.Steps = append(v.Steps, step)
		u, at = next, step.Attempt
	}
	return v, nil
}

// firstAnswer is the first attempt that was answered, in the order of the addresses.
func firstAnswer(r SiteReport) (wire.Attempt, bool) {
	for _, row := range r.Rows {
		for _, a := range row.Attempts {
			if a.Exchange != nil && a.Exchange.Status > 0 {
				return a, true
			}
		}
	}
	return wire.Attempt{}, false
}

// pass remembers an address with the cookies that it would be sent, and reports whether that is new.
func (t *trail) pass(u *url.URL) bool {
	key := u.String()
	for _, c := range t.jar.Cookies(u) {
		key += "\n" + c.String()
	}
	fresh := !t.seen[key]
	t.seen[key] = true
	return fresh
}

// follow resolves a Location (RFC 9110 section 10.2.2), or says why it leads nowhere.
func follow(from *url.URL, location string) (*url.URL, string) {
	u, err := from.Parse(strings.TrimSpace(location))
	if err != nil {
		if strings.Contains(err.Error(), "invalid port") {
			return nil, "port"
		}
		return nil, "malformed"
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, "scheme"
	}
	if u.Hostname() == "" {
		return nil, "no-host"
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return nil, "port"
		}
	}
	target, err := diagnostics.ParseTarget(u.String())
	if err != nil {
		return nil, "malformed"
	}
	if u, err = url.Parse(target.URL); err != nil {
		return nil, "malformed"
	}
	return u, ""
}

// step goes to one address of the trail.
func (t *trail) step(ctx context.Context, u *url.URL, s *Step) {
	s.URL = u.String()
	host := u.Hostname()
	s.Lookup = t.lookUp(ctx, host)
	if t.env.Host.Hosts != nil && !s.Lookup.Literal {
		s.Hosts, _ = t.env.Host.Hosts(ctx, []string{host})
	}
	addrs := s.Lookup.Addrs[:min(len(s.Lookup.Addrs), stepAddresses)]
	s.Addrs = len(addrs)
	header := http.Header{}
	var cookies []string
	for _, c := range t.jar.Cookies(u) {
		cookies = append(cookies, c.String())
	}
	if len(cookies) > 0 {
		header.Set("Cookie", strings.Join(cookies, "; "))
	}
	s.Attempt, _ = firstOf(ctx, stepStagger, len(addrs), func(ctx context.Context, i int) (wire.Attempt, bool) {
		v := request(addrs[i], u)
		v.header = header
		v.ask = func() bool { t.env.Asks.Take(host); return true }
		a := v.try(ctx, t.env, t.began)
		return a, a.Exchange != nil && a.Exchange.Status > 0
	})
}

// lookUp finds a step's addresses. Those of the target itself are known, the one that answered
// first of all.
func (t *trail) lookUp(ctx context.Context, host string) Lookup {
	if host != t.env.Target.Host {
		return lookUp(ctx, t.env, host, lookupLimit)
	}
	l := Lookup{Name: host}
	_, l.Literal = t.env.Target.IP()
	var rest []netip.Addr
	for _, r := range t.site.Rows {
		answered := slices.ContainsFunc(r.Attempts, func(a wire.Attempt) bool { return a.Exchange != nil && a.Exchange.Status > 0 })
		if answered {
			l.Addrs = append(l.Addrs, r.Addr.Addr())
		} else {
			rest = append(rest, r.Addr.Addr())
		}
	}
	l.Addrs = append(l.Addrs, rest...)
	return l
}
