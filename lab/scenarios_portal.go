//go:build lab && linux

package lab

import (
	"io"
	"net/http"
)

// login is a sign-in page.
func login(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/html")
	io.WriteString(rw, `<!doctype html><html><head><title>Welcome to Harbour Hotel Wi-Fi</title></head><body><h1>Sign in</h1><form method=post action=/login><input name=room><input name=surname><button>Connect</button></form></body></html>`)
}

// portal is the portal's web server; the sign-in page is at its own name.
func portal(w *World, redirect bool) {
	w.Host("login.harbour-hotel.example", Portal4)
	w.HTTP(w.Net, Portal4+":80", nil, http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		if redirect && q.Host != "login.harbour-hotel.example" {
			http.Redirect(rw, q, "http://login.harbour-hotel.example/?from="+q.Host, http.StatusFound)
			return
		}
		login(rw, q)
	}))
}

// walled lets the home network reach the portal's web page and DNS only, and answers the rest as it is told.
func walled(w *World, rest string) {
	w.Cmd(w.Router, "iptables -t nat -A PREROUTING -i lan -p tcp --dport 80 -j DNAT --to "+Portal4+":80\niptables -A FORWARD -i lan -d "+Portal4+" -j ACCEPT\n"+
		"iptables -A FORWARD -i lan -p udp --dport 53 -j ACCEPT\n"+rest)
}

const rejectRest = "iptables -A FORWARD -i lan -p tcp -j REJECT --reject-with tcp-reset\niptables -A FORWARD -i lan -j DROP"

func portal302(w *World) { w.NoIPv6 = true; shop4(w); portal(w, true) }

// portalScenarios are networks that want a sign-in first.
var portalScenarios = []*Scenario{
	{
		Name: "portal.redirect", Title: "sign-in page by redirect, https is reset", Kind: Fault, Address: shop, Faults: []string{"portal.sign-in"},
		Setup: portal302, Break: func(w *World) { walled(w, rejectRest) },
		Oracle: []Proof{body("http://connectivitycheck.gstatic.com/generate_204", " 302 .*[Ll]ocation: http://login.harbour-hotel"), fetch(shopURL, "refused|reset|[Cc]ould ?n.t connect"), digs("", shop, Site4)},
	},
	{
		Name: "portal.redirect-general", Title: "sign-in page, nothing in particular asked", Kind: Fault, Faults: []string{"portal.sign-in"},
		Setup: portal302, Break: func(w *World) { walled(w, "iptables -A FORWARD -i lan -j DROP") },
		Oracle: []Proof{body("http://www.msftconnecttest.com/connecttest.txt", " 302 "), fetch("https://1.1.1.1/", "timed out")},
	},
	{
		Name: "portal.page", Title: "sign-in page in place of every page", Kind: Fault, Address: shop, Faults: []string{"portal.sign-in"},
		Setup: func(w *World) { w.NoIPv6 = true; shop4(w); portal(w, false) }, Break: func(w *World) { walled(w, rejectRest) },
		Oracle: []Proof{body("http://connectivitycheck.gstatic.com/generate_204", " 200 OK.*Harbour Hotel"), fetch("https://1.1.1.1/", "refused|reset|[Cc]ould ?n.t connect")},
	},
	{
		Name: "portal.dns", Title: "every name leads to the sign-in server", Kind: Fault, Address: shop, Faults: []string{"portal.sign-in"},
		Setup: func(w *World) {
			w.NoIPv6 = true
			shop4(w)
			portal(w, false)
			w.RouterDNS = []string{"--address=/#/" + Portal4}
			c := w.Cert(Cert{Names: []string{"login.harbour-hotel.example"}})
			w.HTTP(w.Net, Portal4+":443", &c, http.HandlerFunc(login))
		},
		Break: func(w *World) {
			w.Cmd(w.Router, "iptables -A FORWARD -i lan -d "+Portal4+" -j ACCEPT\niptables -A FORWARD -i lan -j DROP")
		},
		Oracle: []Proof{digs("", shop+" +short", Portal4), digs("", "q7r5x1.example.com +short", Portal4), fetch(shopURL, "no alternative certificate subject name")},
	},
	{
		Name: "portal.walled", Title: "only DNS passes, the sign-in page is on the router", Kind: Fault, Address: shop, Faults: []string{"portal.sign-in"},
		Setup: func(w *World) { w.NoIPv6 = true; shop4(w) },
		Break: func(w *World) {
			w.HTTP(w.Router, Router4+":80", nil, http.HandlerFunc(login))
			w.Cmd(w.Router, "iptables -A FORWARD -i lan -p udp --dport 53 -j ACCEPT\niptables -A FORWARD -i lan -j DROP")
		},
		Oracle: []Proof{digs("", shop, Site4), digs("9.9.9.9", shop, Site4), fetch("https://1.1.1.1/", "timed out"), body("http://"+Router4+"/", "Sign in")},
	},
}
