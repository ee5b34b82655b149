package platform

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"os/exec"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// New describes this computer. It asks nothing until one of the functions is called.
func New() Host {
	return Host{
		OS:         "darwin",
		Links:      links,
		Routes:     routes,
		Neighbours: neighbours,
		Resolvers:  resolvers,
		Hosts:      hostsIn("/etc/hosts"),
		Proxies:    proxies,
		Gateway:    discoverGateway,
		Browsers:   browsers,
		Changes:    changes,
		Slept:      slept,
	}
}

// scutilTime bounds one run of scutil(8), which takes some ten milliseconds.
const scutilTime = 2 * time.Second

func scutil(ctx context.Context, what string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, scutilTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/sbin/scutil", what)
	cmd.WaitDelay = 100 * time.Millisecond
	return cmd.Output()
}

func resolvers(ctx context.Context) ([]Resolver, error) {
	b, err := scutil(ctx, "--dns")
	if err != nil {
		return nil, err
	}
	return parseScutilDNS(b), nil
}

func proxies(ctx context.Context, u *url.URL) ([]Proxy, error) {
	list, err := environmentProxies(ctx, u)
	if err != nil {
		return nil, err
	}
	b, err := scutil(ctx, "--proxy")
	if err != nil {
		return list, err
	}
	return append(list, applied(ctx, parseScutilProxy(b), u)...), nil
}

func links(ctx context.Context) ([]Link, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	table, _ := routes(ctx)
	exits := map[string]bool{}
	for _, r := range table {
		exits[r.Link] = exits[r.Link] || r.Default() && r.Table == "" && r.Kind == Unicast
	}
	list := []Link{}
	for _, i := range all {
		if err := ctx.Err(); err != nil {
			return list, err
		}
		l := Link{Name: i.Name, Index: i.Index, Up: i.Flags&net.FlagUp != 0, MTU: i.MTU, MAC: i.HardwareAddr.String()}
		addrs, _ := i.Addrs()
		reachable := exits[i.Name]
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				l.Addrs = append(l.Addrs, p)
				reachable = reachable || p.Addr().IsGlobalUnicast()
			}
		}
		status, media := mediaOf(i.Name)
		l.Kind, l.Virtual = bsdLinkKind(i.Name, media, i.Flags&net.FlagLoopback != 0, reachable)
		if exits[i.Name] {
			l.Virtual = false
		}
		if l.Up {
			l.Carrier = bsdCarrier(status)
		}
		if l.Kind == WiFi {
			// The name of the network needs the permission for locations.
			l.Wireless = &Wireless{RadioOff: !l.Up, Joined: l.Carrier == CarrierYes}
		}
		list = append(list, l)
	}
	return list, nil
}

// mediaOf asks for the media status and the current media type of a link; 0 when it has none.
func mediaOf(name string) (status, current uint32) {
	var req struct { // struct ifmediareq, packed to four bytes
		name                                [16]byte
		current, mask, status, active, room uint32
		list                                [2]uint32 // a null pointer
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return 0, 0
	}
	defer unix.Close(fd)
	copy(req.name[:len(req.name)-1], name)
	//lint:ignore SA1019 package unix has no wrapper for this request
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCGIFMEDIA, uintptr(unsafe.Pointer(&req))); errno != 0 {
		return 0, 0
	}
	return req.status, req.current
}
