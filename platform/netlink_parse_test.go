package platform

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// computer is what Linux tells about itself.
type computer struct {
	Links      []Link
	Routes     []Route
	Neighbours []Neighbour
}

// lines writes the computer in a form that is easy to compare and to read.
func (c computer) lines() (list []string) {
	for _, l := range c.Links {
		s := fmt.Sprintf("link %s %s up=%v carrier=%s virtual=%v", l.Name, l.Kind, l.Up, l.Carrier, l.Virtual)
		for _, a := range l.Addrs {
			if !a.Addr().IsLinkLocalUnicast() { // made of the random hardware address
				s += " " + a.String()
			}
		}
		list = append(list, s)
	}
	for _, r := range c.Routes {
		s := fmt.Sprintf("route %s %s via=%v dev=%s metric=%d", r.Kind, r.Dst, r.Gateway, r.Link, r.Metric)
		if r.Table != "" {
			s += " table=" + r.Table
		}
		list = append(list, s)
	}
	for _, n := range c.Neighbours {
		list = append(list, fmt.Sprintf("neighbour %s %s %s %s", n.Addr, n.Link, n.MAC, n.State))
	}
	return list
}

// loopback opens every expectation.
const loopback = "link lo loopback up=true carrier=yes virtual=false 127.0.0.1/8 ::1/128"

// computers are the expectations, routes in their order; a line that begins with "-" must not be there. Links that a
// network has only as the far end of a pair are not named.
var computers = map[string]string{
	"container": loopback + `
link eth0 ethernet up=true carrier=yes virtual=false 192.168.1.10/24 2001:db8:1::10/64
route unicast 0.0.0.0/0 via=192.168.1.1 dev=eth0 metric=100
route unicast ::/0 via=fe80::1%eth0 dev=eth0 metric=1024
neighbour 192.168.1.1 eth0 02:00:00:00:00:01 reachable
neighbour 192.168.1.99 eth0  failed
neighbour fe80::1%eth0 eth0 02:00:00:00:00:01 stale`,
	"no-default": loopback + `
link eth0 ethernet up=true carrier=no virtual=false 192.168.1.10/24
-route`,
	"docker-host": loopback + `
link eth0 ethernet up=true carrier=yes virtual=false 10.0.0.5/24
link docker0 ethernet up=true carrier=yes virtual=true 172.17.0.1/16
link veth12ab ethernet up=true carrier=yes virtual=true
route unicast 0.0.0.0/0 via=10.0.0.1 dev=eth0 metric=0
route blackhole 203.0.113.0/24 via=invalid IP dev= metric=0
route unreachable 198.51.100.128/25 via=invalid IP dev= metric=0
route prohibit 198.51.100.7/32 via=invalid IP dev= metric=0
route unreachable 2001:db8:dead::/48 via=invalid IP dev= metric=1024`,
	"vpn": loopback + `
link tun0 tunnel up=true carrier=no virtual=false 10.8.0.2/24
route prohibit 203.0.113.9/32 via=invalid IP dev= metric=0 table=rule 90
route unicast 0.0.0.0/1 via=10.8.0.1 dev=tun0 metric=0
route unicast 128.0.0.0/1 via=10.8.0.1 dev=tun0 metric=0
route unicast 0.0.0.0/0 via=invalid IP dev=tun0 metric=0 table=51820
route unicast 0.0.0.0/0 via=192.168.1.1 dev=eth0 metric=600
-route unicast 0.0.0.0/0 via=192.168.1.77`,
	"two-ways": loopback + `
route unicast 0.0.0.0/0 via=fe80::9%eth1 dev=eth1 metric=10
route unicast 0.0.0.0/0 via=192.168.1.1 dev=eth0 metric=50
route unicast 0.0.0.0/0 via=10.0.0.1 dev=eth1 metric=50
route unicast 0.0.0.0/0 via=192.168.1.1 dev=eth0 metric=0 table=100`,
	"kill-switch": loopback + `
route blackhole 0.0.0.0/0 via=invalid IP dev= metric=0 table=rule 50
route unreachable 0.0.0.0/0 via=invalid IP dev= metric=2147483647`,
}

func (c computer) check(t *testing.T, network string) {
	t.Helper()
	got := c.lines()
	last := 0
	for want := range strings.SplitSeq(computers[network], "\n") {
		if unwanted, ok := strings.CutPrefix(want, "-"); ok {
			if slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, unwanted) }) {
				t.Errorf("has %q in\n%s", unwanted, strings.Join(got, "\n"))
			}
		} else if !slices.Contains(got, want) {
			t.Errorf("lacks %q in\n%s", want, strings.Join(got, "\n"))
		} else if at := slices.Index(got, want); strings.HasPrefix(want, "route") {
			if at < last {
				t.Errorf("%q comes too early in\n%s", want, strings.Join(got, "\n"))
			}
			last = at
		}
	}
}

// replay makes a computer of recorded dumps, as host_linux.go does of fresh ones.
func replay(file func(name string) []byte) computer {
	raw := parseLinks(file("link"))
	table := append(parseRoutes(file("route4")), parseRoutes(file("route6"))...)
	exits := map[int]bool{}
	names := map[int]string{}
	for _, r := range table {
		if r.kind == rtnUnicast && matters(r) {
			exits[r.link] = true
		}
	}
	for _, l := range raw {
		names[l.index] = l.name
	}
	name := func(i int) string {
		if n, ok := names[i]; ok {
			return n
		}
		return strconv.Itoa(i)
	}
	return computer{
		Links:      linuxLinks(raw, parseLinkAddrs(file("addr")), exits),
		Routes:     linuxRoutes(table, parseRules(file("rule")), name, 0),
		Neighbours: linuxNeighbours(parseNeighbours(file("neigh")), name),
	}
}

func TestRecordedNetworks(t *testing.T) {
	for network := range computers {
		t.Run(network, func(t *testing.T) {
			replay(func(name string) []byte {
				b, err := os.ReadFile(filepath.Join("testdata", "netlink", network, name+".bin"))
				if err != nil {
					t.Fatal(err)
				}
				return b
			}).check(t, network)
		})
	}
}

func FuzzNetlink(f *testing.F) {
	files, _ := filepath.Glob("testdata/netlink/*/*.bin")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c := replay(func(string) []byte { return b })
		for _, r := range c.Routes {
			if !r.Dst.IsValid() || r.Kind == "" {
				t.Fatalf("route %+v", r)
			}
		}
		if _, err := json.Marshal(c); err != nil {
			t.Fatal(err)
		}
		genlFamily(b)
		parseRadios(b)
		parseSignal(b)
	})
}
