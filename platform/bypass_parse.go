package platform

import (
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// bypasses reports whether a list of exceptions, as desktops and systems keep them, holds the
// host: names, patterns with *, addresses, networks, "<local>" for names without a dot. Loopback
// hosts are always exceptions.
func bypasses(list []string, subdomains bool, u *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	addr, err := netip.ParseAddr(host)
	isAddr := err == nil
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || isAddr && addr.Unmap().IsLoopback() {
		return true
	}
	for _, e := range list {
		e = strings.ToLower(strings.TrimSpace(e))
		if _, rest, ok := strings.Cut(e, "://"); ok {
			e = rest
		}
		switch {
		case e == "":
		case e == "*", e == host, e == u.Host:
			return true
		case e == "<local>":
			if !isAddr && !strings.Contains(host, ".") {
				return true
			}
		case isAddr:
			if p, ok := network(e); ok && p.Contains(addr.Unmap()) {
				return true
			}
			if ok, _ := path.Match(e, host); ok { // 192.168.*
				return true
			}
		case strings.HasPrefix(e, "."):
			if strings.HasSuffix(host, e) || subdomains && host == e[1:] {
				return true
			}
		case subdomains && strings.HasPrefix(e, "*.") && host == e[2:]:
			return true
		case strings.ContainsAny(e, "*?"):
			if ok, _ := path.Match(e, host); ok {
				return true
			}
		case subdomains && strings.HasSuffix(host, "."+e):
			return true
		}
	}
	return false
}

// network reads 10.0.0.0/8, also as macOS shortens it: 169.254/16.
func network(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	addr, bits, ok := strings.Cut(s, "/")
	if !ok || strings.Contains(addr, ":") || len(addr) > 15 {
		return netip.Prefix{}, false
	}
	addr += strings.Repeat(".0", max(0, 3-strings.Count(addr, ".")))
	p, err := netip.ParsePrefix(addr + "/" + bits)
	return p.Masked(), err == nil
}
