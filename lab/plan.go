//go:build lab && linux

package lab

import (
	"fmt"
	"runtime"
	"strings"
)

// multiarch is Debian's name for this machine's library directory.
var multiarch = map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]

var forwarding = []string{"net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"}

// The rooms' addresses and routes, for ip -batch.

func (w *World) clientPlan() string {
	s := `link set lo up
link set eth0 up
addr add ` + Client4 + `/24 dev eth0
route add default via ` + Router4 + `
`
	if !w.NoIPv6 {
		s += `addr add ` + Client6 + `/64 dev eth0 nodad
route add default via ` + Router6 + `
`
	}
	return s
}

const routerPlan = `link set lo up
link set lan up
link set wan up
addr add 192.168.1.1/24 dev lan
addr add 2001:db8:1::1/64 dev lan nodad
addr add 100.64.7.2/30 dev wan
addr add 2001:db8:ffff:1::2/64 dev wan nodad
route add default via 100.64.7.1
route add default via 2001:db8:ffff:1::1
`

const hop1Plan = `link set lo up
link set home up
link set north up
addr add 100.64.7.1/30 dev home
addr add 2001:db8:ffff:1::1/64 dev home nodad
addr add 198.18.1.1/30 dev north
addr add 2001:db8:ffff:2::1/64 dev north nodad
route add default via 198.18.1.2
route add default via 2001:db8:ffff:2::2
route add 2001:db8:1::/64 via 2001:db8:ffff:1::2
`

const hop2Plan = `link set lo up
link set south up
link set north up
addr add 198.18.1.2/30 dev south
addr add 2001:db8:ffff:2::2/64 dev south nodad
addr add 198.18.2.1/30 dev north
addr add 2001:db8:ffff:3::1/64 dev north nodad
route add default via 198.18.2.2
route add default via 2001:db8:ffff:3::2
route add 100.64.7.0/30 via 198.18.1.1
route add 2001:db8:1::/64 via 2001:db8:ffff:2::1
route add 2001:db8:ffff:1::/64 via 2001:db8:ffff:2::1
`

// netPlan puts every address of the internet on one room's loopback. What is not there is dropped
// in silence, because the room does not forward.
func netPlan() string {
	var b strings.Builder
	b.WriteString(`link set lo up
link set eth0 up
addr add 198.18.2.2/30 dev eth0
addr add 2001:db8:ffff:3::2/64 dev eth0 nodad
route add default via 198.18.2.1
route add default via 2001:db8:ffff:3::1
`)
	var addrs []string
	for _, a := range anchors {
		addrs = append(addrs, a.v4, a.v6)
	}
	for _, p := range probes {
		addrs = append(addrs, p.addrs...)
	}
	addrs = append(addrs, ProviderDNS, ProviderDNS6, rootServer, tldServer, ns1Server, ns2Server, issuerAddr)
	addrs = append(addrs, serverAddrs...)
	for _, a := range addrs {
		length := "/32"
		if strings.Contains(a, ":") {
			length = "/128 nodad"
		}
		fmt.Fprintf(&b, "addr add dev lo %s%s\n", a, length)
	}
	return b.String()
}

// Addresses where scenarios put their servers.
const (
	Site4, Site6   = "203.0.113.10", "2001:db8:2::10" // the hoster of most sites
	Site4b, Site6b = "203.0.113.11", "2001:db8:2::11" // its second machine
	Far4, Far6     = "198.51.100.20", "2001:db8:3::20"
	App4           = "203.0.113.80"                       // a backend behind the site
	CDN4, CDN6     = "104.16.1.10", "2606:4700::6810:10a" // Cloudflare's ranges
	CDN4b, CDN6b   = "104.16.2.10", "2606:4700::6810:20a"
	Fastly4        = "151.101.1.10"
	CloudFront4    = "13.32.1.10"
	Portal4        = "198.51.100.66" // sign-in and block pages
	Dead4          = "203.0.113.99"  // an address nobody has
	Old4           = "198.51.100.77" // where sites used to be
)

var serverAddrs = []string{Site4, Site6, Site4b, Site6b, Far4, Far6, App4, CDN4, CDN6, CDN4b, CDN6b, Fastly4, CloudFront4, Portal4, Old4}
