//go:build lab && linux

package lab

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// anchors are the four operators' resolvers at their real addresses.
var anchors = []struct {
	v4, v6, doh, server string
	trust               int
}{
	{"1.1.1.1", "2606:4700:4700::1111", "cloudflare-dns.com", "cloudflare", trustCDN},
	{"8.8.8.8", "2001:4860:4860::8888", "dns.google", "scaffolding on HTTPServer2", trustGoogle},
	{"9.9.9.9", "2620:fe::fe", "dns.quad9.net", "h2o/dnsdist", trustQuad9},
	{"208.67.222.222", "2620:119:35::35", "doh.opendns.com", "", trustQuad9},
}

// probes are the hosts that operating systems and browsers ask to find sign-in pages.
var probes = []struct {
	host, path, body string
	status           int
	addrs            []string
}{
	{"connectivitycheck.gstatic.com", "/generate_204", "", 204, []string{"142.250.1.94", "2a00:1450:4001::5e"}},
	{"www.msftconnecttest.com", "/connecttest.txt", "Microsoft Connect Test", 200, []string{"13.107.4.52", "2620:1ec:c11::52"}},
	{"detectportal.firefox.com", "/success.txt", "success\n", 200, []string{"34.107.221.82", "2600:1901:0:38d7::"}},
}

// The host that hands out intermediate certificates (authority information access).
const issuerHost, issuerAddr = "crt.letters-encrypted.net", "198.51.100.90"

// HTTP serves h at an address until the world ends, inside TLS when there is a certificate.
func (w *World) HTTP(r *Room, addr string, cert *Pair, h http.Handler) {
	l, err := r.Listen(addr)
	if w.check(err); err != nil {
		return
	}
	s := &http.Server{ErrorLog: log.New(io.Discard, "", 0), ReadTimeout: 30 * time.Second,
		Handler: http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
			rw.Header().Set("Date", time.Now().Add(w.Shift).UTC().Format(http.TimeFormat))
			h.ServeHTTP(rw, q)
		})}
	if cert != nil {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert.TLS}}
		go s.ServeTLS(l, "", "")
	} else {
		go s.Serve(l)
	}
	w.onDown(func() { s.Close() })
}

// standing starts what every world has, and the scenario's own servers with it.
func (w *World) standing() {
	for _, a := range anchors {
		w.Host(a.doh, a.v4, a.v6)
		w.dohFront(a.v4, a.v6, a.doh, a.server, a.trust)
	}
	for _, p := range probes {
		w.Host(p.host, p.addrs...)
	}
	w.Host(issuerHost, issuerAddr)
	w.Host("www.example.com", Far4)
	for _, s := range []string{rootServer, tldServer, ns1Server, ns2Server} {
		w.serveNames(s)
	}
	w.publicResolvers()
	if w.SignIn != nil {
		w.SignIn()
	} else {
		w.signInProbes()
	}
	w.HTTP(w.Net, issuerAddr+":80", nil, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/pkix-cert")
		rw.Write(authorities()[trustSites].inter.Raw)
	}))
	w.routerDNS()
	w.startNginx()
	w.awaitAll()
}

// signInProbes serves the probes as they should be, besides those of the named hosts.
func (w *World) signInProbes(besides ...string) {
	for _, p := range probes {
		if slices.Contains(besides, p.host) {
			continue
		}
		h := http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
			if q.URL.Path != p.path {
				http.NotFound(rw, q)
				return
			}
			if p.body != "" {
				rw.Header().Set("Content-Type", "text/plain")
			}
			rw.WriteHeader(p.status)
			io.WriteString(rw, p.body)
		})
		for _, a := range p.addrs {
			w.HTTP(w.Net, net.JoinHostPort(a, "80"), nil, h)
		}
	}
}

// dohFront speaks DNS over HTTPS (RFC 8484) for one operator and asks the resolver at its own address.
func (w *World) dohFront(v4, v6, host, server string, trust int) {
	cert := w.Cert(Cert{Names: []string{host, v4, v6}, Trust: trust})
	h := http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		if server != "" {
			rw.Header().Set("Server", server)
		}
		if q.URL.Path != "/dns-query" {
			fmt.Fprintf(rw, "<!doctype html><title>%s</title><h1>%s</h1>", host, host)
			return
		}
		var msg []byte
		if q.Method == http.MethodPost {
			msg, _ = io.ReadAll(io.LimitReader(q.Body, 65535))
		} else {
			msg, _ = base64.RawURLEncoding.DecodeString(strings.TrimRight(q.URL.Query().Get("dns"), "="))
		}
		m := new(dns.Msg)
		if m.Unpack(msg) != nil {
			http.Error(rw, "not a DNS message", http.StatusBadRequest)
			return
		}
		out, err := w.ask(v4, m)
		if err != nil {
			http.Error(rw, "resolver failed", http.StatusBadGateway)
			return
		}
		rw.Header().Set("Content-Type", "application/dns-message")
		rw.Write(out)
	})
	w.HTTP(w.Net, net.JoinHostPort(v4, "443"), &cert, h)
	w.HTTP(w.Net, net.JoinHostPort(v6, "443"), &cert, h)
}

// ask puts a question to a resolver on the internet from beside it and returns the packed answer.
func (w *World) ask(resolver string, m *dns.Msg) ([]byte, error) {
	c, err := w.Net.Dial("tcp", net.JoinHostPort(resolver, "53"))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(limit))
	id := m.Id
	m.Id = dns.Id()
	co := &dns.Conn{Conn: c}
	if err := co.WriteMsg(m); err != nil {
		return nil, err
	}
	a, err := co.ReadMsg()
	if err != nil {
		return nil, err
	}
	a.Id = id
	return a.Pack()
}
