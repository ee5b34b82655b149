//go:build !linux

package probe

import (
	"context"
	"net/netip"
)

// echoes has nothing to share here.
type echoes struct{}

func (*echoes) close() {}

func (*echoes) all(ctx context.Context, addrs []netip.Addr) []Echo {
	list := make([]Echo, len(addrs))
	oneByOne(ctx, addrs, func(i int, e Echo) { list[i] = e })
	return list
}
