// Package tray shows in the corner of the desktop how the watched addresses are: one icon of four
// shapes, and a menu with the last answer and the few things that are wanted without a window. It
// draws what it is told and calls back what was chosen; it measures nothing, and has no window. It is
// for the small program: a desktop build shows its window's own tray.
//
// It stands on fyne.io/systray, which keeps one tray in global variables; so does this package.
// That library tells its failures to the standard logger, which the program discards.
package tray

import (
	"errors"

	"github.com/waymend/waymend/app/control"
)

// ErrUnsupported is returned where no tray can be shown in this session: there is no desktop, or
// this build cannot show one.
var ErrUnsupported = errors.New("no tray can be shown here")

// ErrGone is returned when the desktop's session ended under the tray.
var ErrGone = errors.New("the desktop's message bus is gone")

// Actions are what the menu does. Each runs on a goroutine of its own, and not again before it has
// returned; one that is nil does nothing.
type Actions struct {
	Check  func()               // check everything now
	Reset  func()               // reset caches and DNS, after the plan was shown
	Show   func(address string) // open the window at a watched address
	Pause  func()               // the background checks, until told
	Resume func()
	Open   func() // the window
	Quit   func() // the agent; the tray goes when its context ends
}

// of is the action of a line, nil for none.
func (a Actions) of(line item) func() {
	switch line.Do {
	case check:
		return a.Check
	case reset:
		return a.Reset
	case pause:
		return a.Pause
	case resume:
		return a.Resume
	case open:
		return a.Open
	case quit:
		return a.Quit
	case show:
		if a.Show != nil {
			return func() { a.Show(line.Address) }
		}
	}
	return nil
}

// Options are what a tray is made of.
type Options struct {
	Lang string
	// Statuses are what is shown, always the newest. The sender is never held up for long; a channel
	// that is closed means that the last status stays.
	Statuses <-chan control.Status
	Do       Actions
	// Shown, when it is there, is told once whether the desktop shows trays, and again when that
	// changes. It must not block.
	Shown func(bool)
}
