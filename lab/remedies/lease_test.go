//go:build lab && linux

package remedies

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/change"
)

// dhcpNetwork joins this computer's eth0 to a network with a DHCP server that writes down what it is
// asked. The returned function counts the leases that it gave.
func dhcpNetwork(t *testing.T) (leases func() int) {
	t.Helper()
	must(t, os.MkdirAll("/run/netns", 0o755))
	command(t, "ip", "netns", "add", "server")
	command(t, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan", "netns", "server")
	for _, argv := range [][]string{
		{"link", "set", "lo", "up"}, {"link", "set", "lan", "up"}, {"addr", "add", "192.0.2.1/24", "dev", "lan"},
	} {
		command(t, append([]string{"ip", "-n", "server"}, argv...)...)
	}
	write(t, "/run/dhcp.conf", "")
	const log = "/run/dhcp.log"
	write(t, log, "")
	serve(t, "ip", "netns", "exec", "server", "dnsmasq", "--keep-in-foreground", "--conf-file=/run/dhcp.conf", "--port=0", "--user=root",
		"--dhcp-range=192.0.2.50,192.0.2.60,1h", "--dhcp-authoritative", "--no-ping", "--log-dhcp", "--log-facility="+log, "--dhcp-leasefile=/run/leases", "--interface=lan")
	return func() int {
		b, _ := os.ReadFile(log)
		return strings.Count(string(b), "DHCPACK(lan)")
	}
}

func eth0(t *testing.T) platform.Link {
	t.Helper()
	links, err := platform.New().Links(t.Context())
	must(t, err)
	for _, l := range links {
		if l.Name == "eth0" {
			return l
		}
	}
	t.Fatal("there is no eth0")
	return platform.Link{}
}

func hasAddress() bool {
	i, err := net.InterfaceByName("eth0")
	if err != nil {
		return false
	}
	addrs, _ := i.Addrs()
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
			return true
		}
	}
	return false
}

// renew plans and does a renewal, and wants the server to have given a lease.
func renew(t *testing.T, want change.Verb, leases func() int) {
	t.Helper()
	wait(t, "a first address", hasAddress)
	before := leases()
	steps, err := change.Here().Renew(t.Context(), eth0(t))
	must(t, err)
	if len(steps) != 1 || steps[0].Verb != want {
		t.Fatalf("planned %v, want %s", steps, want)
	}
	done, err := change.Do(t.Context(), steps[0], false)
	must(t, err)
	if done.Before == "" || done.After == "" || !done.Proved {
		t.Errorf("%+v", done)
	}
	wait(t, "another lease", func() bool { return leases() > before })
}

func TestRenewDhcpcd(t *testing.T) {
	if !inside(t, "dhcpcd", "dnsmasq", "ip") {
		return
	}
	leases := dhcpNetwork(t)
	serve(t, "dhcpcd", "-B", "-4", "--noarp", "-A", "eth0")
	renew(t, change.RenewDhcpcd, leases)
}

const udhcpcScript = `#!/bin/sh
case "$1" in bound|renew) ip addr replace "$ip/$mask" dev "$interface" valid_lft "$lease" preferred_lft "$lease" ;; esac
`

func TestRenewUdhcpc(t *testing.T) {
	if !inside(t, "udhcpc", "dnsmasq", "ip") {
		return
	}
	leases := dhcpNetwork(t)
	write(t, "/run/script", udhcpcScript)
	must(t, os.Chmod("/run/script", 0o755))
	command(t, "ip", "link", "set", "eth0", "up")
	serve(t, "udhcpc", "-f", "-i", "eth0", "-s", "/run/script")
	renew(t, change.RenewUdhcpc, leases)
}

func TestRenewDhclient(t *testing.T) {
	if !inside(t, "dhclient", "dnsmasq", "ip") {
		return
	}
	leases := dhcpNetwork(t)
	must(t, os.MkdirAll("/var/lib/dhcp", 0o755))
	command(t, "ip", "link", "set", "eth0", "up")
	command(t, "dhclient", "-4", "-pf", "/run/dhclient.eth0.pid", "-lf", "/var/lib/dhcp/dhclient.eth0.leases", "eth0")
	renew(t, change.RenewDhclient, leases)
	b, _ := os.ReadFile("/run/dhcp.log")
	if strings.Contains(string(b), "DHCPRELEASE") {
		t.Error("the address was given back first")
	}
}

