//go:build lab && linux

package route

import (
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// topologies is how many random networks are compared; -short takes the first of them.
func topologies() int {
	if testing.Short() {
		return 12
	}
	return 50
}

// TestHopsAreTraceroutes compares the hops of random networks with those that traceroute finds, each
// with many flows, so that both see all parallel ways.
func TestHopsAreTraceroutes(t *testing.T) {
	if _, err := exec.LookPath("traceroute"); err != nil {
		t.Skip("needs traceroute")
	}
	wrong := 0
	for seed := range uint64(topologies()) {
		n, err := NewTopology(seed)
		if err != nil {
			t.Fatalf("%d: %v", seed, err)
		}
		for _, target := range []string{TargetV4, TargetV6} {
			want := peer(t, n.Client, target)
			if n.Refuses { // a router refuses five packets at once, then one a second
				time.Sleep(1500 * time.Millisecond)
			}
			got := ours(t, n.Client, target)
			length := len(want)
			if n.Loops { // both go round as long as they like
				length = min(length, len(got), 8)
			}
			if !slices.EqualFunc(want[:length], got[:min(len(got), max(length, 0))], slices.Equal[[]string]) {
				wrong++
				t.Errorf("%d (%s), to %s:\n  traceroute %v\n  ours       %v", seed, strings.Join(n.Story, "; "), target, want, got)
			}
		}
		n.Close()
	}
	t.Logf("%d of %d differ", wrong, 2*topologies())
}

// peer is what traceroute finds: the addresses at each distance, in order.
func peer(t *testing.T, from *Node, target string) (list [][]string) {
	t.Helper()
	family := "-4"
	if strings.Contains(target, ":") {
		family = "-6"
	}
	out, err := from.Output("traceroute", family, "-n", "-q", "10", "-m", "16", "-N", "40", "-w", "0.5", target)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
		words := strings.Fields(line)
		if _, err := strconv.Atoi(words[0]); err != nil {
			continue
		}
		var addrs []string
		for _, w := range words[1:] {
			if a, err := netip.ParseAddr(w); err == nil {
				addrs = append(addrs, a.String())
			}
		}
		slices.Sort(addrs)
		list = append(list, slices.Compact(addrs))
	}
	return trimmed(list)
}

func ours(t *testing.T, from *Node, target string) (list [][]string) {
	t.Helper()
	r := run(t, from, trace.Options{Target: netip.MustParseAddr(target), Protocol: trace.UDP, Flows: trace.MaxFlows, Rounds: 1})
	if r.Fail != nil {
		t.Fatalf("%+v", r.Fail)
	}
	for _, f := range r.Flows {
		for i, h := range f.Hops {
			for len(list) <= i {
				list = append(list, nil)
			}
			for _, a := range h.Addrs {
				list[i] = append(list[i], a.Addr.String())
			}
		}
	}
	for i := range list {
		slices.Sort(list[i])
		list[i] = slices.Compact(list[i])
	}
	return trimmed(list)
}

// trimmed leaves out the silent hops at the end.
func trimmed(list [][]string) [][]string {
	for len(list) > 0 && len(list[len(list)-1]) == 0 {
		list = list[:len(list)-1]
	}
	return list
}
