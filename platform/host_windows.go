package platform

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// New describes this computer. It asks nothing until one of the functions is called.
func New() Host {
	return Host{
		OS:         "windows",
		Links:      links,
		Routes:     routes,
		Neighbours: neighbours,
		Resolvers:  resolvers,
		Hosts:      hostsIn(hostsFile()),
		Proxies:    proxies,
		Gateway:    discoverGateway,
		Browsers:   browsers,
		Changes:    changes,
		Slept:      slept,
		Metered:    metered,
	}
}

func hostsFile() string {
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		dir = `C:\Windows\System32`
	}
	return filepath.Join(dir, `drivers\etc\hosts`)
}
