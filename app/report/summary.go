package report

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/resources"
)

// Summary says in one short sentence what a check saw, without judging it.
func Summary(lang string, f diagnostics.Fact) string {
	s := speaker{lang}
	switch v := f.Value.(type) {
	case checks.LinkList:
		return s.links(v)
	case checks.RouteList:
		return s.routes(v)
	case checks.ResolverList:
		return s.resolvers(v)
	case checks.HostsEntries:
		if len(v.Entries) == 0 {
			return s.say("computer.hosts.none")
		}
		e := v.Entries[0]
		return s.say("computer.hosts.entry", "name", e.Name, "address", e.Addr.String(), "file", e.File, "line", strconv.Itoa(e.Line))
	case checks.ProxyList:
		return s.proxies(v)
	case checks.FirewallEvidence:
		if v.State() == diagnostics.Failed {
			return s.say("computer.firewall.blocked")
		}
		return s.say("computer.firewall.none")
	case diagnostics.Complaint:
		return s.say("browser.said", "code", v.Code, "status", statusOf(v), "server", v.Server, "address", v.Address)
	case checks.BrowserList:
		return s.browsers(v)
	case checks.OtherLinksReport:
		return s.otherLinks(v)
	case checks.RouterReport:
		return s.routers(v)
	case checks.AnchorReport:
		n, _ := v.Count()
		return s.say("provider.anchors", "count", strconv.Itoa(n), "all", strconv.Itoa(len(v.Anchors)), "family", family(v.Family))
	case checks.SignInReport:
		return s.signIn(v)
	case checks.LossReport:
		return s.loss(v)
	case checks.HopsReport:
		if n := checks.Farthest(v.Hops); n > 0 {
			return s.say("provider.hops.seen", "count", strconv.Itoa(n), "address", v.To.Addr().String())
		}
		return s.say("provider.hops.none")
	case checks.Lookup:
		return s.lookup(v)
	case checks.ServerList:
		return s.servers(f.ID, v)
	case checks.MissingReport:
		return s.missing(v)
	case checks.AuthorityReport:
		return s.authority(v)
	case checks.InterceptReport:
		if v.Answers {
			return s.say("dns.interception.answered")
		}
		return s.say("dns.interception.silent")
	case checks.SiteReport:
		return s.rows("site.addresses", v.Rows)
	case checks.OthersReport:
		return s.rows("site.other-addresses", v.Rows)
	case checks.RedirectReport:
		return s.redirects(v)
	case checks.PortsReport:
		return s.ports(v)
	case checks.TLSReport:
		return s.variants(map[string]*wire.Attempt{"other-name": v.OtherName, "no-name": v.NoName, "small-segments": v.SmallMSS, "tls-1.2": v.Only12, "old-tls": v.Old, "plain": v.Plain, "again": v.Again})
	case checks.HTTPReport:
		return s.variants(map[string]*wire.Attempt{"http1": v.HTTP1, "uncompressed": v.Identity, "front-page": v.Root, "past-cache": v.Fresh, "big-cookie": v.BigCookie})
	case checks.ViaProxyReport:
		return s.viaProxy(v)
	}
	switch {
	case f.State == diagnostics.Skipped:
		return s.say("skipped")
	case f.Err != "":
		return s.say("unknown", "why", s.why(f.Err))
	}
	return s.say("done")
}

// why puts Go's words for an examination that ended early into the reader's language.
func (s speaker) why(text string) string {
	if text == context.Canceled.Error() || text == context.DeadlineExceeded.Error() {
		return s.say("fail.cancelled")
	}
	return text
}

// speaker puts observations into one language.
type speaker struct{ lang string }

// say fills the sentence "check.<key>" with name-value pairs; values may come from the network.
func (s speaker) say(key string, pairs ...string) string {
	values := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = Measure(s.lang, wire.Printable(pairs[i+1], maxText))
	}
	return resources.Text(s.lang, "check."+key, values)
}

// statusOf is "502 Bad Gateway".
func statusOf(c diagnostics.Complaint) string {
	if c.Status == 0 {
		return ""
	}
	return strings.TrimSpace(strconv.Itoa(c.Status) + " " + http.StatusText(c.Status))
}

// Span writes milliseconds as people read them: "<0.1 ms", "0.4 ms", "21 ms", "1.4 s".
func Span(ms float64) string {
	switch {
	case ms <= 0:
		return "0 ms"
	case ms < 0.05:
		return "<0.1 ms"
	case ms < 9.95:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 999.5:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	}
	return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
}

// spanOf is Span for a step on the network.
func spanOf(m wire.Ms) string { return Span(float64(m)) }

