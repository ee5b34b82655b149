package cli

const desktopName = "waymend-desktop"

// hasDisplay is true: the window itself finds out, and a session without one is rare.
func hasDisplay() bool { return true }
