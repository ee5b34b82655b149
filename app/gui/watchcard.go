package gui

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/gui/part"
)

// watchCard tells whether anything is checked in the background, what was found last, and lets the
// person start, pause and stop it.
type watchCard struct {
	w                        *window
	panel                    fyne.CanvasObject
	state                    *part.Notice
	detail                   *widget.Label
	start, check, rest, stop *part.Push
}

// startPatience is how long a schedule that was asked to start may take before the button is offered again.
const startPatience = 10 * time.Second

func newWatchCard(w *window) *watchCard {
	c := &watchCard{w: w, state: part.NewNotice()}
	c.start = part.NewPush(w.say("window.watch.start"), part.Icon("play"), w.startWatching)
	c.check = part.NewPush(w.say("window.watch.check"), part.Icon("repeat"), func() {
		w.ask(func(ctx context.Context) error { return w.schedule.check(ctx, "") })
	})
	c.rest = part.NewPush(w.say("window.watch.pause"), part.Icon("pause"), w.pauseWatching)
	c.stop = part.NewPush(w.say("window.watch.stop"), part.Icon("stop"), func() { w.ask(w.schedule.quit) })
	c.detail = part.Quiet("")
	c.panel = part.Panel(container.New(layout.NewCustomPaddedVBoxLayout(8), part.Title(w.say("window.watch")), c.state, c.detail,
		part.Flow(c.start, c.check, c.rest, c.stop)))
	return c
}

// first is the button that begins, or the one that checks.
func (c *watchCard) first() fyne.Focusable {
	if c.start.Visible() {
		return c.start
	}
	return c.check
}

func (c *watchCard) render(s *state) {
	status := s.watching.status
	runs := status != nil
	starting := !runs && c.w.now().Sub(s.watching.starting) < startPatience
	if starting {
		c.start.Disable()
	} else {
		c.start.Enable()
	}
	show(c.start, !runs)
	for _, b := range []*part.Push{c.check, c.rest, c.stop} {
		show(b, runs)
	}
	setText(c.detail, c.detailText(s))
	show(c.detail, runs)
	if !runs {
		key := "window.watch.absent"
		if starting {
			key = "window.watch.starting"
		}
		c.state.Set(part.Unknown, c.w.say(key))
		return
	}
	label := "window.watch.pause"
	if c.paused(status) {
		label = "window.watch.resume"
	}
	c.rest.SetText(c.w.say(label))
	c.state.Set(healthState(status.Health), c.titleText(s))
}

func (c *watchCard) paused(s *control.Status) bool { return s.Paused.After(c.w.now()) }

// titleText is the last answer in one line.
func (c *watchCard) titleText(s *state) string {
	status := s.watching.status
	switch {
	case c.paused(status) && status.Paused.Sub(c.w.now()) > 365*day:
		return c.w.say("window.watch.paused")
	case c.paused(status):
		return c.w.say("window.watch.paused-until", "when", whenText(status.Paused, s.lang))
	case status.Title == "":
		return c.w.say("window.watch.fresh")
	}
	return status.Title
}

// detailText says what is watched, and when something was found last.
func (c *watchCard) detailText(s *state) string {
	status := s.watching.status
	if status == nil {
		return ""
	}
	addresses := 0
	for _, t := range status.Targets {
		if t.Address != "" {
			addresses++
		}
	}
	text := c.w.say("window.watch.detail", "count", strconv.Itoa(addresses))
	if !status.Checked.IsZero() {
		text += " " + c.w.say("window.watch.checked", "when", whenText(status.Checked, s.lang))
	}
	if status.Metered {
		text += " " + c.w.say("window.watch.metered")
	}
	return text
}

// healthState is the mark of a state of health.
func healthState(h control.Health) part.State {
	switch h {
	case control.Well:
		return part.OK
	case control.Trouble:
		return part.Fault
	case control.Working:
		return part.Running
	}
	return part.Unknown
}
