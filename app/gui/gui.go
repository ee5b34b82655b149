// Package gui is the window: a side bar with five places, and in the first of them one address, the
// way to it, and one answer. It drives the same examination and the same judge as the terminal, and
// measures and judges nothing itself.
//
// One state holds everything that is shown. Whatever happens, in this window or on the network, is
// an event; apply is the only function that changes the state, render the only one that brings it
// to the screen, and post the only way from other goroutines to both, through the one fyne.Do. The
// widgets are in package part. Only main.go imports fyne.io/fyne/v2/app, so that everything else
// builds, and is tested, without a display.
package gui

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/kept"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/resources"
)

// window ties state, pages and the machine together. Except for post, its methods run on Fyne's
// main goroutine.
type window struct {
	app      fyne.App
	win      fyne.Window
	version  string
	file     string // of the settings; "" when they cannot be saved
	store    kept.Store
	outside  outside
	kit      mend.Kit
	schedule schedule
	now      func() time.Time

	state state
	view  *view
	sheet *widget.PopUp // what lies over the page; nil when nothing does
	stop  func()        // ends the running examination; nil when none runs

	stopScan, stopMending, stopTidying, endTracing, stopFollowing func() // likewise

	recalled time.Time // when the history was read last

	do     func(func()) // fyne.Do; tests run what is posted themselves
	mu     sync.Mutex
	queue  []event
	queued bool // drain is on its way
	hushed bool // nobody reads the queue any more

	saving  sync.Mutex
	unsaved *settings.Settings // the last choice, until it is written down

	background sync.WaitGroup // goroutines that this window started
	trace      *trace         // for tests of the real window; else nil
}

// newWindow makes the window without showing it.
func newWindow(a fyne.App, set settings.Settings, version string) *window {
	w := &window{app: a, version: version, file: settings.File(), store: kept.Store{Dir: settings.Answers()}, now: time.Now, do: fyne.Do, trace: newTrace()}
	w.outside, w.kit, w.schedule = newOutside(), mend.Here(), newSchedule()
	w.state = newState(set)
	w.win = a.NewWindow("Waymend")
	w.win.SetMaster()
	w.win.SetPadded(false)
	w.win.Resize(fyne.NewSize(960, 680))
	w.win.SetOnClosed(w.close)
	w.win.SetCloseIntercept(w.leave)
	w.dress()
	w.build()
	return w
}

// close ends what runs; nothing may be left behind a closed window.
func (w *window) close() {
	for _, stop := range []func(){w.stop, w.stopScan, w.stopMending, w.stopTidying, w.endTracing, w.stopFollowing} {
		if stop != nil {
			stop()
		}
	}
	w.state.closed = true
	w.hush()
}

// hush lets what is posted from now on go nowhere: once its event loop has ended, Fyne would run it on
// the goroutine that posts.
func (w *window) hush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hushed, w.queue = true, nil
}

// post brings an event to the state and the screen from any goroutine. Events that come faster than
// they are shown are applied together and rendered once.
func (w *window) post(e event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hushed {
		return
	}
	w.queue = append(w.queue, e)
	if !w.queued {
		w.queued = true
		w.do(w.drain)
	}
}

// drain applies everything that was posted and renders once.
func (w *window) drain() {
	w.mu.Lock()
	events := w.queue
	w.queue, w.queued = nil, false
	w.mu.Unlock()
	if w.state.closed {
		return
	}
	for _, e := range events {
		if do, ok := e.(call); ok {
			do()
			continue
		}
		w.state.apply(e)
	}
	w.render()
	w.nextFix()
}

// call is work for the main goroutine that begins elsewhere; it changes no state by itself.
type call func()

func (call) on(*state) {}

// apply is for events that begin in the window itself.
func (w *window) apply(events ...event) {
	for _, e := range events {
		w.state.apply(e)
	}
	w.render()
}

// aside runs work that may wait (files, the system, the network) beside the window.
func (w *window) aside(work func()) {
	w.background.Add(1)
	go func() {
		defer w.background.Done()
		work()
	}()
}

// say returns a text of the window in the person's language, with values given as pairs.
func (w *window) say(key string, pairs ...string) string { return say(w.state.lang, key, pairs...) }

func say(lang, key string, pairs ...string) string {
	values := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return resources.Text(lang, key, values)
}
