//go:build unix

package clean

import "golang.org/x/sys/unix"

const (
	errQuota = unix.EDQUOT
	errInUse = unix.EBUSY
)

// private says whether permissions keep other accounts out of a directory.
const private = true
