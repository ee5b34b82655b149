//go:build !windows && !darwin

package gui

import "os"

// hasDisplay reports whether there is an X display, on Wayland one of XWayland.
func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }
