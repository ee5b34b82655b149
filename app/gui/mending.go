package gui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/remedy"
)

// mending is the work of mending: the fix that is being done, those that come after it, and the one
// of which the running examination is to say whether it helped.
type mending struct {
	id       string // of the fix at work; "" when none is
	text     string
	progress float64    // 0 to 1; below 0 where nothing is known of it
	queue    []mend.Fix // of "Mend it": done one by one until the page comes
	done     *changes.Entry
	before   string // the fault before it was done
}

type (
	// mendingNow says what is being done.
	mendingNow struct {
		id, text string
		progress float64
	}
	// queued sets what "Mend it" will do.
	queued struct{ fixes []mend.Fix }
	// carriedOut says that a fix is done and the page will be examined again.
	carriedOut struct{ entry changes.Entry }
)

func (e mendingNow) on(s *state) {
	s.mending.id, s.mending.text, s.mending.progress = e.id, e.text, e.progress
}

func (e queued) on(s *state) { s.mending.queue = e.fixes }

func (e carriedOut) on(s *state) {
	s.mending.id, s.mending.done, s.mending.before = "", &e.entry, ""
	if s.exam.document != nil {
		s.mending.before = s.exam.document.Verdict.Fault
	}
}

// helped turns the answer after a fix into a notice.
func (s *state) helped() {
	entry := s.mending.done
	if entry == nil {
		return
	}
	s.mending.done = nil
	fault := s.exam.document.Verdict.Fault
	key := "window.mend.no-help"
	switch {
	case fault == "ok":
		key = "window.mend.helped"
	case fault != s.mending.before:
		key = "window.mend.other"
	}
	text := say(s.lang, key, "fix", mend.Name(entry.Remedy, s.lang))
	if fault != "ok" { // else nobody needs to know
		text = strings.Join(append([]string{text}, mend.All(entry.Refused, s.lang)...), " ")
	}
	s.notice = notice{text: text, good: fault == "ok"}
	if !entry.Undo.Empty() {
		s.notice.undo = entry.ID
	}
}

// canMend reports whether this program can do a remedy itself.
func canMend(id string) bool {
	_, ok := remedy.Find(id)
	return ok
}

// target is what remedies of the shown answer are about.
func (s *state) target() remedy.Target { return remedy.Target{Host: s.exam.target.Host} }

// mendOne plans a fix of the answer, shows the plan, and does it when the person agrees.
func (w *window) mendOne(id string) {
	target, kit := w.state.target(), w.kit
	w.planAside(id, func(ctx context.Context) ([]mend.Fix, error) {
		f, err := kit.Plan(ctx, id, target)
		return []mend.Fix{f}, err
	}, w.startQueue)
}

// planAside plans aside, and shows what came of it; then goes on when the person agrees.
func (w *window) planAside(id string, plan func(context.Context) ([]mend.Fix, error), then func([]mend.Fix)) {
	if w.state.mending.id != "" {
		return
	}
	w.apply(mendingNow{id, w.say("window.mend.looking"), -1})
	w.aside(func() {
		ctx, cancel := context.WithTimeout(context.Background(), planLimit)
		defer cancel()
		fixes, err := plan(ctx)
		w.post(call(func() {
			w.state.apply(mendingNow{})
			if err != nil {
				w.apply(noticed{text: mend.Why(err, w.state.lang), fault: true})
				return
			}
			w.showPlan(fixes, then)
		}))
	})
}

// showPlan shows exactly what would change, and asks.
func (w *window) showPlan(fixes []mend.Fix, then func([]mend.Fix)) {
	lang := w.state.lang
	points := part.NewEvidence()
	var groups []part.Points
	admin, undo, work := false, true, 0
	left := part.Points{Heading: w.say("window.mend.left")}
	for _, f := range fixes {
		groups = append(groups, part.Points{Heading: mend.Name(f.ID, lang), Texts: append(mend.Planned(f.Plan.Lines, lang), mend.All(f.Plan.Notes, lang)...)})
		left.Texts = append(left.Texts, mend.All(f.Plan.Refused, lang)...)
		admin, undo, work = admin || f.Plan.NeedsAdmin, undo && f.Plan.Undoable, work+len(f.Plan.Lines)
	}
	remarks := part.Points{Heading: w.say("window.mend.know")}
	if admin {
		remarks.Texts = append(remarks.Texts, w.say("window.mend.admin"))
	}
	if undo && work > 0 {
		remarks.Texts = append(remarks.Texts, w.say("window.mend.undoable"))
	}
	points.SetPoints(append(groups, left, remarks)...)
	scroll := container.NewVScroll(points)
	points.Resize(fyne.NewSize(480, 0)) // its texts wrap
	scroll.SetMinSize(fyne.NewSize(280, max(160, min(points.MinSize().Height, 400))))
	if work == 0 {
		w.openSheet(w.say("window.mend.nothing"), scroll, sheetButton{"window.close", true, w.closeSheet})
		return
	}
	w.openSheet(w.say("window.mend.plan"), scroll,
		sheetButton{"window.mend.do", true, func() { w.closeSheet(); then(fixes) }},
		sheetButton{"window.cancel", false, w.closeSheet})
}

