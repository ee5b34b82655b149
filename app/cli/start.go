package cli

import (
	"context"

	"github.com/waymend/waymend/app/beside"
	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/diagnostics/wire"
)

// start is the program without a command: the window where there is one, else the general check.
func start(ctx context.Context, c *call) error {
	c.args = nil
	if err := c.flags.allowed(command{name: "check", flags: checkFlags}); err != nil {
		return err
	}
	if len(c.flags.given) == 0 && c.showWindow(control.Wish{}) {
		return nil
	}
	return check(ctx, c)
}

// follow opens the window for a link such as waymend://check?url=…; where there is none, what the link
// names is checked in the terminal.
func follow(ctx context.Context, c *call, wish control.Wish, err error) error {
	if err != nil {
		return usageError{err}
	}
	switch {
	case c.showWindow(wish):
		return nil
	case wish.Address == "":
		return codeError{exitFault, noWindow}
	}
	c.args = []string{wish.Address}
	return check(ctx, c)
}

const noWindow = "no window can be opened here; \"waymend check\" does the same in the terminal"

// openOnly is the command "window".
func openOnly(_ context.Context, c *call) error {
	var wish control.Wish
	if len(c.args) == 1 {
		wish.Address = c.args[0]
	}
	if !c.showWindow(wish) {
		return codeError{exitFault, noWindow}
	}
	return nil
}

// showWindow shows this build's own window until it is closed, or starts the desktop build beside this
// one, and reports whether there was one to show.
func (c *call) showWindow(wish control.Wish) bool {
	if c.window != nil {
		err := c.window(wish, version)
		if err != nil {
			c.notice("%s", wire.Printable(err.Error(), 300))
		}
		return err == nil
	}
	return beside.Window(wish)
}
