package cli

import (
	"syscall"

	"golang.org/x/sys/windows"
)

const desktopName = "waymend-desktop.exe"

// hasDisplay is true: every session that runs programs for a person has one.
func hasDisplay() bool { return true }

// onItsOwn keeps a program apart from this one's console.
func onItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}
