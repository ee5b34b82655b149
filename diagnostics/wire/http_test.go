package wire

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// readRequest reads one request up to the end of its header.
func readRequest(c net.Conn) {
	_, _ = http.ReadRequest(bufio.NewReader(c))
}

// say answers any request with the text and closes.
func say(text string) func(net.Conn) {
	return func(c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, text)
	}
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func deflated(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func withLength(header, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", header, len(body), body)
}

// exchanges are answers on a plain connection and what must be made of them; they seed the fuzzing.
var exchanges = []struct {
	name   string
	answer string
	kind   Kind
	status int
	body   string
	check  func(Exchange) bool
}{
	{"plain", withLength("Date: Mon, 15 Jun 2026 12:00:00 GMT\r\n", "hello"), "", 200, "hello", func(x Exchange) bool {
		return x.Complete && x.Declared == 5 && x.Size == 5 && x.Date.Equal(noon) && !x.At.IsZero()
	}},
	{"until closed", "HTTP/1.0 502 Bad Gateway\r\n\r\n<center>nginx</center>", "", 502, "<center>nginx</center>", func(x Exchange) bool { return x.Complete && x.Declared == -1 && x.Proto == "HTTP/1.0" }},
	{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\n\r\n", "", 200, "helloyou", func(x Exchange) bool { return x.Complete && x.Size == 8 }},
	{"no content", "HTTP/1.1 204 No Content\r\n\r\n", "", 204, "", func(x Exchange) bool { return x.Complete }},
	{"interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + withLength("", "x"), "", 200, "x", func(x Exchange) bool { return x.Interim == 2 && x.Header.Get("Link") == "" }},
	{"gzip", withLength("Content-Encoding: gzip\r\n", zipped("hello")), "", 200, "hello", func(x Exchange) bool { return x.Complete && x.Size > 5 }},
	{"gzip twice", withLength("Content-Encoding: gzip, gzip\r\n", zipped(zipped("hello"))), "", 200, "hello", nil},
	{"gzip without body", withLength("Content-Encoding: gzip\r\n", ""), "", 200, "", func(x Exchange) bool { return x.Complete }},
	{"gzip without end", withLength("Content-Encoding: gzip\r\n", zipped("hello")[:len(zipped("hello"))-8]), "", 200, "hello", func(x Exchange) bool { return x.Complete }},
	{"gzip with a tail", withLength("Content-Encoding: gzip\r\n", zipped("hello")+"tail"), "", 200, "hello", func(x Exchange) bool { return x.Complete }},
	{"deflate", withLength("Content-Encoding: deflate\r\n", deflated("hello")), "", 200, "hello", nil},
	{"bare deflate", withLength("Content-Encoding: deflate\r\n", deflated("hello")[2:]), "", 200, "hello", nil},
	{"unknown encoding", withLength("Content-Encoding: br\r\n", "\x0b\x02"), "", 200, "\x0b\x02", func(x Exchange) bool { return x.Complete }},
	{"not gzip", withLength("Content-Encoding: gzip\r\n", "plain text after all"), BadEncoding, 200, "plain text after all", nil},
	{"broken gzip", withLength("Content-Encoding: gzip\r\n", zipped("hello")[:10]+"\xff\xff\xff\xff\xff\xff\xff"), BadEncoding, 200, "", func(x Exchange) bool { return len(x.Body) > 0 }},
	{"truncated", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", Truncated, 200, "hello", func(x Exchange) bool { return !x.Complete && x.Size == 5 && x.Declared == 50 && x.Fail.Phase == "body" }},
	{"truncated chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Truncated, 200, "hel", nil},
	{"truncated between chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Truncated, 200, "hello", nil},
	{"truncated gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 500\r\n\r\n" + zipped("hello")[:12], Truncated, 200, "", nil},
	{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", BadHTTP, 200, "", func(x Exchange) bool { return x.Fail.Phase == "body" }},
	{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", BadHTTP, 200, "", nil},
	{"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "", 200, "hello", nil},
	{"odd length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "", 200, "hello", func(x Exchange) bool { return x.Declared == -1 }},
	{"empty", "", EOF, 0, "", func(x Exchange) bool { return x.Fail.Phase == "headers" && x.First == 0 }},
	{"closed early", "HTT", EOF, 0, "", nil},
	{"closed in the header", "HTTP/1.1 200 OK\r\nServer: x", EOF, 0, "", func(x Exchange) bool { return x.First > 0 }},
	{"SSH", "SSH-2.0-OpenSSH_9\r\n", NotHTTP, 0, "", func(x Exchange) bool { return strings.Contains(x.Fail.Text, "SSH-2.0") }},
	{"HTTP/0.9", "<html>hello</html>", NotHTTP, 0, "", nil},
	{"escape sequences", "\x1b]0;owned\a\x1b[2Jhello", NotHTTP, 0, "", func(x Exchange) bool { return x.Fail.Text == `the answer begins with "hello"` }},
	{"bad status", "HTTP/1.1 abc OK\r\n\r\n", NotHTTP, 0, "", nil},
	{"long status", "HTTP/1.1 2000 OK\r\n\r\n", NotHTTP, 0, "", nil},
	{"binary", "\x00\x01\x02\x03\x04\x05\x06\x07", NotHTTP, 0, "", nil},
	{"blank lines before", "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "", 200, "x", nil},
	{"lower case", "http/1.1 200 ok\ncontent-length: 1\n\nx", "", 200, "x", func(x Exchange) bool { return x.Proto == "HTTP/1.1" }},
	{"no reason", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "", 404, "", nil},
	{"odd header lines", "HTTP/1.1 200 OK\r\nno colon here\r\n: no name\r\nX-A : spaced\r\nX-B: one\r\n two\r\nX-C: \x1b[31mred\x00\r\nContent-Length: 1\r\n\r\nx", "", 200, "x", func(x Exchange) bool {
		return x.Header.Get("X-A") == "spaced" && x.Header.Get("X-B") == "one two" && x.Header.Get("X-C") == "\x1b[31mred\x00"
	}},
	{"endless interim", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 50), EndlessInterim, 0, "", nil},
	{"long header", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", MaxHeader) + "\r\n\r\n", TooBig, 0, "", nil},
	{"many headers", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", MaxHeader/6) + "\r\n", TooBig, 0, "", nil},
	{"switching", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nrest", "", 101, "", nil},
}

func TestDo(t *testing.T) {
	for _, c := range exchanges {
		t.Run(c.name, func(t *testing.T) {
			x := Do(context.Background(), dial(t, listen(t, say(c.answer))), Request{URL: "http://example.com/a?b=c", Header: BrowserHeader(), Limit: 5 * time.Second})
			if (x.Fail != nil) != (c.kind != "") || c.kind != "" && !x.Fail.Is(c.kind) || x.Status != c.status || c.body != "" && string(x.Body) != c.body {
				t.Errorf("%+v %+v %q", x, x.Fail, x.Body)
			} else if c.check != nil && !c.check(x) {
				t.Errorf("%+v %+v", x, x.Fail)
			}
			if x.Took <= 0 || x.Took < x.First {
				t.Errorf("took %v, first byte after %v", x.Took, x.First)
			}
		})
	}
}

func TestDoMisbehaviour(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
	cases := []struct {
		name  string
		serve func(net.Conn)
		req   Request
		kind  Kind
		phase string
		check func(Exchange) bool
	}{
		{"reset before an answer", func(c net.Conn) { readRequest(c); reset(c) }, Request{}, Reset, "headers", nil},
		{"reset in the body", func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, head+"hello")
			time.Sleep(50 * time.Millisecond)
			reset(c)
		}, Request{}, Reset, "body", func(x Exchange) bool { return x.Status == 200 && x.Size == 5 }},
		{"silent", func(c net.Conn) { readRequest(c); time.Sleep(time.Minute) }, Request{Limit: 50 * time.Millisecond}, Timeout, "headers", func(x Exchange) bool { return x.Sent > 0 }},
		{"dripping", func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, head)
			for range 100 {
				time.Sleep(10 * time.Millisecond)
				if _, err := c.Write([]byte("x")); err != nil {
					return
				}
			}
		}, Request{Limit: 100 * time.Millisecond}, "", "", func(x Exchange) bool { return x.CutShort && !x.Complete && x.Size > 0 && x.Size < 50 }},
		{"dripping, body limit", func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, head)
			time.Sleep(time.Minute)
		}, Request{BodyLimit: 50 * time.Millisecond}, "", "", func(x Exchange) bool { return x.CutShort }},
		{"early refusal of a long request", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 100))
			_, _ = io.WriteString(c, "HTTP/1.1 431 Too Large\r\nContent-Length: 3\r\n\r\nbig")
			time.Sleep(time.Second) // keeps the rest unread
		}, Request{Header: http.Header{"Cookie": {strings.Repeat("x", 8<<20)}}}, "", "", func(x Exchange) bool { return x.Status == 431 && x.Complete }},
		{"cut while writing", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 100))
			reset(c)
		}, Request{Header: http.Header{"Cookie": {strings.Repeat("x", 8<<20)}}}, Reset, "write", nil},
		{"enough", say(withLength("", strings.Repeat("x", 200<<10))), Request{MaxRead: 100 << 10}, "", "", func(x Exchange) bool {
			return x.CutShort && x.Size == 100<<10 && len(x.Body) == MaxBody
		}},
		{"bomb", say(withLength("Content-Encoding: gzip\r\n", zipped(strings.Repeat("\x00", 50<<20)))), Request{}, "", "", func(x Exchange) bool {
			return x.CutShort && x.Size < 1<<20 && len(x.Body) == MaxBody
		}},
		{"headers only", say(head + "hello"), Request{StopAfterHeaders: true}, "", "", func(x Exchange) bool { return x.Status == 200 && x.Size == 0 && !x.Complete }},
		{"HEAD", say(head), Request{Method: "HEAD"}, "", "", func(x Exchange) bool { return x.Complete && x.Declared == 100 }},
		{"not an address", say(head), Request{URL: "nonsense"}, Invalid, "write", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.req.URL == "" {
				c.req.URL = "http://example.com/"
			}
			if c.req.Limit == 0 {
				c.req.Limit = 5 * time.Second
			}
			x := Do(context.Background(), dial(t, listen(t, c.serve)), c.req)
			if (x.Fail != nil) != (c.kind != "") || c.kind != "" && (!x.Fail.Is(c.kind) || x.Fail.Phase != c.phase) || c.check != nil && !c.check(x) {
				t.Errorf("%+v %+v", x, x.Fail)
			}
		})
	}
}

