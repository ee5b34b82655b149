package agent

import (
	"context"
	"strconv"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/verdict"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// maxNotices wait for a desktop that is slow; what is more is not told.
const maxNotices = 16

// maxName is how much of an address is shown.
const maxName = 80

// text fills one of our own sentences; an address stands in it as its host's name.
func (a *Agent) text(key, address string, values map[string]string) string {
	all := map[string]string{}
	if address != "" {
		all["host"] = hostOf(address)
	}
	for k, v := range values {
		all[k] = v
	}
	return resources.Text(a.lang, key, all)
}

// hostOf is an address as people read it.
func hostOf(address string) string {
	t, err := diagnostics.ParseTarget(address)
	switch {
	case err != nil:
		return wire.Printable(address, maxName)
	case t.Unicode != "" && t.Note == "":
		return wire.Printable(t.Unicode, maxName)
	}
	return wire.Printable(t.Host, maxName)
}

// unknownTitle stands for the answer while an examination is under way.
func (a *Agent) unknownTitle(address string) string { return a.text("agent.looking", address, nil) }

// kept is called when an incident is in the history, and with 0 when it could not be written.
func (a *Agent) kept(i *incident, id int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if id != 0 {
		i.ID = id
	}
	i.stored = true
	a.tell(i)
	a.tellChange()
}

// tell notifies of an incident, once its cause is known or cannot be known, and again when the cause
// is another one. The caller holds the lock.
func (a *Agent) tell(i *incident) {
	if !i.stored || !i.Ended.IsZero() || i.told == i.Title || i.Fault == string(verdict.Unclear) && !i.Examined {
		return
	}
	i.told = i.Title
	a.notify(Notice{Incident: i.ID, Title: i.Title, Body: a.text("agent.since", i.Address, map[string]string{"time": i.Began.Local().Format("15:04")})})
}

// tellOver notifies of the recovery from what was told.
func (a *Agent) tellOver(i *incident, now moment) {
	if i.told == "" {
		return
	}
	took := max(now.ran-i.began.ran, 0)
	if d := i.Ended.Sub(i.Began); d > 0 && d < took {
		took = d
	}
	a.notify(Notice{Incident: i.ID, Over: true, Title: a.text("agent.over", i.Address, nil),
		Body: a.text("agent.lasted", i.Address, map[string]string{"took": report.Length(a.lang, took)})})
}

func (a *Agent) notify(n Notice) {
	if a.o.Notify == nil || a.settings.Watch.Quiet {
		return
	}
	select {
	case a.notes <- n:
	default:
	}
}

// tellAll hands notices over, one after the other.
func (a *Agent) tellAll(ctx context.Context) {
	for {
		select {
		case n := <-a.notes:
			a.o.Notify(ctx, n)
		case <-ctx.Done():
			return
		}
	}
}

// tellChange wakes whoever follows the status. The caller holds the lock.
func (a *Agent) tellChange() {
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
}

// Status returns what is known now, and a channel that is closed when that has changed.
func (a *Agent) Status() (control.Status, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.changed == nil {
		a.changed = make(chan struct{})
	}
	now := a.now()
	s := control.Status{Version: a.o.Version, Seen: a.o.Seen, Metered: a.metered, Offline: a.book.down(), Targets: []control.Watched{}}
	if a.paused.After(now.wall) {
		s.Paused = a.paused
	}
	s.Targets = append(s.Targets, a.watched("", now))
	for _, w := range a.settings.Watch.Addresses {
		if _, ok := a.targets[w.Address]; ok {
			s.Targets = append(s.Targets, a.watched(w.Address, now))
		}
	}
	a.summarize(&s, now)
	return s, a.changed
}

// watched is the state of one address.
func (a *Agent) watched(address string, now moment) control.Watched {
	w := control.Watched{Address: address, Health: control.Unclear}
	e, s := a.table.entries[address], a.book.subjects[address]
	if e == nil || s == nil {
		return w
	}
	w.Every, w.Next = a.table.interval(e), now.wall.Add(e.due-now.ran)
	if s.lastAt.wall.IsZero() {
		return w
	}
	w.Last, w.Took = s.lastAt.wall, s.last.Took
	i := s.open
	if i == nil {
		i = s.under
	}
	switch {
	case i != nil:
		w.Health, w.Title = control.Trouble, i.Title
	case s.good > 0:
		w.Health = control.Well
	case s.excused > now.ran:
		w.Health = control.Well
	}
	return w
}

// summarize says how all is, in one word and one line.
func (a *Agent) summarize(s *control.Status, now moment) {
	var first *incident
	troubles, well := 0, 0
	for _, w := range s.Targets {
		if w.Last.After(s.Checked) {
			s.Checked = w.Last
		}
		if w.Health == control.Well {
			well++
		}
		if i := a.book.subjects[w.Address].open; i != nil {
			troubles++
			if first == nil || w.Address != "" && first.Address != "" && i.began.ran > first.began.ran {
				first = i // the connection's, else the newest
			}
		}
	}
	switch {
	case first != nil:
		s.Health, s.Title, s.Incident = control.Trouble, first.Title, first.ID
		if troubles > 1 {
			s.Title = a.text("agent.more", "", map[string]string{"title": first.Title, "count": strconv.Itoa(troubles - 1)})
		}
	case s.Checked.IsZero() || well == 0:
		s.Health, s.Title = control.Unclear, a.text("tray.unknown", "", nil)
	case len(s.Targets) == 1:
		s.Health, s.Title = control.Well, a.text("fault.ok.title", "", nil)
	default:
		s.Health, s.Title = control.Well, a.text("agent.well", "", nil)
	}
	switch {
	case a.settings.Watch.Off:
		s.Health, s.Title = control.Unclear, a.text("agent.off", "", nil)
	case !s.Paused.IsZero():
		s.Health = control.Unclear
	case a.checking > 0 || a.examining > 0:
		s.Health = control.Working
	}
}
