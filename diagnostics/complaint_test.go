package diagnostics

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var complaints = []struct {
	text string
	want Complaint // without a kind: no complaint
}{
	{"ERR_CONNECTION_RESET", Complaint{Kind: SaidReset, Code: "ERR_CONNECTION_RESET"}},
	{" net::err_connection_reset ", Complaint{Kind: SaidReset, Code: "ERR_CONNECTION_RESET"}},
	{"(NS_ERROR_NET_RESET)", Complaint{Kind: SaidReset, Code: "NS_ERROR_NET_RESET"}},
	{"SEC_ERROR_EXPIRED_CERTIFICATE", Complaint{Kind: SaidTLS, Code: "SEC_ERROR_EXPIRED_CERTIFICATE"}},
	{"NET::ERR_CERT_DATE_INVALID", Complaint{Kind: SaidTLS, Code: "ERR_CERT_DATE_INVALID"}},
	{"DNS_PROBE_FINISHED_NXDOMAIN", Complaint{Kind: SaidDNS, Code: "DNS_PROBE_FINISHED_NXDOMAIN"}},
	{"ERR_SOMETHING_NEW", Complaint{Kind: SaidOther, Code: "ERR_SOMETHING_NEW"}},
	{"ERR_BLOCKED_BY_CLIENT", Complaint{Kind: SaidBlocked, Code: "ERR_BLOCKED_BY_CLIENT"}},
	{"Request to the server has been blocked by an extension.", Complaint{Kind: SaidBlocked}},
	{"ERR_PROXY_CONNECTION_FAILED", Complaint{Kind: SaidProxy, Code: "ERR_PROXY_CONNECTION_FAILED"}},
	{"502", Complaint{Kind: SaidGateway, Status: 502}},
	{"502 Bad Gateway cloudflare", Complaint{Kind: SaidGateway, Status: 502, Server: "cloudflare"}},
	{"502 Bad Gateway\n\nnginx/1.18.0 (Ubuntu)", Complaint{Kind: SaidGateway, Status: 502, Server: "nginx"}},
	{"shop.example | 502: Bad gateway", Complaint{Kind: SaidGateway, Status: 502, Address: "shop.example"}},
	{"Gateway Time-out\nThe gateway did not receive a timely response", Complaint{Kind: SaidGateway, Status: 504}},
	{"400 Bad Request\nRequest Header Or Cookie Too Large\nopenresty", Complaint{Kind: SaidOther, Code: CookiesTooLarge, Status: 400, Server: "openresty"}},
	{"Proxy Authentication Required", Complaint{Kind: SaidProxy, Status: 407}},
	{"503 Service Unavailable\nApache/2.4.41 (Ubuntu) Server at www.example.com Port 443", Complaint{Kind: SaidGateway, Status: 503, Server: "apache", Address: "www.example.com"}},
	{"Please contact webmaster@example.com. 500 Internal Server Error", Complaint{Kind: SaidGateway, Status: 500}},
	{"Error 522 Ray ID 8a1b2c3d4e5f6789 • 2026-01-02 03:04:05 UTC\nConnection timed out\nYou\nBrowser Working\nFrankfurt Cloudflare Working\nwww.example.com Host Error\nYour IP: Click to reveal 198.51.100.9 Performance & security by Cloudflare www.cloudflare.com",
		Complaint{Kind: SaidGateway, Status: 522, Server: "cloudflare", Address: "www.example.com"}},
	{"Connection timed out Error code 522\nVisit cloudflare.com for more information.", Complaint{Kind: SaidGateway, Status: 522, Server: "cloudflare"}},
	{"Error 1015 Ray ID: 8a1b You are being rate limited", Complaint{Kind: SaidOther, Status: 429, Server: "cloudflare"}},
	{"This site can't be reached www.example.com took too long to respond. ERR_CONNECTION_TIMED_OUT", Complaint{Kind: SaidTimeout, Code: "ERR_CONNECTION_TIMED_OUT", Address: "www.example.com"}},
	{"This site can’t be reached\nwww.example.com’s server IP address could not be found.", Complaint{Kind: SaidDNS, Address: "www.example.com"}},
	{"This site can’t be reached", Complaint{Kind: SaidOther}},
	{"localhost refused to connect.", Complaint{Kind: SaidRefused, Address: "localhost"}},
	{"192.0.2.7 refused to connect.", Complaint{Kind: SaidRefused, Address: "192.0.2.7"}},
	{"This page isn’t working\nexample.com is currently unable to handle this request.\nHTTP ERROR 502", Complaint{Kind: SaidGateway, Status: 502, Address: "example.com"}},
	{"This page isn’t working\nHTTP ERROR 404", Complaint{Kind: SaidOther, Status: 404}},
	{"Secure Connection Failed\nAn error occurred during a connection to example.com. PR_END_OF_FILE_ERROR", Complaint{Kind: SaidReset, Code: "PR_END_OF_FILE_ERROR", Address: "example.com"}},
	{"Unable to connect\nFirefox can’t establish a connection to the server at example.com:8443.", Complaint{Kind: SaidRefused, Address: "https://example.com:8443"}},
	{"Safari Can’t Find the Server\nSafari can’t open the page “https://user:secret@example.com/a” because Safari can’t find the server “example.com”.", Complaint{Kind: SaidDNS, Address: "https://example.com/a"}},
	{"Safari can't open the page because the server unexpectedly dropped the connection.", Complaint{Kind: SaidReset}},
	{"Error Domain=NSURLErrorDomain Code=-1001 \"The request timed out.\"", Complaint{Kind: SaidTimeout}},
	{"NSURLErrorDomain:-1009", Complaint{Kind: SaidOffline, Code: "NSURLErrorDomain -1009"}},
	{"Die Website ist nicht erreichbar\nwww.example.de hat die Verbindung abgelehnt.", Complaint{Kind: SaidRefused, Address: "www.example.de"}},
	{"Ce site est inaccessible\nwww.example.fr a mis trop de temps à répondre.\nERR_TIMED_OUT", Complaint{Kind: SaidTimeout, Code: "ERR_TIMED_OUT", Address: "www.example.fr"}},
	{"このサイトにアクセスできません\nwww.example.jp からの応答時間が長すぎます。", Complaint{Kind: SaidTimeout, Address: "www.example.jp"}},
	{"无法访问此网站", Complaint{Kind: SaidOther}},
	{"无法访问此网站ERR_NAME_NOT_RESOLVED", Complaint{Kind: SaidDNS, Code: "ERR_NAME_NOT_RESOLVED"}},
	{"http://example.com/ ERR_TIMED_OUT", Complaint{Kind: SaidTimeout, Code: "ERR_TIMED_OUT", Address: "http://example.com/"}},
	{"bücher.example redirected you too many times.", Complaint{Kind: SaidRedirects, Address: "xn--bcher-kva.example"}},
	{"See index.html and node.js: 502 Bad Gateway", Complaint{Kind: SaidGateway, Status: 502}},

	{"", Complaint{}}, {"example.com", Complaint{}}, {"example.com/502", Complaint{}}, {"https://example.com/ERR_CONNECTION_RESET", Complaint{}},
	{"http://example.com/?q=502+Bad+Gateway", Complaint{}}, {"502.example.com", Complaint{}}, {"err.example.com", Complaint{}}, {"intranet", Complaint{}},
	{"bücher.example", Complaint{}}, {"例え.jp/ERR_TIMED_OUT", Complaint{}}, {"2001:db8::502", Complaint{}}, {"localhost:5020", Complaint{}}, {"ERR_TIMED_OUT.example.com", Complaint{}},
	{"my_host", Complaint{}}, {"a b.com", Complaint{}}, {"room 502", Complaint{}}, {"mailto:err_a@example.com", Complaint{}}, {"hello world", Complaint{}},
}

