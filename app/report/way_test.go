package report

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// TestWayInReportAndLetter finds the sentence of a traced way among what was seen, and its hops in the
// letter to the provider, without this computer's own network.
func TestWayInReportAndLetter(t *testing.T) {
	e := recorded(t, "path.packet-loss")
	at := time.Unix(1000, 0)
	way := trace.Result{Target: netip.MustParseAddr("9.9.9.9"), Protocol: trace.ICMP}
	flow := trace.Flow{Reached: true, Rounds: 50}
	for i, a := range []string{"192.168.1.1", "100.64.7.1", "198.18.1.2", "9.9.9.9"} {
		lost := 0
		if i > 0 {
			lost = 8
		}
		h := trace.Hop{TTL: i + 1, Sent: 50, Received: 50 - lost, Lost: lost, Min: wire.Ms(i + 1), Median: wire.Ms(i + 1)}
		h.Addrs = []trace.Seen{{Addr: netip.MustParseAddr(a), First: at, Last: at, Count: h.Received}}
		flow.Hops = append(flow.Hops, h)
	}
	way.Flows = []trace.Flow{flow}
	v := checks.HopsReport{To: netip.MustParseAddrPort("9.9.9.9:443"), Route: &way}
	e.Facts = e.Facts.With(diagnostics.Fact{ID: checks.Hops.ID, Station: diagnostics.Provider, State: diagnostics.OK, Value: v})
	d := New(e, "en")
	said := false
	for _, x := range d.Verdict.Evidence {
		said = said || x.Check == "provider.hops" && strings.Contains(x.Text, "between 192.168.1.1 and 100.64.7.1") && !strings.HasSuffix(x.Text, ".")
	}
	if !said {
		t.Errorf("%+v", d.Verdict.Evidence)
	}
	_, body := Letter(d, Provider, "en")
	for _, want := range []string{"hop 2 to 9.9.9.9:443: 100.64.7.1 2.0 ms, 8 of 50 lost", "loss on the way to 9.9.9.9 begins between hop 1 and hop 2: 16 %"} {
		if !strings.Contains(body, want) {
			t.Errorf("the letter lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "192.168.1.1") {
		t.Errorf("the letter names the own router:\n%s", body)
	}
}
