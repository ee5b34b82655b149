package report

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/resources"
)

// fact returns what a check of the document saw, in its own type; a document that was read back from
// JSON has none.
func fact[T any](d Document, id diagnostics.ID) (v T, ok bool) {
	for _, c := range d.Checks {
		if c.ID == string(id) {
			if o, is := c.Data.(observed); is {
				v, ok = o.value.(T)
			}
		}
	}
	return v, ok
}

// discretion returns what takes out of a text what is nobody else's business: addresses of this
// computer, names of its networks, and, for readers outside, private addresses. The addresses of
// the website stay, as do the provider's own routers for the provider.
func discretion(d Document, to, lang string) func(string) string {
	own, known := map[netip.Addr]bool{}, map[netip.Addr]bool{}
	var names []string
	links, _ := fact[checks.LinkList](d, checks.Links.ID)
	for _, l := range links.Links {
		for _, p := range l.Addrs {
			own[p.Addr().Unmap().WithZone("")] = true
		}
		if w := l.Wireless; w != nil && len(w.SSID) > 2 {
			names = append(names, w.SSID)
		}
	}
	if to != NetworkAdmin {
		names = append(names, localNames(d)...)
	}
	rows, _ := fact[checks.SiteReport](d, checks.Site.ID)
	for _, r := range rows.Rows {
		known[r.Addr.Addr().Unmap().WithZone("")] = true
	}
	if hops, _ := fact[checks.HopsReport](d, checks.Hops.ID); to == Provider {
		for _, h := range hops.Hops {
			known[h.From.Unmap().WithZone("")] = h.TTL > 1 && !own[h.From.Unmap()]
		}
		ports, _ := fact[checks.PortsReport](d, checks.Ports.ID)
		for _, r := range []*trace.Result{hops.Route, ports.Route} {
			for a, ttl := range routersOf(r) {
				known[a] = ttl > 1 && !own[a]
			}
		}
	}
	say := func(key string) string { return resources.Text(lang, key, nil) }
	replace := func(a netip.Addr) string {
		a = a.Unmap().WithZone("")
		switch {
		case known[a]:
			return ""
		case own[a]:
			return say("letter.own-address")
		case to == Provider && carrierNAT.Contains(a):
			return ""
		case to != NetworkAdmin && private(a):
			return say("letter.private-address")
		}
		return ""
	}
	return func(text string) string {
		text = wire.Printable(text, 2*maxText)
		if target := d.Target; target != nil {
			text = strings.ReplaceAll(text, target.URL, (&letter{to: to}).url(target.URL))
		}
		for _, name := range names {
			text = strings.ReplaceAll(text, name, "…")
		}
		return mapAddresses(text, replace)
	}
}

// routersOf are the routers of a traced way, with their distances.
func routersOf(r *trace.Result) map[netip.Addr]int {
	list := map[netip.Addr]int{}
	if r == nil {
		return list
	}
	for _, f := range r.Flows {
		for _, h := range f.Hops {
			for _, a := range h.Addrs {
				list[a.Addr.Unmap().WithZone("")] = h.TTL
			}
		}
	}
	return list
}

// localNames are the suffixes that this network gives its names, unless the website has one itself.
func localNames(d Document) (names []string) {
	list, _ := fact[checks.ResolverList](d, checks.Resolvers.ID)
	for _, r := range list.Resolvers {
		for _, suffix := range slices.Concat(r.Search, r.Domains) {
			suffix = strings.Trim(suffix, ".~")
			if len(suffix) > 2 && (d.Target == nil || !strings.HasSuffix(d.Target.Host, suffix)) {
				names = append(names, suffix)
			}
		}
	}
	return names
}

// carrierNAT is what providers use between themselves and their customers (RFC 6598).
var carrierNAT = netip.MustParsePrefix("100.64.0.0/10")

func private(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || carrierNAT.Contains(a)
}

// mapAddresses replaces the IP addresses of a text, where replace gives words for them.
func mapAddresses(text string, replace func(netip.Addr) string) string {
	part := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F' || r == '.' || r == ':'
	}
	var b strings.Builder
	for text != "" {
		start := strings.IndexFunc(text, part)
		if start < 0 {
			break
		}
		end := strings.IndexFunc(text[start:], func(r rune) bool { return !part(r) })
		if end < 0 {
			end = len(text) - start
		}
		b.WriteString(text[:start])
		b.WriteString(mapAddress(text[start:start+end], replace))
		text = text[start+end:]
	}
	return b.String() + text
}

// mapAddress replaces one address, which may have a port and the text's own full stop or colon.
func mapAddress(word string, replace func(netip.Addr) string) string {
	bare := strings.TrimRight(word, ".:")
	rest := word[len(bare):]
	a, err := netip.ParseAddr(bare)
	if err != nil {
		p, err := netip.ParseAddrPort(bare)
		if err != nil {
			return word
		}
		a, rest = p.Addr(), bare[strings.LastIndexByte(bare, ':'):]+rest
	}
	if words := replace(a); words != "" {
		return words + rest
	}
	return word
}
