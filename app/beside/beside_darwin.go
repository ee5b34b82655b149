package beside

import "syscall"

const (
	desktop  = "waymend-desktop"
	terminal = "waymend"
)

// HasDisplay is true: the window itself finds out, and a session without one is rare.
func HasDisplay() bool { return true }

// OnItsOwn makes a program the first of its own session.
func OnItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
