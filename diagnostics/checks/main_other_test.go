//go:build !linux

package checks

import "testing"

// ownAddrs skips: only Linux gives a test a network of its own.
func ownAddrs(t *testing.T, addrs ...string) {
	t.Helper()
	t.Skip("needs a network namespace of its own")
}
