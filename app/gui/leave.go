package gui

import (
	"time"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/settings"
)

// trayLimit is how long the desktop may take to say whether it has a tray.
const trayLimit = 2 * time.Second

// leave closes the window. Where there is a tray and nothing is watched yet, the person is asked once
// whether the background checks shall begin.
func (w *window) leave() {
	s := &w.state
	offered := s.tray && s.watching.status == nil
	switch {
	case w.sheet != nil && s.settings.Closing == "":
		w.win.Close() // asked already, and closed all the same
	case offered && s.settings.Closing == "":
		w.openSheet(w.say("window.leave"), part.Body(w.say("window.leave.text")),
			sheetButton{"window.leave.stay", true, func() { w.leaveFor(settings.Stay) }},
			sheetButton{"window.leave.end", false, func() { w.leaveFor(settings.End) }})
	case offered && s.settings.Closing == settings.Stay:
		w.leaveFor(settings.Stay)
	default:
		w.win.Close()
	}
}

// leaveFor notes what the person chose, does it, and closes the window.
func (w *window) leaveFor(choice string) {
	if w.sheet != nil {
		w.closeSheet()
	}
	if w.state.settings.Closing != choice {
		w.choose(func(s *settings.Settings) { s.Closing = choice })
	}
	if choice == settings.Stay {
		w.startWatching()
	}
	w.win.Close()
}
