//go:build lab && linux

package lab

import (
	"fmt"
)

// filterScenarios are filters on the way, on the router and on the computer itself.
var filterScenarios = []*Scenario{
	{
		Name: "filter.port-blocked", Title: "the network drops port 8443", Kind: Fault, Address: shopURL + ":8443", Faults: []string{"filter.port-blocked"}, At: []string{"router|provider"},
		Setup:  func(w *World) { w.Site(Site{Host: shop, Port: 8443}); w.Site(Site{Host: shop, Plain: "-"}) },
		Break:  func(w *World) { dropPort(w, "8443") },
		Oracle: []Proof{fetch(shopURL+":8443", "timed out"), shopWorks, internetWorks},
	},
	{
		Name: "filter.port-blocked-https", Title: "the network drops port 443 to everybody", Kind: Fault, Address: shop, Faults: []string{"filter.port-blocked"}, At: []string{"router|provider"},
		Setup: healthyShop, Break: func(w *World) { dropPort(w, "443") },
		Oracle: []Proof{fetch(shopURL, "timed out"), fetch("https://1.1.1.1/", "timed out"), fetch("http://"+shop, "status=301"), body("http://detectportal.firefox.com/success.txt", "success")},
	},
	{
		Name: "filter.rejects", Title: "the router rejects the site as prohibited", Kind: Fault, Address: shop, Faults: []string{"filter.rejects"}, At: []string{"router"},
		Setup: shop4, Break: func(w *World) { rejectAtRouter(w, "icmp-admin-prohibited") },
		Oracle: []Proof{pingFails(Site4, "From "+Router4+".*[Ff]iltered|From "+Router4+".*[Pp]rohibited"), internetWorks},
	},
	{
		Name: "filter.rejects-host", Title: "the router rejects the site as a prohibited host", Kind: Fault, Address: shop, Faults: []string{"filter.rejects"}, At: []string{"router"},
		Setup: shop4, Break: func(w *World) { rejectAtRouter(w, "icmp-host-prohibited") },
		Oracle: []Proof{pingFails(Site4, "From "+Router4+".*[Pp]rohibited"), internetWorks},
	},
	{
		Name: "filter.sni-reset", Title: "connections that name the site are reset on the way", Kind: Fault, Address: shop, Faults: []string{"filter.sni-reset"}, At: []string{"router|provider"},
		Setup: healthyShop, Break: func(w *World) { matchName(w, "REJECT --reject-with tcp-reset") },
		Oracle: []Proof{fetch(shopURL, "reset"), {Run: "curl -ksS -m 3 -o /dev/null -w 'status=%{http_code}' --resolve www.example.com:443:" + Site4 + " https://www.example.com", Want: "status=200"}},
	},
	{
		Name: "filter.sni-drop", Title: "packets that name the site are dropped on the way", Kind: Fault, Address: shop, Faults: []string{"filter.sni-drop"}, At: []string{"router|provider"},
		Setup: healthyShop, Break: func(w *World) { matchName(w, "DROP") },
		Oracle: []Proof{{Run: "curl -sS -m 2 -v " + shopURL, Want: "Connected to.*timed out"}, {Run: "curl -ksS -m 3 -o /dev/null -w 'status=%{http_code}' --resolve www.example.com:443:" + Site4 + " https://www.example.com", Want: "status=200"}},
	},
	{
		Name: "filter.block-page", Title: "the provider shows its block page in place of the plain site", Kind: Fault, Address: "http://" + shop + "/", Faults: []string{"filter.block-page"}, At: []string{"router|provider"},
		Setup: func(w *World) { w.Site(Site{Host: shop, Addrs: []string{Site4}, Plain: page}) },
		Break: func(w *World) {
			w.blockPage("Access to this website has been blocked by your internet service provider under an order of the High Court.")
		},
		Oracle: blockPageProof,
	},
	{
		Name: "filter.block-page-product", Title: "a company's FortiGate shows its page in place of the plain site", Kind: Fault, Address: "http://" + shop + "/", Faults: []string{"filter.block-page"}, At: []string{"router|provider"},
		Setup: func(w *World) { w.Site(Site{Host: shop, Addrs: []string{Site4}, Plain: page}) },
		Break: func(w *World) {
			w.blockPage("FortiGuard Intrusion Prevention - Access Blocked. You have tried to access a web page which is in violation of your internet usage policy.")
		},
		Oracle: blockPageProof,
	},
	{
		Name: "firewall.drops", Title: "this computer's firewall drops web traffic", Kind: Fault, Address: shop, Faults: []string{"firewall.drops"},
		Setup: healthyShop, Break: func(w *World) {
			for _, t := range []string{"iptables", "ip6tables"} {
				w.Cmd(w.Client, t+" -A OUTPUT -p tcp --dport 443 -j DROP\n"+t+" -A OUTPUT -p udp --dport 443 -j DROP")
			}
		},
		Oracle: []Proof{fetch(shopURL, "timed out|[Cc]ould ?n.t connect"), {Run: "bash -c 'echo > /dev/udp/" + Site4 + "/443'", Want: "Operation not permitted"}, pings("8.8.8.8"), {Run: "iptables -S OUTPUT", Want: "443 -j DROP"}},
	},
	{
		Name: "firewall.rejects", Title: "this computer's firewall rejects the site", Kind: Fault, Address: shop, Faults: []string{"firewall.rejects"},
		Setup: shop4, Break: func(w *World) { w.Cmd(w.Client, "iptables -A OUTPUT -d "+Site4+" -j REJECT") },
		Oracle: []Proof{fetch(shopURL, "[Cc]ould ?n.t connect|refused"), pingFails(Site4, "From "+Client4+".*Port Unreachable"), internetWorks},
	},
	{
		Name: "computer.sockets-exhausted", Title: "a runaway program holds every local port", Kind: Fault, Address: shop, Faults: []string{"computer.sockets-exhausted"},
		Setup: healthyShop, Break: takePorts,
		Oracle: []Proof{{Run: "curl -sS -m 3 https://1.1.1.1/", Want: "[Cc]annot assign requested address|[Cc]ould ?n.t connect|Failed to connect"}, {Run: "ping -n -c 1 -W 1 8.8.8.8", Want: "Resource temporarily unavailable"}, {Run: "sysctl net.ipv4.ip_local_port_range", Want: "40000\\s+40003"}},
	},
	{
		Name: "filter.tls-interception", Title: "an antivirus opens all encrypted traffic and its root is not installed", Kind: Fault, Address: shop, Faults: []string{"filter.tls-interception"}, At: []string{"computer|router|provider"},
		Setup: shop4, Break: func(w *World) {
			w.intercept(newAuthority("Shieldware", "Shieldware Web Shield Root", "Shieldware Web Shield CA"))
		},
		Oracle: []Proof{fetch(shopURL, "unable to get|self.signed"), fetch("https://1.1.1.1/", "unable to get|self.signed"),
			{Run: "openssl s_client -connect " + Site4 + ":443 -servername " + shop + " </dev/null", Want: "Shieldware"}},
	},
}

