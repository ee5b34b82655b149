package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// start is the program without a command: the window where there is one, else the general check.
func start(ctx context.Context, c *call) error {
	c.args = nil
	if err := c.flags.allowed(command{name: "check", flags: checkFlags}); err != nil {
		return err
	}
	if len(c.flags.given) == 0 && openWindow() {
		return nil
	}
	return check(ctx, c)
}

// openWindow starts the desktop build that lies beside this program and reports whether it did.
func openWindow() bool {
	self, err := os.Executable()
	if err != nil || !hasDisplay() {
		return false
	}
	desktop := filepath.Join(filepath.Dir(self), desktopName)
	if info, err := os.Stat(desktop); err != nil || info.IsDir() {
		return false
	}
	window := exec.Command(desktop)
	if window.Start() != nil {
		return false
	}
	_ = window.Process.Release() // nothing is waited for
	return true
}
