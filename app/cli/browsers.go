package cli

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform/browser"
)

// browserList is the document of "waymend browsers --json".
type browserList struct {
	Schema   string          `json:"schema"`
	Version  string          `json:"version"`
	Complete bool            `json:"complete"` // false when it was interrupted
	Profiles []profileFound  `json:"profiles"`
	Total    browserTotal    `json:"total"`
	NotFound []browserAbsent `json:"not_found"`
}

type profileFound struct {
	Browser     string       `json:"browser"`
	Family      string       `json:"family"`
	Profile     string       `json:"profile"`
	Directory   string       `json:"directory"`
	State       string       `json:"state"` // stopped, running, unknown
	PID         int          `json:"pid,omitempty"`
	UsedAt      *time.Time   `json:"used_at"`
	CacheBytes  int64        `json:"cache_bytes"`
	CookieBytes int64        `json:"cookie_bytes"`
	Measured    bool         `json:"measured"`
	Caches      []cacheFound `json:"caches"`
	Network     networkFound `json:"network"`

	network []mend.Network
}

// networkFound is what a profile says about DNS and proxies; "" where it says nothing.
type networkFound struct {
	DoH       string        `json:"doh"` // off, automatic, secure
	DoHServer string        `json:"doh_server"`
	Proxy     string        `json:"proxy"` // system, direct, fixed, script, detect
	Server    string        `json:"proxy_server"`
	Managed   bool          `json:"managed"`
	Pages     browser.Pages `json:"pages"` // where they are changed
}

type cacheFound struct {
	Kind   string `json:"kind"`
	Path   string `json:"path"`
	Shared bool   `json:"shared"`
	Files  int64  `json:"files"`
	Bytes  int64  `json:"bytes"`
	Error  string `json:"error,omitempty"`
}

type browserTotal struct {
	Profiles    int   `json:"profiles"`
	CacheBytes  int64 `json:"cache_bytes"`
	CookieBytes int64 `json:"cookie_bytes"`
}

type browserAbsent struct {
	Family string `json:"family"`
	Name   string `json:"name"`
}

// browsers is the command "browsers".
func browsers(ctx context.Context, c *call) error {
	switch {
	case slices.Contains(c.flags.given, "open-clean"):
		return c.openClean()
	case slices.Contains(c.flags.given, "in"):
		return misuse("--in says where --open-clean ADDRESS opens it")
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	p := c.printer(set.Speaks())
	line := c.quiet()
	line.show(p.say("cli.browsers.looking"))
	found := map[string]browser.Found{}
	kit := mend.Here()
	err = kit.Host.BrowserScan(ctx, func(f browser.Found) {
		found[f.Dir] = f
		var bytes int64
		for _, f := range found {
			bytes += f.CacheBytes + f.CookieBytes
		}
		line.show(p.say("cli.browsers.so-far", "count", strconv.Itoa(len(found)), "size", report.Size(p.lang, bytes), "browser", f.Browser))
	})
	line.erase()
	if err != nil && ctx.Err() == nil {
		return codeError{exitFault, mend.Why(err, p.lang)}
	}
	if kit.Waits() {
		giveBackLater() // what an earlier process left
	}
	list := listFound(found, p.lang)
	list.Complete = ctx.Err() == nil
	if c.flags.json {
		err = c.writeJSON(list)
	} else {
		p.browsers(list, c.flags.verbose)
	}
	if ctx.Err() != nil {
		c.notice("%s", p.say("cli.fix.known"))
		return codeError{code: exitInterrupted}
	}
	return err
}

// listFound sorts what was found, the browsers by name and their profiles by size.
func listFound(found map[string]browser.Found, lang string) browserList {
	list := browserList{Schema: "waymend.browsers/1", Version: version, Profiles: []profileFound{}, NotFound: []browserAbsent{}}
	families := map[string]bool{}
	for _, f := range found {
		families[f.Family.ID] = true
		one := profileFound{Browser: wire.Printable(f.Browser, 100), Family: f.Family.ID, Profile: wire.Printable(f.Name, 100), Directory: f.Dir,
			State: string(f.State), PID: f.PID, CacheBytes: f.CacheBytes, CookieBytes: f.CookieBytes, Measured: f.Measured, Caches: []cacheFound{}, network: mend.NetworkOf(f)}
		n := f.Network
		one.Network = networkFound{n.DoHMode, wire.Printable(n.DoHURL, 400), n.ProxyMode, wire.Printable(n.Proxy, 400), n.Managed, f.Family.Pages()}
		if !f.Used.IsZero() {
			used := f.Used.UTC()
			one.UsedAt = &used
		}
		for _, x := range f.Caches {
			cache := cacheFound{Kind: x.Kind, Path: x.Path(), Shared: x.Shared, Files: x.Files, Bytes: x.Bytes}
			if x.Err != nil {
				cache.Error = mend.WhyAt(x.Err, x.Path(), lang)
			}
			one.Caches = append(one.Caches, cache)
		}
		list.Profiles = append(list.Profiles, one)
		list.Total.Profiles++
		list.Total.CacheBytes += f.CacheBytes
		list.Total.CookieBytes += f.CookieBytes
	}
	slices.SortFunc(list.Profiles, func(a, b profileFound) int {
		return cmp.Or(cmp.Compare(a.Browser, b.Browser), cmp.Compare(b.CacheBytes+b.CookieBytes, a.CacheBytes+a.CookieBytes),
			cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.Directory, b.Directory))
	})
	for _, f := range browser.Families {
		if len(f.Roots[runtime.GOOS]) > 0 && !families[f.ID] {
			list.NotFound = append(list.NotFound, browserAbsent{f.ID, f.Name})
		}
	}
	return list
}

