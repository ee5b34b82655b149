package platform

import (
	"context"
	"net"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/waymend/waymend/platform/pac"
)

// environmentProxies reads the variables that command-line programs follow, with the meaning that
// golang.org/x/net/http/httpproxy gives them; ALL_PROXY stands in for the scheme's own variable as
// curl(1) has it. Hosts on loopback are never asked for through them.
func environmentProxies(_ context.Context, u *url.URL) ([]Proxy, error) {
	p, ok := environmentProxy(os.Getenv, u)
	if !ok {
		return nil, nil
	}
	return []Proxy{p}, nil
}

func environmentProxy(getenv func(string) string, u *url.URL) (Proxy, bool) {
	first := func(names ...string) (name, value string) {
		for _, n := range names {
			if v := getenv(n); v != "" {
				return n, v
			}
		}
		return "", ""
	}
	names := []string{"HTTP_PROXY", "http_proxy"}
	if u.Scheme == "https" {
		names = []string{"HTTPS_PROXY", "https_proxy"}
	} else if getenv("REQUEST_METHOD") != "" {
		names = names[1:] // in CGI, HTTP_PROXY is a header of the request
	}
	name, value := first(append(names, "ALL_PROXY", "all_proxy")...)
	if value == "" {
		return Proxy{}, false
	}
	p := Proxy{Source: "environment", Detail: name, Programs: true}
	_, exempt := first("NO_PROXY", "no_proxy")
	cfg := httpproxy.Config{HTTPProxy: value, HTTPSProxy: value, NoProxy: exempt}
	asked := &url.URL{Scheme: "http", Host: u.Host}
	if u.Scheme == "https" {
		asked.Scheme = "https"
	}
	server, err := cfg.ProxyFunc()(asked)
	// The package takes an address that cannot be parsed for a host name.
	_, odd := url.Parse(value)
	switch {
	case err != nil, odd != nil && strings.Contains(value, "://"):
		p.Err = "the address of the proxy cannot be read"
	case server != nil:
		p.URL, p.User = proxyURL(server)
	case exempt != "":
		cfg.NoProxy = ""
		if server, _ = cfg.ProxyFunc()(asked); server != nil {
			p.Detail = "NO_PROXY"
		}
	}
	return p, true
}

// proxyURL writes a proxy's address as scheme://host:port, and hands over its credentials apart.
func proxyURL(u *url.URL) (string, *url.Userinfo) {
	port := u.Port()
	if port == "" {
		switch u.Scheme {
		case "https":
			port = "443"
		case "socks", "socks4", "socks4a", "socks5", "socks5h":
			port = "1080"
		default:
			port = "80"
		}
	}
	return printable(u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port)), u.User
}

// setting is one proxy setting of a desktop or system, before it is applied to an address.
type setting struct {
	Proxy                     // Source, Detail, Script and so on as they will be shown; User if kept apart
	servers map[string]string // by scheme of the asked address ("http", "https", "socks", "*")
	bypass  []string          // hosts asked directly
	// subdomains says that a name in bypass stands for all names below it as well.
	subdomains bool
}

// proxy says what a setting means for an address; scripts are left alone.
func (s setting) proxy(u *url.URL) Proxy {
	p := s.Proxy
	p.User = nil
	for _, scheme := range []string{u.Scheme, "*", "socks"} {
		server := s.servers[scheme]
		if server == "" {
			continue
		}
		if bypasses(s.bypass, s.subdomains, u) {
			p.Detail = "exempt host"
			return p
		}
		if !strings.Contains(server, "://") {
			if scheme == "socks" {
				server = "socks5://" + server
			} else {
				server = "http://" + server
			}
		}
		parsed, err := url.Parse(server)
		if err != nil || parsed.Hostname() == "" {
			p.Err = "the address of the proxy cannot be read"
			return p
		}
		p.URL, p.User = proxyURL(parsed)
		if s.User != nil {
			p.User = s.User
		}
		return p
	}
	return p
}

// withoutUser writes an address without its credentials.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User = nil
	return printable(u.String())
}

// applied turns settings into values for the address, evaluating their scripts.
func applied(ctx context.Context, settings []setting, u *url.URL) []Proxy {
	var list []Proxy
	for _, s := range settings {
		p := s.proxy(u)
		if p.Script != "" {
			chain, err := pac.Find(ctx, p.Script, u)
			p.Chain, p.Script = chain, withoutUser(p.Script)
			if err != nil {
				p.Err = printable(err.Error())
			}
		}
		list = append(list, p)
	}
	return list
}
