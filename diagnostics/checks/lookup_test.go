package checks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// system is a made-up lookup: what it answers, and after how long.
type system struct {
	after time.Duration
	addrs []string
	err   error
}

func (s system) lookup(ctx context.Context, network, host string) ([]netip.Addr, error) {
	if sleep(ctx, s.after); ctx.Err() != nil {
		return nil, &net.DNSError{Err: ctx.Err().Error(), Name: host, IsTimeout: errors.Is(ctx.Err(), context.DeadlineExceeded)}
	}
	return addrs(s.addrs...), s.err
}

func addrs(l ...string) (out []netip.Addr) {
	for _, a := range l {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

func TestLookUp(t *testing.T) {
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprintf("10.9.%d.%d", i>>8, i&255)
	}
	for _, c := range []struct {
		name   string
		host   string
		system system
		family diagnostics.Family
		want   Lookup
	}{
		{"found", "a.example", system{after: 30 * ms, addrs: []string{"2001:db8::1", "192.0.2.7"}}, 0, Lookup{Addrs: addrs("2001:db8::1", "192.0.2.7"), Took: 30}},
		{"mapped and repeated", "a.example", system{addrs: []string{"::ffff:192.0.2.7", "192.0.2.7"}}, 0, Lookup{Addrs: addrs("192.0.2.7")}},
		{"one family", "a.example", system{addrs: []string{"2001:db8::1", "192.0.2.7"}}, diagnostics.IPv6, Lookup{Addrs: addrs("2001:db8::1")}},
		{"none of the family", "a.example", system{addrs: []string{"2001:db8::1"}}, diagnostics.IPv4, Lookup{NotFound: true}},
		{"not found", "a.example", system{err: &net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true}}, 0, Lookup{NotFound: true, Err: "lookup a.example: no such host"}},
		{"server trouble", "a.example", system{err: &net.DNSError{Err: "server misbehaving", Name: "a.example", IsTemporary: true}}, 0, Lookup{Err: "lookup a.example: server misbehaving"}},
		{"too slow", "a.example", system{after: time.Hour}, 0, Lookup{Timeout: true, Took: 1000, Err: "lookup a.example: context deadline exceeded"}},
		{"an address", "::ffff:192.0.2.7", system{err: errors.New("never asked")}, 0, Lookup{Literal: true, Addrs: addrs("192.0.2.7")}},
		{"text from outside", "a.example", system{err: errors.New("\x1b[31mboo")}, 0, Lookup{Err: wire.Printable("\x1b[31mboo", 99)}},
		{"far too many", "a.example", system{addrs: many}, 0, Lookup{Addrs: addrs(many[:maxLookedUp]...)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				env := &diagnostics.Env{Family: c.family, Lookup: c.system.lookup}
				c.want.Name = c.host
				got := lookUp(t.Context(), env, c.host, second)
				if fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("got  %+v\nwant %+v", got, c.want)
				}
			})
		})
	}
}

// TestAddressesNote holds who leaves the target's addresses for Site, and when.
func TestAddressesNote(t *testing.T) {
	notFound := &net.DNSError{Err: "no such host", IsNotFound: true}
	for _, c := range []struct {
		name   string
		system system
		server []netip.Addr  // what a configured server tells
		after  time.Duration // and when
		want   []netip.Addr
		at     time.Duration
	}{
		{"the system is first", system{after: 20 * ms, addrs: []string{"192.0.2.1"}}, addrs("192.0.2.2"), 30 * ms, addrs("192.0.2.1"), 20 * ms},
		{"the system is a little later", system{after: 500 * ms, addrs: []string{"192.0.2.1"}}, addrs("192.0.2.2"), 30 * ms, addrs("192.0.2.1"), 500 * ms},
		{"the system hangs", system{after: time.Hour}, addrs("192.0.2.2"), 30 * ms, addrs("192.0.2.2"), 630 * ms},
		{"the system fails", system{after: 50 * ms, err: notFound}, addrs("192.0.2.2"), 30 * ms, addrs("192.0.2.2"), 50 * ms},
		{"the system failed before", system{err: notFound}, addrs("192.0.2.2"), 30 * ms, addrs("192.0.2.2"), 30 * ms},
		{"a server alone is slow", system{after: 2 * second, addrs: []string{"192.0.2.1"}}, nil, 30 * ms, addrs("192.0.2.1"), 2 * second},
		{"neither", system{after: 50 * ms, err: notFound}, nil, 700 * ms, nil, 700 * ms},
		{"neither, the system last", system{after: 900 * ms, err: notFound}, nil, 700 * ms, nil, 900 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				env := &diagnostics.Env{Board: new(diagnostics.Board), Lookup: c.system.lookup, Target: diagnostics.Target{Host: "a.example"}}
				start := time.Now()
				go func() { _, _ = runSystemLookup(t.Context(), env) }()
				go func() {
					defer lookupsOf(env).end(env)
					found := make(chan []netip.Addr, 1)
					sleep(t.Context(), c.after)
					found <- c.server
					close(found)
					noteFound(t.Context(), env, found)
				}()
				v, ok := env.Board.Wait(t.Context(), noteAddresses)
				got, _ := v.([]netip.Addr)
				if ok != (c.want != nil) || !slices.Equal(got, c.want) || time.Since(start) != c.at {
					t.Errorf("got %v %v after %v, want %v after %v", got, ok, time.Since(start), c.want, c.at)
				}
				synctest.Wait()
			})
		})
	}
}

func TestSystemLookupEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), second)
		defer cancel()
		env := &diagnostics.Env{Board: new(diagnostics.Board), Lookup: system{after: time.Hour}.lookup, Target: diagnostics.Target{Host: "a.example"}}
		if v, err := runSystemLookup(ctx, env); err == nil {
			t.Errorf("an examination that was ended looks like a failed lookup: %+v", v)
		}
	})
}