// blockPage answers plain requests for the shop in its stead; HTTPS is left alone.
func (w *World) blockPage(text string) {
	w.HTTP(w.Net, Portal4+":80", nil, blocked(text))
	w.Cmd(w.Hop1, "iptables -t nat -A PREROUTING -i home -d "+Site4+" -p tcp --dport 80 -j DNAT --to "+Portal4+":80")
}

var blockPageProof = []Proof{body("http://"+shop, "[Bb]locked"), shopWorks, body("http://detectportal.firefox.com/success.txt", "success")}

func dropPort(w *World, port string) {
	for _, t := range []string{"iptables", "ip6tables"} {
		w.Cmd(w.Router, t+" -A FORWARD -p tcp --dport "+port+" -j DROP")
	}
}

func rejectAtRouter(w *World, with string) {
	w.Cmd(w.Router, "iptables -A FORWARD -d "+Site4+" -j REJECT --reject-with "+with)
}

// matchName treats packets to port 443 that contain the shop's name.
func matchName(w *World, verdict string) {
	for _, t := range []string{"iptables", "ip6tables"} {
		w.Cmd(w.Hop1, t+" -A FORWARD -p tcp --dport 443 -m string --algo bm --string "+shop+" -j "+verdict)
	}
}

// takePorts leaves the client four local ports and holds all of them.
func takePorts(w *World) {
	w.check(w.Client.Set("net.ipv4.ip_local_port_range=40000 40003"))
	for p := 40000; p <= 40003; p++ {
		l, err := w.Client.Listen(fmt.Sprintf("[::]:%d", p))
		w.check(err)
		u, err2 := w.Client.ListenPacket(fmt.Sprintf("[::]:%d", p))
		w.check(err2)
		if err == nil && err2 == nil {
			w.onDown(func() { l.Close(); u.Close() })
		}
	}
}
