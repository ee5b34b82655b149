package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/waymend/waymend/app/agent"
	"github.com/waymend/waymend/app/beside"
	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/app/tray"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform/notify"
	"github.com/waymend/waymend/resources"
)

var agentFlags = []string{"json", "config", "no-tray", "no-color", "v", "help", "h", "version"}

// trayName is held by the process that shows the tray, whoever runs the schedule.
const trayName = "tray"

// openAction is the notifications' only action.
const openAction = "open"

// watchHere is the command "agent": the schedule in this session, with a tray where there is one.
// Where a service of this person's runs the schedule, the tray shows that.
func watchHere(ctx context.Context, c *call) error {
	set, _, err := c.loaded() // the agent itself says what is wrong with them
	if err != nil {
		return err
	}
	if set.Watch.Off && c.flags.noTray {
		return codeError{exitFault, "the background checks are switched off in the settings; nothing is watched"}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &watching{call: c, lang: set.Speaks(), end: cancel, statuses: make(chan control.Status, 1), trayless: make(chan struct{})}
	name, err := control.Listen(trayName, http.NotFoundHandler())
	withTray := err == nil && !c.flags.noTray
	if err == nil {
		defer func() { _ = name.Close() }()
	}
	ended := make(chan error, 1)
	go func() {
		ended <- w.watch(ctx, withTray)
		cancel()
	}()
	if withTray && !w.tray(ctx) && set.Watch.Off && ctx.Err() == nil {
		cancel()
		if err := <-ended; err != nil {
			return err
		}
		return codeError{exitFault, "the background checks are switched off in the settings, and this desktop shows no tray"}
	}
	return <-ended
}

// watching is one run of the command.
type watching struct {
	*call
	lang     string
	end      func()
	statuses chan control.Status // holds one: the newest
	trayless chan struct{}       // closed when there can be no tray
}

// watch runs the schedule, or follows another process that does, until the context ends.
func (w *watching) watch(ctx context.Context, withTray bool) error {
	file := w.flags.config
	if file == "" {
		file = settings.File()
	}
	notify := w.notifier(ctx)
	for {
		err := agent.Serve(ctx, agent.Serving{
			Scope: control.Person, File: file, Version: version, Notify: notify,
			Ready:   func(a *agent.Agent) error { go w.pass(ctx, a); return nil },
			Trouble: func(sentence string) { w.notice("%s", wire.Printable(sentence, 400)) },
		})
		if !errors.Is(err, control.ErrTaken) {
			return err
		}
		if !withTray || !w.follow(ctx) {
			return besideOther()
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// pass shows the tray every status of our own schedule.
func (w *watching) pass(ctx context.Context, s control.Schedule) {
	for {
		status, changed := s.Status()
		w.show(status)
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// show hands a status over; the newest alone to a reader that is slow.
func (w *watching) show(s control.Status) {
	select {
	case <-w.statuses:
	default:
	}
	w.statuses <- s
}

// follow shows the tray the statuses of another process until that ends, and reports false when there
// can be no tray.
func (w *watching) follow(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = control.FollowAgent(ctx, w.show) // its end is what is waited for
		select {
		case <-time.After(followAgain):
		case <-ctx.Done():
		}
	}()
	select {
	case <-ended:
		return true
	case <-w.trayless:
		return false
	}
}

// followAgain is the pause before the schedule of a process that ended is taken over: it may only
// start anew.
const followAgain = 3 * time.Second

// tray shows the tray until the context ends, and reports whether there could be one. It has to run
// on the main goroutine.
func (w *watching) tray(ctx context.Context) bool {
	err := tray.Run(ctx, tray.Options{Lang: w.lang, Statuses: w.statuses, Shown: w.tellTrayless(), Do: tray.Actions{
		Check:  func() { _ = control.AgentCheck(ctx, "") },
		Reset:  func() { w.open(control.Wish{Page: control.Reset}) },
		Show:   func(address string) { w.open(control.Wish{Address: address}) },
		Pause:  func() { _ = control.AgentPause(ctx, control.UntilTold()) },
		Resume: func() { _ = control.AgentResume(ctx) },
		Open:   func() { w.open(control.Wish{}) },
		Quit:   w.end,
	}})
	switch {
	case errors.Is(err, tray.ErrGone): // the session has ended, and with it whom this is for
		w.end()
	case err != nil:
		close(w.trayless)
		return false
	}
	return true
}

// tellTrayless says once that the desktop shows no tray.
func (w *watching) tellTrayless() func(bool) {
	told := false
	return func(shown bool) {
		if !shown && !told {
			told = true
			w.notice("%s", resources.Text(w.lang, "tray.missing", nil))
		}
	}
}

// open lets the window show something, and starts it when there is none.
func (w *watching) open(wish control.Wish) {
	if there, err := control.OpenWindow(context.Background(), wish); !there && err == nil {
		beside.Window(wish)
	}
}

// notifier shows notices by the system's own way, and opens the incident that is chosen.
func (w *watching) notifier(ctx context.Context) func(context.Context, agent.Notice) {
	n := notify.New("Waymend")
	go func() {
		defer n.Close()
		for {
			select {
			case pick := <-n.Picked():
				go w.open(control.Wish{Page: control.History, Incident: int64(pick.ID)})
			case <-ctx.Done():
				return
			}
		}
	}()
	return func(ctx context.Context, notice agent.Notice) {
		urgency := notify.Normal
		if notice.Over {
			urgency = notify.Low
		}
		// Where nothing shows notifications, the tray and the window still do.
		_ = n.Show(ctx, notify.Note{
			ID: uint64(notice.Incident), Title: notice.Title, Body: notice.Body, Urgency: urgency,
			Actions: []notify.Action{{ID: openAction, Label: resources.Text(w.lang, "agent.show", nil)}},
		})
	}
}

// besideOther says who watches already.
func besideOther() error {
	text := "the background checks run already"
	if s, err := control.AgentStatusOf(context.Background(), control.Person); err == nil {
		text = fmt.Sprintf("the background checks run already (Waymend %s, %d addresses)", wire.Printable(s.Version, 40), max(0, len(s.Targets)-1))
	}
	return codeError{exitFault, text}
}
