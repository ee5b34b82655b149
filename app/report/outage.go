package report

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/edge"
)

// Page is a public page that may tell whether others see the same trouble. It is a link for a
// browser: this program sends nothing to it.
type Page struct {
	Name string
	URL  string
}

// statusPages are where delivery networks and platforms tell of their own outages, by their ids in
// package edge.
var statusPages = map[string]Page{
	"cloudflare":       {"Cloudflare Status", "https://www.cloudflarestatus.com/"},
	"fastly":           {"Fastly Status", "https://www.fastlystatus.com/"},
	"akamai":           {"Akamai Status", "https://www.akamaistatus.com/"},
	"cloudfront":       {"AWS Health", "https://health.aws.amazon.com/health/status"},
	"aws-elb":          {"AWS Health", "https://health.aws.amazon.com/health/status"},
	"google":           {"Google Cloud Status", "https://status.cloud.google.com/"},
	"azure-front-door": {"Azure Status", "https://azure.status.microsoft/"},
	"azure":            {"Azure Status", "https://azure.status.microsoft/"},
	"imperva":          {"Imperva Status", "https://status.imperva.com/"},
	"sucuri":           {"Sucuri Status", "https://status.sucuri.net/"},
	"bunny":            {"bunny.net Status", "https://status.bunny.net/"},
	"keycdn":           {"KeyCDN Status", "https://status.keycdn.com/"},
	"gcore":            {"Gcore Status", "https://status.gcore.com/"},
	"vercel":           {"Vercel Status", "https://www.vercel-status.com/"},
	"netlify":          {"Netlify Status", "https://www.netlifystatus.com/"},
	"heroku":           {"Heroku Status", "https://status.heroku.com/"},
	"fly":              {"Fly.io Status", "https://status.flyio.net/"},
	"render":           {"Render Status", "https://status.render.com/"},
	"railway":          {"Railway Status", "https://status.railway.com/"},
	"github-pages":     {"GitHub Status", "https://www.githubstatus.com/"},
	"pantheon":         {"Pantheon Status", "https://status.pantheon.io/"},
	"wpengine":         {"WP Engine Status", "https://wpenginestatus.com/"},
	"kinsta":           {"Kinsta Status", "https://status.kinsta.com/"},
	"wordpress":        {"Automattic Status", "https://automatticstatus.com/"},
	"shopify":          {"Shopify Status", "https://www.shopifystatus.com/"},
	"squarespace":      {"Squarespace Status", "https://status.squarespace.com/"},
	"wix":              {"Wix Status", "https://status.wix.com/"},
	"jsdelivr":         {"jsDelivr Status", "https://status.jsdelivr.com/"},
}

// OutagePages lists public pages that may tell of an outage of the host: those that collect
// reports, and those of the networks (ids of package edge) that deliver it. There are none for names
// that the public does not know: nobody outside is to learn of those.
func OutagePages(host string, networks ...string) (pages []Page) {
	host = strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(host, ".")), "www.")
	if !publicName(host) {
		return nil
	}
	for _, id := range networks {
		if p, ok := statusPages[id]; ok && !slices.Contains(pages, p) {
			pages = append(pages, p)
		}
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		domain = host
	}
	return append(pages,
		Page{"Downdetector", "https://downdetector.com/search/?q=" + url.QueryEscape(domain)},
		Page{"Down for Everyone or Just Me", "https://downforeveryoneorjustme.com/" + url.PathEscape(host)},
		Page{"Is It Down Right Now", "https://www.isitdownrightnow.com/" + url.PathEscape(domain) + ".html"},
	)
}

// publicName reports whether a name ends in one that registries of the internet sell.
func publicName(host string) bool {
	t, err := diagnostics.ParseTarget(host)
	if err != nil || t.Host != host || strings.Contains(host, "_") {
		return false
	}
	if _, ip := t.IP(); ip {
		return false
	}
	suffix, sold := publicsuffix.PublicSuffix(host)
	top := host[strings.LastIndexByte(host, '.')+1:]
	return (sold || strings.Contains(suffix, ".")) && suffix != host && top != "arpa" && top != "onion"
}

// OutagePages lists the pages for the examined website; none when it is not a public one.
func (d Document) OutagePages() []Page {
	if d.Target == nil {
		return nil
	}
	lookup, _ := fact[checks.Lookup](d, checks.SystemLookup.ID)
	if slices.ContainsFunc(lookup.Addrs, func(a netip.Addr) bool { return private(a.Unmap()) }) {
		return nil
	}
	return OutagePages(d.Target.Host, d.networks()...)
}

// networks are the ids of the delivery networks and platforms whose marks the answers bear.
func (d Document) networks() (ids []string) {
	var aliases []string
	for _, check := range []*diagnostics.Check[checks.ServerList]{checks.ConfiguredServers, checks.PublicServers, checks.SecureServers} {
		v, _ := fact[checks.ServerList](d, check.ID)
		for _, s := range v.Servers {
			aliases = append(aliases, s.A.CNAMEs...)
		}
	}
	slices.Sort(aliases)
	aliases = slices.Compact(aliases)
	for _, a := range attempts(d) {
		if a.Exchange == nil || a.Exchange.Status == 0 {
			continue
		}
		answer := edge.Answer{
			Status: a.Exchange.Status, Header: a.Exchange.Header, Body: a.Exchange.Body,
			TLS: a.Handshake != nil && a.Handshake.Trusted(), Host: d.Target.Host, CNAMEs: aliases,
		}
		for _, n := range edge.Networks(answer) {
			if !slices.Contains(ids, n.ID) {
				ids = append(ids, n.ID)
			}
		}
	}
	return ids
}
