//go:build lab && linux

package route

import (
	"net/netip"
	"testing"

	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// run traces from a node of the network.
func run(t *testing.T, from *Node, o trace.Options) (r trace.Result) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		from.In(func() { r = trace.New(o).Run(t.Context(), nil) })
	}()
	<-done
	return r
}

func TestReference(t *testing.T) {
	c, err := Reference(true)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Client.Do("sysctl net.ipv4.ping_group_range=0 2147483647"); err != nil {
		t.Log(err)
	}
	for _, p := range []trace.Protocol{trace.UDP, trace.ICMP, trace.TCP} {
		for _, target := range []string{TargetV4, TargetV6} {
			r := run(t, c.Client, trace.Options{Target: netip.MustParseAddr(target), Protocol: p, Rounds: 1})
			t.Logf("%s %s %s: %.1f ms fail %v mtu %d strays %d", target, p, r.Method, r.Elapsed, r.Fail, r.Flows[0].MTU, r.Strays)
			for _, h := range r.Flows[0].Hops {
				t.Logf("  %2d %-16s sent %d got %d  %.2f %s back %d", h.TTL, h.Addr(), h.Sent, h.Received, h.Min, h.Code, h.Back)
			}
		}
	}
}
