package platform

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// networks are built with ip(8), each in a network namespace of its own. Their dumps are the
// fixtures below testdata/netlink: WAYMEND_RECORD=1 writes them anew.
var networks = map[string]string{
	"container": `
		link add eth0 type veth peer name far
		link set far up
		link set eth0 up
		addr add 192.168.1.10/24 dev eth0
		addr add 2001:db8:1::10/64 dev eth0 nodad
		route add default via 192.168.1.1 dev eth0 metric 100
		route add ::/0 via fe80::1 dev eth0 metric 1024
		neigh add 192.168.1.1 lladdr 02:00:00:00:00:01 dev eth0 nud reachable
		neigh add 192.168.1.99 dev eth0 nud failed
		neigh add fe80::1 lladdr 02:00:00:00:00:01 dev eth0 nud stale`,
	"no-default": `
		link add eth0 type veth peer name far
		link set eth0 up
		addr add 192.168.1.10/24 dev eth0`,
	"docker-host": `
		link add eth0 type veth peer name far
		link set far up
		link set eth0 up
		addr add 10.0.0.5/24 dev eth0
		link add docker0 type bridge
		link add veth12ab type veth peer name inner
		link set veth12ab master docker0
		link set inner up
		link set veth12ab up
		link set docker0 up
		addr add 172.17.0.1/16 dev docker0
		route add default via 10.0.0.1 dev eth0
		route add blackhole 203.0.113.0/24
		route add prohibit 198.51.100.7
		route add unreachable 198.51.100.128/25
		route add unreachable 2001:db8:dead::/48`,
	"vpn": `
		link add eth0 type veth peer name far
		link set far up
		link set eth0 up
		addr add 192.168.1.10/24 dev eth0
		tuntap add dev tun0 mode tun
		link set tun0 up
		addr add 10.8.0.2/24 dev tun0
		route add default via 192.168.1.1 dev eth0 metric 600
		route add 0.0.0.0/1 via 10.8.0.1 dev tun0
		route add 128.0.0.0/1 via 10.8.0.1 dev tun0
		route add default dev tun0 table 51820
		rule add not fwmark 51820 table 51820 priority 32765
		rule add table main suppress_prefixlength 0 priority 32764
		rule add fwmark 7 table 7 priority 70
		route add default via 192.168.1.77 dev eth0 table 7
		rule add to 203.0.113.9 prohibit priority 90`,
	"two-ways": `
		link add eth0 type veth peer name far
		link add eth1 type veth peer name far1
		link set far up
		link set far1 up
		link set eth0 up
		link set eth1 up
		addr add 192.168.1.10/24 dev eth0
		addr add 10.0.0.10/24 dev eth1
		route add default metric 50 nexthop via 192.168.1.1 dev eth0 nexthop via 10.0.0.1 dev eth1
		route add 0.0.0.0/0 via inet6 fe80::9 dev eth1 metric 10
		route add default via 192.168.1.1 dev eth0 table 100
		rule add from 192.168.1.10 table 100 priority 100`,
	"kill-switch": `
		link add eth0 type veth peer name far
		link set eth0 up
		addr add 192.168.1.10/24 dev eth0
		rule add uidrange 0-0 blackhole priority 50
		route add unreachable default metric 4278198272`,
}

// dumps are the files of a fixture and the questions that they answer.
var dumps = []struct {
	name   string
	typ    uint16
	family uint8
}{
	{"link", unix.RTM_GETLINK, unix.AF_UNSPEC},
	{"addr", unix.RTM_GETADDR, unix.AF_UNSPEC},
	{"route4", unix.RTM_GETROUTE, unix.AF_INET},
	{"route6", unix.RTM_GETROUTE, unix.AF_INET6},
	{"rule", unix.RTM_GETRULE, unix.AF_UNSPEC},
	{"neigh", unix.RTM_GETNEIGH, unix.AF_UNSPEC},
}

// TestNamespaces builds each network and asks the real kernel. Outside, it starts itself anew in
// a namespace.
func TestNamespaces(t *testing.T) {
	inside := os.Getenv("WAYMEND_TEST_NETWORK")
	if inside != "" {
		askKernel(t, inside)
		return
	}
	if os.Getuid() != 0 {
		t.Skip("needs root to make a network namespace")
	}
	for _, program := range []string{"unshare", "ip"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s", program)
		}
	}
	for name := range networks {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "unshare", "-n", "--", os.Args[0], "-test.run=^TestNamespaces$", "-test.count=1")
			cmd.Env = append(os.Environ(), "WAYMEND_TEST_NETWORK="+name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func askKernel(t *testing.T, network string) {
	command := exec.CommandContext(t.Context(), "ip", "-batch", "-")
	command.Stdin = strings.NewReader(strings.ReplaceAll("link set lo up\n"+networks[network]+"\n", "\t", ""))
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("ip: %v\n%s", err, out)
	}
	if os.Getenv("WAYMEND_RECORD") != "" {
		record(t, filepath.Join("testdata", "netlink", network))
	}
	h := New()
	ctx := context.Background()
	got := computer{}
	var err error
	for _, e := range []error{
		func() error { got.Links, err = h.Links(ctx); return err }(),
		func() error { got.Routes, err = h.Routes(ctx); return err }(),
		func() error { got.Neighbours, err = h.Neighbours(ctx); return err }(),
	} {
		if e != nil {
			t.Fatal(e)
		}
	}
	got.check(t, network)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := h.Routes(cancelled); err == nil {
		t.Error("routes are read although the context has ended")
	}
	if gw, err := h.Gateway(ctx); network == "container" && (err != nil || gw != netip.MustParseAddr("192.168.1.1")) {
		t.Errorf("gateway %v, %v", gw, err)
	} else if network == "no-default" && err == nil {
		t.Errorf("gateway %v although there is none", gw)
	}
}

func record(t *testing.T, dir string) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, d := range dumps {
		b, err := dump(t.Context(), d.typ, d.family)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, d.name+".bin"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHere asks this computer itself; whatever it is, it has a loopback link.
func TestHere(t *testing.T) {
	links, err := New().Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(links, func(l Link) bool { return l.Kind == Loopback }) {
		t.Errorf("no loopback link in %+v", links)
	}
}
