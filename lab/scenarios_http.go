//go:build lab && linux

package lab

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
)

// deadBackend is an nginx that passes requests on to a port where nothing listens.
const deadBackend = "location / { proxy_pass http://" + App4 + ":8080; }"

// answers is a site whose nginx gives one answer to everything.
func answers(conf string) func(*World) {
	return func(w *World) { w.Site(Site{Host: shop, Conf: conf}) }
}

// httpScenarios are answers of the site's own servers.
var httpScenarios = []*Scenario{
	{
		Name: "site.bad-gateway-nginx", Title: "nginx in front, the program behind it is down", Kind: Fault, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup: answers(deadBackend), Oracle: []Proof{body(shopURL, " 502 .*server: nginx.*<h1>502 Bad Gateway")},
	},
	{
		Name: "site.bad-gateway-apache", Title: "Apache in front, the program behind it hangs up", Kind: Fault, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup: func(w *World) {
			w.Host(shop, Site4)
			w.Raw(App4+":8080", hangUp)
			w.Apache(shop, Site4+":443", "ProxyPass / http://"+App4+":8080/ disablereuse=on")
		},
		Oracle: []Proof{body(shopURL, " 502 Proxy Error.*Server: Apache")},
	},
	{
		Name: "site.bad-gateway-haproxy", Title: "HAProxy in front, the program behind it talks nonsense", Kind: Fault, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup: func(w *World) {
			w.Raw(App4+":8080", nonsense)
			haproxyShop(w, "server app "+App4+":8080")
		},
		Oracle: []Proof{body(shopURL, " 502 .*<h1>502 Bad Gateway</h1>.The server returned an invalid or incomplete response")},
	},
	{
		Name: "site.bad-gateway-application", Title: "the application answers 502 with a page of its own", Kind: Fault, Address: shop, Faults: []string{"site.bad-gateway"},
		Setup:  answers(`location / { default_type application/json; return 502 '{"error":"inventory service unreachable"}'; }`),
		Oracle: []Proof{body(shopURL, " 502 .*inventory service")},
	},
	{
		Name: "site.unavailable-haproxy", Title: "HAProxy has no server left", Kind: Fault, Address: shop, Faults: []string{"site.unavailable"},
		Setup:  func(w *World) { haproxyShop(w, "") },
		Oracle: []Proof{body(shopURL, " 503 .*No server is available to handle this request")},
	},
	{
		Name: "site.unavailable-apache", Title: "Apache cannot reach the program behind it", Kind: Fault, Address: shop, Faults: []string{"site.unavailable"},
		Setup: func(w *World) {
			w.Host(shop, Site4)
			w.Apache(shop, Site4+":443", "ProxyPass / http://"+App4+":8080/")
		},
		Oracle: []Proof{body(shopURL, " 503 Service Unavailable.*Server: Apache")},
	},
	{
		Name: "site.unavailable-varnish", Title: "Varnish gets nothing from its backend", Kind: Fault, Address: shop, Faults: []string{"site.unavailable"},
		Setup: func(w *World) {
			w.Host(shop, Site4)
			w.Varnish(App4+":6081", "backend default { .host = \""+App4+"\"; .port = \"8080\"; }")
			w.Offload(shop, Site4+":443", App4+":6081")
		},
		Oracle: []Proof{body(shopURL, " 503 .*X-Varnish.*Guru Meditation")},
	},
	{
		Name: "site.unavailable-maintenance", Title: "maintenance with a time to come back", Kind: Fault, Address: shop, Faults: []string{"site.unavailable"},
		Setup:  answers(`error_page 503 /m; location = /m { internal; add_header Retry-After 1800 always; return 503 "<!doctype html><title>We will be right back</title><h1>Down for maintenance</h1>"; } location / { return 503; }`),
		Oracle: []Proof{body(shopURL, " 503 .*retry-after: 1800.*maintenance")},
	},
	{
		Name: "site.gateway-timeout-nginx", Title: "nginx waits for the program in vain", Kind: Fault, Address: shop, Faults: []string{"site.gateway-timeout"},
		Setup: func(w *World) {
			w.Raw(App4+":8080", swallow)
			answers("location / { proxy_pass http://" + App4 + ":8080; proxy_read_timeout 1s; }")(w)
		},
		Oracle: []Proof{body(shopURL, " 504 .*504 Gateway Time-out.*nginx")},
	},
	{
		Name: "site.gateway-timeout-haproxy", Title: "HAProxy waits for the program in vain", Kind: Fault, Address: shop, Faults: []string{"site.gateway-timeout"},
		Setup: func(w *World) {
			w.Raw(App4+":8080", swallow)
			haproxyShop(w, "timeout server 800ms\n  server app "+App4+":8080")
		},
		Oracle: []Proof{body(shopURL, " 504 .*The server didn't respond in time")},
	},
	{
		Name: "site.internal-error", Title: "the application crashes", Kind: Fault, Address: shop, Faults: []string{"site.internal-error"},
		Setup: answers("location / { return 500; }"), Oracle: []Proof{body(shopURL, " 500 .*500 Internal Server Error")},
	},
	{
		Name: "site.internal-error-apache", Title: "a broken .htaccess on Apache", Kind: Fault, Address: shop, Faults: []string{"site.internal-error"},
		Setup: func(w *World) {
			w.Host(shop, Site4)
			w.check(os.MkdirAll(w.file("www"), 0o755))
			w.check(os.WriteFile(w.file("www/.htaccess"), []byte("RewriteEngin on\n"), 0o644))
			w.Apache(shop, Site4+":443", "DocumentRoot "+w.file("www")+"\n<Directory "+w.file("www")+">\nAllowOverride All\nRequire all granted\n</Directory>")
		},
		Oracle: []Proof{body(shopURL, " 500 .*Server: Apache.*misconfiguration")},
	},
	{
		Name: "site.intermittent", Title: "one of two backends is down, every second page fails", Kind: Fault, Address: shop, Faults: []string{"site.intermittent"},
		Setup: func(w *World) {
			w.NoIPv6 = true
			w.HTTP(w.Net, App4+":8081", nil, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(rw, "<!doctype html><title>Shop</title><p>Good morning")
			}))
			w.Nginx("upstream app { server " + App4 + ":8081 max_fails=0; server " + App4 + ":8080 max_fails=0; }")
			w.Site(Site{Host: shop, Addrs: []string{Site4}, Conf: "location / { proxy_pass http://app; proxy_next_upstream off; }"})
		},
		Oracle: []Proof{{Run: "for i in 1 2 3 4; do curl -sS -m 3 -o /dev/null -w '%{http_code} ' " + shopURL + "; done", Want: "200 502|502 200"}},
	},
	{
		Name: "site.redirect-loop", Title: "the page leads to itself", Kind: Fault, Address: shop, Faults: []string{"site.redirect-loop"},
		Setup:  answers("location / { return 302 https://$host$request_uri; }"),
		Oracle: []Proof{{Run: "curl -sSL --max-redirs 8 -m 3 -o /dev/null " + shopURL, Want: "Maximum .8. redirects"}},
	},
	{
		Name: "site.redirect-loop-https", Title: "http leads to https and https back to http", Kind: Fault, Address: shop, Faults: []string{"site.redirect-loop"},
		Setup:  answers("location / { return 301 http://$host$request_uri; }"),
		Oracle: []Proof{{Run: "curl -sSL --max-redirs 8 -m 3 -o /dev/null " + shopURL, Want: "Maximum .8. redirects"}, body("http://"+shop, "Location: https")},
	},
	{
		Name: "site.bad-redirect-empty", Title: "a redirect to nowhere", Kind: Fault, Address: shop, Faults: []string{"site.bad-redirect"},
		Setup:  answers("location / { return 302 http://; }"),
		Oracle: []Proof{body(shopURL, " 302 .*location: http://")},
	},
	{
		Name: "site.bad-redirect-missing", Title: "a redirect to a name that does not exist", Kind: Fault, Address: shop, Faults: []string{"site.bad-redirect"},
		Setup:  answers("location / { return 301 https://new-shop.example$request_uri; }"),
		Oracle: []Proof{{Run: "curl -sSL -m 3 " + shopURL, Want: "Could not resolve host: new-shop.example"}},
	},
	{
		Name: "site.rate-limited", Title: "too many requests from this address", Kind: Fault, Address: shop, Faults: []string{"site.rate-limited"},
		Setup:  answers("location / { add_header Retry-After 30 always; return 429; }"),
		Oracle: []Proof{body(shopURL, " 429 .*retry-after: 30")},
	},
	{
		Name: "site.legal-block", Title: "unavailable for legal reasons", Kind: Fault, Address: shop, Faults: []string{"site.legal-block"},
		Setup:  answers(`location / { add_header Link '<https://court.example/>; rel="blocked-by"' always; return 451 "<title>Unavailable for legal reasons</title>"; }`),
		Oracle: []Proof{body(shopURL, " 451 .*blocked-by")},
	},
	{
		Name: "site.page-not-found", Title: "the page is gone, the site is well", Kind: Fault, Address: shopURL + "/tents/old", Faults: []string{"site.page-not-found"},
		Setup:  answers("location = / { return 200 '<!doctype html><title>Shop</title><p>Good morning'; } location / { return 404; }"),
		Oracle: []Proof{fetch(shopURL+"/tents/old", "status=404"), shopWorks},
	},
	{
		Name: "site.page-gone", Title: "the page was taken away for good", Kind: Fault, Address: shopURL + "/summer-sale", Faults: []string{"site.page-not-found"},
		Setup:  answers("location = / { return 200 '<!doctype html><title>Shop</title><p>Good morning'; } location / { return 410; }"),
		Oracle: []Proof{fetch(shopURL+"/summer-sale", "status=410"), shopWorks},
	},
	{
		Name: "site.needs-sign-in", Title: "the page wants a password", Kind: Fault, Address: shopURL + "/staff", Faults: []string{"site.needs-sign-in"},
		Setup:  answers(page + "\nlocation /staff { auth_basic Staff; auth_basic_user_file /dev/null; }"),
		Oracle: []Proof{body(shopURL+"/staff", " 401 .*www-authenticate: Basic"), shopWorks},
	},
	{
		Name: "site.forbidden", Title: "a folder that must not be listed", Kind: Fault, Address: shopURL + "/private/", Faults: []string{"site.needs-sign-in"},
		Setup:  answers(page + "\nlocation /private { return 403; }"),
		Oracle: []Proof{body(shopURL+"/private/", " 403 .*403 Forbidden.*nginx"), shopWorks},
	},
	{
		Name: "site.rejects-request", Title: "the server refuses even the barest request", Kind: Fault, Address: shop, Faults: []string{"site.rejects-request"},
		Setup: answers("location / { return 400; }"), Oracle: []Proof{body(shopURL, " 400 .*400 Bad Request")},
	},
	{
		Name: "site.wrong-content-default", Title: "the server's default page in place of the site", Kind: Fault, Address: shop, Faults: []string{"site.wrong-content"},
		Setup:  answers("location / { root /usr/share/nginx/html; index index.html; }"),
		Oracle: []Proof{body(shopURL, " 200 .*Welcome to nginx!")},
	},
	{
		Name: "site.wrong-content-parked", Title: "the domain ran out and shows a parking page", Kind: Fault, Address: "http://" + shop, Faults: []string{"site.wrong-content"},
		Setup: func(w *World) {
			w.Site(Site{Host: shop, Addrs: []string{Site4}, Plain: `location / { add_header Content-Type text/html; return 200 '<!DOCTYPE html><html lang="en"><head><title>shop.example&nbsp;-&nbsp;This website is for sale!&nbsp;-&nbsp;shop Resources and Information.</title><link rel="icon" type="image/png" href="//img.sedoparking.com/templates/logos/sedo_logo.png"></head><body><h1>shop.example</h1><p>This website is for sale! shop.example is your first and best source for all of the information you are looking for.</p></body></html>'; }`})
		},
		Oracle: []Proof{body("http://"+shop, " 200 .*sedoparking")},
	},
	{
		Name: "site.wrong-content-suspended", Title: "the hoster suspended the account", Kind: Fault, Address: shop, Faults: []string{"site.wrong-content"},
		Setup:  answers("location = /cgi-sys/suspendedpage.cgi { add_header Content-Type text/html; return 200 '<!DOCTYPE html><html><head><title>Account Suspended</title></head><body><h1>Account Suspended</h1><p>This Account has been suspended. Contact your hosting provider for more information.</p></body></html>'; } location / { return 302 /cgi-sys/suspendedpage.cgi; }"),
		Oracle: []Proof{{Run: "curl -sSL -m 3 " + shopURL, Want: "Account Suspended"}},
	},
	{
		Name: "site.bad-encoding", Title: "the answer says gzip and is not", Kind: Fault, Address: shop, Faults: []string{"site.bad-encoding"},
		Setup:  answers("location / { add_header Content-Encoding gzip always; return 200 '<!doctype html><title>Shop</title><p>Good morning to everybody'; }"),
		Oracle: []Proof{{Run: "curl -sS --compressed -m 3 " + shopURL, Want: "unrecognized|incorrect header|decod|[Ww]rite error|content encoding"}},
	},
	{
		Name: "site.slow-answer", Title: "the application thinks for more than four seconds", Kind: Fault, Address: shop, Faults: []string{"site.slow-answer"},
		Setup: func(w *World) {
			w.HTTP(w.Net, App4+":8080", nil, http.HandlerFunc(slowly))
			answers(deadBackend)(w)
		},
		Oracle: []Proof{{Run: "curl -sS -m 8 -o /dev/null -w 'status=%{http_code} hello=%{time_appconnect} first=%{time_starttransfer}' " + shopURL, Want: "status=200 hello=0.*first=4"}},
	},
	{
		Name: "site.http2-broken", Title: "HTTP/2 fails, HTTP/1.1 works", Kind: Fault, Address: shop, Faults: []string{"site.http2-broken"},
		Setup:  brokenHTTP2,
		Oracle: []Proof{{Run: "curl -sS --http2 -m 3 " + shopURL, Want: "HTTP/?2"}, {Run: "curl -sS --http1.1 -m 3 " + shopURL, Want: "Good morning"}},
	},
	{
		Name: "browser.cookies-too-large-haproxy", Title: "the browser's cookies overflow HAProxy's buffer, which closes early", Kind: Fault, Address: shop, Faults: []string{"browser.cookies-too-large"},
		Setup: func(w *World) {
			w.HTTP(w.Net, App4+":8080", nil, after(0))
			haproxyShop(w, "server app "+App4+":8080")
			w.firefoxCookies(shop, 24, 900)
		},
		Oracle: []Proof{shopWorks, {Run: "curl -sS --http1.1 -m 3 -o /dev/null -w 'status=%{http_code}' -H \"Cookie: a=$(head -c 21000 /dev/zero | tr '\\0' a)\" " + shopURL, Want: "status=400|reset|EPIPE|[Ss]end failure|Broken pipe"}},
	},
	{
		Name: "browser.cookies-too-large", Title: "the browser keeps more cookies of the site than its server takes", Kind: Fault, Address: shop, Faults: []string{"browser.cookies-too-large"},
		Setup: func(w *World) {
			answers("large_client_header_buffers 2 4k; http2_max_field_size 4k; http2_max_header_size 8k;\n" + page)(w)
			w.firefoxCookies(shop, 14, 900)
		},
		Oracle: []Proof{shopWorks, {Run: "curl -sS --http1.1 -m 3 -o /dev/null -w 'status=%{http_code}' -H \"Cookie: a=$(head -c 12000 /dev/zero | tr '\\0' a)\" " + shopURL, Want: "status=400"}},
	},
}

func haproxyShop(w *World, server string) {
	c := w.Cert(Cert{Names: []string{shop}})
	w.Host(shop, Site4)
	w.HAProxy(Site4+":443", "frontend web\n  bind "+Site4+":443 ssl crt "+c.Both+" alpn http/1.1\n  default_backend app\nbackend app\n  "+server)
}

// gzipped is a healthy page of some size, compressed.
func gzipped(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/html")
	rw.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(rw)
	fmt.Fprint(z, "<!doctype html><title>Catalogue</title>")
	for i := range 20000 {
		fmt.Fprintf(z, "<p>Tent %d sleeps %d.", i, i%7+1)
	}
	z.Close()
}
