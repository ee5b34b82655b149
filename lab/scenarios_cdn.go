//go:build lab && linux

package lab

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// cdnScenarios are sites behind delivery networks. The edges are made from what the networks
// document of themselves; the cache is a real Varnish.
var cdnScenarios = []*Scenario{
	{
		Name: "cdn.origin-refuses", Title: "Cloudflare works, the site's server refuses (521)", Kind: Fault, Address: shop, Faults: []string{"cdn.origin-down"},
		Setup: func(w *World) {
			w.edge(shop, trustCDN, cloudflare(521, columns(shop, 521, "Web server is down", "host")), CDN4, CDN6)
		},
		Oracle: []Proof{body(shopURL, " 521 .*cf-ray.*cf-host-status")},
	},
	{
		Name: "cdn.origin-502", Title: "Cloudflare works, the site's server answers 502", Kind: Fault, Address: shop, Faults: []string{"cdn.origin-down"},
		Setup: func(w *World) {
			w.edge(shop, trustCDN, cloudflare(502, columns(shop, 502, "Bad gateway", "host")), CDN4, CDN6)
		},
		Oracle: []Proof{body(shopURL, " 502 .*cf-host-status\" class=\"cf-error-source")},
	},
	{
		Name: "cdn.origin-timeout-plain", Title: "Cloudflare's short form: error code 522", Kind: Fault, Address: shop, Faults: []string{"cdn.origin-down"},
		Setup: func(w *World) {
			w.edge(shop, trustCDN, cloudflare(522, "error code: 522", "Content-Type", "text/plain; charset=UTF-8"), CDN4)
		},
		Oracle: []Proof{body(shopURL, " 522 .*error code: 522")},
	},
	{
		Name: "cdn.origin-down-cloudfront", Title: "CloudFront cannot use the site's server", Kind: Fault, Address: shop, Faults: []string{"cdn.origin-down"},
		Setup:  func(w *World) { w.edge(shop, trustCDN, cloudFront, CloudFront4) },
		Oracle: []Proof{body(shopURL, " 502 .*x-cache: Error from cloudfront.*could not be satisfied")},
	},
	{
		Name: "cdn.origin-down-fastly", Title: "Fastly finds the site's server unhealthy", Kind: Fault, Address: shop, Faults: []string{"cdn.origin-down"},
		Setup:  func(w *World) { w.edge(shop, trustCDN, fastly, Fastly4) },
		Oracle: []Proof{body(shopURL, " 503 .*x-served-by: cache-fra.*Guru Mediation")},
	},
	{
		Name: "cdn.edge-error-column", Title: "Cloudflare's own column is in error", Kind: Fault, Address: shop, Faults: []string{"cdn.edge-error"},
		Setup: func(w *World) {
			w.edge(shop, trustCDN, cloudflare(500, columns(shop, 500, "Internal server error", "cloudflare")), CDN4, CDN6)
		},
		Oracle: []Proof{body(shopURL, " 500 .*cf-cloudflare-status\" class=\"cf-error-source")},
	},
	{
		Name: "cdn.edge-error-unsigned", Title: "a page that Cloudflare's servers wrote themselves", Kind: Fault, Address: shop, Faults: []string{"cdn.edge-error"},
		Setup:  func(w *World) { w.edge(shop, trustCDN, cloudflare(502, unsigned(502, "Bad Gateway")), CDN4, CDN6) },
		Oracle: []Proof{body(shopURL, " 502 .*<center>cloudflare</center>")},
	},
	{
		Name: "cdn.one-edge-bad", Title: "one of two edges fails, the other works", Kind: Fault, Address: shop, Faults: []string{"cdn.one-edge-bad"},
		Setup: func(w *World) {
			w.edge(shop, trustCDN, cloudflare(200, goodMorning, "Cf-Cache-Status", "DYNAMIC"), CDN4)
			w.edge(shop, trustCDN, cloudflare(502, unsigned(502, "Bad Gateway")), CDN4b)
		},
		Oracle: []Proof{at(CDN4, "status=200"), at(CDN4b, "status=502")},
	},
	{
		Name: "cdn.cached-error", Title: "the cache keeps an error that is over", Kind: Fault, Address: shop, Faults: []string{"cdn.cached-error"},
		Setup: func(w *World) {
			var failing atomic.Bool
			failing.Store(true)
			w.HTTP(w.Net, App4+":8080", nil, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				if failing.CompareAndSwap(true, false) {
					http.Error(rw, "upstream connect error", http.StatusBadGateway)
					return
				}
				fmt.Fprint(rw, goodMorning)
			}))
			w.Host(shop, Fastly4)
			w.Varnish(App4+":6081", cachingVCL)
			w.Offload(shop, Fastly4+":443", App4+":6081")
		},
		Break:  func(w *World) { w.Shell("curl -sS -o /dev/null " + shopURL + "; sleep 1.2") },
		Oracle: []Proof{body(shopURL, " 502 .*Age: [1-9].*X-Cache: HIT"), fetch(shopURL+"/?x=1", "status=200")},
	},
	{
		Name: "site.blocks-you", Title: "the site's firewall at Cloudflare denies this address (1006)", Kind: Fault, Address: shop, Faults: []string{"site.blocks-you"},
		Setup:  func(w *World) { w.edge(shop, trustCDN, cloudflare(403, denied("1006")), CDN4, CDN6) },
		Oracle: []Proof{body(shopURL, " 403 .*cf-error-code\">1006")},
	},
	{
		Name: "site.blocks-you-cloudfront", Title: "the site's firewall at Amazon blocks this request", Kind: Fault, Address: shop, Faults: []string{"site.blocks-you"},
		Setup: func(w *World) {
			w.edge(shop, trustCDN, func(rw http.ResponseWriter, _ *http.Request) { amazon(rw, 403, "403 ERROR", "Request blocked.") }, CloudFront4)
		},
		Oracle: []Proof{body(shopURL, " 403 .*Request blocked")},
	},
}

