// Package checks holds every check of the way: what it observes, and how. A check never judges;
// package verdict reads the facts through the check variables declared here.
//
// Each file declares the fact types and the check variables of one stretch of the way; the *_run.go
// files beside it do the work. All fact types can be written as JSON and read back, so that a
// saved examination can be judged again.
package checks

import "github.com/waymend/waymend/diagnostics"

// All is the plan of a whole examination of an address.
func All() diagnostics.Plan {
	return append(Connection(),
		HostsFile, Browsers,
		SystemLookup, ConfiguredServers, PublicServers, SecureServers, Authority, Interception,
		Site, Redirects, OtherAddresses, Ports, TLSVariants, HTTPVariants,
	)
}

// Connection is the plan when no address is given: is this computer's connection healthy?
func Connection() diagnostics.Plan {
	return diagnostics.Plan{
		Said,
		Links, Routes, Resolvers, Proxies, Firewall,
		RouterEcho,
		Anchors4, Anchors6, SignIn, Loss, Hops, OtherLinks,
		ControlNames, MissingNames, ViaProxy,
	}
}
