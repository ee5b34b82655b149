package change

// Here looks at this computer.
func Here() System {
	return System{
		Flush: flushSteps, Hosts: hostsSteps, Renew: renewSteps, Restart: restartSteps, Remote: remote,
		ProxyOff: proxySteps, Variables: variables, Clock: clockSteps, Neighbours: neighbourSteps,
	}
}

var doers = map[Verb]doer{
	FlushResolved: flushResolved,
	FlushNM:       flushNM,
	FlushNscd:     flushNscd,
	FlushDnsmasq:  flushDnsmasq,
	FlushUnbound:  flushUnbound,
	RenewNM:       renewing(renewNM),
	RenewNetworkd: renewing(renewNetworkd),
	RenewDhcpcd:   renewing(renewDhcpcd),
	RenewDhclient: renewing(renewDhclient),
	RenewUdhcpc:   renewing(renewUdhcpc),
	RestartNM:     restartNM,
	RestartLink:   restartLink,
	ProxyGNOME:    setGNOME,
	ProxyKDE:      setKDE,
	HostsComment:  commentHostsFile,
	HostsRestore:  restoreHostsFile,
	ClockService:  clockService,
	ClockChrony:   clockChrony,
	NeighboursOf:  flushNeighbours,
}