func TestRequestOnTheWire(t *testing.T) {
	got := make(chan *http.Request, 1)
	a := listen(t, func(c net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(c))
		if err == nil {
			got <- r
		}
		_, _ = io.WriteString(c, "HTTP/1.1 204 x\r\n\r\n")
	})
	Do(context.Background(), dial(t, a), Request{URL: "http://example.com:8080/a%20b?c#d", Header: http.Header{"X-Evil": {"a\r\nInjected: b"}}})
	if r := <-got; r.RequestURI != "/a%20b?c" || r.Host != "example.com:8080" || r.Header.Get("Injected") != "" || r.Header.Get("X-Evil") == "" {
		t.Errorf("%+v", r)
	}
	Do(context.Background(), dial(t, a), Request{URL: "http://example.com/", Absolute: true, Host: "other.example"})
	if r := <-got; r.RequestURI != "http://example.com/" || r.Method != "GET" {
		t.Errorf("%+v", r)
	}
}

// h2Server is a real HTTP/2 server.
func h2Server(t *testing.T, h http.HandlerFunc) func(net.Conn) {
	t.Helper()
	s := &http.Server{Handler: h, TLSConfig: &tls.Config{Certificates: []tls.Certificate{site()}, NextProtos: []string{"h2"}}}
	inner := make(chan net.Conn)
	l := &chanListener{inner, make(chan struct{})}
	go func() { _ = s.ServeTLS(l, "", "") }()
	t.Cleanup(func() { close(l.closed); _ = s.Close() })
	return func(c net.Conn) {
		keep := &closeNotifier{c, make(chan struct{})}
		inner <- keep
		<-keep.closed
	}
}

type chanListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *chanListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *chanListener) Close() error   { return nil }
func (l *chanListener) Addr() net.Addr { return &net.TCPAddr{} }

type closeNotifier struct {
	net.Conn
	closed chan struct{}
}

func (c *closeNotifier) Close() error {
	select {
	case <-c.closed:
	default:
		close(c.closed)
	}
	return c.Conn.Close()
}

func secure(t *testing.T, serve func(net.Conn), alpn ...string) *tls.Conn {
	t.Helper()
	conn, h := StartTLS(context.Background(), dial(t, listen(t, serve)), TLSOptions{ServerName: "example.com", Roots: testPKI().pool, Now: noon, ALPN: alpn})
	if conn == nil {
		t.Fatalf("%+v", h.Fail)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestHTTP2(t *testing.T) {
	cases := []struct {
		name  string
		h     http.HandlerFunc
		kind  Kind
		check func(Exchange) bool
	}{
		{"plain", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto, r.Host) }, "", func(x Exchange) bool {
			return string(x.Body) == "HTTP/2.0example.com" && x.Complete && x.Proto == "HTTP/2.0" && x.First > 0 && x.Sent > 0
		}},
		{"gzip", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, zipped("hello"))
		}, "", func(x Exchange) bool { return string(x.Body) == "hello" }},
		{"interim", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(103); w.WriteHeader(404) }, "", func(x Exchange) bool { return x.Interim == 1 && x.Status == 404 }},
		{"endless interim", func(w http.ResponseWriter, r *http.Request) {
			for range 100 {
				w.WriteHeader(103)
			}
		}, EndlessInterim, nil},
		{"stream reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, HTTP2, func(x Exchange) bool { return x.Fail.Phase == "headers" }},
		{"stream reset in the body", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "hello")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, HTTP2, func(x Exchange) bool { return x.Fail.Phase == "body" && x.Status == 200 && x.Size == 5 }},
		{"dripping", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}, "", func(x Exchange) bool { return x.CutShort && x.Size > 0 }},
		{"silent", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Timeout, nil},
		{"long header", func(w http.ResponseWriter, r *http.Request) {
			for i := range 40 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("a", 8<<10))
			}
		}, HTTP2, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x := Do(context.Background(), secure(t, h2Server(t, c.h), "h2"), Request{URL: "https://example.com/", Header: BrowserHeader(), Limit: 300 * time.Millisecond})
			if (x.Fail != nil) != (c.kind != "") || c.kind != "" && !x.Fail.Is(c.kind) || c.check != nil && !c.check(x) {
				t.Errorf("%+v %+v %q", x, x.Fail, x.Body)
			}
		})
	}
}

