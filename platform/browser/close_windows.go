package browser

import (
	"context"
	"path/filepath"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	restartManager      = windows.NewLazySystemDLL("rstrtmgr.dll")
	rmStartSession      = restartManager.NewProc("RmStartSession")
	rmRegisterResources = restartManager.NewProc("RmRegisterResources")
	rmGetList           = restartManager.NewProc("RmGetList")
	rmEndSession        = restartManager.NewProc("RmEndSession")
	postMessage         = windows.NewLazySystemDLL("user32.dll").NewProc("PostMessageW")
)

// askToClose asks the windows of whoever holds the profile's lock file to close, as the cross in
// their frame does.
func (s System) askToClose(_ context.Context, p Profile, _ int) error {
	lock := filepath.Join(p.Root, "lockfile")
	if p.Family.Engine == Gecko {
		lock = filepath.Join(p.Dir, "parent.lock")
	}
	pids := holders(lock)
	asked := 0
	visit := syscall.NewCallback(func(window windows.HWND, _ uintptr) uintptr {
		var pid uint32
		if _, err := windows.GetWindowThreadProcessId(window, &pid); err == nil && slices.Contains(pids, pid) && windows.IsWindowVisible(window) {
			const wmClose = 0x10
			if ok, _, _ := postMessage.Call(uintptr(window), wmClose, 0, 0); ok != 0 {
				asked++
			}
		}
		return 1
	})
	if len(pids) == 0 || windows.EnumWindows(visit, nil) != nil || asked == 0 {
		return ErrByHand
	}
	return nil
}

// processInfo is RM_PROCESS_INFO.
type processInfo struct {
	PID     uint32
	Started windows.Filetime
	App     [256]uint16
	Service [64]uint16
	Type    uint32
	Status  uint32
	Session uint32
	Restart int32
}

// holders lists the processes that have a file open, after the system's Restart Manager.
func holders(file string) (pids []uint32) {
	if restartManager.Load() != nil {
		return nil
	}
	name, err := windows.UTF16PtrFromString(file)
	if err != nil {
		return nil
	}
	var session uint32
	var key [33]uint16
	if code, _, _ := rmStartSession.Call(uintptr(unsafe.Pointer(&session)), 0, uintptr(unsafe.Pointer(&key[0]))); code != 0 {
		return nil
	}
	defer rmEndSession.Call(uintptr(session))
	if code, _, _ := rmRegisterResources.Call(uintptr(session), 1, uintptr(unsafe.Pointer(&name)), 0, 0, 0, 0); code != 0 {
		return nil
	}
	var list [16]processInfo
	needed, count, reasons := uint32(0), uint32(len(list)), uint32(0)
	code, _, _ := rmGetList.Call(uintptr(session), uintptr(unsafe.Pointer(&needed)), uintptr(unsafe.Pointer(&count)),
		uintptr(unsafe.Pointer(&list[0])), uintptr(unsafe.Pointer(&reasons)))
	if code != 0 {
		return nil
	}
	for _, p := range list[:min(int(count), len(list))] {
		pids = append(pids, p.PID)
	}
	return pids
}
