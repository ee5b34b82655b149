package verdict

import (
	"slices"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/resources"
)

// layers are the rules in the order in which they are asked: what is nearest to the person first.
// Within a layer the first that finds something wins. A fault that stops the page is looked for in
// stoppers; what only harms is in harms, and is told beside.
var stoppers = [][]Rule{
	computerRules,
	routerRules,
	portalRules,
	uplinkRules,
	trustRules,
	proxyRules,
	nameRules,
	connectRules,
	tlsRules,
	httpRules,
}

// Judge says what the facts mean. It never fails: facts that are not there are not held against
// anybody.
func Judge(f diagnostics.Facts) Verdict {
	c := newCase(f)
	main, found := c.stopper()
	harms := c.harms()
	if !found && c.troubled() {
		main, found = c.unexplained(harms)
	}
	if slices.Contains(silences, main.Fault) {
		main = c.ratherLine(main, harms)
	}
	v := Verdict{}
	switch {
	case found:
		v.Finding = main
		v.Also = without(harms, main.Fault)
	default:
		v.Finding, v.Also = c.healthy(), harms
		for i, h := range harms {
			if !h.aside && !slices.Contains(asides, h.Fault) {
				v.Finding, v.Also = h, slices.Delete(slices.Clone(harms), i, i+1)
				v.Also = without(v.Also, h.Fault)
				break
			}
		}
	}
	v.hear(c, found)
	v.Finding = c.complete(v.Finding)
	for i := range v.Also {
		v.Also[i] = c.complete(v.Also[i])
	}
	v.Stations = c.stations(v)
	return v
}

// stopper asks the layers for the fault that keeps the page from coming.
func (c *Case) stopper() (Finding, bool) {
	for _, layer := range stoppers {
		for _, r := range layer {
			if f, ok := r.Judge(c); ok {
				if f.Fault == "" {
					f.Fault = r.Fault
				}
				return f, true
			}
		}
	}
	return Finding{}, false
}

// harms asks the rules for faults that do not stop the page, the gravest first.
func (c *Case) harms() (list []Finding) {
	for _, r := range harmRules {
		f, ok := r.Judge(c)
		if !ok {
			continue
		}
		if f.Fault == "" {
			f.Fault = r.Fault
		}
		if !slices.ContainsFunc(list, func(x Finding) bool { return x.Fault == f.Fault }) {
			list = append(list, f)
		}
	}
	return list
}

// without drops harms that the main fault already is or accounts for.
func without(list []Finding, main FaultID) (rest []Finding) {
	for _, f := range list {
		if f.Fault != main && !slices.Contains(swallows[main], f.Fault) {
			rest = append(rest, f)
		}
	}
	return rest
}

// swallows names the harms that are only symptoms of a main fault.
var swallows = map[FaultID][]FaultID{
	"portal.sign-in":             {"dns.lies-for-missing-names", "dns.port-blocked", "dns.one-server-down", "path.ipv6-broken", "path.ipv4-broken", "path.packet-loss", "filter.tls-interception"},
	"path.packet-loss":           {"router.overloaded", "path.slow", "dns.server-slow", "dns.one-server-down", "path.ipv6-broken", "path.ipv4-broken", "site.slow-answer"},
	"router.packet-loss":         {"path.packet-loss", "router.overloaded", "path.slow", "dns.server-slow", "dns.one-server-down"},
	"dns.server-down":            {"dns.one-server-down", "dns.server-slow"},
	"filter.dns-injected":        {"dns.port-blocked", "dns.lies-for-missing-names"},
	"filter.dns-block":           {"dns.lies-for-missing-names"},
	"router.bufferbloat":         {"path.slow", "dns.server-slow", "path.packet-loss", "router.packet-loss", "site.slow-answer"},
	"path.slow":                  {"dns.server-slow"},
	"ip.no-address":              {"path.ipv4-broken", "path.ipv6-broken"},
	"ip.no-gateway":              {"path.ipv4-broken", "path.ipv6-broken"},
	"ip.wrong-interface":         {"path.ipv4-broken", "path.ipv6-broken"},
	"path.ipv4-broken":           {"dns.one-server-down", "dns.port-blocked"},
	"path.ipv6-broken":           {"site.one-address-down", "site.ipv6-broken"},
	"filter.port-blocked":        {"dns.port-blocked"},
	"firewall.drops":             {"dns.port-blocked"},
	"firewall.rejects":           {"dns.port-blocked"},
	"provider.no-uplink":         {"dns.one-server-down", "path.ipv6-broken", "path.ipv4-broken", "dns.port-blocked"},
	"router.not-forwarding":      {"dns.one-server-down", "path.ipv6-broken", "path.ipv4-broken", "dns.port-blocked"},
	"router.no-answer":           {"dns.one-server-down", "path.ipv6-broken", "path.ipv4-broken", "router.packet-loss"},
	"ip.conflict":                {"path.packet-loss", "router.packet-loss", "router.overloaded", "site.intermittent", "path.ipv4-broken"},
	"site.one-address-down":      {"site.intermittent"},
	"path.mtu-black-hole":        {"path.ipv6-broken", "path.ipv4-broken", "dns.one-server-down"},
	"vpn.kill-switch":            {"path.ipv6-broken", "path.ipv4-broken", "dns.one-server-down", "dns.port-blocked"},
	"clock.wrong":                {"filter.tls-interception"},
	"hosts.override":             {"dns.lies-for-missing-names"},
	"dns.split-horizon":          {"dns.one-server-down"},
	"domain.dnssec-broken":       {"domain.name-servers-down"},
	"router.overloaded":          {"path.ipv6-broken", "path.ipv4-broken", "site.one-address-down", "site.ipv6-broken", "site.intermittent", "dns.one-server-down"},
	"computer.sockets-exhausted": {"path.ipv6-broken", "path.ipv4-broken", "router.overloaded"},
}

