package platform

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
)

// routes reads the table of both families (GetIpForwardTable2, netioapi.h). A route's effective
// metric is its own plus its adapter's.
func routes(ctx context.Context) ([]Route, error) {
	all, err := adapters(ctx)
	if err != nil {
		return nil, err
	}
	var table *windows.MibIpForwardTable2
	if err := windows.GetIpForwardTable2(windows.AF_UNSPEC, &table); err != nil {
		return gatewayRoutes(all), nil
	}
	defer windows.FreeMibTable(unsafe.Pointer(table))
	list := []Route{}
	for _, row := range table.Rows() {
		dst := netip.PrefixFrom(inetAddr(&row.DestinationPrefix.Prefix), int(row.DestinationPrefix.PrefixLength))
		if !dst.IsValid() || !wide(dst) || row.Loopback != 0 {
			continue
		}
		r := Route{Dst: dst, Kind: Unicast, Metric: int(min(row.Metric, 1<<30)), Link: strconv.Itoa(int(row.InterfaceIndex))}
		for _, a := range all {
			if index, metric := a.family(dst.Addr()); index == row.InterfaceIndex {
				r.Link = a.Name
				r.Metric += int(min(metric, 1<<30))
			}
		}
		if hop := inetAddr(&row.NextHop); hop.IsValid() && !hop.IsUnspecified() {
			r.Gateway = zoned(hop, r.Link)
		}
		list = append(list, r)
	}
	return list, nil
}

// family gives an adapter's index and metric for the family of an address.
func (a adapter) family(addr netip.Addr) (index, metric uint32) {
	if addr.Is4() {
		return a.index4, a.metric4
	}
	return a.index6, a.metric6
}

// gatewayRoutes makes default routes of the adapters' gateways, where the table cannot be read.
func gatewayRoutes(all []adapter) []Route {
	list := []Route{}
	for _, a := range all {
		for _, g := range a.gateways {
			if _, metric := a.family(g); g.IsValid() {
				list = append(list, Route{Dst: everything(g.Is6()), Gateway: g, Link: a.Name, Metric: int(min(metric, 1<<30)), Kind: Unicast})
			}
		}
	}
	return list
}

// inetAddr reads an address of either family.
func inetAddr(s *windows.RawSockaddrInet) netip.Addr {
	switch s.Family {
	case windows.AF_INET:
		return netip.AddrFrom4((*windows.RawSockaddrInet4)(unsafe.Pointer(s)).Addr)
	case windows.AF_INET6:
		return netip.AddrFrom16((*windows.RawSockaddrInet6)(unsafe.Pointer(s)).Addr)
	}
	return netip.Addr{}
}

// neighbourRow is MIB_IPNET_ROW2 (netioapi.h).
type neighbourRow struct {
	address        windows.RawSockaddrInet
	index          uint32
	luid           uint64
	physical       [32]byte
	physicalLength uint32
	state          uint32
	flags          uint32
	reachability   uint32
}

// winNeighbours translates NL_NEIGHBOR_STATE (nldef.h).
var winNeighbours = [...]NeighbourState{
	NeighbourFailed, NeighbourIncomplete, NeighbourProbe, NeighbourDelay, NeighbourStale, NeighbourReachable, NeighbourPermanent,
}

var (
	iphlpapi       = windows.NewLazySystemDLL("iphlpapi.dll")
	getIPNetTable2 = iphlpapi.NewProc("GetIpNetTable2")
)

// neighbours reads the ARP and neighbour-discovery table (GetIpNetTable2, netioapi.h).
func neighbours(ctx context.Context) ([]Neighbour, error) {
	all, err := adapters(ctx)
	if err != nil {
		return nil, err
	}
	if err := getIPNetTable2.Find(); err != nil {
		return nil, fmt.Errorf("GetIpNetTable2: %w", err)
	}
	var table *struct {
		count uint32
		rows  [1]neighbourRow
	}
	if code, _, _ := getIPNetTable2.Call(windows.AF_UNSPEC, uintptr(unsafe.Pointer(&table))); code != 0 {
		return nil, fmt.Errorf("GetIpNetTable2: %w", windows.Errno(code))
	}
	defer windows.FreeMibTable(unsafe.Pointer(table))
	list := []Neighbour{}
	for _, row := range unsafe.Slice(&table.rows[0], table.count) {
		a := inetAddr(&row.address)
		if !a.IsValid() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) || int(row.state) >= len(winNeighbours) {
			continue
		}
		n := Neighbour{Link: strconv.Itoa(int(row.index)), State: winNeighbours[row.state]}
		for _, ad := range all {
			if index, _ := ad.family(a); index == row.index {
				n.Link = ad.Name
			}
		}
		n.Addr = zoned(a, n.Link)
		if row.physicalLength == 6 {
			n.MAC = net.HardwareAddr(row.physical[:6]).String()
		}
		list = append(list, n)
	}
	return list, nil
}
