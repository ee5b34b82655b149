//go:build lab && linux

// Package lab is a whole internet inside this machine, for tests only: a client, its home router
// with NAT, a provider of two hops, and a network that carries the well-known resolvers at their
// real addresses, the sign-in probes, root and authoritative name servers, delivery networks and
// websites, all in namespaces of their own and served by the real servers of the field.
//
// A Scenario breaks one thing in it (or nothing), proves with ordinary tools that it is broken, and
// says what `waymend check` has to answer. The lab knows nothing of how Waymend works; it
// judges the program by its JSON alone. No packet leaves the machine.
package lab
