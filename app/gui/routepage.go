package gui

import (
	"fmt"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/route"
)

// routePage is the place for ping and route: one row a hop, one sentence, one chart.
type routePage struct {
	w        *window
	scroll   *container.Scroll
	entry    *part.Field
	begin    *part.Push
	running  bool
	intro    *widget.Label
	asking   fyne.CanvasObject // what may be asked, before it begins
	panel    fyne.CanvasObject
	sentence *widget.Label
	also     *part.Evidence
	list     *fyne.Container
	rows     []*part.HopRow
	chartBox fyne.CanvasObject
	title    *widget.Label
	chart    *part.Chart
	drawn    time.Time
}

// spans of the chart.
var spans = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour}

func newRoutePage(w *window) *routePage {
	p := &routePage{w: w, also: part.NewEvidence(), list: container.New(layout.NewCustomPaddedVBoxLayout(0))}
	p.entry = part.NewField(w.say("window.route.hint"))
	p.entry.OnSubmitted = func(string) { w.traceTo(p.entry.Text) }
	p.begin = part.NewPush(w.say("window.route.begin"), nil, p.press)
	p.begin.Importance = widget.HighImportance
	p.intro = part.Quiet(w.say("window.route.text"))
	p.sentence, p.title = part.Title(""), part.Title("")
	p.panel = part.Panel(container.New(layout.NewCustomPaddedVBoxLayout(8), p.sentence, p.also, p.list))
	lang := w.state.lang
	p.chart = part.NewChart(func(v float32) string { return report.SpanIn(lang, float64(v)) }, func(t time.Time) string { return t.Local().Format("15:04:05") })
	lengths := make([]string, len(spans))
	chosen := 0
	for i, s := range spans {
		lengths[i] = w.say("window.route.span." + s.String())
		if s == w.state.tracing.span {
			chosen = i
		}
	}
	zoom := part.NewChoice(lengths, chosen, func(i int) { w.apply(spanChosen{spans[i]}); p.drawn = time.Time{}; w.render() })
	p.chartBox = part.Panel(container.New(layout.NewCustomPaddedVBoxLayout(8), container.NewBorder(nil, nil, nil, zoom, p.title), p.chart))
	names := part.NewTick(w.say("window.route.names"), w.state.tracing.whose.names, func(on bool) { w.apply(tickedNames{on}) })
	networks := part.NewTick(w.say("window.route.networks"), w.state.tracing.whose.networks, func(on bool) { w.apply(tickedNetworks{on}) })
	p.asking = container.New(layout.NewCustomPaddedVBoxLayout(0), names, networks)
	p.scroll = newColumn(container.New(layout.NewCustomPaddedVBoxLayout(16), part.Headline(w.say("window.place.route")),
		container.NewBorder(nil, nil, nil, p.begin, p.entry), p.intro, p.asking, p.panel, p.chartBox))
	return p
}

func (p *routePage) object() fyne.CanvasObject   { return p.scroll }
func (p *routePage) scroller() *container.Scroll { return p.scroll }
func (p *routePage) first() fyne.Focusable       { return p.entry }

// offer fills the empty field with the host that was examined last.
func (p *routePage) offer(host string) {
	if p.entry.Text == "" && host != "" {
		p.entry.SetText(host)
	}
}

func (p *routePage) press() {
	if p.running {
		p.w.stopTracing()
		return
	}
	p.w.traceTo(p.entry.Text)
}

func (p *routePage) render(s *state) {
	t := &s.tracing
	if t.running != p.running {
		p.running = t.running
		label := "window.route.begin"
		if t.running {
			label = "window.stop"
		}
		p.begin.SetText(p.w.say(label))
	}
	show(p.intro, t.doc == nil && t.failed == "")
	show(p.asking, !t.running)
	visible := t.running || t.doc != nil || t.failed != ""
	show(p.panel, visible)
	show(p.chartBox, t.doc != nil)
	switch {
	case t.failed != "":
		setText(p.sentence, t.failed)
	case t.doc == nil:
		setText(p.sentence, p.w.say("trace.looking"))
	default:
		setText(p.sentence, t.doc.Verdict.Text)
		p.also.SetPoints(part.Points{Heading: t.doc.MethodIn(s.lang), Texts: t.doc.Verdict.Also})
		p.renderHops(s)
	}
	show(p.also, t.doc != nil)
}

