package checks

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

func TestOverdue(t *testing.T) {
	for _, c := range []struct{ rtt, want time.Duration }{
		{0, leastOverdue}, {5 * ms, leastOverdue}, {50 * ms, 150 * ms}, {600 * ms, second}, {time.Hour, second},
	} {
		if got := overdue(c.rtt); got != c.want {
			t.Errorf("%v: %v, want %v", c.rtt, got, c.want)
		}
	}
}

func TestLoss(t *testing.T) {
	ownAddrs(t, "192.0.2.31/32", "192.0.2.41/32", "192.0.2.42/32")
	env := testEnv(t, "", anchor("One", "192.0.2.41", ""), anchor("Two", "192.0.2.42", ""))
	routed(env, route("0.0.0.0/0", "192.0.2.31", "lo", 1))
	v, err := runLoss(t.Context(), env)
	if err != nil || len(v.Anchors) != 2 || v.Router == nil || v.Method == "none" {
		t.Fatalf("got %+v, %v", v, err)
	}
	if lost, sent := v.Share(); lost != 0 || sent != 2*lossEchoes {
		t.Errorf("%v of %d lost", lost, sent)
	}
	if v.Router.Received != lossEchoes || len(v.DNS) != 0 {
		t.Errorf("router %+v, DNS %+v", v.Router, v.DNS)
	}
}

// TestLossWithoutEchoes holds that DNS questions take the place of echoes that nobody answers.
func TestLossWithoutEchoes(t *testing.T) {
	ownAddrs(t, "192.0.2.41/32")
	ignore := "/proc/sys/net/ipv4/icmp_echo_ignore_all"
	if os.WriteFile(ignore, []byte("1"), 0) != nil {
		t.Skip("the kernel's answers to echoes cannot be switched off here")
	}
	t.Cleanup(func() { _ = os.WriteFile(ignore, []byte("0"), 0) })
	serveDNS(t, "192.0.2.41:53", zoneText{records: shopZone}.handler())
	env := testEnv(t, "", anchor("One", "192.0.2.41", ""))
	routed(env, route("0.0.0.0/0", "-", "lo", 1))
	v, err := runLoss(t.Context(), env)
	if err != nil || v.Method != "dns" || len(v.Anchors) != 1 || v.Anchors[0].Received != lossEchoes || v.Router != nil {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestLossShare(t *testing.T) {
	v := LossReport{Anchors: []wire.Echo{{Sent: 12, Received: 9}, {Sent: 12}, {Sent: 12, Received: 12}}}
	if lost, sent := v.Share(); lost != 0.125 || sent != 24 {
		t.Errorf("%v of %d", lost, sent)
	}
}

// TestMeasureMore holds that the second row is added to the first and that silent anchors are left alone.
func TestMeasureMore(t *testing.T) {
	ownAddrs(t, "192.0.2.41/32", "192.0.2.42/32")
	serveDNS(t, "192.0.2.41:53", zoneText{records: shopZone}.handler())
	env := testEnv(t, "", anchor("One", "192.0.2.41", ""), anchor("Two", "192.0.2.42", ""))
	a := netip.MustParseAddr
	v := LossReport{Method: "icmp", Anchors: []wire.Echo{
		{Addr: a("192.0.2.41"), Sent: 12, Received: 10, RTT: []wire.Ms{1}}, {Addr: a("192.0.2.42"), Sent: 12},
	}}
	v.measureMore(t.Context(), env)
	if e := v.Anchors[0]; e.Sent != 12+moreEchoes || e.Received != 10+moreEchoes {
		t.Errorf("got %+v", e)
	}
	if e := v.Anchors[1]; e.Sent != 12 {
		t.Errorf("the silent one: %+v", e)
	}
	if len(v.DNS) != 1 || v.DNS[0].Received != lossEchoes {
		t.Errorf("DNS: %+v", v.DNS)
	}
}

func TestLossEndsWithItsContext(t *testing.T) {
	ownAddrs(t, "192.0.2.41/32")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	env := testEnv(t, "", anchor("One", "192.0.2.41", ""))
	routed(env, route("0.0.0.0/0", "-", "lo", 1))
	if v, err := runLoss(ctx, env); err != nil || v.answered() {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestLossWithoutRoutes(t *testing.T) {
	env := testEnv(t, "", anchor("One", "192.0.2.41", ""))
	routed(env, route("::/0", "fe80::1", "lo", 1))
	if v, err := runLoss(t.Context(), env); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %+v, %v", v, err)
	}
}

// TestCutShort holds that echoes which were still under way when the row was ended are not lost.
func TestCutShort(t *testing.T) {
	for _, c := range []struct {
		name           string
		sent, received int
		want           int
	}{
		{"complete", 12, 12, 12},
		{"complete with loss", 12, 7, 12},
		{"ended early, nothing lost", 6, 5, 5},
		{"ended early with loss", 40 - 1, 20, 30},
	} {
		n := 12
		if c.sent > 12 {
			n = 40
		}
		e := cutShort(wire.Echo{Sent: c.sent, Received: c.received}, n, 7*ms, 60*ms)
		if e.Sent != c.want {
			t.Errorf("%s: %d count as sent, want %d", c.name, e.Sent, c.want)
		}
	}
}
