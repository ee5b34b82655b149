package gui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/demo"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
)

// checkPage is the first place: the address, the way, the answer.
type checkPage struct {
	w        *window
	entry    *addressEntry
	examine  *part.Push    // begins, or stops what runs
	stopping bool          // what the button does now
	run      int           // the examination that is shown
	subject  *widget.Label // what is examined, and for how long
	way      *part.Way
	panel    fyne.CanvasObject // around the way
	welcome  fyne.CanvasObject
	answer   *answerCard
	details  *details
	guide    *guideCard
	scroll   *container.Scroll
}

func newCheckPage(w *window) *checkPage {
	p := &checkPage{w: w}
	p.entry = newAddressEntry(w.say("window.address.hint"), w.say("window.address.short"))
	p.entry.OnSubmitted = func(string) { p.submit() }
	p.entry.onEscape = w.escape
	p.entry.onPaste = w.fromClipboard
	p.examine = part.NewPush(w.say("window.examine"), nil, p.press)
	p.examine.Importance = widget.HighImportance
	p.subject = widget.NewLabel("")
	p.subject.Truncation = fyne.TextTruncateEllipsis
	p.way = part.NewWay()
	p.way.OnTapped = p.tapped
	p.panel = part.Panel(container.NewVBox(p.subject, p.way))
	p.welcome = p.newWelcome()
	p.answer = newAnswerCard(w)
	p.details = newDetails(w)
	p.details.fall.OnReveal = p.reveal
	p.guide = newGuideCard(w)
	address := container.NewBorder(nil, nil, nil, p.examine, p.entry)
	p.scroll = newColumn(container.New(answerFirst{p.panel},
		address, p.welcome, p.panel, p.guide.object(), p.answer.object(), p.details.object()))
	return p
}

func (p *checkPage) object() fyne.CanvasObject   { return p.scroll }
func (p *checkPage) scroller() *container.Scroll { return p.scroll }
func (p *checkPage) first() fyne.Focusable       { return p.entry }

// newWelcome says what can be done while nothing has been examined.
func (p *checkPage) newWelcome() fyne.CanvasObject {
	w := p.w
	general := part.NewPush(w.say("window.general"), part.Icon("check"), func() { w.examine("") })
	var example *part.Push
	example = part.NewPush(w.say("window.example"), part.Icon("play"), func() { p.showDemos(example) })
	return container.New(layout.NewCustomPaddedVBoxLayout(8),
		part.Headline(w.say("window.welcome")),
		part.Quiet(w.say("window.welcome.text")),
		part.Flow(general, example),
	)
}

// showDemos offers the sick websites that come with the program, below a button.
func (p *checkPage) showDemos(below fyne.CanvasObject) {
	var items []*fyne.MenuItem
	for _, s := range demo.List() {
		items = append(items, fyne.NewMenuItem(p.w.say(s.Title), func() { p.w.play(s.ID) }))
	}
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), p.w.win.Canvas())
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(below)
	menu.ShowAtPosition(at.AddXY(0, below.Size().Height))
	p.w.win.Canvas().Focus(menu)
}

// press is the button beside the address.
func (p *checkPage) press() {
	if p.stopping {
		p.w.halt()
		return
	}
	p.submit()
}

func (p *checkPage) submit() { p.w.examine(p.entry.address()) }

// chooseAddress gives the keyboard to the address, all of it selected.
func (p *checkPage) chooseAddress() {
	p.scroll.ScrollToTop()
	p.w.win.Canvas().Focus(p.entry)
	p.entry.choose()
}

// offer puts what the clipboard holds into the empty field, when it can be examined and is meant to
// be: a web address, or what a browser says when a page does not come.
func (p *checkPage) offer(text string) {
	text = strings.TrimSpace(text)
	if p.entry.Text != "" || text == "" || len(text) > 16<<10 {
		return
	}
	_, said, err := diagnostics.ParseInput(text)
	if err != nil || said == nil && !strings.Contains(text, "://") {
		return
	}
	p.entry.SetText(strings.Join(strings.Fields(text), " "))
	p.entry.choose()
}

// tapped opens the details of a station.
func (p *checkPage) tapped(i int) {
	stages := p.w.state.exam
	if stages.progress == nil && stages.document == nil {
		return
	}
	p.details.fold.SetOpen(true)
	p.details.openStation(p.w.state.exam, i)
}

// reveal scrolls a part of the waterfall into view.
func (p *checkPage) reveal(top, height float32) {
	driver := fyne.CurrentApp().Driver()
	scrollTo(p.scroll, top+driver.AbsolutePositionForObject(p.details.fall).Y-driver.AbsolutePositionForObject(p.scroll.Content).Y, height)
}

func (p *checkPage) render(s *state) {
	e := &s.exam
	if list := s.addresses(); !slices.Equal(list, p.entry.recent) {
		p.entry.recent = list
		p.entry.SetOptions(list)
	}
	if e.run != p.run {
		p.run = e.run
		p.scroll.ScrollToTop()
	}
	if e.running != p.stopping {
		p.stopping = e.running
		label := "window.examine"
		if e.running {
			label = "window.stop"
		}
		p.examine.SetText(p.w.say(label))
	}
	show(p.welcome, !e.any())
	show(p.panel, e.any())
	if e.any() {
		setText(p.subject, subjectOf(s))
		p.way.SetMotion(s.moves())
		p.way.SetStops(stopsOf(s))
	}
	p.guide.render(s)
	p.answer.render(s)
	p.details.render(s)
}

// subjectOf says what is examined, and how long it takes or took.
func subjectOf(s *state) string {
	e := &s.exam
	what := say(s.lang, "window.subject.general")
	switch {
	case e.demo != "":
		what = say(s.lang, "window.subject.demo", "title", say(s.lang, "demo."+e.demo+".title"))
	case !e.target.None():
		what = report.TargetOf(e.target, s.lang).URL
	}
	took := report.SpanIn(s.lang, float64(e.elapsed.Milliseconds()))
	switch {
	case e.running && e.elapsed == 0:
		return what
	case e.running:
		return say(s.lang, "window.subject.running", "what", what, "time", took)
	case e.document == nil:
		return what
	}
	return say(s.lang, "window.subject.done", "what", what, "time", took)
}

// stopsOf is the way as it is known: station by station while it is examined, then as judged.
func stopsOf(s *state) []part.Stop {
	e := &s.exam
	var stops []part.Stop
	if e.document != nil && !e.running {
		for _, st := range e.document.Stations {
			stops = append(stops, part.Stop{ID: st.ID, Name: st.Name, Value: st.Summary, State: part.State(st.State)})
		}
		return stops
	}
	if e.progress == nil {
		return nil
	}
	for _, stage := range e.progress.Stages {
		stop := part.Stop{ID: string(stage.ID), Name: say(s.lang, "station.name."+string(stage.ID))}
		if stage.Headline != nil {
			stop.Value = report.Summary(s.lang, *stage.Headline)
		}
		switch {
		case stage.Well():
			stop.State = part.OK
		case e.running && stage.Looking():
			stop.State = part.Running
		}
		stops = append(stops, stop)
	}
	return stops
}

// show shows or hides an object, and touches nothing when it is so already.
func show(o fyne.CanvasObject, visible bool) {
	if visible == o.Visible() {
		return
	}
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

// setText sets a label's text, and touches nothing when it is so already.
func setText(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
}
