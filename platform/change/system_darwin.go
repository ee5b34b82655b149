package change

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/waymend/waymend/platform"
)

// Here looks at this computer.
func Here() System {
	return System{
		Flush: flushSteps, Hosts: hostsSteps, Renew: renewSteps, Restart: restartSteps, Remote: remote,
		ProxyOff: proxySteps, Variables: variables, Clock: clockSteps, Neighbours: neighbourSteps,
	}
}

var doers = map[Verb]doer{
	FlushMac:     flushMac,
	RenewMac:     renewMac,
	RestartMac:   restartMac,
	ProxyMac:     proxyMac,
	HostsComment: commentHostsFile,
	HostsRestore: restoreHostsFile,
	ClockMac:     clockMac,
	NeighboursOf: neighboursMac,
}

func flushSteps(context.Context) ([]Step, error) { return []Step{{Verb: FlushMac}}, nil }

// flushMac empties the cache of Directory Services and lets mDNSResponder drop all records, which it
// does on SIGHUP; the two together hold for every version since 10.10.4.
func flushMac(ctx context.Context, done *Done, _ bool) error {
	if os.Geteuid() != 0 {
		return ErrRights // the service belongs to another account
	}
	if _, err := run(ctx, "dscacheutil", "-flushcache"); err != nil {
		return err
	}
	_, err := run(ctx, "killall", "-HUP", "mDNSResponder")
	return err
}

func remote(_ context.Context, l platform.Link) (bool, error) { return sessionOver(l), nil }

// renewSteps renews only what a network gave: "ipconfig set" would replace an address set by hand.
func renewSteps(ctx context.Context, l platform.Link) ([]Step, error) {
	if !leased(ctx, l.Name) {
		return nil, fmt.Errorf("%w: the address of %s was not given by a network", ErrNotHere, l.Name)
	}
	return checked(Step{Verb: RenewMac, Args: map[string]string{"link": l.Name}})
}

// leased reports whether the link's address came by DHCP; ipconfig(8) prints its packet then.
func leased(ctx context.Context, link string) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	out, err := run(ctx, "ipconfig", "getpacket", link)
	return err == nil && strings.Contains(out, "lease_time")
}

// lookTime bounds a question to a program of the system.
const lookTime = 2 * time.Second

// renewTime is how long a lease may take.
const renewTime = 15 * time.Second

func renewMac(ctx context.Context, done *Done, _ bool) error {
	link := done.Step.Args["link"]
	if !linkArg.MatchString(link) || !leased(ctx, link) {
		return ErrChanged
	}
	done.Before = addressOf(link)
	if _, err := run(ctx, "ipconfig", "set", link, "DHCP"); err != nil {
		return err
	}
	done.Proved = waitFor(ctx, renewTime, func() bool { return leased(ctx, link) && addressOf(link) != "" })
	done.After = addressOf(link)
	return nil
}

func restartSteps(_ context.Context, l platform.Link) ([]Step, error) {
	if l.Kind != platform.Ethernet && l.Kind != platform.WiFi {
		return nil, ErrNotHere
	}
	return checked(Step{Verb: RestartMac, Args: map[string]string{"link": l.Name}})
}

// restartMac takes a link down and up again; configd sets it up. It comes up whatever happens to the
// caller.
func restartMac(ctx context.Context, done *Done, _ bool) error {
	link := done.Step.Args["link"]
	if _, err := run(ctx, "ifconfig", link, "down"); err != nil {
		return err
	}
	time.Sleep(time.Second)
	again, cancel := context.WithTimeout(context.WithoutCancel(ctx), cacheTime)
	defer cancel()
	if _, err := run(again, "ifconfig", link, "up"); err != nil {
		return err
	}
	done.Proved = waitFor(ctx, renewTime, func() bool { return addressOf(link) != "" })
	return nil
}

// addressOf is the first IPv4 address of a link.
func addressOf(link string) string {
	i, err := net.InterfaceByName(link)
	if err != nil {
		return ""
	}
	addrs, _ := i.Addrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLinkLocalUnicast() {
			return n.IP.String()
		}
	}
	return ""
}

func waitFor(ctx context.Context, most time.Duration, ok func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
	return true
}

// clockSteps sets no time of this program's own: the system's service asks the server that is set.
func clockSteps(context.Context) ([]Step, error) { return []Step{{Verb: ClockMac}}, nil }

func clockMac(ctx context.Context, done *Done, _ bool) error {
	out, err := run(ctx, "systemsetup", "-getusingnetworktime")
	if err != nil {
		return err
	}
	done.Before, done.After = "off", "on"
	if strings.Contains(out, ": On") {
		done.Before = "on"
	} else if _, err := run(ctx, "systemsetup", "-setusingnetworktime", "on"); err != nil {
		return err
	}
	// timed asks again when it starts; launchd starts it at once.
	if _, err := run(ctx, "killall", "timed"); err != nil {
		return err
	}
	return nil
}

func neighboursMac(ctx context.Context, done *Done, _ bool) error {
	if _, err := run(ctx, "arp", "-d", "-i", done.Step.Args["link"], "-a"); err != nil {
		return err
	}
	_, err := run(ctx, "ndp", "-c")
	return err
}
