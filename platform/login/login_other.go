//go:build !linux && !darwin && !windows

package login

// Paths is empty: there is no entry here.
func Paths() []string { return nil }

// State is that there is no entry.
func (e Entry) State() (State, error) { return State{}, nil }

// Enable cannot be done here.
func (e Entry) Enable() error { return ErrUnsupported }

// Disable has nothing to remove.
func (e Entry) Disable() error { return nil }
