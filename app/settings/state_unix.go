//go:build !windows && !darwin

package settings

import (
	"errors"
	"os"
	"path/filepath"
)

// stateDir is where programs keep what they remember (XDG Base Directory Specification 0.8).
func stateDir() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home := os.Getenv("HOME")
	if home == "" {
		return "", errors.New("HOME is not set")
	}
	return filepath.Join(home, ".local", "state"), nil
}

// Log is "": systemd's journal, or the desktop's session, keeps what the background checks say.
func Log() string { return "" }
