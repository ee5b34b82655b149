//go:build lab && linux

// Package window tests the real window: it starts a display, a window manager and a session bus at the
// client of one of the laboratory's worlds, starts the desktop build there under the person's account,
// presses keys, and judges by the lines that the window writes when it is asked to. It knows nothing of
// how the window is made. It needs root, as the laboratory does.
package window
