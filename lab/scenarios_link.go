//go:build lab && linux

package lab

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// linkScenarios are faults of the computer's own network and of the home router.
var linkScenarios = []*Scenario{
	{
		Name: "link.off", Title: "the network adapter is switched off", Kind: Fault, Address: shop, Faults: []string{"link.off"},
		Setup: healthyShop, Break: func(w *World) { w.Cmd(w.Client, "ip link set eth0 down") },
		Oracle: []Proof{{Run: "ip link show eth0", Want: "state DOWN", Not: "<[^>]*\\bUP\\b"}, pingFails("1.1.1.1", "unreachable")},
	},
	{
		Name: "link.off-general", Title: "the network adapter is switched off, nothing in particular asked", Kind: Fault, Faults: []string{"link.off"},
		Break:  func(w *World) { w.Cmd(w.Client, "ip link set eth0 down") },
		Oracle: []Proof{{Run: "ip link show eth0", Want: "state DOWN", Not: "<[^>]*\\bUP\\b"}},
	},
	{
		Name: "link.no-carrier", Title: "the cable is unplugged at the router", Kind: Fault, Address: shop, Faults: []string{"link.no-carrier"},
		Setup: healthyShop, Break: func(w *World) { w.Cmd(w.Router, "ip link set lan down") },
		Oracle: []Proof{{Run: "cat /sys/class/net/eth0/carrier", Want: "^0"}, {Run: "ip -4 addr show eth0", Want: Client4}},
	},
	{
		Name: "ip.self-assigned", Title: "no DHCP answer, the computer gave itself an address", Kind: Fault, Address: shop, Faults: []string{"ip.self-assigned"},
		Setup: healthyShop, Break: func(w *World) {
			w.Cmd(w.Client, "ip addr flush dev eth0 scope global\nip addr add 169.254.7.7/16 dev eth0 scope link\nip route add default dev eth0 scope link")
		},
		Oracle: []Proof{{Run: "ip addr show eth0", Want: "inet 169.254.7.7", Not: "inet 192|scope global"}, pingFails("1.1.1.1", "")},
	},
	{
		Name: "ip.no-address", Title: "adapter up, no address", Kind: Fault, Address: shop, Faults: []string{"ip.no-address"},
		Setup: healthyShop, Break: func(w *World) { w.Cmd(w.Client, "ip addr flush dev eth0 scope global") },
		Oracle: []Proof{{Run: "ip addr show eth0", Want: "LOWER_UP", Not: "inet |scope global"}, pingFails("1.1.1.1", "unreachable")},
	},
	{
		Name: "ip.no-gateway", Title: "address but no default route", Kind: Fault, Address: shop, Faults: []string{"ip.no-gateway"},
		Setup: healthyShop, Break: func(w *World) { w.Cmd(w.Client, "ip route del default\nip -6 route del default") },
		Oracle: []Proof{{Run: "ip route", Want: "192.168.1.0/24", Not: "default"}, pings(Router4), pingFails("1.1.1.1", "unreachable")},
	},
	{
		Name: "ip.wrong-interface", Title: "a tethered phone without internet is preferred to the working cable", Kind: Fault, Address: shop, Faults: []string{"ip.wrong-interface"},
		Setup: healthyShop, Break: secondAdapter,
		Oracle: []Proof{{Run: "ip route get 1.1.1.1", Want: "dev usb0"}, fetch("https://1.1.1.1/", "timed out"),
			{Run: "curl -sS -m 3 -o /dev/null -w 'status=%{http_code}' --interface eth0 https://1.1.1.1/", Want: "status=200"}},
	},
	{
		Name: "ip.conflict", Title: "another device claims the router's address", Kind: Fault, Address: shop, Faults: []string{"ip.conflict"}, Root: true,
		Setup: func(w *World) { w.NoIPv6 = true; shop4(w) }, Break: intruder,
		Oracle: []Proof{{Run: "for i in 1 2 3 4 5 6 7 8; do ip neigh show " + Router4 + "; sleep 0.25; done | grep -o 'lladdr [^ ]*' | sort -u | wc -l", Want: "^2"}},
	},
	{
		Name: "router.no-answer", Title: "the router is dead, its switch still gives carrier", Kind: Fault, Address: shop, Faults: []string{"router.no-answer"},
		Setup: healthyShop, Break: func(w *World) { w.Cmd(w.Router, "ip addr flush dev lan") },
		Oracle: []Proof{{Run: "ping -n -c 1 -W 4 " + Router4 + "; ip neigh show " + Router4, Want: "From " + Client4 + ".*Unreachable.*FAILED"}},
	},
	{
		Name: "router.wrong-gateway", Title: "a gateway typed by hand that nobody has", Kind: Fault, Address: shop, Faults: []string{"router.no-answer"},
		Setup: healthyShop, Break: func(w *World) {
			w.Cmd(w.Client, "ip route replace default via 192.168.1.77\nip -6 route del default\nip -6 route add default via 2001:db8:1::77")
		},
		Oracle: []Proof{{Run: "ping -n -c 1 -W 4 1.1.1.1; ip neigh show 192.168.1.77", Want: "From " + Client4 + ".*Unreachable.*FAILED"}, pings(Router4)},
	},
	{
		// The catalogue: this and a silent uplink cannot be told apart from outside the router.
		Name: "router.not-forwarding", Title: "the router lives but passes nothing on", Kind: Fault, Address: shop, Faults: []string{"router.not-forwarding", "provider.no-uplink"},
		Setup:  func(w *World) { healthyShop(w); w.DNS(ProviderDNS) },
		Break:  func(w *World) { w.check(w.Router.Set("net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0")) },
		Oracle: []Proof{pings(Router4), pingFails("1.1.1.1", "100% packet loss"), digs("", shop, "timed out")},
	},
	{
		Name: "provider.no-uplink-icmp", Title: "the router has no way out and says so", Kind: Fault, Address: shop, Faults: []string{"provider.no-uplink"},
		Setup: healthyShop, Break: func(w *World) { w.Cmd(w.Router, "ip route del default\nip -6 route del default") },
		Oracle: []Proof{pings(Router4), pingFails("1.1.1.1", "From "+Router4+".*Net Unreachable")},
	},
	{
		Name: "provider.no-uplink-silent", Title: "the provider's side swallows everything", Kind: Fault, Address: shop, Faults: []string{"provider.no-uplink", "router.not-forwarding"},
		Setup: healthyShop, Break: dropAtProvider,
		Oracle: []Proof{pings(Router4), pingFails("1.1.1.1", "100% packet loss"), fetch("https://1.1.1.1/", "timed out")},
	},
	{
		Name: "provider.no-uplink-general", Title: "the provider's side swallows everything, nothing in particular asked", Kind: Fault, Faults: []string{"provider.no-uplink", "router.not-forwarding"},
		Break:  dropAtProvider,
		Oracle: []Proof{pings(Router4), pingFails("1.1.1.1", "100% packet loss")},
	},
	{
		Name: "provider.no-uplink-arp", Title: "the provider's first device is dead", Kind: Fault, Address: shop, Faults: []string{"provider.no-uplink"},
		Setup: healthyShop, Break: func(w *World) { w.Cmd(w.Hop1, "ip addr flush dev home") },
		Oracle: []Proof{pings(Router4), {Run: "ping -n -c 1 -W 4 1.1.1.1", Want: "From (192.168.1.1|100.64.7.2) .*Host Unreachable"}},
	},
	{
		// A namespace cannot set the size of the kernel's table, so the router is made to behave as if it were full.
		Name: "router.overloaded", Title: "the router's table of connections is full", Kind: Fault, Address: shop, Faults: []string{"router.overloaded"},
		Setup: healthyShop, Break: crowd,
		Oracle: []Proof{{Run: "ping -n -q -i 0.01 -c 60 -W 1 8.8.8.8", Want: " 0% packet loss"}, {Run: "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do curl -sS -m 0.5 -o /dev/null -w '%{http_code} ' https://1.1.1.1/; done", Want: "200.*timed out|timed out.*200"}},
	},
	{
		Name: "vpn.kill-switch-prohibit", Title: "a VPN's policy route forbids everything", Kind: Fault, Address: shop, Faults: []string{"vpn.kill-switch"},
		Setup: healthyShop, Break: func(w *World) { killSwitch(w, "prohibit") },
		Oracle: []Proof{fetch("https://1.1.1.1/", "Could.n.t connect|Couldn't connect|Permission denied|Failed to connect"), {Run: "ping -n -c1 -W1 1.1.1.1", Want: "prohibited|Permission denied|Do you want"}, pings(Router4)},
	},
	{
		Name: "vpn.kill-switch-blackhole", Title: "a VPN's route swallows everything on this computer", Kind: Fault, Address: shop, Faults: []string{"vpn.kill-switch"},
		Setup: healthyShop, Break: func(w *World) { killSwitch(w, "blackhole") },
		Oracle: []Proof{{Run: "ping -n -c1 -W1 1.1.1.1", Want: "Invalid argument"}, pings(Router4)},
	},
	{
		Name: "vpn.kill-switch-firewall", Title: "a VPN's firewall rules drop everything", Kind: Fault, Address: shop, Faults: []string{"vpn.kill-switch"},
		Setup: healthyShop, Break: func(w *World) {
			for _, t := range []string{"iptables", "ip6tables"} {
				w.Cmd(w.Client, t+" -A OUTPUT -o lo -j ACCEPT\n"+t+" -A OUTPUT -j DROP")
			}
		},
		Oracle: []Proof{{Run: "bash -c 'echo > /dev/udp/1.1.1.1/53'", Want: "Operation not permitted"}, {Run: "iptables -S OUTPUT", Want: "-j DROP"}},
	},
}

