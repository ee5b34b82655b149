package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/resources"
)

// carryOut shows what would change, asks where that is due, does it, and says what came of it. Nothing
// is changed when one of several cannot be planned; those of a reset may have nothing to do.
func (m *mending) carryOut(asked []mend.Asked, lenient bool) error {
	if m.ctx.Err() != nil {
		return codeError{exitInterrupted, m.p.say("cli.fix.untouched")}
	}
	var wrong []string
	work := false
	for i, a := range asked {
		r := reportOf(a, m.p.lang)
		m.doc.Fixes = append(m.doc.Fixes, r)
		work = work || a.Err == nil && len(a.Plan.Lines) > 0
		if !m.flags.json {
			if i > 0 {
				m.p.gap()
			}
			m.p.plan(a, r)
		}
		if a.Err != nil && !(lenient && a.Idle()) || !lenient && a.Idle() {
			wrong = append(wrong, r.Title+": "+reasonOf(r))
		}
	}
	m.out.Flush()
	switch {
	case len(wrong) > 0:
		return m.end(codeError{exitFault, strings.Join(wrong, " ")})
	case m.flags.dryRun:
		m.tell("cli.fix.dry")
		return m.end(nil)
	case !work:
		m.tell("cli.fix.clean")
		return m.end(m.amiss())
	}
	if err := m.consent(asked); err != nil {
		for i := range m.doc.Fixes {
			if m.doc.Fixes[i].Outcome == outcomePlanned {
				m.doc.Fixes[i].Outcome = outcomeRefused
			}
		}
		return m.end(err)
	}
	return m.end(m.do(asked))
}

// reasonOf is why a fix cannot be done: the reason, or what is in its way.
func reasonOf(r fixReport) string {
	if len(r.Refused) == 0 {
		return r.Reason
	}
	return r.Refused[0].Text
}

// tell says something below the plans, in an answer for people.
func (m *mending) tell(key string, pairs ...string) {
	if !m.flags.json {
		m.p.gap()
		m.p.para("", m.p.say(key, pairs...), "")
	}
}

// end writes the document where one is wanted.
func (m *mending) end(err error) error {
	if m.flags.json {
		return errors.Join(err, m.writeJSON(m.doc))
	}
	return err
}

// amiss is an error when something that was asked for is left alone, unless that is how it is meant
// to be, as with browsers that only their person can clear.
func (m *mending) amiss() error {
	var why []string
	for _, f := range m.doc.Fixes {
		for _, r := range f.Refused {
			if r.Reason != "by-hand" && !slices.Contains(why, r.Text) {
				why = append(why, r.Text)
			}
		}
		if f.Outcome == outcomePartly || f.Outcome == outcomeFailed {
			why = append(why, f.Title+": "+f.Reason)
		}
	}
	switch len(why) {
	case 0:
		return nil
	case 1:
		return codeError{exitFault, why[0]}
	}
	return codeError{exitFault, m.p.say("cli.fix.not-all")}
}

// consent asks once, where somebody can be asked.
func (m *mending) consent(asked []mend.Asked) error {
	if m.flags.yes || !slices.ContainsFunc(asked, func(a mend.Asked) bool { return a.Err == nil && len(a.Plan.Lines) > 0 && mend.AsksFirst(a.Fix) }) {
		return nil
	}
	if !m.attended() {
		return codeError{exitFault, m.p.say("cli.fix.unattended")}
	}
	if !m.flags.json {
		m.p.gap()
	}
	yes, err := m.ask(m.p.say("cli.fix.ask"))
	if err == nil && !yes {
		err = codeError{exitFault, m.p.say("cli.fix.untouched")}
	}
	return err
}

// do does one fix after the other, until one fails or Ctrl-C, and examines the website afterwards.
func (m *mending) do(asked []mend.Asked) error {
	cleared := false
	var failed error
	for i, a := range asked {
		r := &m.doc.Fixes[i]
		if r.Outcome != outcomePlanned {
			continue
		}
		if failed != nil {
			m.skip(r)
			continue
		}
		failed = m.apply(a.Fix, r)
		cleared = cleared || mend.Clears(a.ID) && r.CanUndo
		m.out.Flush()
	}
	if cleared {
		giveBackLater()
	}
	switch {
	case failed != nil:
		return failed
	case m.site.Host != "":
		if err := m.again(); err != nil {
			return err
		}
	}
	return m.amiss()
}