func (p *routePage) renderHops(s *state) {
	t := &s.tracing
	if len(t.doc.Flows) == 0 {
		return
	}
	hops := t.doc.Flows[0].Hops
	for len(p.rows) < len(hops) {
		row, ttl := part.NewHopRow(), len(p.rows)+1
		row.OnTapped = func() { p.drawn = time.Time{}; p.w.apply(hopChosen{ttl}) }
		p.rows = append(p.rows, row)
		p.list.Add(row)
	}
	chosen := t.chosen
	if chosen == 0 || chosen > len(hops) {
		chosen = len(hops)
	}
	for i, row := range p.rows {
		show(row, i < len(hops))
		if i < len(hops) {
			p.renderHop(s, row, hops[i])
			row.Choose(i+1 == chosen)
		}
	}
	if chosen > 0 && time.Since(p.drawn) >= tellEvery {
		p.drawn = time.Now()
		p.renderChart(s, hops[chosen-1])
	}
}

func (p *routePage) renderHop(s *state, row *part.HopRow, h report.TraceHop) {
	var values []float32
	if one := s.tracing.hops[h.TTL]; one != nil {
		values = one.latest(60)
	}
	name := p.w.say("trace.note.silent")
	if len(h.Addresses) > 0 {
		name = h.Addresses[len(h.Addresses)-1]
	}
	if h.Station != "" {
		name += "  ·  " + p.w.say("trace.station."+h.Station)
	}
	if who := h.Whose(); who != "" {
		name += "  ·  " + who
	}
	row.Set(fmt.Sprint(h.TTL), name, p.figures(s.lang, h), hopState(s.tracing.doc, h), values)
}

// figures is what was measured of a hop, in one line.
func (p *routePage) figures(lang string, h report.TraceHop) string {
	note := ""
	if h.Note != "" && h.Note != route.Silent {
		note = " · " + p.w.say("trace.note."+h.Note)
	}
	if h.RTT == nil {
		return p.w.say("window.route.sent", "sent", fmt.Sprint(h.Sent)) + note
	}
	ms := func(v float64) string { return report.SpanIn(lang, v) }
	lost := report.Measure(lang, fmt.Sprintf("%.0f %%", math.Round(100*float64(h.Lost)/float64(max(h.Sent, 1)))))
	return p.w.say("window.route.figures", "last", ms(h.RTT.Last), "avg", ms(h.RTT.Avg), "best", ms(h.RTT.Min), "worst", ms(h.RTT.Max),
		"jitter", ms(h.RTT.Jitter), "lost", lost, "sent", fmt.Sprint(h.Sent)) + note
}

// hopState is the mark of a hop: where the slowest stretch ends and where loss begins stand out.
func hopState(d *report.Trace, h report.TraceHop) part.State {
	switch {
	case d.LossAt != nil && d.LossAt.TTL == h.TTL, h.Note == route.Refuses, h.Note == route.Looping:
		return part.Fault
	case d.Slowest != nil && d.Slowest.To.TTL == h.TTL:
		return part.Warning
	case len(h.Addresses) == 0:
		return part.Unknown
	}
	return part.OK
}

func (p *routePage) renderChart(s *state, h report.TraceHop) {
	name := fmt.Sprint(h.TTL)
	if len(h.Addresses) > 0 {
		name = h.Addresses[len(h.Addresses)-1]
	}
	setText(p.title, p.w.say("window.route.chart", "hop", name))
	one := s.tracing.hops[h.TTL]
	if one == nil {
		return
	}
	span := s.tracing.span
	if span == 0 {
		span = spans[0]
	}
	now := p.w.now()
	points, apart := one.points(now.Add(-span), now)
	p.chart.SetPoints(points, now.Add(-span), now, apart)
}
