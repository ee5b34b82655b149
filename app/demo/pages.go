package demo

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// page is one whole answer. The pages have the shape in which the named products send them, cut
// down to what makes them recognisable.
type page struct {
	status int
	header map[string]string
	noDate bool
	body   string
}

func (p page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html")
	for k, v := range p.header {
		h.Set(k, v)
	}
	if p.noDate {
		h["Date"] = nil // net/http then sends none
	}
	h.Set("Content-Length", fmt.Sprint(len(p.body)))
	w.WriteHeader(p.status)
	_, _ = w.Write([]byte(p.body))
}

var welcome = page{200, map[string]string{"Server": "nginx"}, false,
	"<!doctype html>\n<title>It works</title>\n<h1>It works</h1>\n<p>This page was made for a demonstration.</p>\n"}

// nginxPage follows ngx_http_special_response.c, with server_tokens off.
func nginxPage(status int, reason string) page {
	title := fmt.Sprintf("%d %s", status, reason)
	body := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
		"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
	return page{status, map[string]string{"Server": "nginx"}, false, body}
}

// apacheProxyError follows mod_proxy's answer to a back end that closed early.
var apacheProxyError = page{502, map[string]string{"Server": "Apache", "Content-Type": "text/html; charset=iso-8859-1"}, false,
	`<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>502 Proxy Error</title>
</head><body>
<h1>Proxy Error</h1>
<p>The proxy server received an invalid` + "\r\n" + `response from an upstream server.<br />` + "\r\n" + `
The proxy server could not handle the request<p>Reason: <strong>Error reading from remote server</strong></p></p>
</body></html>
`}

// haproxyPage follows HAProxy's built-in error files: no Server and no Date.
func haproxyPage(status int, reason, text string) page {
	body := fmt.Sprintf("<html><body><h1>%d %s</h1>\n%s\n</body></html>\n", status, reason, text)
	return page{status, map[string]string{"Cache-Control": "no-cache"}, true, body}
}

// cloudflareHeader is what Cloudflare adds to its own pages; the ray and the place are made up.
func cloudflareHeader() map[string]string {
	return map[string]string{
		"Server":        "cloudflare",
		"Cf-Ray":        "8c0ffee0decafbad-FRA",
		"Cache-Control": "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0",
		"Content-Type":  "text/html; charset=UTF-8",
	}
}

// cloudflarePage is Cloudflare's page with three columns, the last of which is in error: the
// network works and the server behind it does not.
func cloudflarePage(status int, reason string) page {
	column := func(id, icon, name, state string) string {
		source := ""
		if icon == "error" {
			source = " cf-error-source"
		}
		return fmt.Sprintf(`<div id="%s" class="cf-column%s"><span class="cf-icon-%s"></span><h3>%s</h3><span>%s</span></div>`+"\n",
			id, source, icon, name, state)
	}
	body := fmt.Sprintf("<!DOCTYPE html>\n<html><head><title>localhost | %d: %s</title></head>\n<body><div id=\"cf-wrapper\"><div id=\"cf-error-details\">\n<h1>%s <span>Error code %d</span></h1>\n",
		status, reason, reason, status) +
		column("cf-browser-status", "ok", "You", "Working") +
		column("cf-cloudflare-status", "ok", "Cloudflare", "Working") +
		column("cf-host-status", "error", "Host", "Error") +
		fmt.Sprintf("<a href=\"https://www.cloudflare.com/5xx-error-landing?utm_source=errorcode_%d\">Cloudflare</a>\n<p>Cloudflare Ray ID: <strong>8c0ffee0decafbad</strong></p>\n</div></div></body></html>\n", status)
	return page{status, cloudflareHeader(), false, body}
}

// cloudflareTrouble is the page that Cloudflare's own servers sign when they fail themselves.
var cloudflareTrouble = page{502, cloudflareHeader(), false,
	"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"}

var maintenance = page{503, map[string]string{"Server": "nginx", "Retry-After": "120"}, false,
	"<!doctype html>\n<title>Down for maintenance</title>\n<h1>We are down for maintenance</h1>\n<p>Please come back in two minutes.</p>\n"}

var tooMany = page{429, map[string]string{"Server": "nginx", "Retry-After": "60"}, false, nginxPage(429, "Too Many Requests").body}

// always answers every request with the same page.
func always(p page) func() http.Handler {
	return func() http.Handler { return p }
}

// after answers late.
func after(wait time.Duration, p page) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			select {
			case <-timer.C:
				p.ServeHTTP(w, r)
			case <-r.Context().Done():
			}
		})
	}
}

// everySecond fails on every second request to each of the site's addresses, as a load balancer
// with one dead server out of two does.
func everySecond(p page) func() http.Handler {
	return func() http.Handler {
		var mu sync.Mutex
		asked := map[netip.Addr]int{}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var at netip.Addr
			if a, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
				at = a.AddrPort().Addr().Unmap()
			}
			mu.Lock()
			asked[at]++
			fails := asked[at]%2 == 0
			mu.Unlock()
			if fails {
				p.ServeHTTP(w, r)
				return
			}
			welcome.ServeHTTP(w, r)
		})
	}
}

// loop sends visitors from the start page to the sign-in page and back.
func loop() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/sign-in", http.StatusFound) })
	mux.HandleFunc("/sign-in", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	return mux
}

// notFound has a start page and nothing else.
func notFound() http.Handler {
	missing := nginxPage(404, "Not Found")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			welcome.ServeHTTP(w, r)
			return
		}
		missing.ServeHTTP(w, r)
	})
}

// cookieLimit is the size of nginx's header buffers.
const cookieLimit = 8 << 10

// fewCookies refuses requests with more cookies than nginx takes, with nginx's page.
func fewCookies() http.Handler {
	refused := page{400, map[string]string{"Server": "nginx"}, false,
		"<html>\r\n<head><title>400 Request Header Or Cookie Too Large</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n" +
			"<center>Request Header Or Cookie Too Large</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(strings.Join(r.Header["Cookie"], "; ")) > cookieLimit {
			refused.ServeHTTP(w, r)
			return
		}
		welcome.ServeHTTP(w, r)
	})
}
