package trace

import (
	"encoding/binary"
	"time"
)

// timeval reads a struct timeval of a 64-bit system: seconds, then microseconds.
func timeval(b []byte) time.Time {
	if len(b) < 12 {
		return time.Time{}
	}
	seconds, micros := int64(binary.NativeEndian.Uint64(b)), int64(binary.NativeEndian.Uint32(b[8:]))
	if micros < 0 || micros >= 1_000_000 {
		return time.Time{}
	}
	return time.Unix(seconds, micros*1000)
}