// crowd drops most new connections at the router and no packet of those that stand.
func crowd(w *World) {
	for _, t := range []string{"iptables", "ip6tables"} {
		w.Cmd(w.Router, t+" -A FORWARD -m conntrack --ctstate NEW -p tcp -m statistic --mode random --probability 0.8 -j DROP")
	}
}

// dropAtProvider makes the first hop beyond the router take no packet, with no word about it.
func dropAtProvider(w *World) {
	w.Cmd(w.Hop1, "iptables -A INPUT -j DROP\niptables -A FORWARD -j DROP\nip6tables -A INPUT -p icmpv6 -j ACCEPT\nip6tables -A FORWARD -j DROP")
}

// killSwitch puts special routes before the default ones, as VPN programs do when their tunnel is down.
func killSwitch(w *World, kind string) {
	w.Cmd(w.Client, "ip tuntap add dev tun0 mode tun\nip link set tun0 up\nip route replace "+kind+" default metric 0\nip -6 route add "+kind+" default metric 1")
}

// secondAdapter plugs a phone in whose network leads nowhere and is preferred.
func secondAdapter(w *World) {
	w.Cmd(w.Client, "ip link add name usb0 type veth peer name phone netns "+w.Hop1.Path()+`
ip link set usb0 up
ip addr add 192.168.42.10/24 dev usb0
ip addr add 2001:db8:42::10/64 dev usb0 nodad
ip route del default
ip route add default via 192.168.42.1 metric 100
ip route add default via `+Router4+` metric 600
ip -6 route add default via 2001:db8:42::1 metric 100`)
	w.Cmd(w.Hop1, `ip link set phone up
ip addr add 192.168.42.1/24 dev phone
ip addr add 2001:db8:42::1/64 dev phone nodad
iptables -A FORWARD -i phone -j DROP
ip6tables -A FORWARD -i phone -j DROP`)
}

