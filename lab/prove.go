//go:build lab && linux

package lab

import "net"

// The sites that scenarios are about.
const (
	shop    = "shop.example"
	shopURL = "https://" + shop
)

// healthyShop is a site with nothing wrong.
func healthyShop(w *World) { w.Site(Site{Host: shop}) }

// shop4 is the same without IPv6.
func shop4(w *World) { w.Site(Site{Host: shop, Addrs: []string{Site4}}) }

// fetch proves what comes of fetching a URL: "status=NNN", or curl's message.
func fetch(url, want string) Proof {
	return Proof{Run: "curl -sS -m 3 -o /dev/null -w 'status=%{http_code}' '" + url + "'", Want: want}
}

// body proves what a URL answers.
func body(url, want string) Proof { return Proof{Run: "curl -sS -i -m 3 '" + url + "'", Want: want} }

// at proves what the shop answers at one address.
func at(addr, want string) Proof {
	if net.ParseIP(addr).To4() == nil {
		addr = "[" + addr + "]"
	}
	return Proof{Run: "curl -sS -m 3 -o /dev/null -w 'status=%{http_code}' --resolve " + shop + ":443:" + addr + " " + shopURL, Want: want}
}

// digs proves what a resolver says; server "" is the client's own.
func digs(server, name, want string) Proof {
	if server != "" {
		server = "@" + server + " "
	}
	return Proof{Run: "dig +tries=1 +time=2 " + server + name, Want: want}
}

// pings proves that an address answers echo.
func pings(addr string) Proof {
	return Proof{Run: "ping -n -c 1 -W 1 " + addr, Want: " 0% packet loss"}
}

// pingFails proves that an address does not, with what ping prints besides.
func pingFails(addr, why string) Proof {
	return Proof{Run: "ping -n -c 1 -W 1 " + addr, Want: why, Not: " 0% packet loss"}
}

// internetWorks proves that the rest of the world is there.
var internetWorks = fetch("https://1.1.1.1/", "status=200")

// shopWorks proves that the shop is well.
var shopWorks = fetch(shopURL, "status=200")
