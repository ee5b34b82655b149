//go:build !linux && !darwin && !windows

package wire

import "net/netip"

func setMSS(uintptr, int) error {
	return &stepError{Unsupported, "the segment size cannot be limited on this system"}
}

func setTTL(uintptr, int, netip.Addr) error {
	return &stepError{Unsupported, "the life of packets cannot be limited on this system"}
}

func bindToLink(uintptr, string, netip.Addr) error {
	return &stepError{Unsupported, "a connection cannot be bound to an interface on this system"}
}
