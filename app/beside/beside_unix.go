//go:build !windows && !darwin

package beside

import (
	"os"
	"syscall"
)

const (
	desktop  = "waymend-desktop"
	terminal = "waymend"
)

// HasDisplay reports whether there is an X or Wayland display to open a window on.
func HasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// OnItsOwn makes a program the first of its own session.
func OnItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
