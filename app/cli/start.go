package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/diagnostics/wire"
)

// start is the program without a command: the window where there is one, else the general check.
func start(ctx context.Context, c *call) error {
	c.args = nil
	if err := c.flags.allowed(command{name: "check", flags: checkFlags}); err != nil {
		return err
	}
	if len(c.flags.given) == 0 && c.showWindow("") {
		return nil
	}
	return check(ctx, c)
}

// follow opens the window for a link such as waymend://check?url=…; where there is none, what the link
// names is checked in the terminal.
func follow(ctx context.Context, c *call, address string, err error) error {
	if err != nil {
		return usageError{err}
	}
	if c.showWindow(address) {
		return nil
	}
	c.args = []string{address}
	return check(ctx, c)
}

// openOnly is the command "window".
func openOnly(_ context.Context, c *call) error {
	address := ""
	if len(c.args) == 1 {
		address = c.args[0]
	}
	if !c.showWindow(address) {
		return codeError{exitFault, "no window can be opened here; \"waymend check\" does the same in the terminal"}
	}
	return nil
}

// showWindow shows this build's own window until it is closed, or starts the desktop build beside this
// one, and reports whether there was one to show.
func (c *call) showWindow(address string) bool {
	if c.window != nil {
		err := c.window(address, version)
		if err != nil {
			c.notice("%s", wire.Printable(err.Error(), 300))
		}
		return err == nil
	}
	self, err := os.Executable()
	return err == nil && hasDisplay() && openWindow(filepath.Dir(self), address)
}

// openWindow starts the desktop build that lies in the folder, on its own so that it outlives the
// terminal, and reports whether it did.
func openWindow(folder, address string) bool {
	desktop := filepath.Join(folder, desktopName)
	if info, err := os.Stat(desktop); err != nil || info.IsDir() {
		return false
	}
	window := exec.Command(desktop)
	if address != "" {
		window.Args = append(window.Args, control.Link(address))
	}
	window.SysProcAttr = onItsOwn()
	if window.Start() != nil {
		return false
	}
	_ = window.Process.Release() // nothing is waited for
	return true
}
