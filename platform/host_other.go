//go:build !linux && !darwin && !windows

package platform

import (
	"context"
	"runtime"
)

// New describes this computer as far as systems of its kind share ways.
func New() Host {
	return Host{
		OS:        runtime.GOOS,
		Hosts:     hostsIn("/etc/hosts"),
		Resolvers: resolvers,
		Proxies:   environmentProxies,
		Gateway:   discoverGateway,
		Browsers:  browsers,
	}
}

func resolvers(ctx context.Context) ([]Resolver, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	const file = "/etc/resolv.conf"
	conf, err := readResolvConf(file)
	return conf.resolvers(file), err
}
