package agent

import (
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/verdict"
	"github.com/waymend/waymend/diagnostics/wire"
)

// How long things are waited for. Where an interval is named, it is the one of the address.
const (
	// confirmLeast and confirmMost bound the pause before a bad probe is repeated: long enough for a
	// server to have been restarted, short enough to know soon.
	confirmLeast = 500 * time.Millisecond
	confirmMost  = 10 * time.Second
	// offlineLeast and offlineMost bound the pause between two looks at the connection while it is
	// down; it doubles from the one to the other. Looking costs next to nothing then.
	offlineLeast = 5 * time.Second
	offlineMost  = time.Minute
	// sameTrouble is how young an address's incident must be to become the connection's when that
	// turns out to be down: what began together is one trouble.
	sameTrouble = 5 * time.Minute
	// excuseTime is for how long an examination that found nothing wrong outweighs bad probes.
	excuseTime = 10 * time.Minute
	// lookAgain is when the whole examination is repeated during an incident, because its cause may
	// have changed; the pause doubles up to lookAgainMost.
	lookAgain     = 10 * time.Minute
	lookAgainMost = 6 * time.Hour
	// lookApart is the least time between two examinations of one incident.
	lookApart = time.Minute
)

// bySign is how long a failure of this kind has to last before it is told. What servers and
// networks mend by themselves takes longer.
var bySign = map[wire.Kind]time.Duration{
	wire.Refused:         6 * time.Second,  // a restart of the service
	probe.ServerError:    8 * time.Second,  // a deployment behind the proxy
	wire.Reset:           8 * time.Second,  // likewise
	wire.EOF:             8 * time.Second,  // likewise
	wire.Timeout:         20 * time.Second, // a route that changes, a burst of loss
	wire.NetUnreachable:  20 * time.Second, // Wi-Fi that moves from one station to the next, a new lease
	wire.HostUnreachable: 20 * time.Second,
	wire.NoFamily:        20 * time.Second,
}

// usualPatience is for all other kinds: certificates, protocols, firewalls do not come and go.
const usualPatience = 6 * time.Second

// namePatience outlasts a resolver that restarts, and one try with its backup.
const namePatience = 15 * time.Second

// byBlame is how long a fault of theirs has to last, whatever the probe saw.
var byBlame = map[verdict.Blame]time.Duration{
	verdict.Network:  20 * time.Second, // a router that restarts takes minutes, a radio that roams seconds
	verdict.Provider: 20 * time.Second,
	verdict.DNS:      15 * time.Second,
}

// patience is how long a trouble has to last before it is told, and a recovery before it is
// believed. Half an interval is the most, so that an incident is known within two.
func patience(r probe.Result, blame string, every time.Duration) time.Duration {
	d, ok := bySign[r.Kind]
	if !ok {
		d = usualPatience
	}
	if r.Ended == probe.Name {
		d = max(d, namePatience)
	}
	return min(max(d, byBlame[verdict.Blame(blame)]), every/2)
}

// latest is when a trouble is told though its examination has not ended.
func latest(patience, every time.Duration) time.Duration { return max(patience, every*3/4) }

// confirmAfter is the pause before a probe that may mean a change is repeated.
func confirmAfter(patience time.Duration) time.Duration {
	return min(max(patience/2, confirmLeast), confirmMost)
}

// everybodys lists the faults that are not one website's: whatever address shows them, they are the
// connection's. A name that ends in a dot stands for all faults that begin with it.
var everybodys = []string{
	"link.", "wifi.", "ip.", "router.", "vpn.", "portal.", "clock.", "computer.",
	"provider.no-uplink", "dns.server-down", "dns.one-server-down", "dns.port-blocked", "dns.server-slow",
	"path.ipv4-broken", "path.ipv6-broken", "path.mtu-black-hole", "path.packet-loss",
	"proxy.no-answer", "proxy.needs-sign-in", "proxy.script-broken",
}

// general reports whether the fault is the connection's.
func general(fault string) bool {
	for _, name := range everybodys {
		if fault == name || strings.HasSuffix(name, ".") && strings.HasPrefix(fault, name) {
			return true
		}
	}
	return false
}
