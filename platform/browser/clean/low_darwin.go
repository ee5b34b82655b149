package clean

import "golang.org/x/sys/unix"

// lowPriority puts the calling thread into the background, for the processor and for the disk.
func lowPriority() {
	const thread, background = 3, 0x1000 // PRIO_DARWIN_THREAD, PRIO_DARWIN_BG
	_ = ignore(unix.Setpriority(thread, 0, background))
}
