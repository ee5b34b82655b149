//go:build lab && linux

package lab

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// rawScenarios are servers that break the connection or the protocol.
var rawScenarios = []*Scenario{
	{
		Name: "site.empty-reply", Title: "the server hangs up without an answer", Kind: Fault, Address: shop, Faults: []string{"site.empty-reply"},
		Setup:  misbehaves(func(c *tls.Conn) {}),
		Oracle: []Proof{fetch(shopURL, "Empty reply")},
	},
	{
		Name: "site.empty-reply-http", Title: "the plain server hangs up without an answer", Kind: Fault, Address: "http://" + shop, Faults: []string{"site.empty-reply"},
		Setup:  func(w *World) { w.Host(shop, Site4); w.Raw(Site4+":80", hangUp) },
		Oracle: []Proof{fetch("http://"+shop, "Empty reply")},
	},
	{
		Name: "site.resets", Title: "the server resets after the request", Kind: Fault, Address: shop, Faults: []string{"site.resets"},
		Setup:  misbehaves(func(c *tls.Conn) { abort(c) }),
		Oracle: []Proof{fetch(shopURL, "reset")},
	},
	{
		Name: "site.resets-mid-body", Title: "the server resets in the middle of the page", Kind: Fault, Address: shop, Faults: []string{"site.resets"},
		Setup: misbehaves(func(c *tls.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50000\r\n\r\n%08000d", 1)
			time.Sleep(50 * time.Millisecond)
			abort(c)
		}),
		Oracle: []Proof{{Run: "curl -sS -m 3 -o /dev/null -w 'status=%{http_code}' " + shopURL, Want: "reset.*status=200"}},
	},
	{
		Name: "site.truncated", Title: "the page is shorter than promised", Kind: Fault, Address: shop, Faults: []string{"site.truncated"},
		Setup: misbehaves(func(c *tls.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n%s", goodMorning)
		}),
		Oracle: []Proof{fetch(shopURL, "bytes remaining|transfer closed")},
	},
	{
		Name: "site.truncated-chunked", Title: "the chunked page is cut", Kind: Fault, Address: shop, Faults: []string{"site.truncated"},
		Setup: misbehaves(func(c *tls.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(goodMorning), goodMorning)
		}),
		Oracle: []Proof{fetch(shopURL, "outstanding read data|transfer closed|chunk")},
	},
	{
		Name: "site.slow-download", Title: "headers at once, then ten bytes a second", Kind: Fault, Address: shop, Faults: []string{"site.slow-download"},
		Setup: misbehaves(func(c *tls.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n")
			for range 5000 {
				if _, err := io.WriteString(c, "a"); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		}),
		Oracle: []Proof{{Run: "curl -sS -m 2 -o /dev/null -w 'first=%{time_starttransfer}' " + shopURL, Want: "timed out.*first=0"}},
	},
	{
		Name: "site.bad-gzip", Title: "the answer says gzip and is not, from the application itself", Kind: Fault, Address: shop, Faults: []string{"site.bad-encoding"},
		Setup: misbehaves(func(c *tls.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(goodMorning), goodMorning)
		}),
		Oracle: []Proof{{Run: "curl -sS --compressed -m 3 " + shopURL, Want: "unrecognized|incorrect header|decod|[Ww]rite error|content encoding"}},
	},
	{
		Name: "site.not-http", Title: "the port speaks something else", Kind: Fault, Address: shop, Faults: []string{"site.not-http"},
		Setup:  misbehaves(func(c *tls.Conn) { io.WriteString(c, "* OK IMAP4rev1 Service Ready\r\n"); swallow(c) }),
		Oracle: []Proof{fetch(shopURL, "HTTP/0.9|[Uu]nsupported|Weird|status=000")},
	},
	{
		Name: "site.not-http-ssh", Title: "an SSH server on the plain port", Kind: Fault, Address: "http://" + shop, Faults: []string{"site.not-http"},
		Setup: func(w *World) {
			w.Host(shop, Site4)
			w.Raw(Site4+":80", func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"); swallow(c) })
		},
		Oracle: []Proof{fetch("http://"+shop, "HTTP/0.9")},
	},
}

// misbehaves is a site whose server reads one request and then does as it likes; the connection closes after it.
func misbehaves(serve func(*tls.Conn)) func(*World) {
	return func(w *World) {
		w.RawTLS(shop, func(c *tls.Conn, _ *http.Request) {
			serve(c)
			c.Close()
		})
	}
}

// hangUp reads a request and closes.
func hangUp(c net.Conn) { c.Read(make([]byte, 65536)) }

// nonsense answers a request with what is no HTTP.
func nonsense(c net.Conn) {
	c.Read(make([]byte, 65536))
	io.WriteString(c, "\x16\x03\x01 who goes there\r\n\r\n")
}

// slowly is an application that takes its time, and not a round time as retransmissions do.
func slowly(rw http.ResponseWriter, q *http.Request) {
	select {
	case <-time.After(4400 * time.Millisecond):
	case <-q.Context().Done():
	}
	fmt.Fprint(rw, goodMorning)
}

// brokenHTTP2 offers HTTP/2 and ends every such connection with a protocol error; HTTP/1.1 works.
func brokenHTTP2(w *World) {
	w.Host(shop, Site4)
	pair := w.Cert(Cert{Names: []string{shop}})
	conf := &tls.Config{Certificates: []tls.Certificate{pair.TLS}, NextProtos: []string{"h2", "http/1.1"}}
	w.Raw(Site4+":443", func(c net.Conn) {
		t := tls.Server(c, conf)
		if t.Handshake() != nil {
			return
		}
		defer t.Close()
		t.Read(make([]byte, 65536))
		if t.ConnectionState().NegotiatedProtocol == "h2" {
			// An empty SETTINGS frame, then GOAWAY with PROTOCOL_ERROR (RFC 9113, 6.5 and 6.8).
			io.WriteString(t, "\x00\x00\x00\x04\x00\x00\x00\x00\x00"+"\x00\x00\x08\x07\x00\x00\x00\x00\x00"+"\x00\x00\x00\x00\x00\x00\x00\x01")
			return
		}
		fmt.Fprintf(t, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(goodMorning), goodMorning)
	})
}