// startQueue does fixes of the answer one by one, and examines after each.
func (w *window) startQueue(fixes []mend.Fix) {
	w.apply(queued{fixes}, noticed{})
	w.nextFix()
}

// nextFix does the next fix of the queue, unless the page comes by now.
func (w *window) nextFix() {
	m := &w.state.mending
	if m.id != "" || m.done != nil || w.state.exam.running || len(m.queue) == 0 {
		return
	}
	if d := w.state.exam.document; d == nil || d.Verdict.Fault == "ok" {
		w.apply(queued{})
		return
	}
	next := m.queue[0]
	w.state.apply(queued{m.queue[1:]})
	w.carryOut(next, func(entry changes.Entry, err error) {
		if err != nil {
			w.apply(queued{}, w.failed(entry, err))
			return
		}
		w.state.apply(carriedOut{entry})
		w.again()
	})
}

// carryOut does one fix aside, shows how far it is, and tells of its end on the main goroutine.
func (w *window) carryOut(f mend.Fix, then func(changes.Entry, error)) {
	lang, kit := w.state.lang, w.kit
	w.apply(mendingNow{f.ID, mend.Name(f.ID, lang), -1})
	ctx, cancel := context.WithCancel(context.Background())
	w.stopMending = cancel
	w.aside(func() {
		defer cancel()
		entry, err := kit.Apply(ctx, f, func(p remedy.Progress) {
			w.post(mendingNow{f.ID, mend.Words(p.Line, lang), float64(p.Number) / float64(max(p.Of, 1))})
		})
		w.post(call(func() {
			w.state.apply(mendingNow{})
			w.tidyLater()
			then(entry, err)
		}))
	})
}

// failed is the notice for a fix that did not work; what it changed until then can be taken back.
func (w *window) failed(entry changes.Entry, err error) noticed {
	n := noticed{text: w.say("window.mend.failed", "fix", mend.Name(entry.Remedy, w.state.lang), "why", mend.Why(err, w.state.lang)), fault: true}
	if !entry.Undo.Empty() {
		n.undo = entry.ID
	}
	return n
}

// leftAlone says what a fix left alone although it was planned, and why.
func (w *window) leftAlone(f mend.Fix, entry changes.Entry) []string {
	return mend.All(entry.Refused[min(len(f.Plan.Refused), len(entry.Refused)):], w.state.lang)
}

// undo takes an entry of the log back.
func (w *window) undo(id string) {
	lang, kit := w.state.lang, w.kit
	w.apply(noticed{text: w.say("window.undo.now")})
	w.aside(func() {
		entry, err := kit.Undo(context.Background(), id)
		n := noticed{text: say(lang, "window.undone", "fix", mend.Name(entry.Remedy, lang)), good: true}
		if err != nil {
			n = noticed{text: say(lang, "window.not-undone", "why", mend.Why(err, lang)), fault: true}
		}
		w.post(n)
		w.logged()
		w.post(call(func() {
			if w.state.cleanup.scanned {
				w.scan() // what was cleared is there again
			}
		}))
	})
}

// tidyLater gives the space of what was cleared back, when it cannot be undone any more. It ends with
// the window; the next start goes on.
func (w *window) tidyLater() {
	if w.stopTidying != nil {
		w.stopTidying()
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.stopTidying = cancel
	kit := w.kit
	w.aside(func() { kit.Tidy(ctx) })
}

// safe are the remedies of the answer that "Mend it" does: of little risk, without a question for more
// rights.
func (w *window) safe(s *state) (ids []string) {
	for _, r := range s.exam.document.Verdict.Remedies {
		if canMend(r.ID) && (r.Risk == remedy.RiskNone || r.Risk == remedy.RiskLow) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// mendAll plans the safe remedies of the answer together, and does them one by one.
func (w *window) mendAll() {
	ids, target, kit := w.safe(&w.state), w.state.target(), w.kit
	w.planAside("all", func(ctx context.Context) (fixes []mend.Fix, err error) {
		for _, id := range ids {
			f, e := kit.Plan(ctx, id, target)
			switch {
			case e != nil:
				err = e
			case len(f.Plan.Lines) > 0 && !f.Plan.NeedsAdmin:
				fixes = append(fixes, f)
			}
		}
		if len(fixes) > 0 {
			return fixes, nil
		}
		if err == nil {
			err = remedy.ErrNothing
		}
		return nil, err
	}, w.startQueue)
}

// statusOf is how far the work on a remedy is.
func (s *state) statusOf(id string) part.Status {
	if s.mending.id != id {
		return part.Status{}
	}
	return part.Status{State: part.Running, Text: s.mending.text, Progress: s.mending.progress}
}

// mendButton is the button of a remedy that this program can do.
func (w *window) mendButton(s *state, r report.Remedy) part.Button {
	b := w.button("window.mend.one", "tick", func() { w.mendOne(r.ID) })
	b.Importance, b.Disabled = widget.HighImportance, s.mending.id != "" || s.exam.running
	return b
}
