package cli

import "syscall"

const desktopName = "waymend-desktop"

// hasDisplay is true: the window itself finds out, and a session without one is rare.
func hasDisplay() bool { return true }

// onItsOwn makes a program the first of its own session.
func onItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
