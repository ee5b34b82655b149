package clean

import "golang.org/x/sys/windows"

var setThreadPriority = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadPriority")

// lowPriority puts the calling thread into the background, for the processor and for the disk.
func lowPriority() {
	const background = 0x10000 // THREAD_MODE_BACKGROUND_BEGIN
	setThreadPriority.Call(uintptr(windows.CurrentThread()), background)
}
