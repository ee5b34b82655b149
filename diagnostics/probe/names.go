package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"github.com/waymend/waymend/diagnostics/wire"
)

// names looks names up.
type names struct {
	o Options
}

func (n *names) init(o Options) { n.o = o }
func (n *names) close()         {}
func (n *names) forget()        {}

func (n *names) prefersSix() bool { return false }

func (n *names) lookUp(ctx context.Context, name string) ([]netip.Addr, error) {
	return n.system(ctx, name)
}

// system asks the system's own resolver.
func (n *names) system(ctx context.Context, name string) ([]netip.Addr, error) {
	found, err := n.o.Lookup(ctx, "ip", name)
	var four, six []netip.Addr
	for _, a := range found {
		if a = a.Unmap(); a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	var d *net.DNSError
	switch {
	case errors.As(err, &d) && d.IsNotFound:
		return nil, &stepError{NoSuchName}
	case errors.As(err, &d) && !d.IsTimeout && ctx.Err() == nil && wire.Classify(err).Kind == wire.Other:
		return nil, &stepError{LookupFailed}
	case err != nil:
		return nil, err
	case len(four)+len(six) == 0:
		return nil, &stepError{NoAddress}
	case n.prefersSix():
		return mixed(six, four), nil
	}
	return mixed(four, six), nil
}

func (p *Prober) prepare(context.Context, []Job) {}
