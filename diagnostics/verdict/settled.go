package verdict

import (
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/platform"
)

// What an answer has to wait for. A check that no outstanding fact of which could change the answer
// is not waited for; it may still arrive for the details.
var (
	// basics are over in one or two round trips on any network that works.
	basics = []diagnostics.ID{checks.Links.ID, checks.Routes.ID, checks.Anchors4.ID, checks.Anchors6.ID, checks.Loss.ID}
	naming = []diagnostics.ID{checks.ConfiguredServers.ID, checks.PublicServers.ID, checks.SecureServers.ID, checks.SystemLookup.ID}
	asking = []diagnostics.ID{checks.Site.ID, checks.Redirects.ID, checks.HTTPVariants.ID, checks.ViaProxy.ID}
	around = []diagnostics.ID{checks.Ports.ID, checks.TLSVariants.ID, checks.OtherAddresses.ID, checks.HostsFile.ID, checks.SignIn.ID, checks.RouterEcho.ID}
)

const (
	// patience is how long a page that came waits for the rest: a share of the time it took itself,
	// because everything else needs fewer round trips than a page.
	patience    = 0.1
	patienceMin = 15 * time.Millisecond
	// overdue is when facts that a good network brings at once are given up.
	overdue = 3 * time.Second
)

// Settled reports whether the answer stands: no fact that is still outstanding could change it.
// elapsed is the time since the examination began. When the answer does not stand yet, it is to be
// asked again at the next fact or after the returned time, whichever is first.
func Settled(f diagnostics.Facts, elapsed time.Duration) (done bool, again time.Duration) {
	const never = time.Hour
	have := func(ids ...diagnostics.ID) bool {
		return !slices.ContainsFunc(ids, func(id diagnostics.ID) bool { _, ok := f.Fact(id); return !ok })
	}
	if !have(checks.Links.ID, checks.Routes.ID) {
		return false, never
	}
	c := newCase(f)
	if c.proxied() && !have(checks.ViaProxy.ID) {
		return false, never
	}
	if c.mayBeNear(have) {
		return false, never
	}
	if done := c.settledOffline(have); done {
		return true, 0
	}
	if c.poorWay() && !have(checks.Hops.ID) {
		return false, never // it is being measured, within bounds of its own
	}
	if f.Target.None() {
		return have(generalNeeds...), never
	}
	if _, ip := f.Target.IP(); !ip && c.namelessSettled(have) {
		return true, 0
	}
	if c.throughProxy() && c.onlyByProxy() {
		return true, 0
	}
	if !have(asking...) {
		return false, never
	}
	siteEnd := c.ended(asking...)
	if c.Target.Scheme == "http" && c.names.differs() && !have(checks.OtherAddresses.ID) {
		return false, never // a plain page may be anybody's
	}
	if c.fine() && len(c.harmsOfSite()) == 0 {
		// Everything that a working network brings as fast as a page must be there, or overdue.
		if c.local() || have(basics...) && have(naming...) && have(checks.MissingNames.ID, checks.SignIn.ID) {
			return true, 0
		}
		wait := siteEnd + max(patienceMin, time.Duration(float64(siteEnd)*patience))
		if elapsed < wait {
			return false, wait - elapsed
		}
		if have(basics...) && have(naming...) {
			return true, 0
		}
	} else if c.local() && have(around...) || have(basics...) && have(naming...) && have(around...) && (have(checks.Authority.ID) || c.site.spoke() && !c.names.differs()) {
		return true, 0
	}
	limit := max(siteEnd, overdue)
	if elapsed >= limit {
		return true, 0
	}
	return false, limit - elapsed
}

// generalNeeds is what the answer about the connection in general waits for.
var generalNeeds = []diagnostics.ID{checks.Anchors4.ID, checks.Anchors6.ID, checks.SignIn.ID, checks.Loss.ID, checks.ControlNames.ID, checks.MissingNames.ID, checks.RouterEcho.ID, checks.Firewall.ID, checks.Resolvers.ID, checks.Proxies.ID}