// TestRestart takes a link down and up: whoever looks after it gives it its address again.
func TestRestart(t *testing.T) {
	if !inside(t, "dhclient", "dnsmasq", "ip") {
		return
	}
	leases := dhcpNetwork(t)
	must(t, os.MkdirAll("/var/lib/dhcp", 0o755))
	command(t, "ip", "link", "set", "eth0", "up")
	command(t, "dhclient", "-4", "-pf", "/run/dhclient.eth0.pid", "-lf", "/var/lib/dhcp/dhclient.eth0.leases", "eth0")
	wait(t, "an address", hasAddress)
	before := leases()
	steps, err := change.Here().Restart(t.Context(), eth0(t))
	must(t, err)
	if len(steps) != 2 || steps[0].Verb != change.RestartLink || steps[1].Verb != change.RenewDhclient {
		t.Fatalf("planned %v", steps)
	}
	for _, s := range steps {
		done, err := change.Do(t.Context(), s, false)
		must(t, err)
		if !done.Proved {
			t.Errorf("%+v", done)
		}
	}
	if leases() == before || !eth0(t).Up {
		t.Errorf("%d leases before and %d after", before, leases())
	}
	asNobody(t, steps[0])
}

// TestRestartOutlivesItsCaller: a link that was taken down comes up also when nobody waits any more.
func TestRestartOutlivesItsCaller(t *testing.T) {
	if !inside(t, "ip") {
		return
	}
	command(t, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan")
	command(t, "ip", "link", "set", "eth0", "up")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = change.Do(ctx, change.Step{Verb: change.RestartLink, Args: map[string]string{"link": "eth0"}}, false)
	if i, err := net.InterfaceByName("eth0"); err != nil || i.Flags&net.FlagUp == 0 {
		t.Errorf("the link is down: %v, %v", i, err)
	}
}

// TestLinksThatAreLeftAlone: an address set by hand is not renewed, and its link not taken down.
func TestLinksThatAreLeftAlone(t *testing.T) {
	if !inside(t, "ip") {
		return
	}
	command(t, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan")
	command(t, "ip", "addr", "add", "192.0.2.2/24", "dev", "eth0")
	command(t, "ip", "link", "set", "eth0", "up")
	here := change.Here()
	if steps, err := here.Renew(t.Context(), eth0(t)); !errors.Is(err, change.ErrNotHere) {
		t.Errorf("renew: %v, %v", steps, err)
	}
	if steps, err := here.Restart(t.Context(), eth0(t)); !errors.Is(err, change.ErrNotHere) {
		t.Errorf("restart: %v, %v", steps, err)
	}

	// Somebody works over the link, seen by the connection to port 22.
	if yes, err := here.Remote(t.Context(), eth0(t)); yes || err != nil {
		t.Errorf("remote: %v, %v", yes, err)
	}
	l, err := net.Listen("tcp", "192.0.2.2:22")
	must(t, err)
	defer l.Close()
	c, err := net.Dial("tcp", "192.0.2.2:22")
	must(t, err)
	defer c.Close()
	if yes, err := here.Remote(t.Context(), eth0(t)); !yes || err != nil {
		t.Errorf("remote with a session: %v, %v", yes, err)
	}
}

func TestFlushNeighbours(t *testing.T) {
	if !inside(t, "ip") {
		return
	}
	command(t, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan")
	command(t, "ip", "link", "set", "eth0", "up")
	for _, argv := range [][]string{
		{"192.0.2.1", "lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "stale"},
		{"2001:db8::1", "lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "stale"},
		{"192.0.2.9", "lladdr", "02:00:00:00:00:09", "dev", "eth0", "nud", "permanent"},
		{"192.0.2.1", "lladdr", "02:00:00:00:00:02", "dev", "lan", "nud", "stale"},
	} {
		command(t, append([]string{"ip", "neigh", "add"}, argv...)...)
	}
	steps, err := change.Here().Neighbours(t.Context(), eth0(t))
	must(t, err)
	asNobody(t, steps[0])
	done, err := change.Do(t.Context(), steps[0], false)
	must(t, err)
	if done.Before != "2" || done.After != "0" || !done.Proved {
		t.Errorf("%+v", done)
	}
	left := command(t, "ip", "neigh", "show")
	if !strings.Contains(left, "192.0.2.9 dev eth0") || !strings.Contains(left, "192.0.2.1 dev lan") || strings.Count(left, "dev eth0") != 1 {
		t.Errorf("left:\n%s", left)
	}
}
