package platform

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
)

// resolvers lists the servers of /etc/resolv.conf, and after a cache on this computer the servers
// that the cache asks.
func resolvers(ctx context.Context) ([]Resolver, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	const file = "/etc/resolv.conf"
	conf, err := readResolvConf(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	list := conf.resolvers(file)
	for _, r := range list {
		if r.Stub {
			list = append(list, behindStub(ctx, r.Addr.Addr())...)
			break
		}
	}
	return list, nil
}

// behindStub finds the servers behind a cache on this computer, as far as it tells: over D-Bus,
// else from the file that it or NetworkManager keeps for programs that want to pass it by.
func behindStub(ctx context.Context, stub netip.Addr) []Resolver {
	if isResolved(stub) {
		if list, err := resolvedServers(ctx); err == nil {
			return list
		}
		return fromFile("/run/systemd/resolve/resolv.conf", "systemd-resolved")
	}
	if list, err := networkManagerServers(ctx); err == nil && len(list) > 0 {
		return list
	}
	if list := fromFile("/run/NetworkManager/no-stub-resolv.conf", "NetworkManager"); len(list) > 0 {
		return list
	}
	return fromFile("/run/dnsmasq/resolv.conf", "dnsmasq") // Debian's resolvconf
}

// isResolved tells systemd-resolved's two addresses (systemd-resolved.service(8)).
func isResolved(a netip.Addr) bool {
	a = a.Unmap()
	return a == netip.AddrFrom4([4]byte{127, 0, 0, 53}) || a == netip.AddrFrom4([4]byte{127, 0, 0, 54})
}

// fromFile reads the servers of a resolv.conf that are not themselves caches on this computer.
func fromFile(path, source string) (list []Resolver) {
	conf, err := readResolvConf(path)
	if err != nil {
		return nil
	}
	for _, r := range conf.resolvers(source) {
		if !r.Stub {
			list = append(list, r)
		}
	}
	return list
}
