//go:build !linux

package cli

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// holdLock keeps a file open, as a running browser does, until the script ends: lock FILE
func holdLock(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_RDWR|os.O_CREATE, 0o600)
	ts.Check(err)
	ts.Defer(func() { f.Close() })
}

// pretendChromium is needed where a browser is closed by a signal.
func pretendChromium() {}
