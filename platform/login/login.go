// Package login lets the agent start when its person logs in, and knows the parts of the system that
// do so: autostart entries, systemd's manager for a person, launchd's agents, the Run key. There is one
// entry at a time. It starts and stops nothing now, and services of the system are not its business.
package login

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

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

// replace writes a whole file by renaming a complete one, unless it is so already.
func replace(path, text string) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, []byte(text)) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".waymend-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// remove removes a file, and reports whether it was there.
func remove(path string) (bool, error) {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
