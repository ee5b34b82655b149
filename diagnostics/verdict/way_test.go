package verdict

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// measured is a way whose hops lost so many of fifty probes each; "" is a silent hop.
func measured(target string, addrs []string, lost []int) *trace.Result {
	r := &trace.Result{Target: netip.MustParseAddr(target), Protocol: trace.ICMP}
	flow := trace.Flow{Reached: addrs[len(addrs)-1] == target, Rounds: 50}
	at := time.Unix(1000, 0)
	for i, a := range addrs {
		h := trace.Hop{TTL: i + 1, Sent: 50, Lost: lost[i], Received: 50 - lost[i], Min: wire.Ms(i + 1), Median: wire.Ms(i + 1)}
		if a != "" {
			h.Addrs = []trace.Seen{{Addr: netip.MustParseAddr(a), First: at, Last: at, Count: h.Received}}
		}
		flow.Hops = append(flow.Hops, h)
	}
	r.Flows = []trace.Flow{flow}
	return r
}

// TestWayOfLoss hands on where the loss begins, when the traced way tells it, also from a report that
// was read back.
func TestWayOfLoss(t *testing.T) {
	echo := func(a string, received int) wire.Echo {
		return wire.Echo{Addr: netip.MustParseAddr(a), Sent: 50, Received: received, Method: "icmp"}
	}
	loss := checks.LossReport{Method: "icmp", Anchors: []wire.Echo{echo("9.9.9.9", 42), echo("1.1.1.1", 41)}}
	routers := []string{"192.168.1.1", "100.64.7.1", "198.18.1.2", "9.9.9.9"}
	for _, x := range []struct {
		name string
		way  *trace.Result
		want string
	}{
		{"in the provider's network", measured("9.9.9.9", routers, []int{0, 8, 9, 8}), "trace.loss.provider"},
		{"all routers limit their answers", measured("9.9.9.9", routers, []int{43, 44, 45, 8}), ""},
		{"at the reference itself", measured("9.9.9.9", routers, []int{0, 0, 0, 9}), ""},
		{"the way loses nothing now", measured("9.9.9.9", routers, []int{0, 0, 0, 0}), ""},
		{"an older report", nil, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			raw, err := json.Marshal(checks.HopsReport{Route: x.way})
			if err != nil {
				t.Fatal(err)
			}
			var back checks.HopsReport
			if err := json.Unmarshal(raw, &back); err != nil {
				t.Fatal(err)
			}
			var f diagnostics.Facts
			f = f.With(diagnostics.Fact{ID: checks.Loss.ID, Value: loss}).With(diagnostics.Fact{ID: checks.Hops.ID, Value: back})
			c := newCase(f)
			found, ok := c.pathLoss()
			if !ok || !c.poorWay() {
				t.Fatal("no loss")
			}
			got := ""
			for _, e := range found.Evidence {
				if e.Check == checks.Hops.ID {
					got = e.Key
				}
			}
			if got != x.want {
				t.Errorf("%q, want %q", got, x.want)
			}
		})
	}
}
