package gui

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform/browser"
)

// planLimit bounds how long is looked at what a fix would change.
const planLimit = 30 * time.Second

// cleanup is what is known for the place where browsers are cleared.
type cleanup struct {
	scanning bool
	scanned  bool
	found    []browser.Found
	left     map[string]bool // directories of profiles that are not to be cleared
	cookies  bool
	storage  bool // never unless it was ticked
	log      []changes.Entry
}

type (
	// scanned is one profile that a scan met, or its end.
	scanned struct {
		found browser.Found
		begin bool
		end   bool
	}
	// tickedProfile says whether a profile is to be cleared.
	tickedProfile struct {
		dir    string
		chosen bool
	}
	// tickedCookies says whether cookies go, too.
	tickedCookies struct{ chosen bool }
	// tickedStorage says whether what sites have stored goes, too.
	tickedStorage struct{ chosen bool }
	// loggedChanges brings the log of changes.
	loggedChanges struct{ entries []changes.Entry }
)

func (e scanned) on(s *state) {
	c := &s.cleanup
	switch {
	case e.begin:
		c.scanning, c.found = true, nil
	case e.end:
		c.scanning, c.scanned = false, true
	default:
		list := slices.Clone(c.found)
		if i := slices.IndexFunc(list, func(f browser.Found) bool { return f.Dir == e.found.Dir }); i >= 0 {
			list[i] = e.found
		} else {
			list = append(list, e.found)
		}
		c.found = list
	}
}

func (e tickedProfile) on(s *state) {
	left := map[string]bool{}
	for dir := range s.cleanup.left {
		left[dir] = true
	}
	left[e.dir] = !e.chosen
	s.cleanup.left = left
}

func (e tickedCookies) on(s *state) { s.cleanup.cookies = e.chosen }

func (e tickedStorage) on(s *state) { s.cleanup.storage = e.chosen }
func (e loggedChanges) on(s *state) { s.cleanup.log = e.entries }

