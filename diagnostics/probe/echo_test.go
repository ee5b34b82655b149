package probe

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// TestEchoes sends to addresses of this computer, and to some where nobody is.
func TestEchoes(t *testing.T) {
	if !alone {
		t.Skip("needs a network namespace of its own")
	}
	p := New(Options{})
	defer p.Close()
	var addrs []netip.Addr
	for i := range 300 {
		addrs = append(addrs, netip.AddrFrom4([4]byte{127, 0, byte(i >> 8), byte(i)}))
	}
	addrs[0] = netip.Addr{}
	addrs = append(addrs, netip.IPv6Loopback(), netip.MustParseAddr("::ffff:127.0.0.1"), addrs[1], netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"))
	start := time.Now()
	list := p.Echoes(t.Context(), addrs)
	took := time.Since(start)
	for i, e := range list {
		want := wire.Kind("")
		switch i {
		case 0:
			want = wire.Invalid
		case len(addrs) - 1, len(addrs) - 2:
			want = wire.NetUnreachable
		}
		if e.Addr != addrs[i] || e.Kind != want || e.OK != (want == "") || e.OK != (e.RTT > 0) || e.RTT > took {
			t.Errorf("%d: %+v", i, e)
		}
	}
	if again := p.Echoes(t.Context(), addrs[1:2]); !again[0].OK {
		t.Errorf("the second volley: %+v", again)
	}
}

// TestEchoesOneByOne is what other systems do, and accounts without ping sockets.
func TestEchoesOneByOne(t *testing.T) {
	if !alone {
		t.Skip("needs a network namespace of its own")
	}
	addrs := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("192.0.2.1")}
	list := make([]Echo, len(addrs))
	oneByOne(t.Context(), addrs, func(i int, e Echo) { list[i] = e })
	if !list[0].OK || !list[1].OK || list[2].OK || list[2].Kind != wire.NetUnreachable {
		t.Errorf("%+v", list)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	oneByOne(ctx, addrs[:1], func(i int, e Echo) { list[i] = e })
	if list[0].OK || list[0].Kind != wire.Cancelled {
		t.Errorf("ended: %+v", list[0])
	}
}
