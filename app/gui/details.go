package gui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
)

// details is the evidence behind an answer: what shows it, what clears the others, and every check on
// one time axis.
type details struct {
	w        *window
	fold     *part.Fold
	evidence *part.Evidence
	fall     *part.Waterfall
	shown    detailsShown
}

// detailsShown is what the details were last made of.
type detailsShown struct {
	run      int
	document *report.Document
	facts    int
	open     bool
}

func newDetails(w *window) *details {
	d := &details{w: w, evidence: part.NewEvidence()}
	lang := w.state.lang
	d.fall = part.NewWaterfall(part.FallWords{
		Started: w.say("window.check.started"),
		Took:    w.say("window.check.took"),
		Data:    w.say("window.check.data"),
		Cut:     w.say("window.check.cut"),
		Copy:    w.say("window.copy"),
		Skipped: func(n int) string { return w.say("window.check.skipped", "count", strconv.Itoa(n)) },
		Span:    func(t time.Duration) string { return report.SpanIn(lang, float64(t)/1e6) },
	})
	d.fall.OnCopy = w.copy
	for _, id := range diagnostics.Stations {
		d.fall.Groups = append(d.fall.Groups, w.say("station.name."+string(id)))
	}
	content := container.New(layout.NewCustomPaddedVBoxLayout(16), d.evidence, part.Title(w.say("report.waterfall")), d.fall)
	d.fold = part.NewFold(w.say("window.details"), content)
	d.fold.OnToggle = func(bool) { d.render(&w.state) }
	d.fold.Hide()
	return d
}

func (d *details) object() fyne.CanvasObject { return d.fold }

func (d *details) render(s *state) {
	e := &s.exam
	now := detailsShown{e.run, e.document, len(e.facts), d.fold.Open()}
	if now == d.shown {
		return
	}
	d.shown = now
	d.fold.Motion = s.moves()
	show(d.fold, e.progress != nil || e.document != nil)
	if !d.fold.Open() {
		return
	}
	if e.document == nil {
		d.evidence.SetPoints()
		d.fall.SetBars(barsOfFacts(s))
		return
	}
	v := e.document.Verdict
	d.evidence.SetPoints(
		part.Points{Heading: d.w.say("cli.evidence"), Texts: texts(v.Evidence)},
		part.Points{Heading: d.w.say("cli.clears"), Texts: texts(v.Clears)},
	)
	d.fall.SetBars(barsOf(s))
}

func texts(list []report.Evidence) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.Text
	}
	return out
}

// barsOf are the checks of an answer.
func barsOf(s *state) []part.Bar {
	var bars []part.Bar
	for _, c := range s.exam.document.Checks {
		bars = append(bars, part.Bar{
			ID: c.ID, Name: c.ID, Group: say(s.lang, "station.name."+c.Station), Summary: c.Summary, State: part.State(c.State),
			Start: span(c.StartedMs), Took: span(c.ElapsedMs), Time: report.SpanIn(s.lang, c.ElapsedMs), Data: c.Pretty(),
		})
	}
	return bars
}

// barsOfFacts are the checks that have ended in a running examination; their data come with the
// answer.
func barsOfFacts(s *state) []part.Bar {
	var bars []part.Bar
	for _, f := range s.exam.facts {
		took := float64(f.Took) / 1e6
		bars = append(bars, part.Bar{
			ID: string(f.ID), Name: string(f.ID), Group: say(s.lang, "station.name."+string(f.Station)), Summary: report.Summary(s.lang, f),
			State: part.State(f.State), Start: max(0, f.Start.Sub(s.exam.started)), Took: f.Took, Time: report.SpanIn(s.lang, took),
		})
	}
	return bars
}

func span(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// openStation opens the check of a station that says most: one that failed, else the longest.
func (d *details) openStation(e exam, i int) {
	d.render(&d.w.state)
	if e.document == nil || i < 0 || i >= len(e.document.Stations) {
		return
	}
	id := e.document.Stations[i].ID
	best, weight := "", -1.0
	for _, c := range e.document.Checks {
		if c.Station != id || c.State == "skipped" {
			continue
		}
		w := c.ElapsedMs
		if c.State == "failed" {
			w += 1e9
		}
		if w > weight {
			best, weight = c.ID, w
		}
	}
	if best != "" {
		d.fall.Open(best)
	}
}
