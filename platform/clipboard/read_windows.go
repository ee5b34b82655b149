package clipboard

import (
	"context"
	"runtime"
	"time"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32           = windows.NewLazySystemDLL("user32.dll")
	openClipboard    = user32.NewProc("OpenClipboard")
	closeClipboard   = user32.NewProc("CloseClipboard")
	getClipboardData = user32.NewProc("GetClipboardData")

	kernel32     = windows.NewLazySystemDLL("kernel32.dll")
	globalLock   = kernel32.NewProc("GlobalLock")
	globalUnlock = kernel32.NewProc("GlobalUnlock")
	globalSize   = kernel32.NewProc("GlobalSize")
)

const (
	unicodeText = 13                    // CF_UNICODETEXT
	openAgain   = 20 * time.Millisecond // while another program has the clipboard open
)

// read asks Windows. GetClipboardData may wait for the program that copied, for as long as that hangs;
// this goroutine then waits with it, and nobody else.
func read(ctx context.Context) (string, error) {
	runtime.LockOSThread() // the clipboard belongs to the thread that opened it
	defer runtime.UnlockOSThread()
	for {
		if ok, _, _ := openClipboard.Call(0); ok != 0 {
			break
		}
		select {
		case <-time.After(openAgain):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	defer closeClipboard.Call()
	handle, _, _ := getClipboardData.Call(unicodeText)
	if handle == 0 {
		return "", ErrNone
	}
	at, _, _ := globalLock.Call(handle)
	if at == 0 {
		return "", ErrNone
	}
	defer globalUnlock.Call(handle)
	size, _, _ := globalSize.Call(handle)
	units := unsafe.Slice((*uint16)(*(*unsafe.Pointer)(unsafe.Pointer(&at))), min(size/2, Limit))
	for i, u := range units {
		if u == 0 {
			return string(utf16.Decode(units[:i])), nil
		}
	}
	return "", ErrNone
}
