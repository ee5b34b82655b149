package gui

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/probe"
)

// keptPast fills the history with an hour of probes a minute, a time of trouble in their middle, and its
// examination.
func keptPast(t *testing.T, now time.Time) (incident int64) {
	t.Helper()
	ctx := t.Context()
	store, err := history.Open(ctx, settings.History(), history.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var list []probe.Result
	begin := now.Add(-time.Hour)
	for i := range 60 {
		at := begin.Add(time.Duration(i) * time.Minute)
		r := probe.Result{Address: "https://www.example.com/", At: at, Due: at, Took: time.Duration(80+i%7) * time.Millisecond, Status: 200}
		if i >= 30 && i < 35 {
			r.Status, r.Kind = 502, probe.ServerError
		}
		list = append(list, r, probe.Result{At: at, Due: at, Took: 12 * time.Millisecond})
	}
	if err := store.Add(ctx, list); err != nil {
		t.Fatal(err)
	}
	e, d := recorded(t, "site.bad-gateway-nginx", "en")
	d.Replay = e.Save()
	document, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	id, err := store.Begin(ctx, history.Incident{
		Address: "https://www.example.com/", Fault: "site.bad-gateway", Blame: "website", Title: "The website is broken, not your computer",
		Sure: 0.95, Began: begin.Add(30 * time.Minute), Known: begin.Add(31 * time.Minute),
	}, document)
	if err == nil {
		err = store.End(ctx, id, begin.Add(35*time.Minute))
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestHistoryShowsIncidents(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	now := time.Now().Truncate(time.Minute)
	w.window.now = func() time.Time { return now }
	id := keptPast(t, now)
	w.visit(placeHistory)
	w.until("the history is read", func() bool { return len(w.state.past.addresses) == 2 })
	w.recall("https://www.example.com/", time.Hour)
	w.settle()
	for _, text := range []string{"The website is broken, not your computer", "5 min", "Well for 9"} {
		if !w.sees(text) {
			t.Errorf("the page does not say %q; it says %q", text, w.texts())
		}
	}
	w.openIncident(id)
	w.until("the incident is open", func() bool { return w.state.exam.document != nil })
	if w.state.place != placeCheck || w.state.exam.document.Verdict.Fault != "site.bad-gateway" {
		t.Errorf("shown: %v, %s", w.state.place, w.state.exam.document.Verdict.Fault)
	}
	w.openIncident(id + 1)
	w.until("the sentence is there", func() bool { return w.state.notice.fault })
}

func TestWatchCard(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.window.file = settings.File()
	w.visit(placeHistory)
	press := func(key string) {
		t.Helper()
		for _, o := range w.pushes() {
			if o.Text == w.say(key) {
				test.Tap(o)
				return
			}
		}
		t.Fatalf("there is no button %q", w.say(key))
	}
	w.state.settings.Watch.Off = true
	press("window.watch.start")
	if got := <-w.told; got != "start" || w.state.settings.Watch.Off {
		t.Errorf("asked for %q, off: %v", got, w.state.settings.Watch.Off)
	}
	if set, err := settings.Load(settings.File()); err != nil || set.Watch.Off {
		t.Errorf("the schedule was started before the settings said so: %v", err)
	}
	w.apply(watchSeen{&control.Status{Health: control.Well, Title: "All is well", Targets: []control.Watched{{}, {Address: "a"}}}})
	if !w.sees("All is well") || !w.sees("addresses: 1") {
		t.Errorf("the page says %q", w.texts())
	}
	press("window.watch.check")
	press("window.watch.pause")
	press("window.watch.stop")
	asked := map[string]bool{<-w.told: true, <-w.told: true, <-w.told: true}
	if !asked["check "] || !asked["pause"] || !asked["quit"] {
		t.Errorf("asked: %v", asked)
	}
	w.schedule.start = func() error { return errors.New("no room") }
	w.apply(watchSeen{})
	press("window.watch.start")
	w.until("it says why not", func() bool { return w.state.notice.fault })
}

func TestWatchedAddresses(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.window.file = settings.File()
	w.apply(watchSeen{&control.Status{}})
	w.visit(placeSettings)
	list := w.view.at(placeSettings).(*settingsPage).watch
	for count, typed := range []string{"file:///etc/passwd", "example.com"} {
		list.entry.SetText(typed)
		list.add()
		if got := len(w.state.settings.Watch.Addresses); got != count {
			t.Errorf("after %q: %d addresses, want %d", typed, got, count)
		}
	}
	if got := <-w.told; got != "reload" {
		t.Errorf("asked for %q", got)
	}
	set, err := settings.Load(settings.File())
	if err != nil || len(set.Watch.Addresses) != 1 {
		t.Errorf("written down: %+v, %v", set.Watch, err)
	}
}

// pushes are the buttons that can be seen.
func (w *testWindow) pushes() (list []*part.Push) {
	walk(w.win.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*part.Push); ok {
			list = append(list, b)
		}
	})
	return list
}

func TestStartAtLogin(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.visit(placeSettings)
	w.settle()
	tick := w.view.at(placeSettings).(*settingsPage).watch.login
	tick.SetChecked(true)
	w.settle()
	if !w.atLogin || !tick.Checked {
		t.Errorf("at login: %v, ticked: %v", w.atLogin, tick.Checked)
	}
	w.refuseLogin = errors.New("the folder cannot be written")
	tick.SetChecked(false)
	w.settle()
	if !tick.Checked || !w.state.notice.fault {
		t.Errorf("refused, but ticked: %v, notice %q", tick.Checked, w.state.notice.text)
	}
}
