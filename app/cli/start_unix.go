//go:build !windows && !darwin

package cli

import (
	"os"
	"syscall"
)

const desktopName = "waymend-desktop"

// hasDisplay reports whether there is an X or Wayland display to open a window on.
func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// onItsOwn makes a program the first of its own session.
func onItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
