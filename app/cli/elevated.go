package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/waymend/waymend/app/beside"
	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/settings"
)

// tidyName is the hidden command that gives the space of what was cleared back, when it cannot be
// undone any more.
const tidyName = "tidy"

// tidy waits until the time for undoing is over, deletes gently what was moved aside, and ends. One at
// a time is enough: it looks again before it ends.
func tidy(ctx context.Context, _ *call) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	dir := settings.Cleared()
	if dir == "" {
		return nil
	}
	unlock, err := changes.Lock(dir + ".lock")
	if err != nil {
		return nil // another one is at it
	}
	defer unlock()
	mend.Here().Tidy(ctx)
	return nil
}

// giveBackLater starts tidy on its own, so that it outlives the terminal; tests have another.
var giveBackLater = func() {
	self, err := os.Executable()
	if err != nil {
		return // the next start does it
	}
	later := exec.Command(self, tidyName)
	later.Dir = filepath.Dir(self) // keeps no disk of the person's busy
	later.SysProcAttr = beside.OnItsOwn()
	if later.Start() == nil {
		_ = later.Process.Release() // nothing is waited for
	}
}