// asides are harms that a person does not feel as long as the page comes: they are told, and are
// never the answer.
var asides = []FaultID{"dns.port-blocked", "filter.tls-interception", "dns.lies-for-missing-names"}

// silences are faults whose evidence is that something did not come in time.
var silences = []FaultID{"site.no-answer", "tls.hangs", "site.slow-answer", "site.resets", "path.no-route-to-site", "site.truncated", "filter.port-blocked"}

// ratherLine returns the fault of the line in place of the silence of the site, when the line loses
// or delays so much that the silence proves nothing about the site.
func (c *Case) ratherLine(main Finding, harms []Finding) Finding {
	for _, h := range harms {
		if h.Fault == "ip.conflict" {
			return h
		}
		lost := (h.Fault == "path.packet-loss" || h.Fault == "router.packet-loss") && c.lossy()
		if lost || h.Fault == "router.bufferbloat" {
			h.Explains = append(h.Explains, main.Explains...)
			return h
		}
	}
	return main
}

// troubled reports whether something is wrong that no rule accounts for.
func (c *Case) troubled() bool {
	if c.Target.None() {
		return !c.online() && !c.proxyAnswers() && (c.v4.Done || c.v6.Done)
	}
	return !c.fine()
}

// unexplained is the honest answer when something is wrong and nothing proves what.
func (c *Case) unexplained(harms []Finding) (Finding, bool) {
	for _, h := range harms {
		if slices.Contains(harmsThatStop, h.Fault) {
			return h, true
		}
	}
	f := Finding{Fault: Unclear, Confidence: 0.3, Decide: "hotspot", Explains: c.failed(diagnostics.Stations[:]...)}
	switch {
	case c.loopback():
		f.Decide = ""
	case !c.Target.None() && !c.site.Measured:
		f.Decide = "longer"
	}
	return f, true
}

// harmsThatStop are harms that can well keep a page from coming.
var harmsThatStop = []FaultID{"ip.conflict", "path.packet-loss", "router.packet-loss", "router.overloaded", "router.bufferbloat", "path.ipv6-broken", "path.ipv4-broken"}

func (c *Case) healthy() Finding {
	f := Finding{Fault: OK, Confidence: 0.95}
	if c.Target.None() {
		if !c.online() {
			f.Confidence = 0.5
		}
		f.Evidence = append(f.Evidence, c.onlineEvidence()...)
		return f
	}
	if a := c.site.Answer; a != nil {
		f.Evidence = append(f.Evidence, Evidence{Check: "site.addresses", Key: "answered-well", Values: c.answerValues()})
		f.Values = c.answerValues()
	}
	return f
}

// complete fills in what the catalogue knows, and keeps of what is explained what did fail.
func (c *Case) complete(f Finding) Finding {
	explains := f.Explains
	f.Explains = nil
	for _, id := range explains {
		x, ok := c.Facts.Fact(id)
		if ok && (x.State == diagnostics.Failed || x.State == diagnostics.Warning) && !slices.Contains(f.Explains, id) {
			f.Explains = append(f.Explains, id)
		}
	}
	k, ok := resources.FaultByID(string(f.Fault))
	if f.Blame == "" {
		f.Blame = Unknown
		if ok {
			f.Blame = Blame(k.Blame)
		}
	}
	if f.Station == "" && ok {
		f.Station = diagnostics.Station(k.Station)
	}
	if f.Values == nil {
		f.Values = map[string]string{}
	}
	f.Unfit = c.unfit(f)
	return f
}
