package platform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"
)

// adapter is what GetAdaptersAddresses tells about one adapter.
type adapter struct {
	Link
	index4, index6   uint32
	metric4, metric6 uint32
	gateways         []netip.Addr
	servers          []netip.Addr
	suffix           string
}

// maxAdapters bounds the buffer that Windows may ask for.
const maxAdapters = 4 << 20

// adapters lists all adapters (GetAdaptersAddresses, iphlpapi.h).
func adapters(ctx context.Context) ([]adapter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	size := uint32(16 << 10)
	var buf []byte
	for {
		buf = make([]byte, size)
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC,
			windows.GAA_FLAG_SKIP_ANYCAST|windows.GAA_FLAG_SKIP_MULTICAST|windows.GAA_FLAG_INCLUDE_GATEWAYS, 0,
			(*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0])), &size)
		if err == nil {
			break
		}
		if errors.Is(err, windows.ERROR_NO_DATA) {
			return nil, nil
		}
		if !errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) || size > maxAdapters || int(size) <= len(buf) {
			return nil, fmt.Errorf("GetAdaptersAddresses: %w", err)
		}
	}
	var list []adapter
	for a := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0])); a != nil; a = a.Next {
		list = append(list, newAdapter(a))
	}
	return list, nil
}

func newAdapter(a *windows.IpAdapterAddresses) adapter {
	out := adapter{
		index4: a.IfIndex, index6: a.Ipv6IfIndex, metric4: a.Ipv4Metric, metric6: a.Ipv6Metric,
		suffix: windows.UTF16PtrToString(a.DnsSuffix),
	}
	l := &out.Link
	l.Name, l.Detail = windows.UTF16PtrToString(a.FriendlyName), windows.UTF16PtrToString(a.Description)
	l.Index = int(max(a.IfIndex, a.Ipv6IfIndex))
	if a.Mtu < 1<<31 {
		l.MTU = int(a.Mtu)
	}
	if a.PhysicalAddressLength == 6 {
		l.MAC = net.HardwareAddr(a.PhysicalAddress[:6]).String()
	}
	for u := a.FirstUnicastAddress; u != nil; u = u.Next {
		addr := socketAddr(&u.Address).WithZone("")
		if p := netip.PrefixFrom(addr, int(u.OnLinkPrefixLength)); p.IsValid() && u.DadState != windows.IpDadStateDuplicate {
			l.Addrs = append(l.Addrs, p)
		}
	}
	for g := a.FirstGatewayAddress; g != nil; g = g.Next {
		out.gateways = append(out.gateways, zoned(socketAddr(&g.Address), l.Name))
	}
	for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
		out.servers = append(out.servers, zoned(socketAddr(&d.Address), l.Name))
	}
	// A disabled adapter is not listed at all, so Up here means that the system uses it; the
	// operational status tells the carrier.
	l.Up, l.Carrier = windowsState(a.OperStatus)
	l.Kind, l.Virtual = windowsKind(a.IfType, l.Name, l.Detail, len(out.gateways) > 0)
	if l.Kind == WiFi {
		l.Wireless = &Wireless{Joined: l.Carrier == CarrierYes}
	}
	return out
}

// socketAddr reads an address of either family.
func socketAddr(s *windows.SocketAddress) netip.Addr {
	if s.Sockaddr == nil {
		return netip.Addr{}
	}
	addr, _ := netip.AddrFromSlice(s.IP())
	return addr
}

// zoned names the link of a link-local address.
func zoned(a netip.Addr, link string) netip.Addr {
	if a.Is6() && a.IsLinkLocalUnicast() {
		return a.WithZone(link)
	}
	return a
}

func links(ctx context.Context) ([]Link, error) {
	all, err := adapters(ctx)
	list := []Link{}
	for _, a := range all {
		list = append(list, a.Link)
	}
	return list, err
}

// resolvers lists the servers of every adapter that is up, by the adapter's metric, as the
// system's resolver orders them. The site-local addresses that Windows invents where no IPv6
// server is known are left out.
func resolvers(ctx context.Context) ([]Resolver, error) {
	all, err := adapters(ctx)
	slices.SortStableFunc(all, func(a, b adapter) int { return cmp.Compare(a.metric4, b.metric4) })
	invented := netip.MustParsePrefix("fec0::/10")
	list := []Resolver{}
	for _, a := range all {
		if a.Carrier == CarrierNo || !a.Up {
			continue
		}
		var search []string
		if a.suffix != "" {
			search = []string{a.suffix}
		}
		for _, s := range a.servers {
			if s.IsValid() && !invented.Contains(s.WithZone("")) {
				list = append(list, Resolver{
					Addr: netip.AddrPortFrom(s, 53), Link: a.Name, Source: "adapter", Search: search, Stub: s.IsLoopback(),
				})
			}
		}
	}
	return list, err
}
