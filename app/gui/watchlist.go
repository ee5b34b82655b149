package gui

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
)

// watchList chooses what is checked in the background, how often, and whether the person is told.
type watchList struct {
	w     *window
	box   *fyne.Container
	list  *fyne.Container
	shown []settings.Watched
	drawn bool
	login *part.Tick
	entry *part.Field
}

// intervals are how often something can be checked, as they are offered.
var intervals = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

func newWatchList(w *window) *watchList {
	l := &watchList{w: w, list: container.NewVBox()}
	set := w.state.settings.Watch
	tick := func(key string, on bool, change func(*settings.Watch, bool)) fyne.CanvasObject {
		return part.NewTick(w.say(key), on, func(on bool) { w.chooseWatch(func(s *settings.Watch) { change(s, on) }) })
	}
	l.login = part.NewTick(w.say("window.watch.login"), false, nil)
	l.entry = part.NewField(w.say("window.watch.address"))
	l.entry.OnSubmitted = func(string) { l.add() }
	add := part.NewPush(w.say("window.watch.add"), part.Icon("plus"), l.add)
	l.box = container.New(layout.NewCustomPaddedVBoxLayout(8), part.Body(w.say("window.watch.text")),
		tick("window.watch.on", !set.Off, func(s *settings.Watch, on bool) { s.Off = !on }),
		l.login,
		tick("window.watch.tell", !set.Quiet, func(s *settings.Watch, on bool) { s.Quiet = !on }),
		row(w.say("window.watch.closing"), l.closing()),
		row(w.say("window.watch.every"), l.interval(set.Every, false, func(s *settings.Watch, d time.Duration) { s.Every = d })),
		l.list, container.NewBorder(nil, nil, nil, add, l.entry))
	return l
}

// closing chooses what becomes of the background checks when the window is closed.
func (l *watchList) closing() *part.Choice {
	keys := map[string]string{"": "window.leave.ask", settings.Stay: "window.leave.stay", settings.End: "window.leave.end"}
	return choice([]string{"", settings.Stay, settings.End}, l.w.state.settings.Closing, func(v string) string { return l.w.say(keys[v]) },
		func(v string) { l.w.choose(func(s *settings.Settings) { s.Closing = v }) })
}

func (l *watchList) object() fyne.CanvasObject { return l.box }

// interval offers how often to check; where usual is offered, 0 stands for the interval of all.
func (l *watchList) interval(now time.Duration, usual bool, change func(*settings.Watch, time.Duration)) *part.Choice {
	all := slices.Clone(intervals)
	if now != 0 && !slices.Contains(all, now) {
		all = append(all, now)
		slices.Sort(all)
	}
	if usual {
		all = append([]time.Duration{0}, all...)
	}
	names := make([]string, len(all))
	for i, d := range all {
		if names[i] = report.Length(l.w.state.lang, d); d == 0 {
			names[i] = l.w.say("window.watch.usual")
		}
	}
	return part.NewChoice(names, slices.Index(all, now), func(i int) {
		l.w.chooseWatch(func(s *settings.Watch) { change(s, all[i]) })
	})
}

func (l *watchList) render(s *state) {
	l.login.OnChanged = nil
	l.login.SetChecked(s.watching.atLogin)
	l.login.OnChanged = l.w.chooseAtLogin
	now := s.settings.Watch.Addresses
	if l.drawn && slices.Equal(now, l.shown) {
		return
	}
	l.drawn, l.shown = true, slices.Clone(now)
	l.list.RemoveAll()
	for _, one := range now {
		address := part.Body(one.Address)
		address.Wrapping, address.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
		every := l.interval(one.Every, true, func(s *settings.Watch, d time.Duration) {
			if i := slices.IndexFunc(s.Addresses, func(w settings.Watched) bool { return w.Address == one.Address }); i >= 0 {
				s.Addresses[i].Every = d
			}
		})
		drop := part.NewPush(l.w.say("window.watch.drop"), part.Icon("trash"), func() {
			l.w.chooseWatch(func(s *settings.Watch) {
				s.Addresses = slices.DeleteFunc(s.Addresses, func(w settings.Watched) bool { return w.Address == one.Address })
			})
		})
		l.list.Add(container.NewBorder(nil, nil, nil, container.NewHBox(every, drop), address))
	}
}

// add takes an address in, or says what is wrong with it.
func (l *watchList) add() {
	typed := strings.TrimSpace(l.entry.Text)
	target, err := diagnostics.ParseTarget(typed)
	known := slices.ContainsFunc(l.w.state.settings.Watch.Addresses, func(w settings.Watched) bool { return w.Address == target.Input })
	switch {
	case err != nil:
		l.w.apply(noticed{text: report.ErrorText(err, l.w.state.lang), fault: true})
		return
	case len(l.w.state.settings.Watch.Addresses) >= settings.MaxWatched:
		l.w.apply(noticed{text: l.w.say("window.watch.many"), fault: true})
		return
	}
	l.entry.SetText("")
	l.w.apply(noticed{})
	if !known {
		l.w.chooseWatch(func(s *settings.Watch) { s.Addresses = append(s.Addresses, settings.Watched{Address: target.Input}) })
	}
}

// chooseWatch changes what is checked in the background; a schedule that runs is told once it is written
// down.
func (w *window) chooseWatch(change func(*settings.Watch)) {
	w.choose(func(s *settings.Settings) {
		s.Watch.Addresses = slices.Clone(s.Watch.Addresses)
		change(&s.Watch)
	})
	if w.state.watching.status == nil {
		return
	}
	lang := w.state.lang
	w.ask(func(ctx context.Context) error {
		w.writeDown(lang)
		return w.schedule.reload(ctx)
	})
}
