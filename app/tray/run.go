//go:build linux || freebsd || openbsd || netbsd || windows || (darwin && cgo)

package tray

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"fyne.io/systray"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/resources"
)

// endTime bounds taking the icon away: a desktop that hangs must not keep the agent from ending.
const endTime = 2 * time.Second

// ran guards the library, whose loop can be run once in a process.
var ran atomic.Bool

// Run shows the tray until the context ends; then it returns nil. While the desktop shows no trays
// it waits for one to come, without waking up. On macOS it must be called on the main goroutine.
// It can be called once in a process.
func Run(ctx context.Context, o Options) error {
	if ran.Swap(true) {
		return ErrUnsupported
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &tray{options: o, latest: make(chan control.Status, 1), clicks: make(chan int), over: make(chan command, quit+1)}
	go t.receive(ctx)

	hosts := Watch(ctx)
	for has := range hosts {
		t.tell(has)
		if has {
			return t.show(ctx, hosts)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	t.tell(false)
	return ErrUnsupported
}

// tray is what is shown. Only the goroutine of serve touches shown and busy.
type tray struct {
	options Options
	latest  chan control.Status // holds one: the newest
	clicks  chan int            // places of the menu
	over    chan command        // actions that have returned

	status control.Status
	shown  [places]item
	items  [places]*systray.MenuItem
	icons  string // the folder that icons were loaded from, if any
	health string
	title  string
	busy   [quit + 1]bool
}

func (t *tray) tell(has bool) {
	if t.options.Shown != nil {
		t.options.Shown(has)
	}
}

// receive keeps the newest status for serve, whatever the desktop does meanwhile.
func (t *tray) receive(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-t.options.Statuses:
			if !ok {
				return
			}
			select {
			case <-t.latest:
			default:
			}
			t.latest <- s
		}
	}
}

// show runs the library's loop, which takes the icon along when the desktop's panel restarts.
func (t *tray) show(outer context.Context, hosts <-chan bool) error {
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for has := range hosts {
			t.tell(has)
		}
	}()
	ready := make(chan struct{})
	go func() {
		defer cancel()
		select {
		case <-ready:
			t.serve(ctx, gone)
		case <-ctx.Done():
		case <-gone:
		}
	}()
	loop(ctx, func() { t.build(ctx) }, func() { close(ready) })
	if outer.Err() == nil {
		return ErrGone
	}
	return nil
}

// wait leaves a loop that does not end in time after the context.
func wait(ctx context.Context, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	select {
	case <-ended:
	case <-time.After(endTime):
	}
}

// build makes the places of the menu.
func (t *tray) build(ctx context.Context) {
	t.shown = menu(t.status, t.options.Lang, time.Now())
	for i, line := range t.shown {
		if line.Do == separator {
			systray.AddSeparator()
			continue
		}
		it := systray.AddMenuItem(label(line.Text), "")
		if line.Off {
			it.Disable()
		}
		if line.Hidden {
			it.Hide()
		}
		t.items[i] = it
		go func() {
			for range it.ClickedCh { // the library drops a click that nobody waits for
				select {
				case t.clicks <- i:
				case <-ctx.Done():
				}
			}
		}()
	}
}

// serve is the only goroutine that changes what is shown. It sleeps until something happens.
func (t *tray) serve(ctx context.Context, gone <-chan struct{}) {
	t.icons = load()
	t.look()
	for {
		select {
		case <-ctx.Done():
			return
		case <-gone:
			return
		case t.status = <-t.latest:
			t.draw()
		case i := <-t.clicks:
			t.chosen(t.shown[i])
		case c := <-t.over:
			t.busy[c] = false
		}
	}
}

// draw tells the desktop only what is different.
func (t *tray) draw() {
	now := menu(t.status, t.options.Lang, time.Now())
	for i, line := range now {
		was, it := t.shown[i], t.items[i]
		if it == nil || line == was {
			continue
		}
		if line.Text != was.Text {
			it.SetTitle(label(line.Text))
		}
		if line.Off != was.Off {
			if line.Off {
				it.Disable()
			} else {
				it.Enable()
			}
		}
		if line.Hidden != was.Hidden {
			if line.Hidden {
				it.Hide()
			} else {
				it.Show()
			}
		}
	}
	t.shown = now
	t.look()
}

// look sets the icon and what the desktop says about it.
func (t *tray) look() {
	health := string(t.status.Health)
	if paused(t.status, time.Now()) || !slices.Contains(resources.TrayStates[:], health) {
		health = string(control.Unclear)
	}
	if health != t.health {
		icon(t.icons, health)
		t.health = health
	}
	if text := resources.Text(t.options.Lang, "tray.tip", map[string]string{"answer": t.shown[answerPlace].Text}); text != t.title {
		tip(text)
		t.title = text
	}
}

// chosen starts what a line does.
func (t *tray) chosen(line item) {
	f := t.options.Do.of(line)
	if f == nil || line.Off || line.Hidden || t.busy[line.Do] {
		return
	}
	t.busy[line.Do] = true
	go func() {
		f()
		t.over <- line.Do // has room for every command
	}()
}
