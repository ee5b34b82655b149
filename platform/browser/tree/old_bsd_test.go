//go:build unix && !linux

package tree

import "testing"

// withoutOpenat2 runs a loop once: there is no openat2 here.
func withoutOpenat2(*testing.T) []bool { return []bool{true} }
