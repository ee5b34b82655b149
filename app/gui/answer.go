package gui

import (
	"cmp"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
)

// answerCard is the answer: who, why, how sure, what to do.
type answerCard struct {
	w       *window
	card    fyne.CanvasObject
	badge   *part.Badge
	title   *widget.Label
	why     *widget.Label
	sure    *widget.Label
	remarks *part.Evidence // what changed, the one test that would decide, what else was found
	heading *widget.Label
	steps   *part.Steps
	actions *fyne.Container
	mend    *part.Push // does the safe steps one by one
	example *part.Push // offers the examples again
	shown   answerShown
}

// answerShown is what the card was last made of, so that it is made again only when that changed.
type answerShown struct {
	document *report.Document
	changes  int
	browsers int
	failed   string
	running  bool
	mending  string
	progress string
}

func newAnswerCard(w *window) *answerCard {
	a := &answerCard{w: w, steps: part.NewSteps(), remarks: part.NewEvidence(), badge: part.NewBadge(part.Waiting, true, false)}
	a.title, a.why, a.sure = part.Headline(""), part.Body(""), part.Quiet("")
	a.heading = part.Title(w.say("cli.remedies"))
	a.mend = part.NewPush(w.say("window.mend.all"), part.Icon("tick"), w.mendAll)
	a.mend.Importance = widget.HighImportance
	a.example = part.NewPush(w.say("window.example"), part.Icon("play"), func() { w.view.check.showDemos(a.example) })
	a.actions = part.Flow(
		part.NewPush(w.say("window.again"), part.Icon("repeat"), w.again),
		part.NewPush(w.say("window.save"), part.Icon("save"), w.saveReport),
		part.NewPush(w.say("window.copy-answer"), part.Icon("copy"), w.copyAnswer),
		a.example,
	)
	head := container.NewBorder(nil, nil, container.NewVBox(layout.NewSpacer(), a.badge, layout.NewSpacer()), nil, a.title)
	text := container.New(layout.NewCustomPaddedVBoxLayout(0), a.why, a.sure)
	a.card = part.Panel(container.New(layout.NewCustomPaddedVBoxLayout(16),
		container.New(layout.NewCustomPaddedVBoxLayout(0), head, text), a.remarks,
		container.New(layout.NewCustomPaddedVBoxLayout(8), a.heading, part.Flow(a.mend), a.steps), a.actions))
	a.card.Hide()
	return a
}

func (a *answerCard) object() fyne.CanvasObject { return a.card }

func (a *answerCard) render(s *state) {
	e := &s.exam
	now := answerShown{e.document, len(e.changes), len(s.browsers), e.failed, e.running, s.mending.id, s.mending.text}
	if now == a.shown {
		return
	}
	a.shown = now
	visible := !e.running && (e.document != nil || e.failed != "")
	if visible {
		a.fill(s)
	}
	show(a.card, visible)
}

func (a *answerCard) fill(s *state) {
	e := &s.exam
	d := e.document
	show(a.example, e.demo != "")
	if d == nil {
		a.badge.SetState(part.Unknown)
		setText(a.title, a.w.say("window.failed"))
		setText(a.why, e.failed)
		setText(a.sure, "")
		show(a.remarks, false)
		show(a.heading, false)
		a.steps.SetSteps(nil)
		return
	}
	if e.stopped && d.Verdict.Fault == "unknown" { // nothing was learned, and that is no finding
		a.badge.SetState(part.Unknown)
		setText(a.title, a.w.say("window.stopped"))
		setText(a.why, a.w.say("window.stopped.early"))
		setText(a.sure, "")
		for _, o := range []fyne.CanvasObject{a.sure, a.remarks, a.heading, a.mend} {
			show(o, false)
		}
		a.steps.SetSteps(nil)
		return
	}
	v := d.Verdict
	a.badge.SetState(stateOf(v.Fault))
	setText(a.title, v.Title)
	setText(a.why, v.Explanation)
	sure := ""
	if v.Fault != "ok" && v.Fault != "unknown" {
		sure = a.w.say("cli.sure", "sure", v.Sure, "percent", strconv.Itoa(int(v.Confidence*100+0.5)))
	}
	setText(a.sure, sure)
	show(a.sure, sure != "")
	points := a.points(e)
	a.remarks.SetPoints(points...)
	show(a.remarks, slices.ContainsFunc(points, func(p part.Points) bool { return len(p.Texts) > 0 }))
	steps := a.w.steps(s)
	show(a.mend, e.demo == "" && len(a.w.safe(s)) > 1)
	enable(a.mend, s.mending.id == "")
	a.steps.SetMotion(s.moves())
	show(a.heading, len(steps) > 0)
	a.steps.SetSteps(steps)
}

// points are the remarks of an answer beside its sentence.
func (a *answerCard) points(e *exam) []part.Points {
	var list []part.Points
	switch {
	case e.stopped:
		list = append(list, part.Points{Heading: a.w.say("window.stopped"), Texts: []string{a.w.say("window.stopped.text")}})
	case e.timedOut:
		list = append(list, part.Points{Heading: a.w.say("window.timed-out"), Texts: []string{a.w.say("window.timed-out.text")}})
	}
	list = append(list, part.Points{Heading: a.w.say("window.changes"), Texts: e.changes})
	if d := e.document.Verdict.Decide; d != "" {
		list = append(list, part.Points{Heading: a.w.say("cli.decide"), Texts: []string{d}})
	}
	also := part.Points{Heading: a.w.say("cli.also")}
	for _, x := range e.document.Verdict.Also {
		also.Texts = append(also.Texts, a.w.say("cli.also.one", "title", x.Title, "sure", x.Sure))
	}
	return append(list, also)
}

// stateOf is the mark of an answer.
func stateOf(fault string) part.State {
	return cmp.Or(map[string]part.State{"ok": part.OK, "unknown": part.Unknown}[fault], part.Fault)
}
