package platform

import (
	"context"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// New describes this computer. It asks nothing until one of the functions is called.
func New() Host {
	return Host{
		OS:         "linux",
		Links:      links,
		Routes:     routes,
		Neighbours: neighbours,
		Resolvers:  resolvers,
		Hosts:      hostsIn("/etc/hosts"),
		Proxies:    proxies,
		Gateway:    discoverGateway,
		WhoHas:     whoHas,
		Browsers:   browsers,
		Changes:    changes,
		Slept:      slept,
		Metered:    metered,
	}
}

func links(ctx context.Context) ([]Link, error) {
	b, err := dump(ctx, unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return nil, err
	}
	raw := parseLinks(b)
	if b, err = dump(ctx, unix.RTM_GETADDR, unix.AF_UNSPEC); err != nil {
		return nil, err
	}
	addrs := parseLinkAddrs(b)
	// Without routes the links can still be told; only what is virtual becomes less sure.
	table, _ := dumpRoutes(ctx)
	exits := map[int]bool{}
	for _, r := range table {
		if r.kind == unix.RTN_UNICAST && matters(r) {
			exits[r.link] = true
		}
	}
	list := linuxLinks(raw, addrs, exits)
	addRadios(ctx, list)
	addDrivers(list)
	return list, nil
}

// dumpRoutes asks for each family by itself: a router with the whole internet's IPv4 routes must
// not hide its IPv6 ones behind the bound of a dump. A kernel without IPv6 answers the second
// question with the first family's routes again.
func dumpRoutes(ctx context.Context) ([]nlRoute, error) {
	var list []nlRoute
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		b, err := dump(ctx, unix.RTM_GETROUTE, family)
		if err != nil {
			return list, err
		}
		for _, r := range parseRoutes(b) {
			if r.dst.Addr().Is6() == (family == unix.AF_INET6) {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

func routes(ctx context.Context) ([]Route, error) {
	table, err := dumpRoutes(ctx)
	if err != nil {
		return nil, err
	}
	b, err := dump(ctx, unix.RTM_GETRULE, unix.AF_UNSPEC)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	name, err := linkNames(ctx)
	if err != nil {
		return nil, err
	}
	return linuxRoutes(table, parseRules(b), name, uint32(os.Getuid())), nil
}

func neighbours(ctx context.Context) ([]Neighbour, error) {
	b, err := dump(ctx, unix.RTM_GETNEIGH, unix.AF_UNSPEC)
	if err != nil {
		return nil, err
	}
	name, err := linkNames(ctx)
	if err != nil {
		return nil, err
	}
	return linuxNeighbours(parseNeighbours(b), name), nil
}

// linkNames returns a function that translates a link's index; unknown ones stay numbers.
func linkNames(ctx context.Context) (func(int) string, error) {
	b, err := dump(ctx, unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, l := range parseLinks(b) {
		names[l.index] = l.name
	}
	return func(index int) string {
		if name, ok := names[index]; ok || index == 0 {
			return name
		}
		return strconv.Itoa(index)
	}, nil
}
