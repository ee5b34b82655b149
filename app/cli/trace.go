package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/whose"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/resources"
)

// Rounds and their pace, where nobody says otherwise.
const (
	reportRounds = 10
	liveInterval = time.Second
	resolveLimit = 10 * time.Second
	portLimit    = 2 * time.Second
	portPatience = 1500 * time.Millisecond // before the silent target's port is tried
	namesLimit   = 500 * time.Millisecond  // after the last answer, for names and networks that are asked for
)

// destination is what to trace or ping.
type destination struct {
	typed string
	addr  netip.Addr
	port  uint16 // of the address that was typed; 443 for a bare name
}

// traceRoute is the command "trace".
func traceRoute(ctx context.Context, c *call) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	to, o, err := c.traceOptions(ctx)
	if err != nil {
		return err
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // a trace needs a few megabytes: collecting them would only cost time
	p := c.printer(set.Speaks())
	var early sync.Once
	view := newScreen(c.stdout, c.flags.noColor)
	live := view.moves && !c.flags.json && !c.flags.trace.summary
	endless := live && c.flags.trace.count == 0
	o.Flows = c.flags.trace.flows
	if o.Rounds = c.flags.trace.count; o.Rounds == 0 && !live {
		o.Rounds = reportRounds
	}
	if o.Interval == 0 && endless {
		o.Interval = liveInterval
	}
	t := trace.New(o)
	port := watchPort(ctx, t, to, o.Protocol)
	owners := &whose.Book{Names: c.flags.trace.names, Networks: c.flags.outside, DNS: net.DefaultResolver}
	table := &traceTable{printer: p, to: to, result: t.Result, port: port.now, owners: owners}
	var b *board
	if live {
		b = startBoard(view, c.stdout, table.live)
	}
	b.change()
	r := t.Run(ctx, func(e trace.Event) {
		early.Do(func() { go rehearse(to, t, p.lang) })
		owners.Ask(ctx, e.From)
		b.change()
	})
	tried := port.settle(r)
	owners.Settle(ctx, namesLimit)
	d := report.NewTrace(to.typed, r, tried, p.lang)
	d.Identify(owners.Of)
	switch {
	case c.flags.json:
		text, err := d.JSON()
		if err != nil {
			return fmt.Errorf("the answer cannot be written as JSON: %w", err)
		}
		c.out.Write(text)
	case b.end():
	default:
		table.print(d)
	}
	return c.traced(ctx, d, endless)
}

// rehearse writes the answer once, to nobody, while packets travel: the texts are read then, and what
// writes it has come into memory. The target's answer does not wait for that.
func rehearse(to destination, t *trace.Tracer, lang string) {
	_, _ = report.NewTrace(to.typed, t.Result(), nil, lang).JSON()
	resources.Has(lang, "trace.looking")
}

// traced chooses the exit code: done when the target answered in any way.
func (c *call) traced(ctx context.Context, d report.Trace, endless bool) error {
	switch {
	case ctx.Err() != nil && !endless:
		return codeError{code: exitInterrupted}
	case d.Reached || d.Verdict.ID == route.PortOnly:
		return nil
	case c.flags.json:
		return codeError{exitFault, d.Verdict.Text}
	}
	return codeError{code: exitFault} // the answer has said why
}

// traceOptions reads the flags that trace and ping have in common, and finds the address.
func (c *call) traceOptions(ctx context.Context) (to destination, o trace.Options, err error) {
	if o.Protocol, err = c.flags.trace.protocol(); err != nil {
		return to, o, err
	}
	if c.flags.four && c.flags.six {
		return to, o, misuse("-4 and -6 exclude each other")
	}
	if len(c.args) == 0 {
		return to, o, misuse("which host? Name one: example.com")
	}
	target, err := diagnostics.ParseTarget(c.args[0])
	if err != nil {
		return to, o, usageError{err}
	}
	to = destination{typed: target.Host, port: uint16(target.Port)}
	if to.addr, err = resolve(ctx, target, c.flags.family()); err != nil {
		return to, o, err
	}
	if o.Port = c.flags.trace.port; o.Port == 0 && o.Protocol == trace.TCP {
		o.Port = to.port
	}
	o.Target, o.Interval = to.addr, c.flags.trace.interval
	return to, o, nil
}

