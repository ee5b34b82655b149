package gui

import (
	"context"
	"time"

	"github.com/waymend/waymend/app/beside"
	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
)

// watching is what the schedule says of itself; nil status: none runs.
type watching struct {
	status   *control.Status
	atLogin  bool      // it begins when the person logs in
	starting time.Time // when it was asked to start; zero when it was not, or has come up
}

// watchSeen brings another status of the schedule; nil says that none runs any more.
type watchSeen struct{ status *control.Status }

func (e watchSeen) on(s *state) {
	s.watching.status = e.status
	if e.status != nil {
		s.watching.starting = time.Time{}
	}
}

// loginSeen tells whether the background checks begin when the person logs in.
type loginSeen struct{ begins bool }

func (e loginSeen) on(s *state) { s.watching.atLogin = e.begins }

// watchAsked notes that the schedule was asked to start.
type watchAsked struct{ at time.Time }

func (e watchAsked) on(s *state) { s.watching.starting = e.at }

const (
	// followAgain is how long to wait before the schedule is looked for again.
	followAgain = 3 * time.Second
	// agentLimit is how long the schedule may take to do what it is asked.
	agentLimit = 5 * time.Second
	// pauseTime is how long the window's pause is.
	pauseTime = time.Hour
)

// schedule is what the window asks of the background checks; tests put their own in its place.
type schedule struct {
	start          func() error
	follow         func(context.Context, func(control.Status)) error
	check          func(context.Context, string) error
	pause          func(context.Context, time.Time) error
	resume, reload func(context.Context) error
	quit           func(context.Context) error
}

func newSchedule() schedule {
	return schedule{
		start: beside.Agent, follow: control.FollowAgent, check: control.AgentCheck,
		pause: control.AgentPause, resume: control.AgentResume, reload: control.AgentReload, quit: control.AgentQuit,
	}
}

// follow shows what the schedule says of itself, until the window is closed.
func (w *window) follow() {
	ctx, cancel := context.WithCancel(context.Background())
	w.stopFollowing = cancel
	w.aside(func() {
		known := false
		for ctx.Err() == nil {
			_ = w.schedule.follow(ctx, func(s control.Status) {
				known = true
				w.post(watchSeen{&s})
				w.post(call(w.recallAgain))
			})
			if known {
				known = false
				w.post(watchSeen{})
			}
			select {
			case <-ctx.Done():
			case <-time.After(followAgain):
			}
		}
	})
}

// startWatching begins the background checks, and has them begin when the settings say otherwise.
func (w *window) startWatching() {
	if w.state.settings.Watch.Off {
		w.choose(func(s *settings.Settings) { s.Watch.Off = false })
	}
	lang := w.state.lang
	w.apply(watchAsked{w.now()})
	w.aside(func() {
		w.writeDown(lang) // so that the schedule reads it
		if err := w.schedule.start(); err != nil {
			w.post(watchAsked{})
			w.post(noticed{text: say(lang, "window.watch.not-started", "why", report.ErrorText(err, lang)), fault: true})
		}
	})
}

// ask asks the schedule for something, aside.
func (w *window) ask(what func(context.Context) error) {
	lang := w.state.lang
	w.aside(func() {
		ctx, cancel := context.WithTimeout(context.Background(), agentLimit)
		defer cancel()
		if err := what(ctx); err != nil {
			w.post(noticed{text: say(lang, "window.watch.not-asked", "why", report.ErrorText(err, lang)), fault: true})
		}
	})
}

// pauseWatching holds the background checks for a while, or lets them go on.
func (w *window) pauseWatching() {
	s := w.state.watching.status
	if s != nil && s.Paused.After(w.now()) {
		w.ask(w.schedule.resume)
		return
	}
	until := w.now().Add(pauseTime)
	w.ask(func(ctx context.Context) error { return w.schedule.pause(ctx, until) })
}

// lookAtLogin asks the system whether the background checks begin when the person logs in.
func (w *window) lookAtLogin() {
	w.aside(func() {
		if on, err := w.outside.atLogin(); err == nil {
			w.post(loginSeen{on})
		}
	})
}

// chooseAtLogin has them begin then, or not any more.
func (w *window) chooseAtLogin(on bool) {
	lang := w.state.lang
	w.aside(func() {
		if err := w.outside.setAtLogin(on); err != nil {
			w.post(noticed{text: say(lang, "window.watch.not-at-login", "why", report.ErrorText(err, lang)), fault: true})
		}
		w.lookAtLogin()
	})
}
