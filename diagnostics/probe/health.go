package probe

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// referencePort answers at every reference: it is that of DNS over HTTPS.
const referencePort = 443

// referenceLimit outlasts one retransmission; references answer within 300 ms from anywhere.
const referenceLimit = 3500 * time.Millisecond

// routerLimit is a hundred times what a router next door takes.
const routerLimit = time.Second

// turn counts, so that each probe begins with another reference.
type turn struct{ n atomic.Uint32 }

func (t *turn) next(of int) int { return int(t.n.Add(1)-1) % of }

// Health probes the connection in general: one connection to a reference, of whichever operator and
// family is first, and one name. It ends at Router when nothing answers and the router is silent,
// too; at Connect when only that answers; at Name when connections work and names do not. Without
// references it is Unsupported.
func (p *Prober) Health(ctx context.Context, due time.Time) Result {
	start := time.Now()
	r := Result{At: start, Due: due}
	ctx, cancel := wire.WithLimit(ctx, p.o.Limit)
	defer cancel()
	defer func() { r.Took = time.Since(start) }()
	anchors := p.o.References.Anchors
	if len(anchors) == 0 {
		r.fail(Connect, wire.Unsupported)
		return r
	}
	first := p.turn.next(len(anchors))
	named := make(chan naming, 1)
	go func() { named <- p.nameOf(ctx, anchors, first) }()
	conn, server, err := p.outside(ctx, anchors, first)
	r.Connect, r.Server = time.Since(start), server
	if err != nil {
		cancel()
		<-named
		r.fail(Connect, why(ctx, err))
		if !r.Void() && !p.routerAnswers(context.WithoutCancel(ctx)) {
			r.Ended = Router
		}
		return r
	}
	_ = conn.Close()
	n := <-named
	r.DNS = n.took
	if n.err != nil {
		r.fail(Name, why(ctx, n.err))
	}
	return r
}

// outside connects to the references' addresses, of both families and several operators.
func (p *Prober) outside(ctx context.Context, anchors []diagnostics.Anchor, first int) (net.Conn, netip.AddrPort, error) {
	ctx, cancel := wire.WithLimit(ctx, referenceLimit)
	defer cancel()
	var four, six []netip.Addr
	for i := range anchors {
		a := anchors[(first+i)%len(anchors)]
		if a.V4.IsValid() {
			four = append(four, a.V4)
		}
		if a.V6.IsValid() {
			six = append(six, a.V6)
		}
	}
	addrs := mixed(four, six)
	if p.names.prefersSix() {
		addrs = mixed(six, four)
	}
	if len(addrs) == 0 {
		return nil, netip.AddrPort{}, &stepError{wire.Unsupported}
	}
	conn, server, err := race(ctx, p.dial, addrs, referencePort)
	if err != nil {
		err = &stepError{why(ctx, err)}
	}
	return conn, server, err
}

// naming is what became of a lookup.
type naming struct {
	took time.Duration
	err  error
}

// nameOf looks the references' own names up, the second when the first cannot be had: that one name
// does not resolve says little.
func (p *Prober) nameOf(ctx context.Context, anchors []diagnostics.Anchor, first int) (n naming) {
	start := time.Now()
	for i := range min(len(anchors), 2) {
		u, err := url.Parse(anchors[(first+i)%len(anchors)].DoH)
		if err != nil || u.Hostname() == "" {
			continue
		}
		if _, err := netip.ParseAddr(u.Hostname()); err == nil {
			continue
		}
		_, n.err = p.names.lookUp(ctx, u.Hostname())
		n.took = time.Since(start)
		if n.err == nil {
			break
		}
	}
	return n
}

// routerAnswers sends an echo to the default gateways. Where echoes are not allowed, or nobody can
// tell the gateways, the router is not blamed.
func (p *Prober) routerAnswers(ctx context.Context) bool {
	if p.o.Host.Routes == nil {
		return true
	}
	ctx, cancel := wire.WithLimit(ctx, routerLimit)
	defer cancel()
	routes, err := p.o.Host.Routes(ctx)
	if err != nil {
		return true
	}
	var gateways []netip.Addr
	leads := false
	for _, route := range routes {
		if route.Kind == platform.Unicast {
			leads = true
			if route.Gateway.IsValid() && len(gateways) < 4 {
				gateways = append(gateways, route.Gateway)
			}
		}
	}
	if len(gateways) == 0 {
		return leads
	}
	for _, e := range p.Echoes(ctx, gateways) {
		switch e.Kind {
		case "", wire.Denied, wire.Blocked, wire.Unsupported, wire.NoFiles, wire.Cancelled:
			return true
		}
	}
	return false
}
