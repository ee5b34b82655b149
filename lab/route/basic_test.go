//go:build lab && linux

package route

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	reading "github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// run traces from a node of the network.
func run(t *testing.T, from *Node, o trace.Options) (r trace.Result) {
	t.Helper()
	from.In(func() { r = trace.New(o).Run(t.Context(), nil) })
	return r
}

// addresses are a flow's hops, "*" for silence.
func addresses(f trace.Flow) (list []string) {
	for _, h := range f.Hops {
		if a := h.Addr(); a.IsValid() {
			list = append(list, a.String())
		} else {
			list = append(list, "*")
		}
	}
	return list
}

// TestReference finds the 12 hops of the reference path in every way that this system has.
func TestReference(t *testing.T) {
	c, err := Reference(false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, group := range []string{"1 0", "0 2147483647"} {
		if err := c.Client.Do("sysctl net.ipv4.ping_group_range=" + group); err != nil {
			t.Fatal(err)
		}
		methods := map[trace.Protocol]string{trace.UDP: "udp", trace.TCP: "tcp", trace.ICMP: "icmp", trace.Auto: "icmp"}
		if group != "1 0" {
			methods[trace.ICMP], methods[trace.Auto] = "ping socket", "ping socket"
		}
		for p, method := range methods {
			for _, target := range []string{TargetV4, TargetV6} {
				hop := HopV4
				if target == TargetV6 {
					hop = HopV6
				}
				var want []string
				for i := 1; i < 12; i++ {
					want = append(want, hop(i))
				}
				want[4] = "*"
				want = append(want, target)
				time.Sleep(600 * time.Millisecond) // hop 8 answers twice a second
				r := run(t, c.Client, trace.Options{Target: netip.MustParseAddr(target), Protocol: p, Rounds: 1})
				if got := addresses(r.Flows[0]); r.Method != method || r.Fail != nil || !slices.Equal(got, want) || !r.Flows[0].Reached {
					t.Errorf("%s %q by %s: %+v\n  got  %v\n  want %v", target, p, r.Method, r.Fail, got, want)
				}
				for _, h := range r.Flows[0].Hops {
					if p != trace.TCP && h.Received > 0 && h.Back != h.TTL-1 {
						t.Errorf("%s %q: answers of hop %d pass %d hops", target, p, h.TTL, h.Back)
					}
				}
			}
		}
	}
}

// TestEnds lets the path end in other ways than at the target.
func TestEnds(t *testing.T) {
	c, err := NewChain(6, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	trace4 := func(o trace.Options) trace.Flow {
		o.Target, o.Rounds = netip.MustParseAddr(TargetV4), 1
		return run(t, c.Client, o).Flows[0]
	}
	do := func(x *Node, lines ...string) {
		t.Helper()
		if err := x.Do(lines...); err != nil {
			t.Fatal(err)
		}
	}
	do(c.Hops[2], "ip route replace unreachable 203.0.113.0/24")
	if f := trace4(trace.Options{Protocol: trace.UDP}); !f.Refused || len(f.Hops) != 3 || f.Hops[2].Code != trace.HostUnreachable {
		t.Errorf("unreachable: %+v", f)
	}
	do(c.Hops[2], "ip route replace blackhole 203.0.113.0/24")
	if f := trace4(trace.Options{Protocol: trace.UDP}); f.Refused || f.Reached || strings.Join(addresses(f), " ") != HopV4(1)+" "+HopV4(2)+" "+HopV4(3) && len(f.Hops) != 2 {
		t.Errorf("blackhole: %v", addresses(f))
	}
	do(c.Hops[2], "ip route replace 203.0.113.0/24 via "+HopV4(4))
	do(c.Hops[3], "ip link set east mtu 1300")
	for _, p := range []trace.Protocol{trace.UDP, trace.ICMP} {
		r := run(t, c.Client, trace.Options{Target: netip.MustParseAddr(TargetV4), Protocol: p, Rounds: 8})
		if f := r.Flows[0]; f.MTU != 1300 || f.Hops[3].MTU != 1300 {
			t.Errorf("%s: %d bytes, %+v", p, f.MTU, f.Narrow)
		}
	}
	do(c.Target, "iptables -A INPUT -p icmp -j DROP", "iptables -A INPUT -p udp -j DROP")
	if f := trace4(trace.Options{Protocol: trace.ICMP}); f.Reached || len(f.Hops) != 5 {
		t.Errorf("a silent target: %v", addresses(f))
	}
	if f := trace4(trace.Options{Protocol: trace.TCP, Port: 443}); !f.Reached || len(f.Hops) != 6 {
		t.Errorf("a target that answers TCP only: %v", addresses(f))
	}
}

// TestOrdinaryLimits leaves every router and the target with the limits that Linux has by itself, under which
// nothing gets lost.
func TestOrdinaryLimits(t *testing.T) {
	c, err := NewChain(6, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, x := range c.Hops {
		if err := x.Do("sysctl net.ipv4.icmp_ratelimit=1000"); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []trace.Protocol{trace.UDP, trace.ICMP, trace.TCP} {
		for _, rounds := range []int{1, 10, 30} {
			r := run(t, c.Client, trace.Options{Target: netip.MustParseAddr(TargetV4), Protocol: p, Rounds: rounds})
			got := reading.Read(r, nil)
			if got.Loss != nil || got.Verdict != reading.Quick {
				t.Errorf("%s, %d rounds: %s, %+v", p, rounds, got.Verdict, got.Loss)
			}
			time.Sleep(2 * time.Second)
		}
	}
}

// TestNetworkGoesAndComes takes the route away in the middle of a trace, and gives it back.
func TestNetworkGoesAndComes(t *testing.T) {
	c, err := NewChain(4, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	tr := trace.New(trace.Options{Target: netip.MustParseAddr(TargetV4), Protocol: trace.UDP, Interval: 50 * time.Millisecond})
	route := func(after time.Duration, do string) { // the client's own thread is busy
		time.AfterFunc(after, func() {
			argv := append([]string{"nsenter", "--net=" + c.Client.Path(), "ip", "route", do}, strings.Fields("203.0.113.0/24 via "+HopV4(1))...)
			if out, err := c.Hops[0].Output(argv...); err != nil {
				t.Errorf("%v %s", err, out)
			}
		})
	}
	route(time.Second, "del")
	route(1500*time.Millisecond, "add")
	var r trace.Result
	c.Client.In(func() { r = tr.Run(ctx, nil) })
	f := r.Flows[0]
	last := f.Hops[len(f.Hops)-1]
	if !f.Reached || last.Lost == 0 || len(last.Samples) == 0 || last.Samples[len(last.Samples)-1].Lost {
		t.Errorf("%v in %.0f ms: %d of %d lost, %+v", addresses(f), r.Elapsed, last.Lost, last.Sent, r.Fail)
	}
}
