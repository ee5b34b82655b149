package gui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/waymend/waymend/app/demo"
	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/kept"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
)

// tickEvery is how often the time of a running examination is shown anew.
const tickEvery = 100 * time.Millisecond

// examine begins to examine what was typed: an address, a browser's error, or nothing at all for the
// connection in general.
func (w *window) examine(text string) {
	text = strings.TrimSpace(text)
	var target diagnostics.Target
	var said *diagnostics.Complaint
	if text != "" {
		var err error
		if target, said, err = diagnostics.ParseInput(text); err != nil {
			w.apply(noticed{text: report.ErrorText(err, w.state.lang), fault: true})
			return
		}
	}
	env := examine.NewEnv(target, w.state.settings, examine.Options{Said: said})
	e := exam{target: target, progress: examine.NewProgress(examine.PlanFor(target)), started: w.now()}
	if said != nil {
		e.said = text
	}
	w.begin(e, env, nil)
	if target.Secrets {
		w.apply(noticed{text: w.say("window.secrets")})
	}
}

// play begins to examine one of the sick websites that come with the program.
func (w *window) play(id string) {
	site, err := demo.Start(context.Background(), id)
	if err != nil {
		w.apply(noticed{text: w.say("window.demo.failed"), fault: true})
		return
	}
	env, err := site.Env(w.state.settings, examine.Options{})
	if err != nil {
		site.Close()
		w.apply(noticed{text: w.say("window.demo.failed"), fault: true})
		return
	}
	w.begin(exam{target: env.Target, demo: id, progress: examine.NewProgress(examine.PlanFor(env.Target)), started: w.now()}, env, site.Close)
}

// again examines what is shown once more.
func (w *window) again() {
	e := w.state.exam
	switch {
	case e.demo != "":
		w.play(e.demo)
	case e.said != "":
		w.examine(e.said)
	case e.target.None():
		w.examine("")
	default:
		w.examine(e.target.Input)
	}
}

// begin ends what runs and starts an examination beside the window.
func (w *window) begin(e exam, env *diagnostics.Env, after func()) {
	w.halt()
	w.apply(began{e})
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	run, lang, limit := w.state.exam.run, w.state.lang, w.state.settings.Timeout
	keep := e.demo == "" && !w.state.settings.Forget
	w.aside(func() {
		defer cancel()
		if after != nil {
			defer after()
		}
		w.run(ctx, job{run: run, env: env, lang: lang, limit: limit, started: e.started, keep: keep})
	})
}

// halt stops the running examination; what is known by then is judged.
func (w *window) halt() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// job is one examination.
type job struct {
	run     int
	env     *diagnostics.Env
	lang    string
	limit   time.Duration
	started time.Time
	keep    bool
}

// run examines, posts what happens, and keeps the answer.
func (w *window) run(ctx context.Context, j job) {
	limited, cancel := context.WithTimeout(ctx, j.limit)
	defer cancel()
	ticking := w.tick(limited, j)
	e := report.Examination{Version: w.version, Started: j.started}
	e.Facts, e.Elapsed = examine.Run(limited, j.env, examine.PlanFor(j.env.Target), func(f diagnostics.Fact) {
		w.post(learned{j.run, f})
	})
	stopped, timedOut := ctx.Err() != nil, limited.Err() == context.DeadlineExceeded
	cancel()
	<-ticking
	d, err := examine.Judge(e, j.lang)
	if err != nil {
		w.post(broke{j.run, err.Error()})
		return
	}
	var changes []string
	if last, ok := w.last(d, j.lang); ok && !stopped {
		changes = report.Compare(last, d, j.lang)
	}
	w.post(answered{run: j.run, result: e, document: d, changes: changes, stopped: stopped, timedOut: timedOut})
	if j.keep && !stopped {
		if err := w.store.Add(e, d, j.lang); err != nil {
			w.post(noticed{text: fmt.Sprintf("%s: %s", say(j.lang, "window.not-kept"), report.ErrorText(err, j.lang)), fault: true})
		}
		w.list()
	}
}

// tick posts the time that has passed, until ctx ends and the channel is closed.
func (w *window) tick(ctx context.Context, j job) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(tickEvery)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				w.post(ticked{j.run, time.Since(j.started)})
			case <-ctx.Done():
				return
			}
		}
	}()
	return done
}

// last returns the last kept answer for the same address.
func (w *window) last(d report.Document, lang string) (report.Document, bool) {
	address := ""
	if d.Target != nil {
		address = d.Target.URL
	}
	entries, err := w.store.List()
	if err != nil {
		return report.Document{}, false
	}
	for _, k := range entries {
		if k.Address != address {
			continue
		}
		if e, err := w.store.Open(k.Name); err == nil {
			if old, err := examine.Judge(e, lang); err == nil {
				return old, true
			}
		}
	}
	return report.Document{}, false
}

// list reads the kept answers and posts them.
func (w *window) list() {
	entries, err := w.store.List()
	if err == nil {
		w.post(listed{entries})
	}
}

// open shows a kept answer.
func (w *window) open(k kept.Entry) {
	lang := w.state.lang
	w.halt()
	w.aside(func() {
		e, err := w.store.Open(k.Name)
		if err != nil {
			w.post(noticed{text: say(lang, "window.history.gone"), fault: true})
			w.list()
			return
		}
		d, err := examine.Judge(e, lang)
		if err != nil {
			w.post(noticed{text: say(lang, "window.history.gone"), fault: true})
			return
		}
		w.post(call(func() { w.showAnswer(e, d) }))
	})
}

// showAnswer shows an examination that was made before.
func (w *window) showAnswer(e report.Examination, d report.Document) {
	address := ""
	if !e.Facts.Target.None() {
		address = e.Facts.Target.Input
	}
	w.view.check.entry.SetText(address) // else Enter would examine something else
	w.apply(opened{e, d})
}

// reword brings the shown answer into the language of the settings.
func (w *window) reword() {
	e := w.state.exam
	if e.result == nil {
		return
	}
	d, err := examine.Judge(*e.result, w.state.lang)
	if err != nil {
		return
	}
	w.apply(reworded{run: e.run, document: d})
}

// look asks the system what it says of itself, once, after the window has come up.
func (w *window) look() {
	w.follow()
	w.tidyLater() // what an earlier process left
	w.aside(func() {
		w.list()
		ctx, cancel := context.WithTimeout(context.Background(), trayLimit)
		defer cancel()
		w.post(found{browsers: w.outside.browsers(), still: w.outside.still(), tray: w.outside.tray(ctx)})
	})
}

// pasteLimit is how long the clipboard may take.
const pasteLimit = 2 * time.Second

// paste takes an address, or a browser's error, over from the clipboard into an empty field.
func (w *window) paste() {
	if !w.state.exam.any() {
		w.fromClipboard(func(text string) { w.view.check.offer(text) })
	}
}

// fromClipboard reads the clipboard aside, since its owner may hang, and hands its text over.
func (w *window) fromClipboard(take func(text string)) {
	w.aside(func() {
		ctx, cancel := context.WithTimeout(context.Background(), pasteLimit)
		defer cancel()
		if text, err := w.outside.clipboard(ctx); err == nil {
			w.post(call(func() { take(text) }))
		}
	})
}