func TestParseComplaint(t *testing.T) {
	for _, c := range complaints {
		got, ok := ParseComplaint(c.text)
		if got != c.want || ok != (c.want.Kind != "") {
			t.Errorf("%q:\n got %+v\nwant %+v", c.text, got, c.want)
		}
	}
	long := strings.Repeat("é", maxComplaint) + " ERR_TIMED_OUT"
	if c, ok := ParseComplaint(long); ok {
		t.Errorf("read beyond its bound: %+v", c)
	}
}

func TestParseInput(t *testing.T) {
	for _, c := range []struct {
		in, host string
		kind     ComplaintKind
		bad      bool
	}{
		{"example.com/502", "example.com", "", false},
		{"ERR_TIMED_OUT", "", SaidTimeout, false},
		{"www.example.com took too long to respond", "www.example.com", SaidTimeout, false},
		{"a b.com", "", "", true},
	} {
		target, said, err := ParseInput(c.in)
		if target.Host != c.host || (err != nil) != c.bad || (said != nil) != (c.kind != "") || said != nil && said.Kind != c.kind {
			t.Errorf("%q: %+v, %+v, %v", c.in, target, said, err)
		}
	}
}

func FuzzParseComplaint(f *testing.F) {
	for _, c := range complaints {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := ParseComplaint(text)
		if !ok {
			if c != (Complaint{}) {
				t.Errorf("%q: refused, and still %+v", text, c)
			}
			return
		}
		if c.Kind == "" || c.Status != 0 && (c.Status < 400 || c.Status > 599) || len(c.Code) > 80 || strings.ToValidUTF8(c.Code, "") != c.Code || !utf8.ValidString(c.Server) {
			t.Errorf("%q: %+v", text, c)
		}
		if c.Address != "" {
			if _, err := ParseTarget(c.Address); err != nil {
				t.Errorf("%q: the address %q cannot be examined: %v", text, c.Address, err)
			}
		}
		if strings.Contains(text, "://") && !strings.ContainsAny(text, " \t\n\r") {
			if _, err := ParseTarget(text); err == nil && strings.HasPrefix(text, "http") && utf8.ValidString(text) {
				t.Errorf("the address %q is taken for a complaint", text)
			}
		}
	})
}
