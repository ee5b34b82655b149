package clean

import "golang.org/x/sys/unix"

// lowPriority puts the calling thread behind all others, for the processor and for the disk.
func lowPriority() {
	const who, idle = 1, 3 << 13                              // this thread; the class that gets the disk when nobody wants it
	_, _, _ = unix.Syscall(unix.SYS_IOPRIO_SET, who, 0, idle) // a favour to others; not having it harms nobody
	_ = ignore(unix.Setpriority(unix.PRIO_PROCESS, 0, 19))
}
