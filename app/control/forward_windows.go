package control

import "golang.org/x/sys/windows"

var allowSetForegroundWindow = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow")

// letForward passes on the right to come to the front, which the person gave to this process by
// starting it.
func letForward() {
	const anyProcess = ^uintptr(0) // ASFW_ANY
	if allowSetForegroundWindow.Find() == nil {
		_, _, _ = allowSetForegroundWindow.Call(anyProcess)
	}
}
