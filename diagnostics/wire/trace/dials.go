package trace

import (
	"context"
	"net/netip"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// dials makes ordinary connections whose packets live shortly, for systems that tell an ordinary
// program nothing of the routers that refuse them: only who is near enough to answer is seen.
type dials struct {
	target  netip.Addr
	ctx     context.Context // of all that is under way; receive's ends earlier
	cancel  context.CancelFunc
	answers chan answer
	places  chan struct{}
}

// methodDials is what a result calls this way.
const methodDials = "tcp connect"

// dialLimit is how long one connection is tried; it is closed at once when it stands.
const dialLimit = 2 * time.Second

func newDials(o Options) *dials {
	c := &dials{target: o.Target, answers: make(chan answer, maxDials), places: make(chan struct{}, maxDials)}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// maxDials bounds the connections that are tried at once.
const maxDials = 64

func (c *dials) method() string { return methodDials }
func (c *dials) mtu() int       { return 0 }
func (c *dials) close()         { c.cancel() }

func (c *dials) send(p probe) (time.Time, error) {
	at := time.Now()
	select {
	case c.places <- struct{}{}:
	default:
		return at, nil // as good as lost
	}
	go func() {
		defer func() { <-c.places }()
		if a, ok := c.dial(p); ok {
			select {
			case c.answers <- a:
			case <-c.ctx.Done():
			}
		}
	}()
	return at, nil
}

func (c *dials) dial(p probe) (answer, bool) {
	conn, got := wire.Dial(c.ctx, netip.AddrPortFrom(c.target, p.port), wire.DialOptions{TTL: p.ttl, Limit: dialLimit})
	if conn != nil {
		_ = conn.Close()
	}
	a := answer{flow: p.flow, seq: p.seq, kind: reached, from: c.target, rtt: max(got.Took.Duration(), time.Microsecond)}
	return a, got.OK || got.Fail.Is(wire.Refused, wire.Reset) && !got.Fail.Offender.IsValid()
}

func (c *dials) receive(ctx context.Context, until time.Time, take func(answer)) error {
	return receiveFrom(ctx, c.answers, until, take)
}

// receiveFrom hands over what others have put into a channel.
func receiveFrom(ctx context.Context, answers <-chan answer, until time.Time, take func(answer)) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case a := <-answers:
		take(a)
	case <-timer.C:
	case <-ctx.Done():
	}
	for range burst {
		select {
		case a := <-answers:
			take(a)
		default:
			return nil
		}
	}
	return nil
}
