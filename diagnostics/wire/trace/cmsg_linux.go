package trace

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// putCmsg writes the head of a control message.
func putCmsg(b []byte, size, level, typ int) {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = int32(level), int32(typ)
	h.SetLen(size)
}
