package cli

import (
	"context"
	"slices"
	"time"

	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/diagnostics/wire"
)

// maxFixes is more than there are.
const maxFixes = 32

// fix is the command "fix".
func fix(ctx context.Context, c *call) error {
	names, err := c.fixNames()
	if err != nil {
		return err
	}
	var site diagnostics.Target
	if slices.Contains(c.flags.given, "site") {
		if site, err = diagnostics.ParseTarget(c.flags.site); err != nil {
			return usageError{err}
		}
	}
	m, stop, err := c.mending(ctx, "waymend.fix/1")
	if err != nil {
		return err
	}
	defer stop()
	m.doc.Address = site.URL
	target := remedy.Target{Host: site.Host}
	switch {
	case c.flags.log:
		return m.log()
	case len(names) == 0:
		return m.list(target)
	}
	list, err := m.closed(func() (list []mend.Asked) {
		for _, id := range names {
			plan := m.kit.PlanAsked
			if c.flags.storage {
				plan = m.kit.PlanStored
			}
			list = append(list, plan(m.ctx, id, target, c.flags.closed))
		}
		return list
	})
	if err != nil {
		return m.end(err)
	}
	m.site = site
	return m.carryOut(list, false)
}

// fixNames checks the names and flags before anything is looked at.
func (c *call) fixNames() (names []string, err error) {
	f := c.flags
	if f.log && (len(c.args) > 0 || f.dryRun || f.yes || f.closed || f.close || slices.Contains(f.given, "site")) {
		return nil, misuse("--log lists what was changed; of the flags of fix only --json goes with it")
	}
	if len(c.args) == 0 && (f.yes || f.closed || f.close) {
		return nil, misuse("--yes, --close and --closed need the NAME of a fix; \"waymend fix\" lists them")
	}
	if f.storage && !slices.ContainsFunc(c.args, mend.StoresToo) {
		return nil, misuse("--storage goes with %s and %s: it takes what sites have stored themselves as well", remedy.ClearSiteCookies, remedy.ClearBrowsers)
	}
	for _, id := range c.args {
		if _, ok := remedy.Find(id); !ok {
			return nil, misuse("there is no fix called %q; \"waymend fix\" lists those that apply here", wire.Printable(id, 60))
		}
		if mend.NeedsSite(id) && f.site == "" {
			return nil, misuse("%s is about one website: add --site ADDRESS", id)
		}
		if !slices.Contains(names, id) {
			names = append(names, id)
		}
	}
	return names, nil
}

// mending is one use of "fix" or "reset".
type mending struct {
	*call
	p    printer
	ctx  context.Context // ends with Ctrl-C
	kit  mend.Kit
	set  settings.Settings
	site diagnostics.Target // to be examined afterwards
	all  bool               // all are done, whether the page comes or not, and the site is examined once they are
	// verify looks afterwards whether what was to go has gone; nil for none.
	verify func()
	doc    fixDocument
}

func (c *call) mending(ctx context.Context, schema string) (*mending, func(), error) {
	set, err := c.settings()
	if err != nil {
		return nil, nil, err
	}
	if c.flags.timeout > 0 {
		set.Timeout = c.flags.timeout
	}
	ctx, stop := interruptible(ctx)
	p := c.printer(set.Speaks())
	m := &mending{call: c, p: p, ctx: ctx, kit: mend.Here(), set: set}
	m.doc = fixDocument{Schema: schema, Version: version, DryRun: c.flags.dryRun, Fixes: []fixReport{}}
	return m, stop, nil
}

// planned looks at what would change, with a line that says so.
func (m *mending) planned(look func() []mend.Asked) []mend.Asked {
	line := m.quiet()
	line.show(m.p.say("cli.fix.looking"))
	defer line.erase()
	return look()
}

// list is "fix" without a name.
func (m *mending) list(target remedy.Target) error {
	asked := m.planned(func() (list []mend.Asked) {
		for _, f := range m.kit.Fixes(m.ctx, target) {
			list = append(list, mend.Asked{Fix: f})
		}
		return list
	})
	if m.ctx.Err() != nil {
		return codeError{exitInterrupted, m.p.say("cli.fix.untouched")}
	}
	for _, a := range asked {
		m.doc.Fixes = append(m.doc.Fixes, reportOf(a, m.p.lang))
	}
	if m.flags.json {
		return m.writeJSON(m.doc)
	}
	if len(asked) == 0 {
		m.p.para("", m.p.say("cli.fix.none"), "")
		return nil
	}
	m.p.para("", m.p.say("cli.fix.list"), bold)
	for i, a := range asked {
		m.p.gap()
		m.p.plan(a, m.doc.Fixes[i], m.closeHint())
	}
	m.p.gap()
	m.p.para("", m.p.say("cli.fix.how"), faint)
	return nil
}

// log is "fix --log".
func (m *mending) log() error {
	entries, err := m.kit.Log.Entries()
	if err != nil {
		return codeError{exitFault, m.p.say("cli.log.broken", "why", plainError(err))}
	}
	doc := logDocument{Schema: "waymend.fix/1", Version: version, Log: []logEntry{}}
	for _, e := range entries {
		doc.Log = append(doc.Log, entryOf(e, m.p.lang))
	}
	if m.flags.json {
		return m.writeJSON(doc)
	}
	if len(entries) == 0 {
		m.p.para("", m.p.say("cli.log.none"), "")
	}
	for i, e := range doc.Log {
		if i > 0 {
			m.p.gap()
		}
		m.p.entry(e)
	}
	return nil
}

// clock is a moment as the log and the hints show it.
func clock(t time.Time) string {
	t = t.Local()
	if now := time.Now(); t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}
