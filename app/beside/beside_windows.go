package beside

import (
	"syscall"

	"golang.org/x/sys/windows"
)

const (
	desktop  = "waymend-desktop.exe"
	terminal = "waymend.exe"
)

// HasDisplay is true: every session that runs programs for a person has one.
func HasDisplay() bool { return true }

// OnItsOwn keeps a program apart from this one's console.
func OnItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}
