//go:build !windows && !darwin

package gui

import "os"

// hasDisplay reports whether there is an X display, on Wayland one of XWayland.
func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// hushDrivers keeps the words of Mesa's libraries about missing drivers off the terminal: the program
// says it in a sentence.
func hushDrivers() {
	if os.Getenv("LIBGL_DEBUG") == "" {
		os.Setenv("LIBGL_DEBUG", "quiet")
	}
}
