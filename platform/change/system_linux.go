package change

// Here looks at this computer.
func Here() System {
	return System{Flush: flushSteps, Hosts: hostsSteps}
}

var doers = map[Verb]doer{
	FlushResolved: flushResolved,
	FlushNM:       flushNM,
	FlushNscd:     flushNscd,
	FlushDnsmasq:  flushDnsmasq,
	FlushUnbound:  flushUnbound,
	HostsComment:  commentHostsFile,
	HostsRestore:  restoreHostsFile,
}
