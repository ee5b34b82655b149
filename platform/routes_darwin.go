package platform

import (
	"context"
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/net/route"
	"golang.org/x/sys/unix"
)

func routes(ctx context.Context) ([]Route, error) {
	messages, err := rib(ctx, route.RIBTypeRoute, unix.AF_UNSPEC, 0)
	if err != nil {
		return nil, err
	}
	name := linkNames()
	list := []Route{}
	for _, m := range messages {
		dst, mask, gateway := addr(m, unix.RTAX_DST), addr(m, unix.RTAX_NETMASK), addr(m, unix.RTAX_GATEWAY)
		if r, ok := bsdRoute(dst, mask, gateway, m.Flags, name(m.Index)); ok {
			list = append(list, r)
		}
	}
	return list, nil
}

func neighbours(ctx context.Context) ([]Neighbour, error) {
	name := linkNames()
	list := []Neighbour{}
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		messages, err := rib(ctx, route.RIBType(unix.NET_RT_FLAGS), family, unix.RTF_LLINFO)
		if err != nil {
			return list, err
		}
		for _, m := range messages {
			a := addr(m, unix.RTAX_DST)
			if !a.IsValid() || a.IsMulticast() || len(m.Addrs) <= unix.RTAX_GATEWAY {
				continue
			}
			n := Neighbour{Addr: a, Link: name(m.Index), State: NeighbourIncomplete}
			if l, ok := m.Addrs[unix.RTAX_GATEWAY].(*route.LinkAddr); ok && len(l.Addr) == 6 {
				n.MAC, n.State = net.HardwareAddr(l.Addr).String(), NeighbourKnown
			}
			if a.Is6() && a.IsLinkLocalUnicast() {
				n.Addr = a.WithZone(n.Link)
			}
			list = append(list, n)
		}
	}
	return list, nil
}

// rib reads one of the kernel's tables.
func rib(ctx context.Context, typ route.RIBType, family, arg int) ([]*route.RouteMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := route.FetchRIB(family, typ, arg)
	if err != nil {
		return nil, err
	}
	messages, err := route.ParseRIB(typ, b)
	if err != nil {
		return nil, err
	}
	var list []*route.RouteMessage
	for _, m := range messages {
		if r, ok := m.(*route.RouteMessage); ok {
			list = append(list, r)
		}
	}
	return list, nil
}

// addr is one of the addresses of a message, the zero Addr when it is missing or no IP address.
func addr(m *route.RouteMessage, index int) netip.Addr {
	if index >= len(m.Addrs) {
		return netip.Addr{}
	}
	switch a := m.Addrs[index].(type) {
	case *route.Inet4Addr:
		return netip.AddrFrom4(a.IP)
	case *route.Inet6Addr:
		return netip.AddrFrom16(a.IP)
	}
	return netip.Addr{}
}

// linkNames returns a function that translates a link's index; unknown ones stay numbers.
func linkNames() func(int) string {
	names := map[int]string{}
	all, _ := net.Interfaces()
	for _, i := range all {
		names[i.Index] = i.Name
	}
	return func(index int) string {
		if name, ok := names[index]; ok || index == 0 {
			return name
		}
		return strconv.Itoa(index)
	}
}
