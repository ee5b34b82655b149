package platform

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// news is what the system calls when something has changed: PIPINTERFACE_CHANGE_CALLBACK and its
// relatives, and DEVICE_NOTIFY_CALLBACK_ROUTINE, which all have three arguments. The first is the
// event that is waited for, so that nothing else has to be known here.
var news = sync.OnceValue(func() uintptr {
	return windows.NewCallback(func(event, _, _ uintptr) uintptr {
		_ = windows.SetEvent(windows.Handle(event))
		return 0
	})
})

var (
	powrprof         = windows.NewLazySystemDLL("powrprof.dll")
	registerResume   = powrprof.NewProc("PowerRegisterSuspendResumeNotification")
	unregisterResume = powrprof.NewProc("PowerUnregisterSuspendResumeNotification")
)

// changes has the system set an event when an interface, an address or a route changes
// (netioapi.h), and when the computer wakes up.
func changes(ctx context.Context, tell func()) error {
	event, err := windows.CreateEvent(nil, 0, 0, nil)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	defer windows.CloseHandle(event)
	// The handle's value is the callbacks' argument; nothing is read through it.
	argument := *(*unsafe.Pointer)(unsafe.Pointer(&event))
	heard := 0
	for _, register := range []func(uint16, uintptr, unsafe.Pointer, bool, *windows.Handle) error{
		windows.NotifyIpInterfaceChange, windows.NotifyUnicastIpAddressChange, windows.NotifyRouteChange2,
	} {
		var handle windows.Handle
		if err = register(windows.AF_UNSPEC, news(), argument, false, &handle); err == nil {
			heard++
			defer windows.CancelMibChangeNotify2(handle)
		}
	}
	if heard == 0 {
		return fmt.Errorf("changes: %w", err)
	}
	defer listenToPower(event)()
	stop := context.AfterFunc(ctx, func() { _ = windows.SetEvent(event) })
	defer stop()
	for {
		if _, err := windows.WaitForSingleObject(event, windows.INFINITE); err != nil {
			return fmt.Errorf("event: %w", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		tell()
	}
}

// listenToPower has the event set when the computer falls asleep or wakes up (powerbase.h). Where
// that cannot be had, the changes of links that waking up brings must do.
func listenToPower(event windows.Handle) (stop func()) {
	const deviceNotifyCallback = 2
	parameters := &struct{ callback, context uintptr }{news(), uintptr(event)}
	var handle windows.Handle
	if registerResume.Find() != nil {
		return func() {}
	}
	if r, _, _ := registerResume.Call(deviceNotifyCallback, uintptr(unsafe.Pointer(parameters)), uintptr(unsafe.Pointer(&handle))); r != 0 {
		return func() {}
	}
	return func() {
		_, _, _ = unregisterResume.Call(uintptr(handle))
		runtime.KeepAlive(parameters)
	}
}

var unbiased = windows.NewLazySystemDLL("kernel32.dll").NewProc("QueryUnbiasedInterruptTime")

// slept is the difference of the clocks that count sleep and that do not.
func slept() time.Duration {
	var awake uint64 // units of 100 ns
	if unbiased.Find() != nil {
		return 0
	}
	if ok, _, _ := unbiased.Call(uintptr(unsafe.Pointer(&awake))); ok == 0 {
		return 0
	}
	return max(windows.DurationSinceBoot()-time.Duration(awake)*100, 0)
}

var createInstance = windows.NewLazySystemDLL("ole32.dll").NewProc("CoCreateInstance")

// costManager is an INetworkCostManager (netlistmgr.h).
type costManager struct{ methods *[4]uintptr }

const (
	releaseMethod = 2 // IUnknown
	getCostMethod = 3
)

// call calls a method and returns its HRESULT.
func (m *costManager) call(method int, args ...uintptr) uintptr {
	r, _, _ := syscall.SyscallN(m.methods[method], append([]uintptr{uintptr(unsafe.Pointer(m))}, args...)...)
	return r
}

// metered asks the network list manager what the connection in use costs.
func metered(ctx context.Context) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	runtime.LockOSThread() // COM belongs to the thread
	defer runtime.UnlockOSThread()
	if err := windows.CoInitializeEx(0, windows.COINIT_MULTITHREADED); err == nil || errors.Is(err, windows.Errno(windows.S_FALSE)) {
		defer windows.CoUninitialize()
	}
	class := windows.GUID{Data1: 0xDCB00C01, Data2: 0x570F, Data3: 0x4A9B, Data4: [8]byte{0x8D, 0x69, 0x19, 0x9F, 0xDB, 0xA5, 0x72, 0x3B}}
	kind := class
	kind.Data1 = 0xDCB00008
	const anyContext = 1 | 2 | 4 | 16 // CLSCTX_ALL
	var manager *costManager
	if r, _, _ := createInstance.Call(uintptr(unsafe.Pointer(&class)), 0, anyContext, uintptr(unsafe.Pointer(&kind)), uintptr(unsafe.Pointer(&manager))); r != 0 || manager == nil {
		return false, fmt.Errorf("network list manager: %w", windows.Errno(r))
	}
	defer manager.call(releaseMethod)
	var cost uint32
	if r := manager.call(getCostMethod, uintptr(unsafe.Pointer(&cost)), 0); r != 0 {
		return false, fmt.Errorf("network cost: %w", windows.Errno(r))
	}
	return costsByVolume(cost)
}
