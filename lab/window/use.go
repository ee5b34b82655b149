//go:build lab && linux

package window

import "os/exec"

// Background starts a program of the person that is ended with the test.
func (d *Desktop) Background(c *exec.Cmd) *exec.Cmd {
	d.t.Helper()
	return d.background(c)
}

// Wait returns once the condition holds, and fails the test when it does not in time.
func (d *Desktop) Wait(what string, holds func() bool) {
	d.t.Helper()
	d.wait(what, holds)
}

// Write puts a file into the person's home.
func (d *Desktop) Write(name, text string) {
	d.t.Helper()
	d.write(name, text)
}