func cloudFront(rw http.ResponseWriter, _ *http.Request) {
	amazon(rw, 502, "502 ERROR", "CloudFront wasn't able to connect to the origin.")
}

func amazon(rw http.ResponseWriter, status int, title, why string) {
	h := rw.Header()
	h.Set("Server", "CloudFront")
	h.Set("X-Cache", "Error from cloudfront")
	h.Set("Via", "1.1 0a1b2c3d4e5f60718293a4b5c6d7e8f9.cloudfront.net (CloudFront)")
	h.Set("X-Amz-Cf-Pop", "FRA56-P4")
	h.Set("X-Amz-Cf-Id", "b7Jq2w0dQ5t9xYkQmF3zA8rVt1nC6uHs4eLpWgXoRiKdTbZyNvMjUQ==")
	h.Set("Content-Type", "text/html")
	rw.WriteHeader(status)
	fmt.Fprintf(rw, "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" \"http://www.w3.org/TR/html4/loose.dtd\">\n<HTML><HEAD><META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=iso-8859-1\">\n<TITLE>ERROR: The request could not be satisfied</TITLE>\n</HEAD><BODY>\n<H1>%s</H1>\n<H2>The request could not be satisfied.</H2>\n<HR noshade size=\"1px\">\n%s\n<BR clear=\"all\">\n<HR noshade size=\"1px\">\n<PRE>\nGenerated by cloudfront (CloudFront)\nRequest ID: b7Jq2w0dQ5t9xYkQmF3zA8rVt1nC6uHs4eLpWgXoRiKdTbZyNvMjUQ==\n</PRE>\n<ADDRESS>\n</ADDRESS>\n</BODY></HTML>", title, why)
}

func fastly(rw http.ResponseWriter, _ *http.Request) {
	h := rw.Header()
	h.Set("Server", "Varnish")
	h.Set("Via", "1.1 varnish")
	h.Set("X-Served-By", "cache-fra-etou8220044-FRA")
	h.Set("X-Cache", "MISS")
	h.Set("X-Cache-Hits", "0")
	h.Set("Retry-After", "0")
	h.Set("Content-Type", "text/html; charset=utf-8")
	rw.WriteHeader(503)
	fmt.Fprint(rw, "\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\n<html>\n  <head>\n    <title>503 Backend is unhealthy</title>\n  </head>\n  <body>\n    <h1>Error 503 Backend is unhealthy</h1>\n    <p>Backend is unhealthy</p>\n    <h3>Error 54113</h3>\n    <h3>Guru Mediation:</h3>\n    <p>Details: cache-fra-etou8220044-FRA 1763804000 1234567890</p>\n    <hr>\n    <p>Varnish cache server</p>\n  </body>\n</html>\n")
}

func denied(code string) string {
	return `<!DOCTYPE html><html lang="en-US"><head><title>Access denied | ` + shop + ` used Cloudflare to restrict access</title></head><body><div id="cf-wrapper"><div id="cf-error-details"><h1><span>Error</span> <span class="cf-error-code">` + code + `</span></h1><h2>Access denied</h2><p>The owner of this website has banned your IP address.</p><p>Cloudflare Ray ID: 8f1c2d3e4a5b6c7d</p></div></div></body></html>`
}

// cachingVCL keeps errors for a minute, as delivery networks do, and names itself like Fastly's edges.
const cachingVCL = `backend default { .host = "` + App4 + `"; .port = "8080"; }
sub vcl_backend_response { set beresp.ttl = 60s; return (deliver); }
sub vcl_deliver {
  set resp.http.X-Served-By = "cache-fra-etou8220044-FRA";
  if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache = "MISS"; }
}
`
