package wire

import (
	"context"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	probing "github.com/prometheus-community/pro-bing"
)

// Methods of Echo.
const (
	MethodRaw    = "icmp"        // a raw socket
	MethodSocket = "ping socket" // an unprivileged one
	MethodNone   = "none"        // neither is allowed
)

// Ping sends n echo requests to addr, interval apart, and waits up to wait for the answer to the
// last. It uses a raw socket where this account may, an unprivileged ping socket otherwise; where
// neither is allowed the method is MethodNone and Fail says why. Silence is not a failure. A
// link-local address needs its zone.
func Ping(ctx context.Context, addr netip.Addr, n int, interval, wait time.Duration) Echo {
	e := Echo{Addr: addr, Method: MethodNone}
	if n <= 0 || !addr.IsValid() {
		e.Fail = &Failure{Kind: Invalid, Phase: "connect", Text: "no address or no count"}
		return e
	}
	// Routes that refuse would have the pinger send for ever; a UDP socket asks them without
	// sending anything.
	s, f := dialUDP(ctx, netip.AddrPortFrom(addr, 9))
	if f != nil {
		e.Fail = f
		return e
	}
	_ = s.Close()
	for _, m := range pingMethods {
		p := &pinger{method: m.name, want: n, start: time.Now(), done: make(chan struct{})}
		if e = p.run(ctx, addr, m.privileged, max(interval, time.Millisecond), wait); e.Method != MethodNone {
			break
		}
	}
	return e
}

type pingMethod struct {
	name       string
	privileged bool
}

// pinger collects what one run of package probing reports.
type pinger struct {
	method string
	want   int
	start  time.Time
	done   chan struct{} // closed when there is nothing more to wait for

	mu       sync.Mutex
	opened   bool
	ended    bool
	sent     int
	rtt      []Ms
	fail     error
	refusals int
}

// run returns as soon as all answers are in, time is up or ctx has ended; the library needs up to
// a tenth of a second more to let go of its socket.
func (p *pinger) run(ctx context.Context, addr netip.Addr, privileged bool, interval, wait time.Duration) Echo {
	span := time.Duration(p.want-1)*interval + wait
	lib := probing.New("")
	lib.SetIPAddr(&net.IPAddr{IP: addr.Unmap().AsSlice(), Zone: addr.Zone()})
	lib.SetPrivileged(privileged)
	lib.SetLogger(p)
	lib.RecordRtts, lib.RecordTTLs = false, false
	lib.Count, lib.Interval, lib.Timeout = p.want, interval, max(span, time.Millisecond)
	lib.OnSetup = func() { p.note(func() { p.opened = true }) }
	lib.OnSend = func(*probing.Packet) { p.note(func() { p.sent++ }) }
	lib.OnSendError = func(_ *probing.Packet, err error) { p.note(func() { p.fail = err }) }
	lib.OnRecv = func(r *probing.Packet) { p.received(Ms(float64(r.Rtt) / 1e6)) }
	libCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go func() {
		err := lib.RunWithContext(libCtx)
		p.note(func() {
			if p.fail == nil && !p.opened {
				p.fail = err
			}
			p.end()
		})
	}()
	late := time.NewTimer(span + 5*time.Millisecond)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
	case <-ctx.Done():
	}
	return p.result(ctx, addr)
}

func (p *pinger) note(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *pinger) end() {
	if !p.ended {
		p.ended = true
		close(p.done)
	}
}

func (p *pinger) received(rtt Ms) {
	p.note(func() {
		if p.ended {
			return
		}
		if p.rtt = append(p.rtt, rtt); len(p.rtt) >= p.want {
			p.end()
		}
	})
}

func (p *pinger) result(ctx context.Context, addr netip.Addr) Echo {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	e := Echo{Addr: addr, Method: p.method, Sent: p.sent, Received: len(p.rtt), RTT: p.rtt}
	if p.fail != nil && p.sent == 0 {
		e.Fail = failed(ctx, "write", p.fail)
		if !p.opened {
			e.Method, e.Fail.Phase = MethodNone, "connect"
		}
	}
	return e
}

// pinger is the library's logger, too, because that alone is told when it sends again and again
// although the system refuses with EACCES, which it takes for a broadcast address.

// Infof ends the library's sending goroutine when it does not get on.
func (p *pinger) Infof(string, ...any) {
	const enough = 3
	stuck := false
	p.note(func() {
		if p.refusals++; p.refusals > enough {
			stuck = true
			p.fail = &stepError{Denied, "the system does not let echo requests out"}
			p.end()
		}
	})
	if stuck {
		runtime.Goexit()
	}
}

// Fatalf ignores malformed answers.
func (p *pinger) Fatalf(string, ...any) {}

// Errorf ignores what the callbacks report already.
func (p *pinger) Errorf(string, ...any) {}

// Warnf ignores what the callbacks report already.
func (p *pinger) Warnf(string, ...any) {}

// Debugf ignores everything.
func (p *pinger) Debugf(string, ...any) {}
