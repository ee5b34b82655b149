package platform

import (
	"net/netip"
	"strings"
)

// maxNameservers is how many servers libc asks (MAXNS, resolv.conf(5)); it ignores the others.
const maxNameservers = 3

// resolvConf is what a resolv.conf(5) says.
type resolvConf struct {
	servers []netip.Addr
	search  []string
	options []string
}

func parseResolvConf(b []byte) (c resolvConf) {
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		switch f[0] {
		case "nameserver":
			if a, err := netip.ParseAddr(f[1]); err == nil && len(c.servers) < maxNameservers {
				c.servers = append(c.servers, a)
			}
		case "domain", "search": // the last of either wins
			c.search = words(f[1:])
		case "options":
			c.options = append(c.options, words(f[1:])...)
		}
	}
	return c
}

// words keeps a sensible number of words up to a comment.
func words(f []string) []string {
	list := []string{}
	for _, w := range f {
		if strings.HasPrefix(w, "#") || strings.HasPrefix(w, ";") || len(list) == 32 {
			break
		}
		if isDomain(w) {
			list = append(list, w)
		}
	}
	return list
}

// resolvers makes values of the servers; loopback ones are caches on this computer.
func (c resolvConf) resolvers(source string) []Resolver {
	list := []Resolver{}
	for _, a := range c.servers {
		list = append(list, Resolver{
			Addr: netip.AddrPortFrom(a, 53), Link: a.Zone(), Source: source,
			Search: c.search, Options: c.options, Stub: a.IsLoopback(),
		})
	}
	return list
}
