package report

import (
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

func addresses(l []netip.Addr) string {
	words := make([]string, len(l))
	for i, a := range l {
		words[i] = a.String()
	}
	return list(words)
}

func (s speaker) lookup(v checks.Lookup) string {
	switch {
	case v.Literal:
		return s.say("dns.system.literal")
	case len(v.Addrs) > 0:
		return s.say("dns.system.found", "name", v.Name, "addresses", addresses(v.Addrs), "time", spanOf(v.Took))
	case v.NotFound:
		return s.say("dns.system.not-found", "name", v.Name)
	case v.Timeout:
		return s.say("dns.system.timeout", "name", v.Name)
	}
	return s.say("dns.system.failed", "name", v.Name, "why", v.Err)
}

// servers says for a few DNS servers how many answered and what.
func (s speaker) servers(id diagnostics.ID, v checks.ServerList) string {
	if len(v.Servers) == 0 {
		return s.say("dns.servers.none")
	}
	var alive int
	var codes []string
	var found []netip.Addr
	for _, x := range v.Servers {
		if x.Alive() {
			alive++
		}
		if c := x.RCode(); c != "" && c != "NOERROR" && !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
		for _, a := range x.Addrs() {
			if !slices.Contains(found, a) {
				found = append(found, a)
			}
		}
	}
	key := "dns.servers.asked"
	if id == checks.ControlNames.ID {
		key = "dns.servers.control"
	}
	return s.say(key, "count", strconv.Itoa(alive), "all", strconv.Itoa(len(v.Servers)), "addresses", addresses(found), "codes", strings.Join(codes, ", "))
}

func (s speaker) missing(v checks.MissingReport) string {
	asked := false
	for _, a := range v.Configured {
		if len(a.Addrs) > 0 {
			return s.say("dns.missing-names.invented", "name", a.Name, "address", a.Addrs[0].String())
		}
		asked = asked || a.Answered()
	}
	if !asked {
		return s.say("dns.missing-names.unasked")
	}
	return s.say("dns.missing-names.honest")
}

func (s speaker) authority(v checks.AuthorityReport) string {
	if len(v.Servers) == 0 {
		return s.say("dns.authority.none", "why", v.Err)
	}
	n := 0
	for _, x := range v.Servers {
		if x.A.Answered() || x.AAAA.Answered() || x.SOA.Answered() {
			n++
		}
	}
	return s.say("dns.authority.asked", "zone", v.Zone, "count", strconv.Itoa(n), "all", strconv.Itoa(len(v.Servers)))
}

// rows says what the addresses of a site answered: "203.0.113.7: 502 Bad Gateway (3 times)".
func (s speaker) rows(key string, rows []checks.Row) string {
	if len(rows) == 0 {
		return s.say(key + ".none")
	}
	var told []string
	for _, r := range rows {
		var outcomes []string
		for _, a := range r.Attempts {
			if a.Fail() != nil && !a.Fail().Real() {
				continue
			}
			outcomes = append(outcomes, s.outcome(a))
		}
		if len(outcomes) == 0 {
			outcomes = []string{s.say("attempt.none")}
		}
		text := outcomes[0]
		same := !slices.ContainsFunc(outcomes, func(o string) bool { return o != text })
		switch {
		case len(outcomes) > 1 && same:
			text = s.say("attempt.times", "outcome", text, "count", strconv.Itoa(len(outcomes)))
		case !same:
			text = list(slices.Compact(outcomes))
		}
		told = append(told, s.say("attempt.of", "address", r.Addr.Addr().String(), "outcome", text))
	}
	return strings.Join(told[:min(3, len(told))], "; ")
}

// word is the text of a stable word, or that of "other" for one from a newer version.
func (s speaker) word(family, word string) string {
	if !resources.Has(s.lang, "check."+family+word) {
		word = "other"
	}
	return s.say(family + word)
}

// outcome says how far one attempt came.
func (s speaker) outcome(a wire.Attempt) string {
	if a.Handshake != nil && len(a.Handshake.Problems) > 0 {
		return s.say("attempt.certificate", "problem", s.word("problem.", string(a.Handshake.Problems[0])))
	}
	if f := a.Fail(); f != nil {
		return s.word("fail.", string(f.Kind))
	}
	switch e := a.Exchange; {
	case e != nil && e.Status > 0:
		return s.say("attempt.status", "status", strconv.Itoa(e.Status), "name", http.StatusText(e.Status), "time", spanOf(a.Connect.Took+e.Took+handshakeTook(a)))
	case a.Handshake != nil:
		return s.say("attempt.secure")
	case a.Connect.OK:
		return s.say("attempt.connected")
	}
	return s.say("attempt.none")
}

func handshakeTook(a wire.Attempt) wire.Ms {
	if a.Handshake == nil {
		return 0
	}
	return a.Handshake.Took
}

func (s speaker) redirects(v checks.RedirectReport) string {
	switch {
	case v.Loop:
		return s.say("site.redirects.loop", "count", strconv.Itoa(len(v.Steps)))
	case v.Bad != "":
		return s.say("site.redirects.bad", "location", v.Location)
	case len(v.Steps) == 0:
		return s.say("site.redirects.none")
	}
	last := v.Steps[len(v.Steps)-1]
	return s.say("site.redirects.followed", "count", strconv.Itoa(len(v.Steps)), "url", last.URL, "outcome", s.outcome(last.Attempt))
}

func (s speaker) ports(v checks.PortsReport) string {
	var open []string
	for _, c := range append(slices.Clone(v.Other), v.Near...) {
		if c.OK {
			open = append(open, c.Addr.String())
		}
	}
	if len(open) == 0 {
		return s.say("site.ports.none", "address", v.Addr.String())
	}
	return s.say("site.ports.open", "address", v.Addr.String(), "ports", list(open))
}

// variants says what each other way of asking brought.
func (s speaker) variants(ways map[string]*wire.Attempt) string {
	var told []string
	for way, a := range ways {
		if a != nil {
			told = append(told, s.say("variant."+way, "outcome", s.outcome(*a)))
		}
	}
	if len(told) == 0 {
		return s.say("variant.none")
	}
	slices.Sort(told)
	return strings.Join(told, "; ")
}

func (s speaker) viaProxy(v checks.ViaProxyReport) string {
	var told []string
	for _, p := range v.Proxies {
		a := p.Tunnel
		if p.Through != nil {
			a = *p.Through
		}
		told = append(told, s.say("attempt.of", "address", p.Proxy, "outcome", s.outcome(a)))
	}
	if len(told) == 0 {
		return s.say("site.via-proxy.none")
	}
	return strings.Join(told, "; ")
}