func TestBrokenHTTP2(t *testing.T) {
	for name, c := range map[string]struct {
		serve func(*tls.Conn)
		kind  Kind
	}{
		"HTTP/1.1 instead": {func(c *tls.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			_, _ = io.Copy(io.Discard, c)
		}, HTTP2},
		"GOAWAY": {func(c *tls.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Write([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2})
			_, _ = io.Copy(io.Discard, c)
		}, HTTP2},
		"closed": {func(c *tls.Conn) { // when nothing is left to read, which would make it a reset
			_, _ = io.ReadFull(c, make([]byte, len(http2.ClientPreface)))
			for fr := http2.NewFramer(io.Discard, c); ; {
				if f, err := fr.ReadFrame(); err != nil || f.Header().Type == http2.FrameHeaders {
					return
				}
			}
		}, EOF},
		"reset": {func(c *tls.Conn) { _, _ = c.Read(make([]byte, 4096)); reset(c.NetConn()) }, Reset},
	} {
		t.Run(name, func(t *testing.T) {
			conn := secure(t, tlsServer(&tls.Config{NextProtos: []string{"h2"}}, c.serve), "h2")
			if x := Do(context.Background(), conn, Request{URL: "https://example.com/", Limit: 2 * time.Second}); !x.Fail.Is(c.kind) {
				t.Errorf("%+v", x.Fail)
			}
		})
	}
}

func TestHTTPOverTLS(t *testing.T) {
	wants := tlsServer(&tls.Config{ClientAuth: tls.RequireAnyClientCert}, nil)
	if x := Do(context.Background(), secure(t, wants), Request{URL: "https://example.com/"}); !x.Fail.Is(ClientCert) || x.Fail.Alert != 116 {
		t.Errorf("client certificate: %+v", x.Fail)
	}
	abrupt := tlsServer(&tls.Config{}, func(c *tls.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nhello")
		_ = c.NetConn().Close()
	})
	if x := Do(context.Background(), secure(t, abrupt), Request{URL: "https://example.com/"}); x.Fail != nil || !x.Complete || string(x.Body) != "hello" {
		t.Errorf("closed without notice: %+v %+v", x, x.Fail)
	}
}

// serveOnce answers one HTTP/1.1 request by a handler.
func serveOnce(c net.Conn, h http.HandlerFunc) {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	w := httptest.NewRecorder()
	h(w, r)
	_ = w.Result().Write(c)
}
