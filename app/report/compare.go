package report

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// Compare says in plain sentences what changed between two examinations of the same address, the
// gravest first; "nothing" is a sentence, too. It is empty when they are not of the same address.
func Compare(before, now Document, lang string) []string {
	if (before.Target == nil) != (now.Target == nil) || now.Target != nil && before.Target.URL != now.Target.URL {
		return nil
	}
	c := &comparison{before: before, now: now, lang: lang}
	c.faults()
	c.also()
	c.status()
	c.network()
	c.addresses()
	c.certificate()
	c.speeds()
	c.loss()
	if len(c.out) == 0 {
		c.say("compare.same")
	}
	return c.out
}

type comparison struct {
	before, now Document
	lang        string
	out         []string
}

// say adds the sentence with name-value pairs.
func (c *comparison) say(key string, pairs ...string) {
	values := map[string]string{}
	if t := c.now.Target; t != nil {
		values["host"] = t.Host
		if t.Unicode != "" && t.Note == "" {
			values["host"] = t.Unicode
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = Measure(c.lang, wire.Printable(pairs[i+1], maxText))
	}
	c.out = append(c.out, resources.Text(c.lang, key, values))
}

// short is a fault in a few words.
func (c *comparison) short(fault string) string {
	return resources.Text(c.lang, "fault."+fault+".short", nil)
}

func (c *comparison) faults() {
	was, is := c.before.Verdict.Fault, c.now.Verdict.Fault
	switch {
	case was == is && is != "ok":
		c.say("compare.still", "fault", is)
	case was == is:
	case is == "ok" && was == "unknown":
		c.say("compare.works")
	case is == "ok":
		c.say("compare.gone", "fault", was)
	case was == "ok":
		c.say("compare.came", "fault", is)
	default:
		c.say("compare.other", "fault", is, "before", c.short(was))
	}
}

// also tells which of the faults beside the answer came and went. One that was the answer, or became
// it, has been told already.
func (c *comparison) also() {
	faults := func(d Document) (list []string) {
		for _, a := range d.Verdict.Also {
			list = append(list, a.Fault)
		}
		return list
	}
	was, is := faults(c.before), faults(c.now)
	for _, f := range was {
		if !slices.Contains(is, f) && f != c.now.Verdict.Fault {
			c.say("compare.also-gone", "fault", f)
		}
	}
	for _, f := range is {
		if !slices.Contains(was, f) && f != c.before.Verdict.Fault {
			c.say("compare.also-came", "fault", f)
		}
	}
}

// attempts are all that were made to the site.
func attempts(d Document) (list []wire.Attempt) {
	site, _ := fact[checks.SiteReport](d, checks.Site.ID)
	for _, r := range site.Rows {
		list = append(list, r.Attempts...)
	}
	return list
}

// status tells when the site answers otherwise than ever before.
func (c *comparison) status() {
	statuses := func(d Document) (list []string) {
		for _, a := range attempts(d) {
			if e := a.Exchange; e != nil && e.Status > 0 {
				list = append(list, strings.TrimSpace(fmt.Sprint(e.Status, " ", http.StatusText(e.Status))))
			}
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	if was, is := statuses(c.before), statuses(c.now); apart(was, is) {
		c.say("compare.status", "now", list(is), "before", list(was))
	}
}

// apart reports whether two lists have members, and none in common.
func apart[T comparable](a, b []T) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

// network tells when the computer has moved.
func (c *comparison) network() {
	gateways := func(d Document) (list []netip.Addr) {
		routes, _ := fact[checks.RouteList](d, checks.Routes.ID)
		for _, r := range routes.Routes {
			if r.Default() && r.Gateway.IsValid() {
				list = append(list, r.Gateway.WithZone(""))
			}
		}
		return list
	}
	if apart(gateways(c.before), gateways(c.now)) {
		c.say("compare.network")
	}
}

// addresses tells when the name leads elsewhere. Large sites give another few of their addresses each
// time: only when none is left is that a change.
func (c *comparison) addresses() {
	was, _ := fact[checks.Lookup](c.before, checks.SystemLookup.ID)
	is, _ := fact[checks.Lookup](c.now, checks.SystemLookup.ID)
	if apart(was.Addrs, is.Addrs) {
		c.say("compare.address", "now", addresses(is.Addrs), "before", addresses(was.Addrs))
	}
}

func (c *comparison) certificate() {
	leaves := func(d Document) (list []wire.Cert) {
		for _, a := range attempts(d) {
			if a.Handshake != nil && len(a.Handshake.Chain) > 0 {
				list = append(list, a.Handshake.Chain[0])
			}
		}
		return list
	}
	was, is := leaves(c.before), leaves(c.now)
	prints := func(l []wire.Cert) (list []string) {
		for _, x := range l {
			list = append(list, x.SHA256)
		}
		return list
	}
	if apart(prints(was), prints(is)) {
		c.say("compare.certificate", "issuer", issuer(is[0]), "until", is[0].NotAfter.UTC().Format("2006-01-02"), "before", issuer(was[0]))
	}
}

// issuer is the name that people know of who issued a certificate.
func issuer(c wire.Cert) string {
	for part := range strings.SplitSeq(c.Issuer, ",") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(part), "CN="); ok {
			return name
		}
	}
	return c.Issuer
}

// What is noise: less than half as much again, or too little to notice.
const (
	noiseFactor = 1.5
	noiseMs     = 30
	noiseLoss   = 0.05
)

func (c *comparison) speeds() {
	c.speed("compare.page", pageMs(c.before), pageMs(c.now))
	for _, id := range []string{"dns", "provider"} {
		c.speed("compare."+id, stationMs(c.before, id), stationMs(c.now, id))
	}
}

func (c *comparison) speed(key string, was, is float64) {
	if was <= 0 || is <= 0 || max(was, is)-min(was, is) < noiseMs || max(was, is) < noiseFactor*min(was, is) {
		return
	}
	if is < was {
		key += "-faster"
	} else {
		key += "-slower"
	}
	c.say(key, "now", Span(is), "before", Span(was))
}

// pageMs is how long the fastest good answer took, from the connection to its end; 0 without one.
func pageMs(d Document) (best float64) {
	for _, a := range attempts(d) {
		e := a.Exchange
		if a.Fail() != nil || e == nil || e.Status < 200 || e.Status >= 400 {
			continue
		}
		if took := float64(a.Connect.Took + handshakeTook(a) + e.Took); best == 0 || took < best {
			best = took
		}
	}
	return best
}

func stationMs(d Document, id string) float64 {
	for _, s := range d.Stations {
		if s.ID == id && s.LatencyMs != nil {
			return *s.LatencyMs
		}
	}
	return 0
}

func (c *comparison) loss() {
	share := func(d Document) (float64, bool) {
		v, _ := fact[checks.LossReport](d, checks.Loss.ID)
		lost, sent := v.Share()
		return lost, sent > 0
	}
	was, ok1 := share(c.before)
	is, ok2 := share(c.now)
	switch {
	case !ok1 || !ok2:
	case was-is > noiseLoss:
		c.say("compare.loss-less", "now", percent(is)+" %", "before", percent(was)+" %")
	case is-was > noiseLoss:
		c.say("compare.loss-more", "now", percent(is)+" %", "before", percent(was)+" %")
	}
}
