// Package part holds the window's own widgets: the way with its stations, the waterfall, the side
// bar, the badges of states, and the theme they share. It knows nothing of networks and of no
// language: what it shows comes in as ready texts, and everything in it runs on Fyne's main
// goroutine.
package part

import "fyne.io/fyne/v2"

// State is how a station or a check stands. The values are those of the reports.
type State string

// The states, each with a shape and a colour of its own.
const (
	Waiting State = ""        // nothing is known yet
	Running State = "running" // being looked at
	OK      State = "ok"
	Warning State = "warning"
	Fault   State = "fault"
	Failed  State = "failed" // a check that failed; drawn as Fault
	Unknown State = "unknown"
	Skipped State = "skipped"
)

// Stop is one station as the way shows it.
type Stop struct {
	ID    string // "router": names the icon
	Icon  fyne.Resource
	Name  string
	Value string // one short value, "" when there is none
	State State
}