func (p printer) browsers(list browserList, verbose bool) {
	last := ""
	for i, f := range list.Profiles {
		if f.Browser != last {
			if i > 0 {
				p.gap()
			}
			p.para("", f.Browser, bold)
			last = f.Browser
		}
		key := "cli.browsers.profile"
		if !f.Measured {
			key = "cli.browsers.unmeasured"
		}
		text := p.say(key, "profile", f.Profile, "caches", report.Size(p.lang, f.CacheBytes), "cookies", report.Size(p.lang, f.CookieBytes))
		if f.State != string(browser.Stopped) {
			text += " " + p.say("cli.browsers."+f.State)
		}
		state := "skipped"
		if f.State == string(browser.Running) {
			state = "warning"
		}
		p.marked("  ", state, "", text)
		p.caches(f.Caches, verbose)
		p.network(f, verbose)
	}
	if len(list.Profiles) == 0 {
		p.para("", p.say("cli.browsers.none"), "")
	} else {
		p.gap()
		p.para("", p.say("cli.browsers.total", "count", strconv.Itoa(list.Total.Profiles),
			"caches", report.Size(p.lang, list.Total.CacheBytes), "cookies", report.Size(p.lang, list.Total.CookieBytes)), bold)
	}
	var absent []string
	for _, f := range list.NotFound {
		absent = append(absent, f.Name)
	}
	if list.Complete && len(absent) > 0 {
		p.para("", p.say("cli.browsers.absent", "names", strings.Join(absent, ", ")), faint)
	}
}

// caches names those that could not be counted; all of them when a person wants every detail.
func (p printer) caches(list []cacheFound, verbose bool) {
	for _, x := range list {
		switch {
		case x.Error != "":
			p.marked("    ", "warning", "", x.Error)
		case verbose:
			p.para("      ", wire.Printable(x.Path, 400)+": "+report.Size(p.lang, x.Bytes), faint)
		}
	}
}

// network says what a profile has set about DNS and proxies, and where; what is as it came only when a
// person wants every detail.
func (p printer) network(f profileFound, verbose bool) {
	for _, n := range f.network {
		if !n.Usual || verbose {
			p.para(p.screen.plain("    • "), mend.Words(n.Line, p.lang), "")
			p.para("      ", mend.Words(n.Change(f.Network.Managed), p.lang), faint)
		}
	}
}
