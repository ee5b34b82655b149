package probe

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Echo is one echo request (RFC 792, RFC 4443).
type Echo struct {
	Addr netip.Addr    `json:"addr"`
	OK   bool          `json:"ok"`
	RTT  time.Duration `json:"rtt,omitempty"`
	Kind wire.Kind     `json:"kind,omitempty"` // why no answer came; wire.Denied where this account may send none
}

// echoLimit is how long an answer is waited for when the context does not end before.
const echoLimit = time.Second

// fewAtOnce bounds the echoes that are made one by one.
const fewAtOnce = 16

// Echoes sends one echo request to each address, all together, and waits for the answers for at most
// a second. The results are in the order of the addresses.
func (p *Prober) Echoes(ctx context.Context, addrs []netip.Addr) []Echo {
	return p.echoes.all(ctx, addrs)
}

// oneByOne makes each echo with a socket of its own.
func oneByOne(ctx context.Context, addrs []netip.Addr, put func(i int, e Echo)) {
	var all sync.WaitGroup
	free := make(chan struct{}, fewAtOnce)
	for i, a := range addrs {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			put(i, single(ctx, a))
		})
	}
	all.Wait()
}

func single(ctx context.Context, a netip.Addr) Echo {
	e := Echo{Addr: a, Kind: wire.Timeout}
	row := wire.Ping(ctx, a, 1, time.Millisecond, echoLimit)
	switch {
	case row.Method == wire.MethodNone && row.Fail.Is(wire.Denied, wire.Blocked):
		e.Kind = wire.Denied
	case row.Fail != nil:
		e.Kind = row.Fail.Kind
	case row.Received > 0:
		e.OK, e.Kind, e.RTT = true, "", row.RTT[0].Duration()
	case ctx.Err() != nil:
		e.Kind = why(ctx, ctx.Err())
	}
	return e
}
