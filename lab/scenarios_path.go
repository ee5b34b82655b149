//go:build lab && linux

package lab

// pathScenarios are faults of the way between the router and the site.
var pathScenarios = []*Scenario{
	{
		Name: "path.ipv6-broken", Title: "IPv6 is configured and leads nowhere", Kind: Fault, Address: shop, Faults: []string{"path.ipv6-broken"},
		Setup: healthyShop, Break: breakIPv6,
		Oracle: []Proof{{Run: "curl -6 -sS -m 2 " + shopURL, Want: "timed out"}, {Run: "curl -6 -sS -m 2 'https://[2606:4700:4700::1111]/'", Want: "timed out"}, shopWorks},
	},
	{
		Name: "path.ipv6-broken-general", Title: "IPv6 is configured and leads nowhere, nothing in particular asked", Kind: Fault, Faults: []string{"path.ipv6-broken"},
		Break:  breakIPv6,
		Oracle: []Proof{{Run: "curl -6 -sS -m 2 'https://[2606:4700:4700::1111]/'", Want: "timed out"}, internetWorks},
	},
	{
		Name: "path.ipv6-stalls", Title: "IPv6 connects, but large packets vanish", Kind: Fault, Address: shop, Faults: []string{"path.ipv6-stalls"},
		Setup: healthyShop, Break: func(w *World) {
			w.Cmd(w.Hop1, "ip6tables -A FORWARD -m length --length 1000:65535 -j DROP")
		},
		Oracle: []Proof{{Run: "curl -6 -sS -m 2 -v " + shopURL, Want: "Connected to.*timed out"}, {Run: "curl -4 -sS -m 2 " + shopURL, Want: "Good morning"}, pings("2606:4700:4700::1111")},
	},
	{
		Name: "site.ipv6-wrong-server", Title: "the site's AAAA leads to a server that answers 502", Kind: Fault, Address: shop, Faults: []string{"site.ipv6-broken"},
		Setup: func(w *World) {
			w.Host(shop, Site4, Site6)
			w.Site(Site{Host: shop, Addrs: []string{Site4}, NoDNS: true})
			w.Site(Site{Host: shop, Addrs: []string{Site6}, NoDNS: true, Conf: deadBackend})
		},
		Oracle: []Proof{at(Site4, "status=200"), at(Site6, "status=502"), {Run: "curl -6 -sS -m 2 'https://[2606:4700:4700::1111]/'", Want: "cloudflare"}},
	},
	{
		Name: "site.ipv6-wrong-certificate", Title: "the site's AAAA leads to somebody else's server", Kind: Fault, Address: shop, Faults: []string{"site.ipv6-broken"},
		Setup: func(w *World) {
			w.Host(shop, Site4, Site6)
			w.Site(Site{Host: shop, Addrs: []string{Site4}, NoDNS: true})
			w.Site(Site{Host: "other.example", Addrs: []string{Site6}})
		},
		Oracle: []Proof{at(Site4, "status=200"), at(Site6, "no alternative certificate subject name")},
	},
	{
		Name: "path.ipv4-broken", Title: "IPv4 leads nowhere, IPv6 works", Kind: Fault, Address: shop, Faults: []string{"path.ipv4-broken"},
		Setup:  func(w *World) { healthyShop(w); w.RouterDNS = []string{"--server=" + ProviderDNS6} },
		Break:  func(w *World) { w.Cmd(w.Hop1, "iptables -A FORWARD -j DROP") },
		Oracle: []Proof{fetch("https://1.1.1.1/", "timed out"), {Run: "curl -6 -sS -m 3 " + shopURL, Want: "Good morning"}},
	},
	{
		Name: "path.mtu-black-hole", Title: "packets over 1280 bytes vanish without a word", Kind: Fault, Address: shop, Faults: []string{"path.mtu-black-hole"},
		Setup:  func(w *World) { healthyShop(w); w.Wires[Access] = "mtu=1280" },
		Oracle: []Proof{{Run: "curl -4 -sS -m 3 -v " + shopURL, Want: "Connected to.*timed out"}, pings("1.1.1.1"), pingFails("1.1.1.1 -M do -s 1400", "100% packet loss")},
	},
	{
		Name: "router.packet-loss", Title: "bad Wi-Fi: one packet in seven is lost before the router", Kind: Fault, Address: shop, Faults: []string{"router.packet-loss"},
		Setup:  func(w *World) { healthyShop(w); w.Wires[Lan] = "delay=2ms jitter=1ms loss=8%" },
		Oracle: []Proof{{Run: "ping -n -q -i 0.01 -c 100 -W 1 " + Router4, Want: "[1-4]\\d(\\.\\d+)?% packet loss"}},
	},
	{
		Name: "path.packet-loss", Title: "one packet in seven is lost beyond the router", Kind: Fault, Address: shop, Faults: []string{"path.packet-loss"},
		Setup: func(w *World) { healthyShop(w); w.Wires[Access] = "delay=8ms loss=8%" },
		Oracle: []Proof{{Run: "ping -n -q -i 0.01 -c 100 -W 1 1.1.1.1", Want: "[1-4]\\d(\\.\\d+)?% packet loss"},
			{Run: "ping -n -q -i 0.01 -c 50 -W 1 " + Router4, Want: " 0% packet loss"}},
	},
	{
		Name: "path.slow", Title: "a satellite line: 640 ms to everywhere", Kind: Fault, Address: shop, Faults: []string{"path.slow"},
		Setup:  func(w *World) { healthyShop(w); w.Wires[Access] = "delay=320ms" },
		Oracle: []Proof{{Run: "ping -n -c 4 -i 0.7 -W 2 8.8.8.8", Want: "min/avg/max/mdev = 6[45]\\d"}, {Run: "ping -n -c 1 " + Router4, Want: "mdev = [01]\\."}},
	},
	{
		Name: "router.bufferbloat", Title: "a download fills the line and the queue in front of it", Kind: Fault, Address: shop, Faults: []string{"router.bufferbloat"},
		Setup: func(w *World) {
			w.NoIPv6 = true
			shop4(w)
			w.Wires[Access] = "rate=8m limit=3000000 delay=10ms"
			w.Site(Site{Host: "files.example", Addrs: []string{Far4}, Conf: "location / { root " + w.Dir + "; }"})
		},
		Break: download,
		Oracle: []Proof{{Run: "ping -n -c 4 -i 0.3 -W 3 8.8.8.8", Want: " 0% packet loss.*min/avg/max/mdev = ([3-9]\\d\\d|1\\d\\d\\d)\\."},
			{Run: "ping -n -c 1 " + Router4, Want: "mdev = [01]\\."}},
	},
	{
		Name: "path.no-route-to-site", Title: "the provider has no route to the site's network and says so", Kind: Fault, Address: shop, Faults: []string{"path.no-route-to-site"},
		Setup:  func(w *World) { w.Site(Site{Host: shop, Addrs: []string{Far4}}) },
		Break:  func(w *World) { w.Cmd(w.Hop2, "ip route add unreachable 198.51.100.0/24") },
		Oracle: []Proof{pingFails(Far4, "From 198.18.1.2 .*Unreachable"), pings("8.8.8.8")},
	},
	{
		Name: "site.refuses-connections", Title: "nothing listens at the site", Kind: Fault, Address: shop, Faults: []string{"site.refuses-connections"},
		Setup:  func(w *World) { w.Host(shop, Site4, Site6) },
		Oracle: []Proof{fetch(shopURL, "[Cc]ould ?n.t connect|refused"), pings(Site4), internetWorks},
	},
	{
		// Down, or it drops us: from here that is the same, and the catalogue has one fault for both.
		Name: "site.no-answer", Title: "the site's address is silent", Kind: Fault, Address: shop, Faults: []string{"site.no-answer"},
		Setup:  func(w *World) { w.Host(shop, Dead4) },
		Oracle: []Proof{fetch(shopURL, "timed out"), pingFails(Dead4, "100% packet loss"), internetWorks},
	},
	{
		Name: "site.no-answer-firewalled", Title: "the site answers ping and drops the rest", Kind: Fault, Address: shop, Faults: []string{"site.no-answer"},
		Setup: shop4,
		Break: func(w *World) {
			w.Cmd(w.Net, "iptables -A INPUT -d "+Site4+" -p tcp -j DROP\niptables -A INPUT -d "+Site4+" -p udp -j DROP")
		},
		Oracle: []Proof{fetch(shopURL, "timed out"), fetch("http://"+shop, "timed out"), pings(Site4), internetWorks},
	},
	{
		Name: "site.one-address-down", Title: "one of the site's two addresses is dead", Kind: Fault, Address: shop, Faults: []string{"site.one-address-down"},
		Setup:  func(w *World) { shop4(w); w.Host(shop, Dead4) },
		Oracle: []Proof{at(Site4, "status=200"), at(Dead4, "timed out"), digs("", shop+" +short", Dead4)},
	},
	{
		Name: "site.one-address-refuses", Title: "one of the site's two addresses refuses", Kind: Fault, Address: shop, Faults: []string{"site.one-address-down"},
		Setup:  func(w *World) { shop4(w); w.Host(shop, Site4b) },
		Oracle: []Proof{at(Site4, "status=200"), at(Site4b, "[Cc]ould ?n.t connect|refused")},
	},
}

// breakIPv6 drops all IPv6 beyond the router.
func breakIPv6(w *World) { w.Cmd(w.Router, "ip6tables -A FORWARD -j DROP") }

// download keeps the client's line full while the world stands.
func download(w *World) {
	w.Cmd(w.Net, "truncate -s 200M "+w.file("film.bin"))
	// The queue must grow and not overflow: what is under way is limited by the receiver's window.
	w.check(w.Client.Set("net.ipv4.tcp_rmem=4096 131072 400000"))
	for range 3 {
		w.Background(w.Client, "curl", "-sS", "-o", "/dev/null", "--limit-rate", "20M", "https://files.example/film.bin")
	}
	w.Shell("sleep 2") // the queue fills
}
