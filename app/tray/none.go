//go:build !(linux || freebsd || openbsd || netbsd || windows || (darwin && cgo))

package tray

import "context"

// Available reports whether the desktop shows trays; this build cannot use one. On macOS that takes
// a build with cgo.
func Available(context.Context) bool { return false }

// Watch tells once that this build cannot use a tray, and closes the channel.
func Watch(context.Context) <-chan bool {
	c := make(chan bool, 1)
	c <- false
	close(c)
	return c
}

// Run returns ErrUnsupported.
func Run(_ context.Context, o Options) error {
	if o.Shown != nil {
		o.Shown(false)
	}
	return ErrUnsupported
}
