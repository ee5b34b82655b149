//go:build windows || darwin

package gui

// hasDisplay is true: a session of a person has one.
func hasDisplay() bool { return true }

// hushDrivers does nothing: the drivers of these systems are silent.
func hushDrivers() {}
