package clean

import "golang.org/x/sys/windows"

const (
	errQuota = windows.ERROR_DISK_FULL
	errInUse = windows.ERROR_SHARING_VIOLATION
)

// private says whether permissions keep other accounts out of a directory.
const private = false
