package cli

import (
	"context"

	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/remedy"
)

// reset is the command "reset": the caches of all browsers and of names, and a website's cookies.
func reset(ctx context.Context, c *call) error {
	var site diagnostics.Target
	if len(c.args) == 1 {
		var err error
		if site, err = diagnostics.ParseTarget(c.args[0]); err != nil {
			return usageError{err}
		}
	}
	m, stop, err := c.mending(ctx, "waymend.reset/1")
	if err != nil {
		return err
	}
	defer stop()
	m.doc.Address = site.URL
	target := remedy.Target{Host: site.Host}
	list, err := m.closed(func() []mend.Asked { return m.kit.PlanReset(m.ctx, target, c.flags.closed) })
	if err != nil {
		return m.end(err)
	}
	m.site, m.all = site, true
	m.verify = func() {
		line := m.quiet()
		line.show(m.p.say("cli.reset.checking"))
		again := m.kit.PlanReset(m.ctx, target, c.flags.closed)[0]
		line.erase()
		if again.Err != nil && !again.Idle() {
			return // what it is has been said already
		}
		m.doc.LeftBytes = &again.Plan.Bytes
		m.tell("cli.reset.checked", "before", report.Size(m.p.lang, list[0].Plan.Bytes), "after", report.Size(m.p.lang, again.Plan.Bytes))
	}
	return m.carryOut(list, true)
}
