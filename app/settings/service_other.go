//go:build !linux && !darwin && !windows

package settings

// ServiceFile is "": there is no service here.
func ServiceFile(bool) string { return "" }

// MachineData is empty likewise.
func MachineData() []string { return nil }
