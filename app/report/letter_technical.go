package report

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// The lines of this file are for engineers: the terms of the protocols, in every language the same.

// technical lists what the reader's engineers want to see.
func (l *letter) technical() (lines []string) {
	lines = append(lines, l.site()...)
	lines = append(lines, l.names()...)
	if l.to == Owner {
		return lines
	}
	if l.to == NetworkAdmin {
		lines = append(lines, l.proxies()...)
	}
	return append(lines, l.wayOut()...)
}

// site lists each address of the website with its attempts, alike ones together.
func (l *letter) site() (lines []string) {
	report, _ := fact[checks.SiteReport](l.d, checks.Site.ID)
	var shown *wire.Attempt
	for _, row := range report.Rows {
		type group struct {
			first wire.Attempt
			count int
		}
		var groups []group
		for _, a := range row.Attempts {
			if f := a.Fail(); f != nil && !f.Real() {
				continue
			}
			i := slices.IndexFunc(groups, func(g group) bool { return outcome(g.first) == outcome(a) })
			if i < 0 {
				groups, i = append(groups, group{first: a}), len(groups)
			}
			groups[i].count++
			if shown == nil || shown.Exchange == nil && a.Exchange != nil {
				shown = &a
			}
		}
		for _, g := range groups {
			lines = append(lines, fmt.Sprintf("%s: %s (%d×)", row.Addr, steps(g.first), g.count))
		}
	}
	if shown != nil {
		lines = append(lines, l.marks(*shown)...)
	}
	redirects, _ := fact[checks.RedirectReport](l.d, checks.Redirects.ID)
	for _, s := range redirects.Steps {
		lines = append(lines, fmt.Sprintf("%d → %s: %s", s.Status, l.url(s.URL), steps(s.Attempt)))
	}
	return lines
}

// outcome is what two attempts must have in common to be told as one.
func outcome(a wire.Attempt) string {
	status, fail := 0, wire.Kind("")
	if a.Exchange != nil {
		status = a.Exchange.Status
	}
	if f := a.Fail(); f != nil {
		fail = f.Kind
	}
	return fmt.Sprint(status, fail, a.Connect.OK, a.Handshake != nil && a.Handshake.OK)
}

// steps are the steps of one attempt with their times: "TCP 0.4 ms, TLS 1.3 h2 3.1 ms, HTTP/2.0 502 …".
func steps(a wire.Attempt) string {
	words := []string{step("TCP", a.Connect.Took, a.Connect.Fail)}
	if h := a.Handshake; h != nil {
		name := strings.TrimSpace(firstOf(h.Version, "TLS") + " " + h.ALPN)
		for _, p := range h.Problems {
			name += ", certificate " + string(p)
		}
		words = append(words, step(name, h.Took, h.Fail))
	}
	if e := a.Exchange; e != nil {
		name := firstOf(e.Proto, "HTTP")
		if e.Status > 0 {
			name = strings.TrimSpace(fmt.Sprintf("%s %d %s", name, e.Status, http.StatusText(e.Status)))
		}
		words = append(words, step(name, e.Took, e.Fail))
	}
	return strings.Join(words, ", ")
}

