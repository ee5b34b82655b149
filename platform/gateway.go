package platform

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/jackpal/gateway"
)

// discoverGateway asks jackpal/gateway, which knows no context: some systems start a process for
// it. The IPv6 gateway is asked for when there is no IPv4 one, and comes without zone. An on-link
// default route has no gateway: the zero Addr without an error.
func discoverGateway(ctx context.Context) (netip.Addr, error) {
	type answer struct {
		ip  net.IP
		err error
	}
	c := make(chan answer, 1)
	go func() {
		ip, err := gateway.DiscoverGateway()
		var none *gateway.ErrNoGateway
		if errors.As(err, &none) {
			if ip6, err6 := gateway.DiscoverGatewayIPv6(); err6 == nil {
				ip, err = ip6, nil
			}
		}
		c <- answer{ip, err}
	}()
	select {
	case a := <-c:
		if a.err != nil {
			return netip.Addr{}, fmt.Errorf("jackpal/gateway: %w", a.err)
		}
		addr, _ := netip.AddrFromSlice(a.ip)
		if addr = addr.Unmap(); addr.IsUnspecified() {
			addr = netip.Addr{}
		}
		return addr, nil
	case <-ctx.Done():
		return netip.Addr{}, ctx.Err()
	}
}
