package gui

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/kept"
	"github.com/waymend/waymend/app/report"
)

// historyPage shows what the background checks saw, and the answers that were given in the window.
type historyPage struct {
	w      *window
	scroll *container.Scroll
	watch  *watchCard
	past   *pastCard
	empty  fyne.CanvasObject
	rows   *fyne.Container
	shown  []kept.Entry
}

func newHistoryPage(w *window) *historyPage {
	p := &historyPage{w: w, rows: container.New(layout.NewCustomPaddedVBoxLayout(8)), watch: newWatchCard(w), past: newPastCard(w)}
	p.empty = container.New(layout.NewCustomPaddedVBoxLayout(8), part.Body(w.say("window.history.empty")),
		part.Flow(part.NewPush(w.say("window.place.check"), part.Icon("check"), func() { w.visit(placeCheck) })))
	p.scroll = newColumn(container.New(layout.NewCustomPaddedVBoxLayout(16),
		part.Headline(w.say("window.place.history")), p.watch.panel, p.past.panel,
		part.Title(w.say("window.history.answers")), part.Quiet(w.say("window.history.text")), p.empty, p.rows))
	return p
}

func (p *historyPage) object() fyne.CanvasObject   { return p.scroll }
func (p *historyPage) scroller() *container.Scroll { return p.scroll }
func (p *historyPage) first() fyne.Focusable       { return p.watch.first() }

func (p *historyPage) render(s *state) {
	p.watch.render(s)
	p.past.render(s)
	show(p.empty, len(s.kept) == 0)
	if slices.Equal(s.kept, p.shown) {
		return
	}
	p.shown = s.kept
	p.rows.RemoveAll()
	for _, k := range s.kept {
		entry := part.NewEntryRow(stateOf(k.Fault), k.Short, p.w.subject(k.Address), whenText(k.When, s.lang))
		entry.OnTapped = func() { p.w.open(k) }
		p.rows.Add(entry)
	}
}

// subject names what was checked.
func (w *window) subject(address string) string {
	if address == "" {
		return w.say("window.subject.general")
	}
	return address
}

// pastCard shows one address over time: a band of what was well, the time that answers took, incidents.
type pastCard struct {
	w         *window
	panel     fyne.CanvasObject
	body      *fyne.Container // beneath the choices
	address   *part.Choice
	addresses []string
	note      *widget.Label // instead of the pictures
	uptime    *widget.Label
	band      *part.Timeline
	chart     *part.Chart
	incidents *fyne.Container
	none      *widget.Label
	seen      int // the look into the history that is drawn
}

func newPastCard(w *window) *pastCard {
	c := &pastCard{w: w, note: part.Body(""), uptime: part.Body(""), none: part.Quiet(w.say("window.past.no-incident")),
		incidents: container.New(layout.NewCustomPaddedVBoxLayout(8))}
	c.band = part.NewTimeline(c.clock)
	c.chart = part.NewChart(func(v float32) string { return report.SpanIn(w.state.lang, float64(v)) }, c.clock)
	names, chosen := make([]string, len(pastSpans)), slices.Index(pastSpans, day)
	for i, s := range pastSpans {
		names[i] = w.say("window.past.span." + s.String())
		if s == w.state.past.span {
			chosen = i
		}
	}
	zoom := part.NewChoice(names, chosen, func(i int) { w.recall(w.state.past.address, pastSpans[i]) })
	c.address = part.NewChoice(nil, -1, func(i int) { w.recall(c.addresses[i], w.state.past.span) })
	c.body = container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, nil, zoom, c.address),
		c.uptime, c.band, part.Quiet(w.say("window.past.times")), c.chart,
		part.Title(w.say("window.past.incidents")), c.none, c.incidents)
	c.panel = part.Panel(container.New(layout.NewCustomPaddedVBoxLayout(8), part.Title(w.say("window.past")), c.note, c.body))
	return c
}

// clock writes a moment on the axes: with the day where the span is longer than one.
func (c *pastCard) clock(t time.Time) string {
	if c.w.state.past.span > day {
		return dayText(t, c.w.state.lang)
	}
	return t.Local().Format("15:04")
}

func (c *pastCard) render(s *state) {
	p := &s.past
	known := len(p.addresses) > 0
	show(c.body, known)
	show(c.note, !known)
	switch {
	case p.failed != "":
		setText(c.note, p.failed)
	case p.none || !known:
		setText(c.note, c.w.say("window.past.none"))
	}
	if !known || c.seen == p.seen {
		return
	}
	c.seen = p.seen
	if !slices.Equal(c.addresses, p.addresses) || c.address.SelectedIndex() != slices.Index(p.addresses, p.address) {
		c.addresses = p.addresses
		names := make([]string, len(p.addresses))
		for i, a := range p.addresses {
			names[i] = c.w.subject(a)
		}
		c.address.SetNames(names, slices.Index(p.addresses, p.address))
	}
	setText(c.uptime, c.uptimeText(p))
	c.draw(p)
	c.list(s)
}

// uptimeText says how much of the known time was well.
func (c *pastCard) uptimeText(p *past) string {
	if p.uptime.Known <= 0 {
		return c.w.say("window.past.unknown")
	}
	share := report.Measure(c.w.state.lang, fmt.Sprintf("%.2f %%", 100*p.uptime.Share()))
	return c.w.say("window.past.uptime", "share", share, "known", c.w.lengthText(p.uptime.Known), "probes", fmt.Sprint(p.uptime.Probes))
}

// draw brings the summaries into band and chart, and the incidents into the band.
func (c *pastCard) draw(p *past) {
	var bands []part.Stretch
	var points []part.ChartPoint
	apart := time.Duration(0)
	ms := func(d time.Duration) float32 { return float32(d.Seconds() * 1000) }
	for _, s := range p.spans {
		if s.Probes == 0 {
			continue
		}
		state, point := part.OK, part.ChartPoint{At: s.At.Add(s.Length / 2), Low: ms(s.Min), Mean: ms(s.Mean), Top: ms(s.Max), Lost: float32(s.Failed) / float32(s.Probes)}
		if s.Failed == s.Probes {
			state, point.Mean = part.Fault, -1
		} else if s.Failed > 0 {
			state = part.Warning
		}
		bands = append(bands, part.Stretch{From: s.At, To: s.At.Add(s.Length), State: state})
		points = append(points, point)
		apart = max(apart, 2*s.Length+time.Second)
	}
	for _, i := range p.incidents {
		if i.Address == p.address {
			bands = append(bands, part.Stretch{From: i.Began, To: orTime(i.Ended, p.to), State: part.Fault})
		}
	}
	c.band.SetStretches(bands, p.from, p.to)
	c.chart.SetPoints(points, p.from, p.to, apart)
}

// list shows the incidents of all addresses: what broke one may have broken others.
func (c *pastCard) list(s *state) {
	show(c.none, len(s.past.incidents) == 0)
	c.incidents.RemoveAll()
	for _, i := range s.past.incidents {
		when := whenText(i.Began, s.lang) + " · " + c.w.say("window.past.lasting")
		if !i.Ended.IsZero() {
			when = whenText(i.Began, s.lang) + " · " + c.w.lengthText(i.Ended.Sub(i.Began))
		}
		row := part.NewEntryRow(stateOf(i.Fault), i.Title, c.w.subject(i.Address), when)
		row.OnTapped = func() { c.w.openIncident(i.ID) }
		c.incidents.Add(row)
	}
}

func orTime(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