// proxied reports whether a proxy is set for the target.
func (c *Case) proxied() bool {
	for _, p := range c.settings() {
		if p.URL != "" || len(p.Chain) > 0 {
			return true
		}
	}
	return false
}

// onlyByProxy reports whether every proxy that is set is followed by browsers too: then the direct
// way does not matter.
func (c *Case) onlyByProxy() bool {
	return !slices.ContainsFunc(c.settings(), func(p platform.Proxy) bool { return !p.Browsers })
}

// mayBeNear reports whether the target's name may yet turn out to be this computer's, which needs
// neither a network nor DNS: it is in the hosts file, and the system has not said what it makes of it.
func (c *Case) mayBeNear(have func(...diagnostics.ID) bool) bool {
	if _, ip := c.Target.IP(); ip || c.Target.None() {
		return false
	}
	return !have(checks.HostsFile.ID) || len(c.names.Hosts.Entries) > 0 && !have(checks.SystemLookup.ID)
}

// settledOffline: a sign-in page was met, or nothing is reached and what is near is known.
func (c *Case) settledOffline(have func(...diagnostics.ID) bool) bool {
	if c.local() || c.site.fine() || c.proxied() {
		return false
	}
	if have(checks.SignIn.ID, checks.Anchors4.ID, checks.RouterEcho.ID) {
		if f, ok := c.signIn(); ok && f.Confidence >= 0.9 {
			return true
		}
	}
	if !have(checks.Anchors4.ID, checks.Anchors6.ID, checks.RouterEcho.ID, checks.OtherLinks.ID) || !c.offline() {
		return false
	}
	main, ok := c.stopper()
	if !ok {
		return false
	}
	if main.Confidence < 0.85 && len(c.names.given()) > 0 && !have(checks.Site.ID) {
		return false // the site has an address: it may yet answer
	}
	switch {
	case main.Confidence >= 0.92 && main.Fault != "portal.sign-in":
		return true
	case !have(checks.SignIn.ID, checks.Firewall.ID) || !have(checks.Hops.ID) && c.routerAlive():
		return false
	}
	return c.Target.None() && have(checks.ControlNames.ID, checks.MissingNames.ID) ||
		!c.Target.None() && have(checks.ConfiguredServers.ID, checks.PublicServers.ID, checks.MissingNames.ID)
}

// namelessSettled: the name gives no address, and everybody who could know it has been asked.
func (c *Case) namelessSettled(have func(...diagnostics.ID) bool) bool {
	if !have(checks.ConfiguredServers.ID, checks.Anchors4.ID, checks.Anchors6.ID) || len(c.names.given()) > 0 {
		return false
	}
	if !have(checks.PublicServers.ID, checks.SecureServers.ID, checks.MissingNames.ID, checks.HostsFile.ID) {
		return false
	}
	alive, _ := c.names.alive()
	if len(c.names.Configured) > 0 && alive == 0 {
		return true
	}
	if c.hungForName() > 0 && c.names.Outside.Addrs > 0 {
		return true
	}
	return have(checks.SystemLookup.ID) && (have(checks.Authority.ID) || c.names.Outside.Missing > 1 || c.names.Outside.Addrs > 0)
}

// harmsOfSite are the harms that the site itself showed.
func (c *Case) harmsOfSite() (list []Finding) {
	for _, f := range c.harms() {
		if len(f.Fault) > 5 && f.Fault[:5] == "site." {
			list = append(list, f)
		}
	}
	return list
}

// ended returns when the last of the checks ended, since the first fact's start.
func (c *Case) ended(ids ...diagnostics.ID) time.Duration {
	var first, last time.Time
	for _, f := range c.Facts.All() {
		if first.IsZero() || f.Start.Before(first) {
			first = f.Start
		}
		if end := f.Start.Add(f.Took); slices.Contains(ids, f.ID) && end.After(last) {
			last = end
		}
	}
	if last.IsZero() {
		return 0
	}
	return last.Sub(first)
}
