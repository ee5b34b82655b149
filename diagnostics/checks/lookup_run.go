package checks

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// lookupLimit ends just before the check's own limit does, so that a slow system is told
	// from an examination that was ended.
	lookupLimit = 4900 * ms
	// lookupHeadStart is how long the system's lookup is waited for when a server has answered us.
	lookupHeadStart = 600 * ms
	// maxLookedUp bounds what is kept of one lookup.
	maxLookedUp = 64
)

func runSystemLookup(ctx context.Context, env *diagnostics.Env) (v Lookup, err error) {
	lookups := lookupsOf(env)
	defer lookups.end(env)
	if env.Target.None() {
		return v, notApplicable("no particular address is examined")
	}
	v = lookUp(ctx, env, env.Target.Host, lookupLimit)
	if ctx.Err() != nil && len(v.Addrs) == 0 && !v.NotFound {
		return v, ctx.Err()
	}
	if len(v.Addrs) > 0 {
		env.Board.Put(noteAddresses, v.Addrs)
		env.Board.Put(noteSystem, true)
	} else {
		env.Board.Close(noteSystem)
	}
	return v, nil
}

// lookUp asks the system for the addresses of a name, in the families that are examined, in the
// system's order. An IP address is its own answer.
func lookUp(ctx context.Context, env *diagnostics.Env, name string, limit time.Duration) Lookup {
	v := Lookup{Name: name}
	if addr, err := netip.ParseAddr(name); err == nil {
		v.Literal, v.Addrs = true, []netip.Addr{addr.Unmap()}
		return v
	}
	ctx, cancel := wire.WithLimit(ctx, limit)
	defer cancel()
	ask := env.Lookup
	if ask == nil {
		ask = net.DefaultResolver.LookupNetIP
	}
	start := time.Now()
	addrs, err := ask(ctx, network(env.Family), name)
	v.Took = wire.Since(start)
	for _, a := range addrs {
		if a = a.Unmap(); env.Family.Allows(a) && !slices.Contains(v.Addrs, a) && len(v.Addrs) < maxLookedUp {
			v.Addrs = append(v.Addrs, a)
		}
	}
	if err != nil {
		v.explain(ctx, err)
	} else if len(v.Addrs) == 0 {
		v.NotFound = true
	}
	return v
}

func network(f diagnostics.Family) string {
	switch f {
	case diagnostics.IPv4:
		return "ip4"
	case diagnostics.IPv6:
		return "ip6"
	}
	return "ip"
}

func (l *Lookup) explain(ctx context.Context, err error) {
	l.Err = wire.Printable(err.Error(), 200)
	var e *net.DNSError
	if errors.As(err, &e) {
		l.NotFound, l.Timeout = e.IsNotFound, e.IsTimeout
	}
	if ctx.Err() != nil && !l.NotFound {
		l.Timeout = context.Cause(ctx) == wire.ErrLimit
	}
}

// Keys of Env.Board that only the lookups use.
const (
	noteSystem  = "addresses.system"  // settled when SystemLookup has ended, closed when in vain
	noteLookups = "addresses.lookups" // the lookups that share noteAddresses
)

// lookups are the two checks that may bring the target's addresses: the last to end closes
// noteAddresses, so that nobody waits for what cannot come any more.
type lookups struct{ left atomic.Int32 }

func lookupsOf(env *diagnostics.Env) *lookups {
	l := new(lookups)
	l.left.Store(2)
	env.Board.Put(noteLookups, l)
	if shared, ok := env.Board.Wait(context.Background(), noteLookups); ok {
		l = shared.(*lookups)
	}
	return l
}

func (l *lookups) end(env *diagnostics.Env) {
	if l.left.Add(-1) == 0 {
		env.Board.Close(noteAddresses)
	}
}
