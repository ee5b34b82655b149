//go:build !windows && !darwin

package cli

import "os"

const desktopName = "waymend-desktop"

// hasDisplay reports whether there is an X or Wayland display to open a window on.
func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }
