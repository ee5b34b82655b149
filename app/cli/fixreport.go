package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/diagnostics/wire"
)

// Outcomes of a fix.
const (
	outcomePlanned     = "planned"     // nothing was changed, and would be
	outcomeDone        = "done"        // all that was planned
	outcomePartly      = "partly"      // some was left alone
	outcomeFailed      = "failed"      // what was changed before is listed
	outcomeRefused     = "refused"     // the person, or the system, said no
	outcomeNothing     = "nothing"     // there is nothing to do here
	outcomeInterrupted = "interrupted" // by Ctrl-C
	outcomeSkipped     = "skipped"     // not begun, because one before it was not done
	outcomeNotNeeded   = "not-needed"  // not begun, because the page came after one before it
)

// fixDocument is what "waymend fix --json" and "waymend reset --json" print.
type fixDocument struct {
	Schema  string      `json:"schema"`
	Version string      `json:"version"`
	DryRun  bool        `json:"dry_run"`
	Address string      `json:"address,omitempty"`
	Fixes   []fixReport `json:"fixes"`
	Before  *fixCheck   `json:"before,omitempty"` // of the address, before the first fix
	Check   *fixCheck   `json:"check,omitempty"`  // and after the last that was done
	// LeftBytes is what the caches hold after a reset that could still be cleared.
	LeftBytes *int64 `json:"left_bytes,omitempty"`
}

type fixReport struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Outcome    string     `json:"outcome"`
	Reason     string     `json:"reason,omitempty"`
	Risk       string     `json:"risk"`
	NeedsAdmin bool       `json:"needs_admin"`
	Undoable   bool       `json:"undoable"`
	Restart    bool       `json:"restart"`
	Bytes      int64      `json:"bytes"`
	Lines      []string   `json:"lines"`
	Notes      []string   `json:"notes"`
	Refused    []refusal  `json:"refused"`
	Changes    []string   `json:"changes"`
	Entry      string     `json:"entry,omitempty"` // of the log
	CanUndo    bool       `json:"can_undo"`
	UndoUntil  *time.Time `json:"undo_until,omitempty"`
	Check      *fixCheck  `json:"check,omitempty"` // of the address, after this fix
}

// refusal is something that is left alone.
type refusal struct {
	Reason  string `json:"reason"` // "running", "link"…
	Browser string `json:"browser,omitempty"`
	Profile string `json:"profile,omitempty"`
	Text    string `json:"text"`
}

type fixCheck struct {
	Fault  string `json:"fault"`
	Blame  string `json:"blame"`
	Title  string `json:"title"`
	Helped bool   `json:"helped"`
}

const refusedKey = "clean.refused."

func reportOf(a mend.Asked, lang string) fixReport {
	f := a.Plan
	r := fixReport{ID: a.ID, Title: mend.Name(a.ID, lang), Outcome: outcomePlanned, Risk: f.Risk, NeedsAdmin: f.NeedsAdmin, Undoable: f.Undoable,
		Restart: f.Restart, Bytes: f.Bytes, Lines: mend.Planned(f.Lines, lang), Notes: mend.All(f.Notes, lang), Refused: []refusal{}, Changes: []string{}}
	r.Refused = append(r.Refused, refusalsOf(f.Refused, lang)...)
	if a.Err != nil {
		r.Outcome, r.Reason = outcomeFailed, mend.Why(a.Err, lang)
	} else if len(f.Lines) == 0 {
		r.Reason = mend.Why(remedy.ErrNothing, lang)
	}
	if a.Idle() {
		r.Outcome = outcomeNothing
	}
	return r
}

func refusalsOf(lines []remedy.Line, lang string) (list []refusal) {
	for _, l := range lines {
		list = append(list, refusal{strings.TrimPrefix(l.Key, refusedKey), wire.Printable(l.Values["browser"], 100),
			wire.Printable(l.Values["profile"], 100), mend.Words(l, lang)})
	}
	return list
}

// plan shows what would change; hint is how a browser that is in the way can be closed, "" for no hint.
func (p printer) plan(a mend.Asked, r fixReport, hint string) {
	p.para("", r.Title+" ("+r.ID+")", bold)
	if r.Reason != "" && len(r.Refused) == 0 {
		p.para("  ", r.Reason, "")
	}
	for _, l := range r.Lines {
		p.para(p.screen.plain("  • "), l, "")
	}
	for _, l := range r.Notes {
		p.para("    ", l, "")
	}
	p.refused(r.Refused, hint)
	if len(r.Lines) == 0 {
		return
	}
	facts := []string{p.say("cli.fix.risk." + r.Risk)}
	if r.NeedsAdmin {
		facts = append(facts, p.say("cli.fix.admin"))
	}
	if r.Restart {
		facts = append(facts, p.say("cli.fix.restart"))
	}
	switch {
	case !r.Undoable:
		facts = append(facts, p.say("cli.fix.no-undo"))
	case mend.Clears(a.ID):
		facts = append(facts, p.say("cli.fix.undo-for", "time", report.Measure(p.lang, strconv.Itoa(int(mend.UndoFor.Minutes()))+" min")))
	default:
		facts = append(facts, p.say("cli.fix.undoable"))
	}
	p.para("    ", strings.Join(facts, " "), faint)
}

// full is a refusal with the browser and profile that it is about.
func (p printer) full(r refusal) string {
	if r.Browser != "" && r.Profile != "" && !strings.Contains(r.Text, r.Browser) {
		return p.say("cli.fix.of", "browser", r.Browser, "profile", r.Profile) + " " + r.Text
	}
	return r.Text
}

func (p printer) refused(list []refusal, hint string) {
	closable, closes := false, false
	for _, r := range list {
		p.marked("  ", "warning", "", p.full(r))
		closable, closes = closable || r.Reason == "may-run", closes || r.Reason == "running"
	}
	if closes && hint != "" {
		p.para("    ", hint, faint)
	}
	if closable {
		p.para("    ", p.say("cli.fix.closed"), faint)
	}
}

// logDocument is what "waymend fix --log --json" prints.
type logDocument struct {
	Schema  string     `json:"schema"`
	Version string     `json:"version"`
	Log     []logEntry `json:"log"`
}

type logEntry struct {
	ID        string      `json:"id"`
	When      time.Time   `json:"when"`
	Fix       string      `json:"fix"`
	Title     string      `json:"title"`
	Host      string      `json:"host,omitempty"`
	State     string      `json:"state"` // begun, done, failed, undone
	Changes   []logChange `json:"changes"`
	Missed    []string    `json:"missed"` // planned, and left alone
	Refused   []refusal   `json:"refused"`
	Bytes     int64       `json:"bytes"`
	Error     string      `json:"error,omitempty"`
	CanUndo   bool        `json:"can_undo"`
	UndoUntil *time.Time  `json:"undo_until,omitempty"`
	UndoneAt  *time.Time  `json:"undone_at,omitempty"`

	did []string
}

type logChange struct {
	When   time.Time `json:"when"`
	Text   string    `json:"text"`
	Before string    `json:"before,omitempty"`
	After  string    `json:"after,omitempty"`
	Bytes  int64     `json:"bytes,omitempty"`
	Proved bool      `json:"proved"`
}

func entryOf(e changes.Entry, lang string) logEntry {
	out := logEntry{ID: wire.Printable(e.ID, 40), When: e.When, Fix: e.Remedy, Title: mend.Name(e.Remedy, lang), Host: wire.Printable(e.Target.Host, 253), State: string(e.State),
		Changes: []logChange{}, Missed: mend.All(mend.Missed(e), lang), Refused: append([]refusal{}, refusalsOf(e.Refused, lang)...), Bytes: e.Bytes, Error: wire.Printable(e.Error, 400), CanUndo: mend.CanUndo(e),
		did: mend.All(mend.Told(e), lang)}
	for _, x := range e.Changes {
		out.Changes = append(out.Changes, logChange{x.When, mend.Words(x.Line, lang), wire.Printable(x.Before, 400), wire.Printable(x.After, 400), x.Bytes, x.Proved})
	}
	if until := mend.UndoUntil(e); !until.IsZero() && out.CanUndo {
		out.UndoUntil = &until
	}
	if !e.Undone.IsZero() {
		out.UndoneAt = &e.Undone
	}
	return out
}

// entry shows one change of the log.
func (p printer) entry(e logEntry) {
	state := map[string]string{string(changes.Done): "ok", string(changes.Failed): "fault", string(changes.Undone): "skipped"}[e.State]
	if state == "" {
		state = "warning"
	}
	title := e.Title
	if e.Host != "" {
		title += ": " + e.Host
	}
	p.marked("", state, e.When.Local().Format("2006-01-02 15:04"), title+" ("+e.ID+"). "+p.say("cli.log."+e.State))
	for _, l := range e.did {
		p.para(p.screen.plain("    • "), l, "")
	}
	if e.State != string(changes.Begun) {
		for _, l := range e.Missed {
			p.marked("    ", "warning", "", p.say("cli.fix.missed", "what", l))
		}
	}
	for _, r := range e.Refused {
		p.para("      ", p.full(r), faint)
	}
	if e.Error != "" && len(e.Refused) == 0 {
		p.para("      ", e.Error, faint)
	}
	if e.CanUndo {
		p.takeBack(e.ID, e.UndoUntil, "      ")
	}
}

// takeBack says how a change is undone.
func (p printer) takeBack(id string, until *time.Time, indent string) {
	if until == nil {
		p.para(indent, p.say("cli.fix.take-back", "command", "waymend undo "+id), faint)
		return
	}
	p.para(indent, p.say("cli.fix.take-back-until", "command", "waymend undo "+id, "time", clock(*until)), faint)
}
