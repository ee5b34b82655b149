package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

const (
	// confKept is how long the settings of the lookup hold when no file of theirs has changed.
	confKept = 5 * time.Minute
	// confLooked is how often the files are looked at.
	confLooked = time.Second
	// maxHostsKept bounds the names that were looked up in the hosts file.
	maxHostsKept = 16 << 10
)

// names looks names up as the system's programs do: in the hosts file and then with the DNS, whose
// servers it asks itself, anew each time, because a remembered answer would hide that they are gone.
// Where the system has other sources of names its own lookup is asked.
type names struct {
	o       Options
	sources func() sources
	stamp   func() string // changes when a file does that the lookup depends on

	mu     sync.Mutex
	conf   conf
	read   time.Time // zero: not at all
	looked time.Time
	mark   string
	hosts  map[string][]netip.Addr // nil values for names that the file does not have
	lines  map[netip.AddrPort]*line
	closed bool
}

// sources are where the system takes addresses from besides the hosts file.
type sources struct {
	dnsOnly   bool // the DNS servers alone give the same as the system does
	multicast bool // names below .local belong to multicast DNS (RFC 6762)
}

// conf is how to look names up (resolv.conf(5)).
type conf struct {
	sources
	servers  []netip.AddrPort
	search   []string
	dots     int
	attempts int
	timeout  time.Duration
	six      bool // IPv6 leads out of this computer: its addresses come first
}

func (n *names) init(o Options) {
	n.o, n.sources, n.stamp = o, systemSources, filesStamp
}

func (n *names) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	for _, l := range n.lines {
		l.retire()
	}
	n.lines = nil
}

func (n *names) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.read = time.Time{}
}

// current returns the settings, read anew when they may have changed.
func (n *names) current(ctx context.Context) conf {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	if !n.read.IsZero() && now.Sub(n.looked) < confLooked {
		return n.conf
	}
	n.looked = now
	mark := n.stamp()
	if !n.read.IsZero() && mark == n.mark && now.Sub(n.read) < confKept {
		return n.conf
	}
	c := conf{sources: n.sources(), dots: 1, attempts: 2, timeout: 5 * time.Second, six: leadsOut6()}
	if n.o.Host.Resolvers == nil {
		c.dnsOnly = false
	}
	if c.dnsOnly {
		list, err := n.o.Host.Resolvers(ctx)
		if err != nil {
			c.dnsOnly = false
		}
		c.use(list)
	}
	n.conf, n.read, n.mark = c, now, mark
	if ctx.Err() != nil { // the reading may not have come to its end
		n.read = time.Time{}
	}
	n.hosts = map[string][]netip.Addr{}
	for server, l := range n.lines {
		if !slices.Contains(c.servers, server) {
			l.retire()
			delete(n.lines, server)
		}
	}
	return c
}

// use takes over the servers that the system itself asks: the ones of the first source. Others stand
// behind a cache on this computer.
func (c *conf) use(list []platform.Resolver) {
	for _, r := range list {
		if r.Source != list[0].Source {
			break
		}
		if len(r.Domains) == 0 && !slices.Contains(c.servers, r.Addr) {
			c.servers = append(c.servers, r.Addr)
		}
	}
	if len(list) == 0 {
		return
	}
	c.search = list[0].Search
	for _, o := range list[0].Options {
		key, value, _ := strings.Cut(o, ":")
		v, err := strconv.Atoi(value)
		if err != nil || v < 0 {
			continue
		}
		switch key { // with libc's bounds
		case "ndots":
			c.dots = min(v, 15)
		case "timeout":
			c.timeout = time.Duration(min(max(v, 1), 30)) * time.Second
		case "attempts":
			c.attempts = min(max(v, 1), 5)
		}
	}
}

// leadsOut6 reports whether an address of the internet's IPv6 range would be reached from an address
// that the internet can answer (RFC 6724). Nothing is sent.
func leadsOut6() bool {
	c, err := net.DialUDP("udp6", nil, &net.UDPAddr{IP: net.ParseIP("2000::1"), Port: 9})
	if err != nil {
		return false
	}
	defer c.Close()
	local := c.LocalAddr().(*net.UDPAddr).AddrPort().Addr()
	return local.IsGlobalUnicast() && !local.IsPrivate()
}