// family is the one that was asked for.
func (f *flags) family() diagnostics.Family {
	switch {
	case f.four:
		return diagnostics.IPv4
	case f.six:
		return diagnostics.IPv6
	}
	return diagnostics.Both
}

// resolve asks the system for the host's address, in the system's order of preference.
func resolve(ctx context.Context, target diagnostics.Target, family diagnostics.Family) (netip.Addr, error) {
	list := []netip.Addr{}
	if a, ok := target.IP(); ok {
		list = append(list, a)
	} else {
		limited, cancel := context.WithTimeout(ctx, resolveLimit)
		defer cancel()
		found, err := net.DefaultResolver.LookupNetIP(limited, "ip", target.Host)
		if ctx.Err() != nil {
			return netip.Addr{}, codeError{exitInterrupted, "interrupted"}
		}
		if err != nil {
			return netip.Addr{}, codeError{exitFault, unresolved(target.Host, err)}
		}
		list = found
	}
	for _, a := range list {
		if family.Allows(a) {
			return a.Unmap(), nil
		}
	}
	return netip.Addr{}, codeError{exitFault, fmt.Sprintf("%s has no IPv%d address", wire.Printable(target.Host, 100), family)}
}

func unresolved(host string, err error) string {
	host = wire.Printable(host, 100)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return host + " is not known: no such name in the DNS"
	case errors.As(err, &dns) && dns.IsTimeout, errors.Is(err, context.DeadlineExceeded):
		return host + " could not be looked up: the name server does not answer"
	}
	return host + " could not be looked up; waymend check finds out why"
}

// portWatch tries the target's port when probes find it silent: many sites answer nothing else.
type portWatch struct {
	to   destination
	stop func() bool
	done chan struct{}

	mu    sync.Mutex
	tried *route.Port
	begun bool
}

// watchPort begins to watch; with TCP the probes are connections themselves.
func watchPort(ctx context.Context, t *trace.Tracer, to destination, p trace.Protocol) *portWatch {
	w := &portWatch{to: to, done: make(chan struct{}), stop: func() bool { return true }}
	if p == trace.TCP {
		w.begun = true
		close(w.done)
		return w
	}
	timer := time.AfterFunc(portPatience, func() {
		if !reached(t.Result()) {
			w.try(ctx)
		}
	})
	w.stop = timer.Stop
	return w
}

func reached(r trace.Result) bool {
	for _, f := range r.Flows {
		if f.Reached {
			return true
		}
	}
	return r.Fail != nil
}

func (w *portWatch) try(ctx context.Context) {
	w.mu.Lock()
	if w.begun {
		w.mu.Unlock()
		return
	}
	w.begun = true
	w.mu.Unlock()
	conn, got := wire.Dial(ctx, netip.AddrPortFrom(w.to.addr, w.to.port), wire.DialOptions{Limit: portLimit})
	if conn != nil {
		_ = conn.Close()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	refused := got.Fail.Is(wire.Refused, wire.Reset) && (!got.Fail.Offender.IsValid() || got.Fail.Offender == w.to.addr)
	if !got.Fail.Is(wire.Cancelled) {
		w.tried = &route.Port{Port: w.to.port, Answers: got.OK || refused, RTT: got.Took}
	}
	close(w.done)
}

// now is what is known of the port.
func (w *portWatch) now() *route.Port {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tried
}

// settle is what is known at the end; a silent target's port is tried now if it was not before.
func (w *portWatch) settle(r trace.Result) *route.Port {
	stopped := w.stop()
	if reached(r) {
		return nil
	}
	if stopped {
		ctx, cancel := context.WithTimeout(context.Background(), portLimit)
		defer cancel()
		w.try(ctx)
	}
	<-w.done
	return w.now()
}
