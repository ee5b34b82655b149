package platform

import (
	"net/netip"
	"slices"
	"strings"
)

// maxServers bounds what a message on the bus can make of the list.
const maxServers = 64

// resolvedList reads systemd-resolved's properties DNSEx (a(iiayqs)) or DNS (a(iiay)) and Domains
// (a(isb)), as godbus decodes them. takesAll tells whether a link is asked for names that no
// link's domains cover.
func resolvedList(servers, domains any, name func(int) string, takesAll func(int32) bool) []Resolver {
	search, route := linkDomains(domains)
	list := []Resolver{}
	rows, _ := servers.([][]any)
	for _, row := range rows {
		if len(row) < 3 || len(list) == maxServers {
			continue
		}
		index, _ := row[0].(int32)
		raw, _ := row[2].([]byte)
		addr, ok := netip.AddrFromSlice(raw)
		if !ok {
			continue
		}
		port := uint16(53)
		if len(row) > 3 {
			if p, _ := row[3].(uint16); p != 0 {
				port = p
			}
		}
		r := Resolver{Source: "systemd-resolved", Search: search[index]}
		if index != 0 {
			r.Link = name(int(index))
		}
		if addr.Is6() && addr.IsLinkLocalUnicast() {
			addr = addr.WithZone(r.Link)
		}
		r.Addr = netip.AddrPortFrom(addr, port)
		if d := route[index]; index != 0 && !slices.Contains(d, ".") && len(d) > 0 && !takesAll(index) {
			r.Domains = d
		}
		list = append(list, r)
	}
	return list
}

// linkDomains sorts the domains by link: suffixes to try, and all that are routed to the link.
func linkDomains(domains any) (search, route map[int32][]string) {
	search, route = map[int32][]string{}, map[int32][]string{}
	rows, _ := domains.([][]any)
	for _, row := range rows[:min(len(rows), 256)] {
		if len(row) < 3 {
			continue
		}
		index, _ := row[0].(int32)
		domain, ok := row[1].(string)
		if !ok || !isDomain(domain) {
			continue
		}
		route[index] = append(route[index], domain)
		if only, _ := row[2].(bool); !only {
			search[index] = append(search[index], domain)
		}
	}
	return search, route
}

// networkManagerList reads the property Configuration of NetworkManager's DnsManager.
func networkManagerList(entries []map[string]any) []Resolver {
	list := []Resolver{}
	for _, e := range entries {
		servers, _ := e["nameservers"].([]string)
		all, _ := e["domains"].([]string)
		domains := words(all)
		link, _ := e["interface"].(string)
		vpn, _ := e["vpn"].(bool)
		for _, s := range servers {
			addr, err := netip.ParseAddr(strings.TrimSpace(s))
			if err != nil || len(list) == maxServers {
				continue
			}
			r := Resolver{Addr: netip.AddrPortFrom(addr, 53), Link: link, Source: "NetworkManager", Search: domains}
			if vpn {
				r.Domains = domains // dnsmasq asks a VPN's servers for the VPN's domains
			}
			list = append(list, r)
		}
	}
	return list
}
