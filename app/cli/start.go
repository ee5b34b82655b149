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
	if self, err := os.Executable(); err == nil && len(c.flags.given) == 0 && hasDisplay() && openWindow(filepath.Dir(self)) {
		return nil
	}
	return check(ctx, c)
}

// openWindow starts the desktop build that lies in the folder, on its own so that it outlives the
// terminal, and reports whether it did.
func openWindow(folder string) bool {
	desktop := filepath.Join(folder, desktopName)
	if info, err := os.Stat(desktop); err != nil || info.IsDir() {
		return false
	}
	window := exec.Command(desktop)
	window.SysProcAttr = onItsOwn()
	if window.Start() != nil {
		return false
	}
	_ = window.Process.Release() // nothing is waited for
	return true
}
