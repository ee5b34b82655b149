package platform

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// parseScutilDNS reads what "scutil --dns" prints: a list of resolvers for ordinary questions, and
// after the heading "(for scoped queries)" the same again by link, which is left out here except
// for the links' names. Resolvers without servers (multicast DNS) are left out too.
func parseScutilDNS(b []byte) []Resolver {
	list := []Resolver{}
	var servers []netip.Addr
	var domain, link string
	var search, options []string
	port, scoped, mdns := uint16(53), false, false
	flush := func() {
		if mdns {
			servers = nil
		}
		for _, s := range servers {
			r := Resolver{
				Addr: netip.AddrPortFrom(s, port), Link: link, Search: search,
				Options: options, Source: "scutil", Stub: s.IsLoopback(),
			}
			if domain != "" {
				r.Domains = []string{domain}
			}
			if len(list) < maxServers {
				list = append(list, r)
			}
		}
		servers, domain, link, search, options, port, mdns = nil, "", "", nil, nil, 53, false
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "resolver #") || strings.HasPrefix(line, "DNS configuration") {
			flush()
			scoped = scoped || strings.Contains(line, "for scoped queries")
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || scoped {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		name, _, _ := strings.Cut(key, "[")
		switch name {
		case "nameserver":
			if a, err := netip.ParseAddr(value); err == nil && len(servers) < maxServers {
				servers = append(servers, a)
			}
		case "search domain":
			if len(search) < 32 && isDomain(value) {
				search = append(search, value)
			}
		case "domain":
			domain = printable(value)
		case "options":
			options = words(strings.Fields(value))
			mdns = mdns || slices.Contains(options, "mdns")
		case "port":
			if p, err := netip.ParseAddrPort("0.0.0.0:" + value); err == nil && p.Port() != 0 {
				port = p.Port()
			}
		case "if_index": // 6 (en0)
			if _, after, ok := strings.Cut(value, "("); ok {
				link = strings.TrimSuffix(after, ")")
			}
		}
	}
	flush()
	return list
}

// parseScutilProxy reads what "scutil --proxy" prints: one dictionary.
func parseScutilProxy(b []byte) (list []setting) {
	values := map[string]string{}
	var exceptions []string
	var within []string // names of the open braces
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		key, value, ok := strings.Cut(line, " : ")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case len(within) > 16:
			return nil
		case strings.HasSuffix(line, "{"):
			within = append(within, key)
		case line == "}" && len(within) > 0:
			within = within[:len(within)-1]
		case ok && len(within) == 1:
			values[key] = value
		case ok && len(within) == 2 && within[1] == "ExceptionsList" && len(exceptions) < 1024:
			exceptions = append(exceptions, value)
		}
	}
	system := Proxy{Source: "system", Browsers: true}
	if values["ExcludeSimpleHostnames"] == "1" {
		exceptions = append(exceptions, "<local>")
	}
	manual := setting{Proxy: system, servers: map[string]string{}, bypass: exceptions}
	manual.Detail = "manual"
	for prefix, scheme := range map[string]string{"HTTP": "http", "HTTPS": "https", "SOCKS": "socks"} {
		if host := values[prefix+"Proxy"]; values[prefix+"Enable"] == "1" && host != "" {
			if port := values[prefix+"Port"]; port != "" {
				host = net.JoinHostPort(host, port)
			}
			manual.servers[scheme] = host
		}
	}
	if values["ProxyAutoConfigEnable"] == "1" && values["ProxyAutoConfigURLString"] != "" {
		s := setting{Proxy: system}
		s.Detail, s.Script = "automatic", values["ProxyAutoConfigURLString"]
		list = append(list, s)
	}
	if values["ProxyAutoDiscoveryEnable"] == "1" {
		s := setting{Proxy: system}
		s.Detail, s.Detect = "automatic", true
		list = append(list, s)
	}
	if len(manual.servers) > 0 {
		list = append(list, manual)
	}
	return list
}
