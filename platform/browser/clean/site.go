package clean

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// ErrSuffix says that a name is a public suffix, below which many owners have sites.
var ErrSuffix = errors.New("many different sites end in this name")

// Site is the hosts of one owner: a name and all below it.
type Site struct {
	Name string
	// Alone is set for addresses and names of one label: nothing is below them.
	Alone bool
	// Parents are names above it whose cookies are sent to it as well.
	Parents []string
}

// ParseSite finds the site that an address or a host is of: "https://www.example.co.uk/a" is of
// example.co.uk.
func ParseSite(address string) (Site, error) {
	host, err := hostOf(address)
	if err != nil {
		return Site{}, err
	}
	if alone(host) {
		return Site{Name: host, Alone: true}, nil
	}
	name, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return Site{}, ErrSuffix
	}
	return Site{Name: name}, nil
}

// ParseHost limits a site to one host, those below it, and the cookies of the site that are sent
// to it.
func ParseHost(address string) (Site, error) {
	site, err := ParseSite(address)
	if err != nil || site.Alone {
		return site, err
	}
	host, _ := hostOf(address)
	only := Site{Name: host}
	for host != site.Name {
		_, host, _ = strings.Cut(host, ".")
		only.Parents = append(only.Parents, host)
	}
	return only, nil
}

func hostOf(address string) (string, error) {
	host := strings.TrimSpace(address)
	if strings.Contains(host, "://") {
		u, err := url.Parse(host)
		if err != nil {
			return "", err
		}
		host = u.Hostname()
	} else if host, _, _ = strings.Cut(host, "/"); strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(host[1:], "]")
	} else if strings.Count(host, ":") == 1 {
		host, _, _ = strings.Cut(host, ":")
	}
	host = strings.TrimSuffix(host, ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), nil
	}
	host, err := idna.Lookup.ToASCII(host)
	if err == nil && (host == "" || strings.HasPrefix(host, ".") || strings.Contains(host, "..")) {
		err = errors.New("not the name of a host")
	}
	return strings.ToLower(host), err
}

func alone(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || !strings.Contains(host, ".")
}

// Has tells whether a host is of the site.
func (s Site) Has(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	return host == s.Name || !s.Alone && strings.HasSuffix(host, "."+s.Name)
}

// hasCookie tells whether a cookie kept for a host ("example.com", or ".example.com" with all
// below) is the site's. It is the condition of the databases' SQL in Go.
func (s Site) hasCookie(host string) bool {
	if s.Has(strings.TrimPrefix(host, ".")) {
		return true
	}
	for _, p := range s.Parents {
		if host == "."+p {
			return true
		}
	}
	return false
}

// below is the ending of the hosts below the site, "" for none.
func (s Site) below() string {
	if s.Alone {
		return ""
	}
	return "." + s.Name
}

// hosts lists names of the site for which something may be kept under a hash: the site, the usual
// first names, and what else was seen of it.
func (s Site) hosts(seen map[string]bool) []string {
	list := append([]string{s.Name, "www." + s.Name, "m." + s.Name}, s.Parents...)
	for host := range seen {
		for host = strings.TrimPrefix(host, "."); s.Has(host) && host != s.Name; {
			list = append(list, host)
			_, host, _ = strings.Cut(host, ".")
		}
	}
	return list
}

// isURL tells whether an address of a page is the site's.
func (s Site) isURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && s.Has(u.Hostname())
}
