//go:build lab && linux

package lab

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// edge serves a host at a delivery network's addresses: h over TLS, redirects on port 80.
func (w *World) edge(host string, trust int, h http.HandlerFunc, addrs ...string) {
	w.Host(host, addrs...)
	w.edgeAt(host, trust, h, addrs...)
}

// edgeAt is edge for addresses that are published already.
func (w *World) edgeAt(host string, trust int, h http.HandlerFunc, addrs ...string) {
	c := w.Cert(Cert{Names: []string{host}, Trust: trust})
	for _, a := range addrs {
		w.HTTP(w.Net, net.JoinHostPort(a, "443"), &c, h)
		w.HTTP(w.Net, net.JoinHostPort(a, "80"), nil, http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
			http.Redirect(rw, q, "https://"+host+q.URL.RequestURI(), http.StatusMovedPermanently)
		}))
	}
}

// cloudflare answers as an edge of Cloudflare does, from its documented headers.
func cloudflare(status int, html string, headers ...string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		h := rw.Header()
		h.Set("Server", "cloudflare")
		h.Set("Cf-Ray", "8f1c2d3e4a5b6c7d-FRA")
		h.Set("Content-Type", "text/html; charset=UTF-8")
		h.Set("Cache-Control", "private, no-store")
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		rw.WriteHeader(status)
		io.WriteString(rw, html)
	}
}

// goodMorning is a healthy page of the shop.
const goodMorning = "<!doctype html><html lang=en><head><title>Bluebird Outfitters</title></head><body><h1>Good morning</h1><p>Tents, boots and maps for people who like to walk.</p></body></html>"

// columns is Cloudflare's error page: the visitor, its own city, and the site's host, one of them in error.
func columns(host string, code int, what, broken string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="en-US"><head><title>%s | %d: %s</title><meta name="robots" content="noindex, nofollow" /><link rel="stylesheet" id="cf_styles-css" href="/cdn-cgi/styles/main.css" /></head><body><div id="cf-wrapper"><div id="cf-error-details" class="p-0"><header><h1><span class="inline-block">%s</span><span class="code-label">Error code %d</span></h1><div>Visit <a href="https://www.cloudflare.com/5xx-error-landing?utm_source=errorcode_%d&utm_campaign=%s" target="_blank">cloudflare.com</a> for more information.</div></header><div class="my-8 bg-gradient-gray">`, host, code, what, what, code, code, host)
	for _, c := range []struct{ id, label, where string }{{"browser", "You", "Browser"}, {"cloudflare", "Frankfurt", "Cloudflare"}, {"host", host, "Host"}} {
		icon, state := "ok", "Working"
		if c.id == broken {
			icon, state = "error", "Error"
		}
		fmt.Fprintf(&b, `<div id="cf-%s-status" class="%s"><div class="relative mb-10"><span class="cf-icon-%s w-12 h-12"></span></div><span class="md:block">%s</span><h3>%s</h3><span class="leading-1.3 text-2xl">%s</span></div>`, c.id, map[bool]string{true: "cf-error-source"}[c.id == broken], icon, c.label, c.where, state)
	}
	b.WriteString(`</div><div class="w-240"><h2>What happened?</h2></div><div class="cf-error-footer"><p><span class="cf-footer-item">Cloudflare Ray ID: <strong>8f1c2d3e4a5b6c7d</strong></span></p></div></div></div></body></html>`)
	return b.String()
}

// unsigned is an nginx-like page that the delivery network's own servers wrote.
func unsigned(code int, what string) string {
	return fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n", code, what, code, what)
}
