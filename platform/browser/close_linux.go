package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// askToClose sends Chromium the signal on which it saves everything and ends: SIGINT, for SIGTERM
// means to it that the session ends, and the last cookies are lost. Firefox takes every signal for
// a crash; its windows are asked to close.
func (s System) askToClose(ctx context.Context, p Profile, pid int) error {
	if pid <= 1 {
		return ErrByHand
	}
	if p.Family.Engine != Chromium {
		return closeWindows(ctx, s.Getenv, uint32(pid))
	}
	process, err := unix.PidfdOpen(pid, 0) // stays this process, whatever gets its number later
	if err != nil {
		return ErrByHand
	}
	defer unix.Close(process)
	if !uses(pid, p.Root) {
		return ErrByHand
	}
	return unix.PidfdSendSignal(process, unix.SIGINT, nil, 0)
}

// uses tells whether a process of this account has a file below a directory open.
func uses(pid int, dir string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	fds := fmt.Sprintf("/proc/%d/fd", pid)
	entries, _ := os.ReadDir(fds)
	for _, e := range entries {
		if to, err := os.Readlink(filepath.Join(fds, e.Name())); err == nil && strings.HasPrefix(to, dir+"/") {
			return true
		}
	}
	return false
}
