package cli

const desktopName = "waymend-desktop.exe"

// hasDisplay is true: every session that runs programs for a person has one.
func hasDisplay() bool { return true }
