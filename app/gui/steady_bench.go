//go:build bench

package gui

import (
	"time"

	"github.com/waymend/waymend/app/examine"
)

// Builds for measuring play an examination again and again at a steady rate, once a demo has been
// played three times.
const (
	steadyAfter  = 3
	steadyRounds = 8
	steadyRate   = 60 // facts a second
)

func init() { measured = steady }

func steady(w *window) {
	e := w.state.exam
	if e.demo == "" || e.running || e.run != steadyAfter || e.document == nil {
		return
	}
	measured = nil
	w.aside(func() {
		for round := range steadyRounds {
			w.replay(e, e.run+1+round)
		}
	})
}

// replay posts what happened in an examination as if it happened now.
func (w *window) replay(e exam, run int) {
	again := exam{target: e.target, progress: examine.NewProgress(examine.PlanFor(e.target)), started: time.Now()}
	again.target.Input = "steady"
	w.post(call(func() { w.apply(began{again}) }))
	t := time.NewTicker(time.Second / steadyRate)
	defer t.Stop()
	for _, f := range e.facts {
		<-t.C
		f.Start = time.Now().Add(-f.Took)
		w.post(learned{run, f})
		w.post(ticked{run, time.Since(again.started)})
	}
	w.post(answered{run: run, result: *e.result, document: *e.document})
}
