//go:build lab && linux

package lab

import "os"

// proxyScenarios are faults of a forward proxy, in the environment of the person's programs.
var proxyScenarios = []*Scenario{
	{
		Name: "proxy.no-answer", Title: "a proxy setting left over from a program that is gone", Kind: Fault, Address: shop, Faults: []string{"proxy.no-answer"},
		Setup:  func(w *World) { healthyShop(w); useProxy(w, "http://127.0.0.1:8118") },
		Oracle: []Proof{shopWorks, {Run: "curl -sS -m 3 -x http://127.0.0.1:8118 " + shopURL, Want: "[Cc]ould ?n.t connect|refused"}},
	},
	{
		Name: "proxy.no-such-name", Title: "a proxy whose name is gone", Kind: Fault, Address: shop, Faults: []string{"proxy.no-answer"},
		Setup: func(w *World) {
			healthyShop(w)
			w.Host("www.corp.example", Far4)
			useProxy(w, "http://proxy.corp.example:3128")
		},
		Oracle: []Proof{shopWorks, {Run: "curl -sS -m 3 -x http://proxy.corp.example:3128 " + shopURL, Want: "Could not resolve proxy"}},
	},
	{
		Name: "proxy.error-denied", Title: "the proxy forbids the site", Kind: Fault, Address: shop, Faults: []string{"proxy.error"}, At: []string{"router"},
		Setup: func(w *World) {
			healthyShop(w)
			squidHere(w)
			w.Squid("acl shop dstdomain " + shop + "\nhttp_access deny shop\nhttp_access allow all")
		},
		Oracle: []Proof{shopWorks, {Run: "curl -sS -m 3 -v -x http://" + Router4 + ":3128 " + shopURL, Want: "403"}},
	},
	{
		Name: "proxy.error-dns", Title: "the proxy cannot look up names", Kind: Fault, Address: shop, Faults: []string{"proxy.error"}, At: []string{"router"},
		Setup: func(w *World) {
			healthyShop(w)
			squidHere(w)
			w.Squid("http_access allow all\ndns_nameservers " + Old4 + "\ndns_timeout 1 second\ndns_retransmit_interval 300 milliseconds")
		},
		Oracle: []Proof{shopWorks, {Run: "curl -sS -m 5 -v -x http://" + Router4 + ":3128 " + shopURL, Want: "response 50[03]"}},
	},
	{
		Name: "proxy.needs-sign-in", Title: "the proxy wants a password", Kind: Fault, Address: shop, Faults: []string{"proxy.needs-sign-in"}, At: []string{"router"},
		Setup: func(w *World) {
			healthyShop(w)
			squidHere(w)
			w.check(os.WriteFile(w.file("squid.passwd"), nil, 0o644))
			w.Squid("auth_param basic program /usr/lib/squid/basic_ncsa_auth " + w.file("squid.passwd") + "\nauth_param basic children 1 startup=1\nacl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all")
		},
		Oracle: []Proof{shopWorks, {Run: "curl -sS -m 3 -v -x http://" + Router4 + ":3128 " + shopURL, Want: "407"}},
	},
	{
		Name: "proxy.script-missing", Title: "the proxy script of the desktop's settings is gone", Kind: Fault, Address: shop, Faults: []string{"proxy.script-broken"},
		Setup: func(w *World) {
			healthyShop(w)
			w.Host("wpad.corp.example", Far4)
			w.Nginx("server { listen " + Far4 + ":80; server_name wpad.corp.example; location / { return 404; } }")
			kde(w, "2", "http://wpad.corp.example/proxy.pac")
		},
		Oracle: []Proof{shopWorks, fetch("http://wpad.corp.example/proxy.pac", "status=404"), {Run: "cat $HOME/.config/kioslaverc", Want: "ProxyType=2"}},
	},
	{
		Name: "proxy.script-unreachable", Title: "the proxy script's server is gone", Kind: Fault, Address: shop, Faults: []string{"proxy.script-broken"},
		Setup: func(w *World) {
			healthyShop(w)
			w.Host("www.corp.example", Far4)
			kde(w, "2", "http://wpad.corp.example/proxy.pac")
		},
		Oracle: []Proof{shopWorks, fetch("http://wpad.corp.example/proxy.pac", "Could not resolve")},
	},
	{
		Name: "proxy.differs-from-browser", Title: "programs of the terminal use a dead proxy, the desktop and its browsers none", Kind: Fault, Address: shop, Faults: []string{"proxy.differs-from-browser"},
		Setup:  func(w *World) { healthyShop(w); useProxy(w, "http://127.0.0.1:8118"); kde(w, "0", "") },
		Oracle: []Proof{shopWorks, {Run: "curl -sS -m 3 -x http://127.0.0.1:8118 " + shopURL, Want: "[Cc]ould ?n.t connect|refused"}, {Run: "cat $HOME/.config/kioslaverc", Want: "ProxyType=0"}},
	},
}

// kde gives the person a KDE desktop with this kind of proxy setting (0 none, 2 a script).
func kde(w *World, kind, script string) {
	w.Env = append(w.Env, "XDG_CURRENT_DESKTOP=KDE")
	w.Home(".config/kioslaverc", "[Proxy Settings]\nProxy Config Script="+script+"\nProxyType="+kind+"\n")
}

// useProxy sets the proxy variables of the person's programs. The oracle's shell has none of them.
func useProxy(w *World, url string) {
	w.Env = append(w.Env, "http_proxy="+url, "https_proxy="+url, "HTTP_PROXY="+url, "HTTPS_PROXY="+url, "no_proxy=localhost,127.0.0.1")
}

// squidHere points the person's programs at the proxy on the router.
func squidHere(w *World) { useProxy(w, "http://"+Router4+":3128") }
