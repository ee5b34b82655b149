package probe

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// TestHealth has the connection in general in all its states.
func TestHealth(t *testing.T) {
	if !alone {
		t.Skip("needs a network namespace of its own: echoes are sent to routers")
	}
	here, nowhere := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.0.2.1")
	route := func(gateway netip.Addr) []platform.Route {
		return []platform.Route{{Dst: netip.MustParsePrefix("0.0.0.0/0"), Gateway: gateway, Kind: platform.Unicast}}
	}
	refused := &stepError{wire.Refused}
	gone := &stepError{wire.NetUnreachable}
	for name, c := range map[string]struct {
		routes  []platform.Route
		answers func(netip.Addr) error
		names   string // the name of all references
		ended   Step
		kind    wire.Kind
	}{
		"well":              {route(here), func(netip.Addr) error { return nil }, "up.test", Done, ""},
		"only IPv6":         {route(here), func(a netip.Addr) error { return when(a.Is4(), gone) }, "up.test", Done, ""},
		"only IPv4":         {route(here), func(a netip.Addr) error { return when(a.Is6(), gone) }, "up.test", Done, ""},
		"only one operator": {route(here), func(a netip.Addr) error { return when(a != netip.MustParseAddr("9.9.9.9"), refused) }, "up.test", Done, ""},
		"nothing outside":   {route(here), func(netip.Addr) error { return refused }, "up.test", Connect, wire.Refused},
		"no router":         {route(nowhere), func(netip.Addr) error { return gone }, "up.test", Router, wire.NetUnreachable},
		"no route":          {[]platform.Route{}, func(netip.Addr) error { return gone }, "up.test", Router, wire.NetUnreachable},
		"no names":          {route(here), func(netip.Addr) error { return nil }, "broken.test", Name, LookupFailed},
		"names are unknown": {route(here), func(netip.Addr) error { return nil }, "no.test", Name, NoSuchName},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.options.Routes = c.routes
			p := w.begin(func(o *Options) {
				o.References = diagnostics.DefaultReferences()
				for i := range o.References.Anchors {
					o.References.Anchors[i].DoH = "https://" + c.names + "/dns-query"
				}
			})
			p.dial = func(_ context.Context, to netip.AddrPort) (net.Conn, error) {
				if err := c.answers(to.Addr()); err != nil {
					return nil, err
				}
				one, _ := net.Pipe()
				return one, nil
			}
			due := time.Now()
			r := p.Health(t.Context(), due)
			if r.Ended != c.ended || r.Kind != c.kind || r.Address != "" || r.Due != due {
				t.Errorf("%+v", r)
			}
			if r.Well() && (r.Connect <= 0 || r.DNS <= 0 || !r.Server.IsValid()) {
				t.Errorf("%+v", r)
			}
		})
	}
	if r := newWorld(t).begin(nil).Health(t.Context(), time.Time{}); r.Kind != wire.Unsupported {
		t.Errorf("without references: %+v", r)
	}
}

func when(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

// TestReferencesInTurn begins each probe with another operator, and asks one alone when that answers.
func TestReferencesInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var asked []netip.Addr
		p := &Prober{dial: func(_ context.Context, to netip.AddrPort) (net.Conn, error) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, to.Addr())
			one, _ := net.Pipe()
			return one, nil
		}}
		p.names.init(Options{})
		anchors := diagnostics.DefaultReferences().Anchors
		for range anchors {
			if _, _, err := p.outside(t.Context(), anchors, p.turn.next(len(anchors))); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(slices.Compact(asked)); n != len(anchors) || len(asked) != n {
			t.Errorf("asked %v", asked)
		}
	})
}