// scan looks for browsers and what they take.
func (w *window) scan() {
	if w.stopScan != nil {
		w.stopScan()
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.stopScan = cancel
	w.apply(scanned{begin: true})
	kit := w.kit
	w.aside(func() {
		defer cancel()
		_ = kit.Host.BrowserScan(ctx, func(f browser.Found) { w.post(scanned{found: f}) })
		w.post(scanned{end: true})
	})
	w.aside(w.logged)
}

// logged reads the log of changes.
func (w *window) logged() {
	if entries, err := w.kit.Log.Entries(); err == nil {
		w.post(loggedChanges{entries})
	}
}

// cleanupPage is the place where browsers and the DNS cache are cleared.
type cleanupPage struct {
	w         *window
	scroll    *container.Scroll
	rescan    *part.Push
	list      *fyne.Container
	rows      map[string]*profileRow
	total     *widget.Label
	empty     *widget.Label
	site      *part.Field
	work      *part.Notice
	actions   []*part.Push
	clean     fyne.CanvasObject // opens browsers with clean profiles
	cleanBody *fyne.Container
	cleanFor  int // how many browsers there were
	log       *fyne.Container
	shownLog  int
	lastLog   string
}

func newCleanupPage(w *window) *cleanupPage {
	p := &cleanupPage{w: w, list: container.NewVBox(), rows: map[string]*profileRow{}, work: part.NewNotice(), log: container.New(layout.NewCustomPaddedVBoxLayout(8))}
	p.work.Hide()
	p.rescan = part.NewPush(w.say("window.cleanup.scan"), part.Icon("repeat"), p.pressScan)
	p.total, p.empty = part.Quiet(""), part.Body(w.say("window.cleanup.none"))
	p.site = part.NewField(w.say("window.cleanup.site"))
	cookies := part.NewTick(w.say("window.cleanup.cookies"), w.state.cleanup.cookies, func(on bool) { w.apply(tickedCookies{on}) })
	storage := part.NewTick(w.say("window.cleanup.storage"), w.state.cleanup.storage, func(on bool) { w.apply(tickedStorage{on}) })
	clear := part.NewPush(w.say("window.cleanup.clear"), part.Icon("cleanup"), p.clear)
	clear.Importance = widget.HighImportance
	names := part.NewPush(w.say("window.cleanup.names"), part.Icon("dns"), func() { p.fix("flush-dns") })
	reset := part.NewPush(w.say("window.cleanup.reset"), part.Icon("cleanup"), p.reset)
	p.actions = []*part.Push{clear, names, reset}
	gap := layout.NewCustomPaddedVBoxLayout(8)
	browsers := part.Panel(container.New(gap, part.Title(w.say("window.cleanup.browsers")), p.list, p.empty, p.total,
		part.Flow(p.rescan), p.site, cookies, storage, part.Quiet(w.say("window.cleanup.never")), part.Flow(clear)))
	cache := part.Panel(container.New(gap, part.Title(w.say("window.cleanup.dns")), part.Body(w.say("window.cleanup.dns.text")), part.Flow(names)))
	p.cleanBody = container.New(gap, part.Title(w.say("window.cleanup.clean-title")), part.Body(w.say("window.cleanup.clean-text")))
	p.clean = part.Panel(p.cleanBody)
	p.clean.Hide()
	all := part.Panel(container.New(gap, part.Title(w.say("window.cleanup.all")), part.Body(w.say("window.cleanup.all.text")), part.Flow(reset)))
	changed := part.Panel(container.New(gap, part.Title(w.say("window.cleanup.log")), p.log))
	p.scroll = newColumn(container.New(layout.NewCustomPaddedVBoxLayout(16), part.Headline(w.say("window.place.cleanup")), p.work, all, browsers, p.clean, cache, changed))
	return p
}

func (p *cleanupPage) object() fyne.CanvasObject   { return p.scroll }
func (p *cleanupPage) scroller() *container.Scroll { return p.scroll }
func (p *cleanupPage) first() fyne.Focusable       { return p.actions[2] }

// pressScan begins a scan, or stops the one that runs.
func (p *cleanupPage) pressScan() {
	if p.w.state.cleanup.scanning {
		p.w.stopScan()
		return
	}
	p.w.scan()
}

// only are the directories of the profiles that are ticked.
func (p *cleanupPage) only() []string {
	list := []string{}
	for _, f := range p.w.state.cleanup.found {
		if !p.w.state.cleanup.left[f.Dir] {
			list = append(list, f.Dir)
		}
	}
	return list
}

// clear plans what is ticked, shows it, and does it.
func (p *cleanupPage) clear() {
	c := remedy.Clearing{Only: p.only(), Site: strings.TrimSpace(p.site.Text), Cookies: p.w.state.cleanup.cookies, Storage: p.w.state.cleanup.storage}
	c.Caches, c.Pages = c.Site == "", c.Site != ""
	kit := p.w.kit
	p.w.planAside("clear", func(ctx context.Context) ([]mend.Fix, error) {
		f, err := kit.PlanClearing(ctx, c)
		return []mend.Fix{f}, err
	}, p.doAll)
}

func (p *cleanupPage) fix(id string) {
	kit := p.w.kit
	p.w.planAside(id, func(ctx context.Context) ([]mend.Fix, error) {
		f, err := kit.Plan(ctx, id, remedy.Target{})
		return []mend.Fix{f}, err
	}, p.doAll)
}

// reset is the one click: the caches of all browsers, and the DNS cache.
func (p *cleanupPage) reset() {
	kit := p.w.kit
	p.w.planAside("reset", func(ctx context.Context) (fixes []mend.Fix, err error) {
		for _, id := range []string{remedy.ClearBrowsers, "flush-dns"} {
			f, e := kit.Plan(ctx, id, remedy.Target{})
			if e != nil {
				err = e
				continue
			}
			fixes = append(fixes, f)
		}
		if len(fixes) > 0 {
			err = nil
		}
		return fixes, err
	}, p.doAll)
}

// doAll does fixes one after the other and says what came of them.
func (p *cleanupPage) doAll(fixes []mend.Fix) {
	fixes = slices.DeleteFunc(slices.Clone(fixes), func(f mend.Fix) bool { return len(f.Plan.Lines) == 0 })
	w, done, last := p.w, int64(0), ""
	var left []string
	var next func(int)
	next = func(n int) {
		if n == len(fixes) {
			text := w.say("window.cleanup.done")
			if done > 0 {
				text = w.say("window.cleanup.freed", "size", report.Size(w.state.lang, done))
			}
			w.apply(noticed{text: strings.Join(append([]string{text}, left...), " "), good: len(left) == 0, undo: last})
			w.scan()
			return
		}
		w.carryOut(fixes[n], func(entry changes.Entry, err error) {
			if err != nil {
				w.apply(w.failed(entry, err))
				w.scan()
				return
			}
			done += entry.Bytes
			left = append(left, w.leftAlone(fixes[n], entry)...)
			if !entry.Undo.Empty() {
				last = entry.ID
			}
			next(n + 1)
		})
	}
	w.apply(noticed{})
	next(0)
}

func (p *cleanupPage) render(s *state) {
	c := &s.cleanup
	p.work.Set(part.Running, s.mending.text)
	show(p.work, s.mending.id != "")
	for _, b := range p.actions {
		enable(b, s.mending.id == "")
	}
	label := "window.cleanup.scan"
	if c.scanning {
		label = "window.stop"
	}
	if text := p.w.say(label); p.rescan.Text != text {
		p.rescan.SetText(text)
	}
	show(p.empty, c.scanned && !c.scanning && len(c.found) == 0)
	var all int64
	for _, f := range c.found {
		p.renderProfile(s, f)
		all += f.CacheBytes
	}
	setText(p.total, p.w.say("window.cleanup.total", "size", report.Size(s.lang, all)))
	show(p.total, len(c.found) > 0)
	for dir, r := range p.rows {
		show(r.row, slices.ContainsFunc(c.found, func(f browser.Found) bool { return f.Dir == dir }))
	}
	p.renderClean(s)
	p.renderLog(s)
}

// mostLog bounds the list of changes on the page; the terminal shows all of them.
const mostLog = 8

func (p *cleanupPage) renderLog(s *state) {
	list := s.cleanup.log[:min(len(s.cleanup.log), mostLog)]
	mark := ""
	for _, e := range list {
		mark += e.ID + string(e.State)
	}
	if mark == p.lastLog && len(list) == p.shownLog && len(p.log.Objects) > 0 {
		return
	}
	p.lastLog, p.shownLog = mark, len(list)
	p.log.RemoveAll()
	if len(list) == 0 {
		p.log.Add(part.Body(p.w.say("window.cleanup.log.empty")))
	}
	for _, e := range list {
		text := container.New(layout.NewCustomPaddedVBoxLayout(0), part.Body(mend.Name(e.Remedy, s.lang)),
			part.Quiet(whenText(e.When, s.lang)+" · "+p.w.say("mend.state."+string(e.State))))
		if e.State != changes.Undone && !e.Undo.Empty() {
			p.log.Add(container.NewBorder(nil, nil, nil, container.NewVBox(part.NewPush(p.w.say("window.undo"), part.Icon("undo"), func() { p.w.undo(e.ID) })), text))
			continue
		}
		p.log.Add(text)
	}
}

// enable makes a button work or not, and touches nothing when it is so already.
func enable(b *part.Push, on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}
