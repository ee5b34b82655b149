// Package whose finds out whose an address is, aside from what is measured: its name, by the resolver that
// this computer is set to, and the network that announces it, by Team Cymru's DNS service
// (https://www.team-cymru.com/ip-asn-mapping). It asks nothing unless it is told to, each address once, a
// few at a time, and never makes anybody wait longer than they say. It judges nothing.
package whose

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Owner is what is known of an address; empty fields are unknown.
type Owner struct {
	Name    string // by reverse lookup; nobody vouches for it
	AS      uint32 // the number of the network that announces it
	Network string // what that calls itself
}

// Resolver asks the DNS; net.DefaultResolver is one.
type Resolver interface {
	LookupAddr(ctx context.Context, addr string) ([]string, error)
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Bounds of what is asked.
const (
	maxAddrs  = 1000 // in all
	atOnce    = 16
	askLimit  = 3 * time.Second // for one address
	maxName   = 120
	maxAnswer = 8 // records that are read
)

// Book collects owners. Its zero value asks nothing.
type Book struct {
	// Names and Networks say what may be asked; networks are asked of servers outside.
	Names, Networks bool
	DNS             Resolver

	mu     sync.Mutex
	owners map[netip.Addr]Owner
	places chan struct{}
	asking sync.WaitGroup
}

// Ask has an address looked up aside, unless it was already; it does not wait.
func (b *Book) Ask(ctx context.Context, a netip.Addr) {
	a = a.Unmap().WithZone("")
	if b == nil || !b.Names && !b.Networks || !a.IsValid() {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.owners == nil {
		b.owners, b.places = map[netip.Addr]Owner{}, make(chan struct{}, atOnce)
	}
	if _, known := b.owners[a]; known || len(b.owners) >= maxAddrs {
		return
	}
	b.owners[a] = Owner{}
	b.asking.Go(func() {
		select {
		case b.places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		defer func() { <-b.places }()
		b.look(ctx, a)
	})
}

// look asks for all that may be asked, at once.
func (b *Book) look(ctx context.Context, a netip.Addr) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	var both sync.WaitGroup
	if b.Names {
		both.Go(func() {
			if names, err := b.DNS.LookupAddr(ctx, a.String()); err == nil && len(names) > 0 {
				b.note(a, func(o *Owner) { o.Name = cleanName(names[0]) })
			}
		})
	}
	if b.Networks && public(a) {
		both.Go(func() { b.network(ctx, a) })
	}
	both.Wait()
}

func (b *Book) network(ctx context.Context, a netip.Addr) {
	as := uint32(0)
	texts, err := b.DNS.LookupTXT(ctx, originName(a))
	for i := 0; err == nil && i < len(texts) && i < maxAnswer && as == 0; i++ {
		as = readOrigin(texts[i])
	}
	if as == 0 {
		return
	}
	b.note(a, func(o *Owner) { o.AS = as })
	texts, err = b.DNS.LookupTXT(ctx, networkName(as))
	for i := 0; err == nil && i < len(texts) && i < maxAnswer; i++ {
		if name := readNetwork(texts[i], as); name != "" {
			b.note(a, func(o *Owner) { o.Network = name })
			return
		}
	}
}

func (b *Book) note(a netip.Addr, f func(*Owner)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.owners[a]
	f(&o)
	b.owners[a] = o
}

// Of is what is known of an address by now.
func (b *Book) Of(a netip.Addr) Owner {
	if b == nil {
		return Owner{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.owners[a.Unmap().WithZone("")]
}

// Settle waits until all that was asked is answered, but no longer than limit and not beyond ctx.
func (b *Book) Settle(ctx context.Context, limit time.Duration) {
	if b == nil || !b.Names && !b.Networks {
		return
	}
	done := make(chan struct{})
	go func() {
		b.asking.Wait()
		close(done)
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

var shared = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// public reports whether an address can be some network's in the world: others are nobody's business.
func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// cleanName is a name as it can be shown.
func cleanName(s string) string {
	if n := len(s); n > 0 && s[n-1] == '.' {
		s = s[:n-1]
	}
	return wire.Printable(s, maxName)
}