func family(f diagnostics.Family) string {
	if f == diagnostics.IPv6 {
		return "IPv6"
	}
	return "IPv4"
}

// list joins at most four of the words.
func list(words []string) string {
	const most = 4
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" (+%d)", len(words)-most)
	}
	return strings.Join(words, ", ")
}

func (s speaker) links(v checks.LinkList) string {
	var up []string
	for _, l := range v.Links {
		if l.Up && l.Kind != platform.Loopback && !l.Virtual && l.Carrier != platform.CarrierNo && len(l.Addrs) > 0 {
			up = append(up, l.Name)
		}
	}
	if len(up) == 0 {
		return s.say("computer.links.none")
	}
	return s.say("computer.links.up", "names", list(up))
}

func (s speaker) routes(v checks.RouteList) string {
	four, ok4 := v.Default(diagnostics.IPv4)
	six, ok6 := v.Default(diagnostics.IPv6)
	if !ok4 && !ok6 {
		return s.say("computer.routes.none")
	}
	return s.say("computer.routes.default", "v4", gateway(four, ok4), "v6", gateway(six, ok6))
}

func gateway(r platform.Route, ok bool) string {
	switch {
	case !ok:
		return ""
	case r.Gateway.IsValid():
		return r.Gateway.String()
	}
	return r.Link
}

func (s speaker) resolvers(v checks.ResolverList) string {
	var l []string
	for _, r := range v.Resolvers {
		l = append(l, r.Addr.Addr().String())
	}
	if len(l) == 0 {
		return s.say("computer.resolvers.none")
	}
	return s.say("computer.resolvers.some", "servers", list(l))
}

func (s speaker) proxies(v checks.ProxyList) string {
	var l []string
	for _, p := range v.Proxies {
		switch {
		case p.URL != "":
			l = append(l, p.URL)
		case p.Script != "":
			l = append(l, p.Script)
		}
	}
	if len(l) == 0 {
		return s.say("computer.proxy.none")
	}
	return s.say("computer.proxy.some", "proxies", list(l))
}

func (s speaker) browsers(v checks.BrowserList) string {
	if len(v.Profiles) == 0 {
		return s.say("browser.settings.none")
	}
	var cookies int
	for _, p := range v.Profiles {
		cookies = max(cookies, p.CookieBytes)
	}
	return s.say("browser.settings.some", "count", strconv.Itoa(len(v.Profiles)), "bytes", strconv.Itoa(cookies))
}

func (s speaker) otherLinks(v checks.OtherLinksReport) string {
	var works []string
	for _, l := range v.Links {
		for _, c := range l.Connects {
			if c.OK {
				works = append(works, l.Link)
				break
			}
		}
	}
	if len(works) == 0 {
		return s.say("computer.other-links.none")
	}
	return s.say("computer.other-links.works", "names", list(works))
}

func (s speaker) routers(v checks.RouterReport) string {
	var told []string
	for _, g := range v.Gateways {
		switch {
		case g.Alive && len(g.Echo.RTT) > 0:
			told = append(told, s.say("router.echo.answers", "address", g.Addr.String(), "time", spanOf(fastest(g.Echo.RTT))))
		case g.Alive:
			told = append(told, s.say("router.echo.alive", "address", g.Addr.String()))
		case g.Dead:
			told = append(told, s.say("router.echo.dead", "address", g.Addr.String()))
		default:
			told = append(told, s.say("router.echo.silent", "address", g.Addr.String()))
		}
	}
	if len(told) == 0 {
		return s.say("router.echo.none")
	}
	return strings.Join(told, "; ")
}

func fastest(rtt []wire.Ms) wire.Ms {
	best := rtt[0]
	for _, x := range rtt {
		best = min(best, x)
	}
	return best
}

func (s speaker) signIn(v checks.SignInReport) string {
	good := 0
	for _, p := range v.Probes {
		switch p.Answer {
		case "portal":
			return s.say("provider.sign-in.portal", "location", p.Location)
		case "as-expected", "empty":
			good++
		}
	}
	if good == 0 {
		return s.say("provider.sign-in.none")
	}
	return s.say("provider.sign-in.none", "count", strconv.Itoa(good), "all", strconv.Itoa(len(v.Probes)))
}

func (s speaker) loss(v checks.LossReport) string {
	lost, sent := v.Share()
	if sent == 0 {
		return s.say("provider.loss.unmeasured")
	}
	return s.say("provider.loss.measured", "percent", strconv.FormatFloat(lost*100, 'f', 0, 64), "sent", strconv.Itoa(sent))
}
