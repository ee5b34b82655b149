//go:build !linux && !windows

package change

// copyAttributes has nothing to copy: the hosts file of these systems carries mode and owner only.
func copyAttributes(from, to string) {}