func step(name string, took wire.Ms, fail *wire.Failure) string {
	text := name + " " + spanOf(took)
	if fail == nil {
		return text
	}
	text += " " + string(fail.Kind)
	if fail.Offender.IsValid() {
		text += " by " + fail.Offender.String()
	}
	if fail.Alert > 0 {
		text += fmt.Sprintf(" alert %d", fail.Alert)
	}
	return text
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// marksOf are the header fields by which a request is found in a log, and who answered it.
var marksOf = []string{
	"Server", "Via", "Date", "Age", "Retry-After", "Cf-Ray", "X-Request-Id", "X-Correlation-Id", "Request-Id", "X-Trace-Id", "Traceparent",
	"X-Amz-Cf-Id", "X-Amz-Cf-Pop", "X-Amz-Request-Id", "X-Amzn-Requestid", "X-Amzn-Trace-Id", "X-Azure-Ref", "X-Ms-Request-Id", "X-Served-By", "X-Cache",
	"X-Akamai-Request-Id", "X-Vercel-Id", "X-Vercel-Error", "X-Nf-Request-Id", "Fly-Request-Id", "X-Github-Request-Id", "X-Iinfo", "Proxy-Status", "Server-Timing",
}

// marks are the header fields and the certificate of one answer.
func (l *letter) marks(a wire.Attempt) (lines []string) {
	if e := a.Exchange; e != nil {
		for _, name := range marksOf {
			for _, v := range e.Header.Values(name) {
				lines = append(lines, name+": "+wire.Printable(v, 200))
			}
		}
	}
	if h := a.Handshake; h != nil && len(h.Chain) > 0 {
		c := h.Chain[0]
		lines = append(lines,
			fmt.Sprintf("certificate: %s, issued by %s, %s to %s", c.Subject, c.Issuer, c.NotBefore.UTC().Format("2006-01-02"), c.NotAfter.UTC().Format("2006-01-02")),
			"certificate SHA-256: "+c.SHA256)
	}
	return lines
}

// names lists what each resolver said.
func (l *letter) names() (lines []string) {
	if v, ok := fact[checks.Lookup](l.d, checks.SystemLookup.ID); ok && !v.Literal {
		switch {
		case len(v.Addrs) > 0:
			lines = append(lines, fmt.Sprintf("system lookup %s: %s, %s", v.Name, addresses(v.Addrs), spanOf(v.Took)))
		default:
			lines = append(lines, fmt.Sprintf("system lookup %s: %s, %s", v.Name, firstOf(v.Err, "no address"), spanOf(v.Took)))
		}
	}
	for _, check := range []*diagnostics.Check[checks.ServerList]{checks.ConfiguredServers, checks.PublicServers, checks.SecureServers} {
		v, _ := fact[checks.ServerList](l.d, check.ID)
		lines = append(lines, servers(v.Servers)...)
	}
	v, _ := fact[checks.AuthorityReport](l.d, checks.Authority.ID)
	for _, s := range v.Servers {
		lines = append(lines, fmt.Sprintf("DNS %s (authority of %s): A %s; SOA %s %d", s.A.Server, v.Zone, answer(s.A), s.SOA.RCode, s.SOA.Serial))
	}
	return lines
}

// servers lists what DNS servers said, those that said the same in one line.
func servers(list []checks.Server) (lines []string) {
	var said []string
	by := map[string][]checks.Server{}
	for _, s := range list {
		text := "A " + answer(s.A) + "; AAAA " + answer(s.AAAA)
		if by[text] == nil {
			said = append(said, text)
		}
		by[text] = append(by[text], s)
	}
	for _, text := range said {
		var names []string
		var took []wire.Ms
		for _, s := range by[text] {
			names = append(names, s.Addr.String()+operator(s.Operator))
			if s.A.Answered() {
				took = append(took, s.A.Last)
			}
		}
		line := fmt.Sprintf("DNS %s %s: %s", by[text][0].A.Transport, strings.Join(names, ", "), text)
		if len(took) > 0 {
			line += "; " + between(slices.Min(took), slices.Max(took))
		}
		lines = append(lines, line)
	}
	return lines
}

func between(least, most wire.Ms) string {
	if spanOf(least) == spanOf(most) {
		return spanOf(least)
	}
	return spanOf(least) + " to " + spanOf(most)
}

func operator(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

func answer(a wire.Answer) string {
	switch {
	case a.Fail != nil:
		return string(a.Fail.Kind)
	case a.RCode == "":
		return "not asked"
	}
	text := a.RCode
	if len(a.Addrs) > 0 {
		text += fmt.Sprintf(" %s TTL %d", addresses(a.Addrs), a.TTL)
	}
	for _, e := range a.EDE {
		text += fmt.Sprintf(" EDE %d", e.Code)
	}
	return text
}

func (l *letter) proxies() (lines []string) {
	v, _ := fact[checks.ViaProxyReport](l.d, checks.ViaProxy.ID)
	for _, p := range v.Proxies {
		a := p.Tunnel
		if p.Through != nil {
			a = *p.Through
		}
		lines = append(lines, "proxy "+wire.WithoutUser(p.Proxy)+": "+steps(a))
	}
	return lines
}

// wayOut lists the measurements of the line: references, echoes and hops.
func (l *letter) wayOut() (lines []string) {
	for _, check := range []*diagnostics.Check[checks.AnchorReport]{checks.Anchors4, checks.Anchors6} {
		v, _ := fact[checks.AnchorReport](l.d, check.ID)
		for _, a := range v.Anchors {
			lines = append(lines, fmt.Sprintf("reference %s%s: %s", a.Attempt.Addr, operator(a.Operator), steps(a.Attempt)))
		}
	}
	loss, _ := fact[checks.LossReport](l.d, checks.Loss.ID)
	if loss.Router != nil {
		lines = append(lines, echoes("router ", *loss.Router))
	}
	for _, e := range loss.Anchors {
		lines = append(lines, echoes("", e))
	}
	v, _ := fact[checks.HopsReport](l.d, checks.Hops.ID)
	lines = append(lines, wayLines(v.To, v.Hops, v.Route)...)
	ports, _ := fact[checks.PortsReport](l.d, checks.Ports.ID)
	if l.d.Target != nil {
		lines = append(lines, wayLines(netip.AddrPortFrom(ports.Addr, uint16(l.d.Target.Port)), ports.Hops, ports.Route)...)
	}
	sign, _ := fact[checks.SignInReport](l.d, checks.SignIn.ID)
	for _, p := range sign.Probes {
		lines = append(lines, fmt.Sprintf("%s: %s", p.URL, p.Answer))
	}
	return lines
}

// wayLines lists who answered on the way to a place, how soon, and what got lost; reports of older versions
// know the first hops only.
func wayLines(to netip.AddrPort, hops []checks.Hop, r *trace.Result) (lines []string) {
	line := func(ttl int, from netip.Addr, took wire.Ms, rest string) {
		name := "*"
		if from.IsValid() {
			name = from.String()
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("hop %d to %s: %s %s", ttl, to, name, rtt(took)))+rest)
	}
	if r == nil || len(r.Flows) == 0 {
		for _, h := range hops {
			if h.Reached {
				h.From = to.Addr()
			}
			line(h.TTL, h.From, h.RTT, "")
		}
		return lines
	}
	reading := route.Read(*r, nil)
	for i, h := range r.Flows[0].Hops {
		rest := ""
		if h.Sent > 2 {
			rest = fmt.Sprintf(", %d of %d lost", h.Lost, h.Sent)
		}
		if h.Code != "" {
			rest += " " + h.Code
		}
		if note := reading.Hops[0][i].Note; note != "" {
			rest += " (" + note + ")"
		}
		line(h.TTL, h.Addr(), h.Median, rest)
	}
	if s := reading.Slowest; s != nil {
		lines = append(lines, fmt.Sprintf("slowest stretch to %s: hop %d to hop %d, %s of %s", to.Addr(), s.From.TTL, s.To.TTL, spanOf(s.Added), spanOf(s.Total)))
	}
	if loss := reading.Loss; loss != nil {
		lines = append(lines, fmt.Sprintf("loss on the way to %s begins between hop %d and hop %d: %.0f %%", to.Addr(), loss.After.TTL, loss.At.TTL, loss.Share*100))
	}
	return lines
}

func rtt(m wire.Ms) string {
	if m <= 0 {
		return ""
	}
	return spanOf(m)
}

func echoes(what string, e wire.Echo) string {
	text := fmt.Sprintf("echoes to %s%s (%s): %d of %d answered", what, nameless(e.Addr), e.Method, e.Received, e.Sent)
	if n := len(e.RTT); n > 0 {
		times := slices.Sorted(slices.Values(e.RTT))
		text += fmt.Sprintf(", RTT %s, median %s", between(times[0], times[n-1]), spanOf(times[n/2]))
	}
	return text
}

func nameless(a netip.Addr) string { return a.WithZone("").String() }
