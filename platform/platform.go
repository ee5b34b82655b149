// Package platform holds what only an operating system knows: links, routes, neighbours,
// resolvers, the hosts file, proxies, browsers' settings. It answers in plain values and draws no
// conclusions; those are the business of package diagnostics.
//
// All functions of a Host are safe for concurrent use and change nothing.
package platform

import (
	"context"
	"net/netip"
	"net/url"
	"time"
)

// Host is what one computer can tell about itself.
// A nil field means that this system, or this account, lacks the ability.
type Host struct {
	// OS is the operating system as in GOOS.
	OS string
	// Links lists the network interfaces.
	Links func(context.Context) ([]Link, error)
	// Routes lists the unicast routes of both families that could carry traffic to the internet:
	// all default routes, split defaults (0.0.0.0/1), and blocking routes. They come in the order
	// in which the system's rules lead to their tables; within a table the default routes come
	// first, the lowest metric first. Tables for chosen source addresses come last.
	Routes func(context.Context) ([]Route, error)
	// Neighbours lists the ARP and neighbour-discovery table.
	Neighbours func(context.Context) ([]Neighbour, error)
	// Resolvers lists the configured DNS servers in the order the system asks them.
	Resolvers func(context.Context) ([]Resolver, error)
	// Hosts returns the entries of the hosts file that name any of the given host names.
	Hosts func(ctx context.Context, names []string) ([]HostsEntry, error)
	// Proxies returns every proxy setting found and what each says for the URL.
	Proxies func(context.Context, *url.URL) ([]Proxy, error)
	// Gateway is the default gateway as the library jackpal/gateway sees it: a second witness
	// beside Routes.
	Gateway func(context.Context) (netip.Addr, error)
	// WhoHas asks the link who holds an IPv4 address and returns the hardware addresses of all that
	// answer within wait (RFC 826, RFC 5227). Needs rights that few accounts have.
	WhoHas func(ctx context.Context, link string, addr netip.Addr, wait time.Duration) ([]string, error)
	// Browsers reports the network settings of installed browsers' profiles and the size of
	// their cookies for the host. Nothing is changed and no browser is disturbed.
	Browsers func(ctx context.Context, host string) ([]BrowserProfile, error)
	// Changes calls tell, which must not wait, whenever a link, an address or a route may have changed
	// or the computer may have woken up, until the context ends or the system cannot go on; its error
	// says why. One change can bring several calls, and a call no change.
	Changes func(ctx context.Context, tell func()) error
	// Slept is for how long this computer has been asleep since it was started; 0 when unknown.
	Slept func() time.Duration
	// Metered reports whether the connection in use costs by its volume. The error is
	// errors.ErrUnsupported when the system does not know.
	Metered func(context.Context) (bool, error)
}

// Link is one network interface.
type Link struct {
	Name     string         `json:"name"`
	Index    int            `json:"index"`
	Kind     LinkKind       `json:"kind"`
	Up       bool           `json:"up"`      // administratively up
	Carrier  Carrier        `json:"carrier"` // a cable or radio is joined at the other end
	MTU      int            `json:"mtu,omitempty"`
	MAC      string         `json:"mac,omitempty"`
	Addrs    []netip.Prefix `json:"addrs,omitempty"`
	Virtual  bool           `json:"virtual,omitempty"`  // bridge, container, hypervisor: not a way out by itself
	Detail   string         `json:"detail,omitempty"`   // driver or description in the system's words
	Wireless *Wireless      `json:"wireless,omitempty"` // nil when not a radio or not known
	// RxBytes and TxBytes have passed since the link came up; 0 where the system does not tell.
	RxBytes uint64 `json:"rx_bytes,omitempty"`
	TxBytes uint64 `json:"tx_bytes,omitempty"`
}

// Wireless is the state of a radio.
type Wireless struct {
	RadioOff bool   `json:"radio_off,omitempty"`
	Joined   bool   `json:"joined"`
	SSID     string `json:"ssid,omitempty"`
	RSSI     int    `json:"rssi,omitempty"` // dBm, 0 when unknown
}

// LinkKind says what a link is.
type LinkKind string

// Kinds of links.
const (
	Ethernet  LinkKind = "ethernet"
	WiFi      LinkKind = "wifi"
	Cellular  LinkKind = "cellular"
	Tunnel    LinkKind = "tunnel" // VPN, TUN, WireGuard, PPP over something else
	Loopback  LinkKind = "loopback"
	OtherLink LinkKind = "other"
)

// Carrier is tri-state: many systems do not tell.
type Carrier string

// States of a carrier.
const (
	CarrierUnknown Carrier = ""
	CarrierYes     Carrier = "yes"
	CarrierNo      Carrier = "no"
)