// skip says that a fix is not begun.
func (m *mending) skip(r *fixReport) {
	r.Outcome = outcomeSkipped
	if !m.flags.json {
		m.p.outcome(*r, nil)
	}
}

// apply does one fix and shows what came of it.
func (m *mending) apply(f mend.Fix, r *fixReport) error {
	line := m.quiet()
	entry, err := m.kit.Apply(m.ctx, f, func(now remedy.Progress) {
		if resources.Has(m.p.lang, now.Line.Key) {
			line.show(mend.Words(now.Line, m.p.lang))
		}
	})
	line.erase()
	r.Entry, r.CanUndo, r.Bytes = entry.ID, mend.CanUndo(entry), entry.Bytes
	r.Changes = mend.All(mend.Did(entry), m.p.lang)
	if until := mend.UndoUntil(entry); !until.IsZero() {
		r.UndoUntil = &until
	}
	missed := mend.All(mend.Missed(entry), m.p.lang)
	var stop error
	switch {
	case m.ctx.Err() != nil && (err != nil || len(missed) > 0):
		r.Outcome, r.Reason = outcomeInterrupted, m.p.say("cli.fix.interrupted")
		stop = codeError{exitInterrupted, r.Reason}
	case errors.Is(err, remedy.ErrRefused):
		r.Outcome, r.Reason = outcomeRefused, mend.Why(err, m.p.lang)
		stop = codeError{exitFault, r.Title + ": " + r.Reason}
	case err != nil:
		r.Outcome, r.Reason = outcomeFailed, mend.Why(err, m.p.lang)
		stop = codeError{exitFault, r.Title + ": " + r.Reason}
	case len(missed) > 0:
		r.Outcome, r.Reason = outcomePartly, m.p.say("cli.fix.missed", "what", missed[0])
	default:
		r.Outcome = outcomeDone
	}
	if !m.flags.json {
		m.p.outcome(*r, missed)
	}
	return stop
}

func (p printer) outcome(r fixReport, missed []string) {
	state, key := "ok", "cli.fix.done"
	switch r.Outcome {
	case outcomePartly:
		state, key = "warning", "cli.fix.partly"
	case outcomeDone:
	default:
		state, key = "fault", "cli.fix.failed"
		if len(r.Changes) > 0 {
			key = "cli.fix.partly"
		}
	}
	p.gap()
	p.marked("", state, "", p.say(key, "name", r.Title))
	for _, l := range r.Changes {
		p.para(p.screen.plain("  • "), l, "")
	}
	for _, l := range missed {
		p.marked("  ", "warning", "", p.say("cli.fix.missed", "what", l))
	}
	if r.CanUndo {
		p.takeBack(r.Entry, r.UndoUntil, "    ")
	}
}

// again examines the website after it was mended, and says whether the page comes now.
func (m *mending) again() error {
	limited, cancel := context.WithTimeout(m.ctx, m.set.Timeout)
	defer cancel()
	line := m.quiet()
	line.show(m.p.say("cli.fix.checking", "host", m.site.Host))
	env := examine.NewEnv(m.site, m.set, examine.Options{})
	e := report.Examination{Version: version, Started: time.Now()}
	e.Facts, e.Elapsed = examine.Run(limited, env, examine.PlanFor(m.site), nil)
	line.erase()
	if m.ctx.Err() != nil {
		return codeError{exitInterrupted, m.p.say("cli.fix.unchecked")}
	}
	d, err := judge(e, m.p.lang)
	if err != nil {
		return err
	}
	v := d.Verdict
	m.doc.Check = &fixCheck{Fault: v.Fault, Blame: v.Blame, Title: v.Title, Helped: v.Fault == "ok"}
	if m.doc.Check.Helped {
		m.tell("cli.fix.helped", "host", m.site.Host)
		return nil
	}
	m.tell("cli.fix.not-helped", "host", m.site.Host, "title", v.Title)
	return nil
}
