// Package login lets the agent start when its person logs in, and knows the parts of the system that
// do so: autostart entries, systemd's manager for a person, launchd's agents, the Run key. There is one
// entry at a time. It starts and stops nothing now, and services of the system are not its business.
package login

import "errors"

// How says what starts the agent.
type How string

// The ways.
const (
	DesktopEntry How = "autostart" // Desktop Application Autostart Specification 0.5
	SystemdUnit  How = "systemd"   // a unit of the person's own manager
	LaunchAgent  How = "launchd"
	RunKey       How = "registry" // HKEY_CURRENT_USER\…\Run
)

// Entry is what starts at login.
type Entry struct {
	Program     string // its whole path
	Arguments   []string
	Description string // one line, for lists of what starts
}

// State is how it is now.
type State struct {
	On      bool
	How     How    // "" when there is no entry
	File    string // of the entry, or the place in the registry
	Program string // that it starts
	Current bool   // the entry is as Enable would write it
}

// ErrUnsupported: this system has no such thing.
var ErrUnsupported = errors.ErrUnsupported