// Route is one route of the system's table.
type Route struct {
	Dst     netip.Prefix `json:"dst"`     // 0.0.0.0/0 and ::/0 are the defaults
	Gateway netip.Addr   `json:"gateway"` // with zone for link-local addresses; invalid when on-link
	Link    string       `json:"link"`
	Metric  int          `json:"metric"` // effective: route plus interface metric where a system has both
	Kind    RouteKind    `json:"kind"`
	Table   string       `json:"table,omitempty"` // policy table when not the main one
}

// RouteKind says what a route does with a packet.
type RouteKind string

// Kinds of routes; all but Unicast stop packets on this computer.
const (
	Unicast     RouteKind = "unicast"
	Blackhole   RouteKind = "blackhole"   // dropped; connect says EINVAL on Linux
	Prohibit    RouteKind = "prohibit"    // connect says EACCES on Linux
	Unreachable RouteKind = "unreachable" // connect says EHOSTUNREACH at once
)

// Default reports whether the route is a default route.
func (r Route) Default() bool { return r.Dst.IsValid() && r.Dst.Bits() == 0 }

// Neighbour is one entry of the ARP or neighbour-discovery table.
type Neighbour struct {
	Addr  netip.Addr     `json:"addr"`
	Link  string         `json:"link"`
	MAC   string         `json:"mac,omitempty"`
	State NeighbourState `json:"state"`
}

// NeighbourState is a neighbour's state in the words of RFC 4861.
type NeighbourState string

// Neighbour states. Known stands for systems that only say that there is an entry.
const (
	NeighbourUnknown    NeighbourState = ""
	NeighbourKnown      NeighbourState = "known"
	NeighbourReachable  NeighbourState = "reachable"
	NeighbourStale      NeighbourState = "stale"
	NeighbourDelay      NeighbourState = "delay"
	NeighbourProbe      NeighbourState = "probe"
	NeighbourIncomplete NeighbourState = "incomplete"
	NeighbourFailed     NeighbourState = "failed"
	NeighbourPermanent  NeighbourState = "permanent"
)

// Resolver is one configured DNS server.
type Resolver struct {
	Addr    netip.AddrPort `json:"addr"`
	Link    string         `json:"link,omitempty"`    // where it belongs to one link
	Domains []string       `json:"domains,omitempty"` // only for these domains (split DNS); empty: for all
	Source  string         `json:"source"`            // "/etc/resolv.conf", "systemd-resolved", "NetworkManager", "dnsmasq", "scutil", "adapter"
	Stub    bool           `json:"stub,omitempty"`    // a cache on this computer (127.0.0.53); the servers behind it are listed too
	Search  []string       `json:"search,omitempty"`  // suffixes that the system tries for short names
	Options []string       `json:"options,omitempty"` // resolv.conf(5) options: "ndots:2", "timeout:1"
}

// HostsEntry is one line of the hosts file that names an asked host.
type HostsEntry struct {
	Addr netip.Addr `json:"addr"`
	Name string     `json:"name"`
	File string     `json:"file"`
	Line int        `json:"line"`
}

// Proxy is one proxy setting and what it says for an asked URL.
type Proxy struct {
	Source string   `json:"source"`           // "environment", "system", "GNOME", "KDE", "policy", "WinHTTP"
	Detail string   `json:"detail,omitempty"` // name of the variable or setting
	URL    string   `json:"url,omitempty"`    // scheme://host:port without credentials; "" means direct
	Script string   `json:"script,omitempty"` // address of an automatic configuration script
	Chain  []string `json:"chain,omitempty"`  // what the script answered for the URL: "PROXY a:1", "DIRECT"
	Detect bool     `json:"detect,omitempty"` // automatic detection (WPAD) is on
	Err    string   `json:"error,omitempty"`  // why the script could not be fetched or evaluated
	// Browsers says whether browsers on this system follow this setting.
	Browsers bool `json:"browsers"`
	// Programs says whether command-line programs follow this setting.
	Programs bool `json:"programs"`

	// User is set when the setting carries credentials; they are never written out.
	User *url.Userinfo `json:"-"`
}

// BrowserProfile is what one profile of a browser says about the network.
type BrowserProfile struct {
	Browser     string    `json:"browser"`                // "Firefox", "Google Chrome"
	Profile     string    `json:"profile"`                // the person's name for it, or the directory's
	DoHMode     string    `json:"doh_mode,omitempty"`     // off, automatic, secure; "" when not set
	DoHURL      string    `json:"doh_url,omitempty"`      // template of the server
	ProxyMode   string    `json:"proxy_mode,omitempty"`   // "", system, direct, fixed, script, detect
	Proxy       string    `json:"proxy,omitempty"`        // server or script, without credentials
	Managed     bool      `json:"managed,omitempty"`      // the administrator decided on DoH or the proxy
	Cookies     int       `json:"cookies"`                // cookies that would be sent to the host
	CookieBytes int       `json:"cookie_bytes"`           // length of the Cookie header they make
	CookieErr   string    `json:"cookie_error,omitempty"` // why the cookies could not be read
	Used        time.Time `json:"used,omitzero"`          // last use, as far as known
}
