//go:build !linux && !darwin && !windows

package change

// Here looks at this computer.
func Here() System { return System{Hosts: hostsSteps, Variables: variables} }

var doers = map[Verb]doer{HostsComment: commentHostsFile, HostsRestore: restoreHostsFile}
