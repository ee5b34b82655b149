//go:build !linux

package wire

import "net/netip"

// errorQueue is empty: only Linux tells who sent an ICMP error.
type errorQueue struct{}

func (*errorQueue) open(uintptr, netip.Addr) {}
func (*errorQueue) detach()                  {}
func (*errorQueue) close()                   {}
func (*errorQueue) local() netip.Addr        { return netip.Addr{} }
func (*errorQueue) explain(*Failure)         {}
