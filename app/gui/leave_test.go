package gui

import (
	"testing"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/settings"
)

func TestLeave(t *testing.T) {
	for _, c := range []struct {
		name    string
		tray    bool
		running bool
		closing string
		asked   bool
		started bool
	}{
		{"no tray", false, false, "", false, false},
		{"no tray, chosen before", false, false, settings.Stay, false, false},
		{"asked", true, false, "", true, false},
		{"stays", true, false, settings.Stay, false, true},
		{"ends", true, false, settings.End, false, false},
		{"runs already", true, true, "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := settings.Defaults()
			set.Closing = c.closing
			w := openTestWindow(t, set)
			w.state.tray = c.tray
			if c.running {
				w.apply(watchSeen{&control.Status{}})
			}
			w.leave()
			if (w.sheet != nil) != c.asked || w.state.closed == c.asked {
				t.Errorf("asked: %v, closed: %v", w.sheet != nil, w.state.closed)
			}
			w.settle()
			if (len(w.told) == 1) != c.started {
				t.Errorf("told %d things", len(w.told))
			}
		})
	}
}

// TestLeaveOnce asks once: the answer is written down.
func TestLeaveOnce(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.window.file = settings.File()
	w.state.tray = true
	w.leave()
	w.leaveFor(settings.Stay)
	w.settle()
	if set, err := settings.Load(settings.File()); err != nil || set.Closing != settings.Stay {
		t.Errorf("written down: %+v, %v", set.Closing, err)
	}
	if got := <-w.told; got != "start" || !w.state.closed {
		t.Errorf("told %q, closed %v", got, w.state.closed)
	}
}
