package browser

import (
	"errors"

	"golang.org/x/sys/windows"
)

// lockHeld opens a lock file as a writer that shares everything: a browser that runs shares less.
func lockHeld(path string) (held bool, pid int, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false, 0, err
	}
	h, err := windows.CreateFile(name, windows.GENERIC_WRITE,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil,
		windows.OPEN_EXISTING, windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, 0, nil
	}
	if err != nil {
		return false, 0, err
	}
	windows.CloseHandle(h)
	return false, 0, nil
}

// listens is for the sockets of other systems.
func listens(string) bool { return false }