// intruder puts a second device with the router's address into the home network. Both announce
// themselves now and then, so the client's neighbour entry changes hands.
func intruder(w *World) {
	other, err := newRoom("intruder", nil)
	if w.check(err); err != nil {
		return
	}
	w.onDown(other.Close)
	w.Cmd(w.Router, "ip link add name br0 type bridge\nip link set br0 up\nip link set lan master br0\nip addr flush dev lan\nip addr add "+Router4+"/24 dev br0\n"+
		"ip link add name port2 type veth peer name eth0 netns "+other.Path()+"\nip link set port2 master br0 up")
	w.Cmd(other, "ip link set lo up\nip link set eth0 up\nip addr add "+Router4+"/24 dev eth0")
	w.Shell("ping -n -c 1 -W 1 " + Router4)
	stop := make(chan struct{})
	done := make(chan struct{})
	w.onDown(func() { close(stop); <-done })
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(350 * time.Millisecond):
			}
			if i%2 == 0 {
				announce(other, "eth0")
			} else {
				announce(w.Router, "br0")
			}
		}
	}()
}

// announce broadcasts a gratuitous ARP request for the router's address (RFC 5227) from a room's device.
func announce(r *Room, dev string) {
	r.Do(func() {
		i, err := net.InterfaceByName(dev)
		if err != nil {
			return
		}
		s, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return
		}
		defer unix.Close(s)
		ip := net.ParseIP(Router4).To4()
		arp := append([]byte{0, 1, 8, 0, 6, 4, 0, 1}, i.HardwareAddr...)
		arp = append(append(append(arp, ip...), make([]byte, 6)...), ip...)
		to := &unix.SockaddrLinklayer{Protocol: 0x0608, Ifindex: i.Index, Halen: 6, Addr: [8]byte{255, 255, 255, 255, 255, 255}}
		unix.Sendto(s, arp, 0, to)
	})
}
