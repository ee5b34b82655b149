package gui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
)

// guideCard leads through the restart of the router and waits for the network to come back.
type guideCard struct {
	w       *window
	card    fyne.CanvasObject
	steps   fyne.CanvasObject
	waiting *part.Notice
	done    *part.Push
	shown   guide
}

func newGuideCard(w *window) *guideCard {
	g := &guideCard{w: w, waiting: part.NewNotice()}
	g.steps = container.NewVBox(
		part.Body(w.say("window.guide.1")), part.Body(w.say("window.guide.2")),
		part.Body(w.say("window.guide.3")), part.Body(w.say("window.guide.4")))
	g.done = part.NewPush(w.say("window.guide.done"), part.Icon("repeat"), w.awaitNetwork)
	buttons := part.Flow(g.done, part.NewPush(w.say("window.close"), nil, w.closeGuide))
	g.card = part.Panel(container.New(layout.NewCustomPaddedVBoxLayout(8), part.Title(w.say("window.guide.title")), g.steps, g.waiting, buttons))
	g.card.Hide()
	return g
}

func (g *guideCard) object() fyne.CanvasObject { return g.card }

func (g *guideCard) render(s *state) {
	if s.guide == g.shown {
		return
	}
	g.shown = s.guide
	show(g.waiting, s.guide.waiting)
	show(g.done, !s.guide.waiting)
	text := g.w.say("window.guide.waiting")
	if s.guide.seen != "" {
		text = g.w.say("window.guide.still", "seen", s.guide.seen)
	}
	g.waiting.Set(part.Running, text)
	show(g.card, s.guide.open)
}

func (w *window) openGuide() {
	w.apply(guided{guide{open: true}})
	w.view.check.scroll.ScrollToTop()
	w.win.Canvas().Focus(w.view.check.guide.done)
}

// closeGuide leaves the guide and ends its waiting.
func (w *window) closeGuide() {
	if w.state.guide.waiting {
		w.halt()
	}
	w.apply(guided{})
}

// The wait for the network: how long between two looks, and how long in all. A router takes one to
// five minutes to come up.
const (
	lookAgainAfter = 3 * time.Second
	waitForNetwork = 15 * time.Minute
)

// awaitNetwork looks at the connection again and again until it is back, and then examines once more
// what was examined before.
func (w *window) awaitNetwork() {
	w.halt()
	ctx, cancel := context.WithTimeout(context.Background(), waitForNetwork)
	w.stop = cancel
	set, lang, run := w.state.settings, w.state.lang, w.state.exam.run
	w.apply(guided{guide{open: true, waiting: true}})
	w.aside(func() {
		defer cancel()
		for ctx.Err() == nil {
			back, seen := w.networkIsBack(ctx, set, lang)
			if back && ctx.Err() == nil {
				w.post(call(func() {
					if w.state.exam.run == run && w.state.guide.waiting {
						w.again()
					}
				}))
				return
			}
			w.post(waited{run, seen})
			select {
			case <-time.After(lookAgainAfter):
			case <-ctx.Done():
			}
		}
	})
}

// networkIsBack looks at the connection once, and says in words what is still missing.
func (w *window) networkIsBack(ctx context.Context, set settings.Settings, lang string) (bool, string) {
	limited, cancel := context.WithTimeout(ctx, set.Timeout)
	defer cancel()
	e := report.Examination{Version: w.version, Started: w.now()}
	env := examine.NewEnv(diagnostics.Target{}, set, examine.Options{Quick: true})
	e.Facts, e.Elapsed = examine.Run(limited, env, examine.PlanFor(diagnostics.Target{}), nil)
	d, err := examine.Judge(e, lang)
	if err != nil {
		return false, ""
	}
	switch d.Verdict.Blame {
	case "computer", "network", "provider", "unknown":
		return false, d.Verdict.Title
	}
	return true, d.Verdict.Title
}
