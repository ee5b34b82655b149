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
			m.p.plan(a, r, m.closeHint())
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

// do does one fix after the other, until one fails, Ctrl-C, or the page comes. For a website it examines
// before the first and after each, so that it can say which one helped.
func (m *mending) do(asked []mend.Asked) error {
	if m.site.Host != "" {
		var err error
		if m.doc.Before, err = m.examine("cli.fix.before"); err != nil {
			m.leave(outcomeSkipped, 0)
			return err
		}
	}
	cleared := false
	var failed error
	for i, a := range asked {
		r := &m.doc.Fixes[i]
		if r.Outcome != outcomePlanned {
			continue
		}
		failed = m.apply(a.Fix, r)
		cleared = cleared || mend.Clears(a.ID) && r.CanUndo
		comes := false
		if failed == nil && m.site.Host != "" && (!m.all || i == m.last()) {
			comes, failed = m.again(r)
		}
		m.out.Flush()
		if failed != nil {
			m.leave(outcomeSkipped, i+1)
			break
		}
		if comes && !m.all {
			m.leave(outcomeNotNeeded, i+1)
			break
		}
	}
	if cleared || m.kit.Waits() {
		giveBackLater()
	}
	if failed != nil {
		return failed
	}
	if m.verify != nil {
		m.verify()
	}
	return m.amiss()
}

// last is the number of the last fix that is still to be done, or is being done; -1 for none.
func (m *mending) last() int {
	for i := len(m.doc.Fixes) - 1; i >= 0; i-- {
		if o := m.doc.Fixes[i].Outcome; o != outcomeNothing && o != outcomeSkipped {
			return i
		}
	}
	return -1
}

// leave says of the fixes from number first on that they are not begun, and why.
func (m *mending) leave(outcome string, first int) {
	for i := first; i < len(m.doc.Fixes); i++ {
		if r := &m.doc.Fixes[i]; r.Outcome == outcomePlanned {
			r.Outcome = outcome
			if !m.flags.json {
				m.p.outcome(*r, nil)
			}
		}
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
	since := refusalsOf(entry.Refused[min(len(f.Plan.Refused), len(entry.Refused)):], m.p.lang)
	r.Refused = append(r.Refused, since...)
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
	case len(since) > 0:
		r.Outcome, r.Reason = outcomePartly, m.p.full(since[0])
	default:
		r.Outcome = outcomeDone
	}
	if !m.flags.json {
		m.p.outcome(*r, missed)
		m.p.refused(since, m.closeHint())
	}
	return stop
}

func (p printer) outcome(r fixReport, missed []string) {
	state, key := "ok", "cli.fix.done"
	switch r.Outcome {
	case outcomeNotNeeded:
		state, key = "skipped", "cli.fix.not-needed"
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

// examine looks at the website and says what is at fault there; key is of the line that says so
// meanwhile.
func (m *mending) examine(key string) (*fixCheck, error) {
	limited, cancel := context.WithTimeout(m.ctx, m.set.Timeout)
	defer cancel()
	line := m.quiet()
	line.show(m.p.say(key, "host", m.site.Host))
	env := examine.NewEnv(m.site, m.set, examine.Options{})
	e := report.Examination{Version: version, Started: time.Now()}
	e.Facts, e.Elapsed = examine.Run(limited, env, examine.PlanFor(m.site), nil)
	line.erase()
	if m.ctx.Err() != nil {
		said := "cli.fix.unchecked"
		if m.doc.Before == nil {
			said = "cli.fix.untouched"
		}
		return nil, codeError{exitInterrupted, m.p.say(said, "host", m.site.Host)}
	}
	d, err := judge(e, m.p.lang)
	if err != nil {
		return nil, err
	}
	v := d.Verdict
	return &fixCheck{Fault: v.Fault, Blame: v.Blame, Title: v.Title}, nil
}

// again examines the website after a fix, says whether that helped, and whether the page comes now
// and did not before.
func (m *mending) again(r *fixReport) (comes bool, err error) {
	now, err := m.examine("cli.fix.checking")
	if err != nil {
		return false, err
	}
	last := m.doc.Before
	if m.doc.Check != nil {
		last = m.doc.Check
	}
	comes = now.Fault == healthy && last.Fault != healthy
	now.Helped = comes
	r.Check, m.doc.Check = now, now
	key := "cli.fix.not-helped"
	switch {
	case comes:
		key = "cli.fix.helped"
	case now.Fault == healthy:
		key = "cli.fix.worked-before"
	case now.Fault != last.Fault:
		key = "cli.fix.other"
	}
	m.tell(key, "host", m.site.Host, "title", now.Title)
	return comes, nil
}

// healthy is the fault of a page that comes.
const healthy = "ok"