func (n *names) prefersSix() bool { return n.current(context.Background()).six }

// prepare reads the hosts file once for all names.
func (p *Prober) prepare(ctx context.Context, jobs []Job) {
	if p.o.Host.Hosts == nil || len(jobs) < 2 {
		return
	}
	list := make([]string, 0, len(jobs))
	for _, j := range jobs {
		if _, err := netip.ParseAddr(j.Target.Host); err != nil && !j.Target.None() {
			list = append(list, strings.TrimSuffix(j.Target.Host, "."))
		}
	}
	if p.names.current(ctx).dnsOnly {
		p.names.inHosts(ctx, list...)
	}
}

// inHosts returns what the hosts file has for the first name, and remembers it for all.
func (n *names) inHosts(ctx context.Context, list ...string) []netip.Addr {
	if n.o.Host.Hosts == nil || len(list) == 0 {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.hosts) > maxHostsKept {
		clear(n.hosts)
	}
	unknown := list[:0:0]
	for _, name := range list {
		if _, known := n.hosts[name]; !known {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		entries, err := n.o.Host.Hosts(ctx, unknown)
		if err != nil {
			return nil
		}
		for _, name := range unknown {
			n.hosts[name] = nil
		}
		for _, e := range entries {
			n.hosts[e.Name] = append(n.hosts[e.Name], e.Addr)
		}
	}
	return n.hosts[list[0]]
}

// lookUp returns the addresses in the order to try them.
func (n *names) lookUp(ctx context.Context, name string) ([]netip.Addr, error) {
	c := n.current(ctx)
	if !c.dnsOnly { // which looks into the hosts file, too
		return n.system(ctx, c, name)
	}
	bare := strings.ToLower(strings.TrimSuffix(name, "."))
	if found := n.inHosts(ctx, bare); len(found) > 0 {
		return c.inOrder(found), nil
	}
	switch {
	case bare == "localhost" || strings.HasSuffix(bare, ".localhost"): // RFC 6761 section 6.3
		return c.inOrder([]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}), nil
	case strings.HasSuffix(bare, ".onion"): // RFC 7686
		return nil, &stepError{NoSuchName}
	case c.multicast && (bare == "local" || strings.HasSuffix(bare, ".local")):
		return n.system(ctx, c, name)
	case len(c.servers) == 0:
		return nil, &stepError{NoServers}
	}
	var fail error
	for _, candidate := range c.candidates(name) {
		found, err := n.ask(ctx, c, candidate)
		if err == nil {
			return c.inOrder(found), nil
		}
		var own *stepError
		absent := errors.As(err, &own) && (own.kind == NoSuchName || own.kind == NoAddress)
		if fail == nil || absent && own.kind == NoAddress {
			fail = err
		}
		if !absent {
			return nil, err
		}
	}
	return nil, fail
}

// candidates are the names to ask for, one after the other (resolv.conf(5), "search").
func (c conf) candidates(name string) []string {
	if strings.HasSuffix(name, ".") || len(c.search) == 0 {
		return []string{name}
	}
	var list []string
	for _, suffix := range c.search {
		if suffix != "." {
			list = append(list, name+"."+suffix)
		}
	}
	if strings.Count(name, ".") >= c.dots {
		return append([]string{name}, list...)
	}
	return append(list, name)
}

// inOrder is the order for the race, without what cannot be connected to anyway.
func (c conf) inOrder(found []netip.Addr) []netip.Addr {
	if len(found) == 1 {
		return found
	}
	var four, six []netip.Addr
	for _, a := range found {
		if a = a.Unmap(); a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	if c.six {
		return mixed(six, four)
	}
	return mixed(four, six)
}

// system asks the system's own lookup.
func (n *names) system(ctx context.Context, c conf, name string) ([]netip.Addr, error) {
	found, err := n.o.Lookup(ctx, "ip", name)
	var d *net.DNSError
	switch {
	case errors.As(err, &d) && d.IsNotFound:
		return nil, &stepError{NoSuchName}
	case errors.As(err, &d) && !d.IsTimeout && ctx.Err() == nil && wire.Classify(err).Kind == wire.Other:
		return nil, &stepError{LookupFailed}
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, &stepError{NoAddress}
	}
	for i := range found {
		found[i] = found[i].Unmap()
	}
	return c.inOrder(found), nil
}
