package cli

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// escapes is what a terminal, a browser or a careless program would obey: a window title, colours, a
// cleared screen, C1 controls, directions of text, invisible and broken characters, HTML.
const escapes = "\x1b]0;PWNED\a\x1b[31mred\x1b[2J\u009b1mC1\u202egnp.exe\u2066\u200b\u2028\ufeff\x00\x7f\x08\xff\xfe<script>alert(1)</script>"

// listen serves every connection on a free port of the loopback address.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	accept(l, serve)
	return l.Addr().String()
}

func accept(l net.Listener, serve func(net.Conn)) {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(30 * time.Second))
				serve(c)
			}()
		}
	}()
}

// answering reads a request and writes the parts, the last of them again and again.
func answering(parts ...string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		for i := 0; ; i = min(i+1, len(parts)-1) {
			if _, err := io.WriteString(c, parts[i]); err != nil {
				return
			}
		}
	}
}

// once reads a request, writes an answer and waits for the other side to close.
func once(text string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		_, _ = io.WriteString(c, text)
		if t, ok := c.(interface{ CloseWrite() error }); ok {
			_ = t.CloseWrite()
		}
		_, _ = io.Copy(io.Discard, c)
	}
}

// dripping writes head, then the text byte by byte for ever.
func dripping(head, text string, each time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		_, err := io.WriteString(c, head)
		for i := 0; err == nil; i++ {
			time.Sleep(each)
			_, err = c.Write([]byte{text[i%len(text)]})
		}
	}
}

// zipped is n megabytes of zeros as gzip packs them, packed again as often as told.
func zipped(n, again int) string {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	zeros := make([]byte, 1<<20)
	for range n {
		_, _ = w.Write(zeros)
	}
	_ = w.Close()
	for range again {
		inner := bytes.Clone(b.Bytes())
		b.Reset()
		w := gzip.NewWriter(&b)
		_, _ = w.Write(inner)
		_ = w.Close()
	}
	return b.String()
}

func ok200(header, body string) string { return "HTTP/1.1 200 OK\r\n" + header + "\r\n" + body }

func redirect(to string) func(net.Conn) {
	return once("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to + "\r\n\r\n")
}

type hostile struct {
	name  string
	serve func(net.Conn)
	want  []string // faults, one of which is right; none: whatever the general rules allow
}

// check examines the address; blames are those who can be at fault besides nobody and the unknown.
func (c hostile) check(t *testing.T, h home, url string, blames ...string) {
	t.Helper()
	e := h.examine(t, url)
	if !slices.Contains(append(blames, "nobody", "unknown"), e.Verdict.Blame) {
		t.Errorf("%s: blame %s", e.Verdict.Fault, e.Verdict.Blame)
	}
	if len(c.want) > 0 && !slices.Contains(c.want, e.Verdict.Fault) {
		t.Errorf("%s (%s, %.2f), want one of %q\n%s", e.Verdict.Fault, e.Verdict.Blame, e.Verdict.Confidence, c.want, e.text)
	}
	quoted := strings.Contains(e.text, `\x1b]0;PWNED`) // as a Go error tells of it: harmless
	if strings.Contains(e.text, "PWNED") && !quoted {
		t.Errorf("the text of an escape sequence is shown")
	}
}

func TestHostileHTTP(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	const chunked = "Transfer-Encoding: chunked\r\n"
	lines := strings.Repeat("X-Filler: aaaaaaaaaaaaaaaaaaaaaaaa\r\n", 500)
	block := strings.Repeat("a", 64<<10)
	megabyte := strings.Repeat("b", 1<<20)
	bomb := zipped(512, 0)
	cookies := func(n, size int) (s string) {
		for i := range n {
			s += fmt.Sprintf("Set-Cookie: cookie%d=%s; Path=/; HttpOnly\r\n", i, strings.Repeat("x", size))
		}
		return s
	}
	for _, c := range []hostile{
		{"endless headers", answering("HTTP/1.1 200 OK\r\n", lines), nil},
		{"one endless header line", answering("HTTP/1.1 200 OK\r\nX: ", block), nil},
		{"endless status line", answering("HTTP/1.1 200 ", block), nil},
		{"endless interim answers", answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), nil},
		{"endless interim answers, each slow", dripping("", "HTTP/1.1 102 Processing\r\n\r\n", 10*time.Millisecond), nil},
		{"endless blank lines", answering("\r\n\r\n\r\n\r\n"), nil},
		{"endless garbage", answering(block), nil},
		{"binary garbage", answering("\x00\x01\x02\xff\xfe" + escapes), nil},
		{"endless body", answering(ok200("", ""), block), nil},
		{"endless body of declared length", answering(ok200("Content-Length: 9223372036854775807\r\n", ""), block), nil},
		{"endless chunks", answering(ok200(chunked, ""), "10000\r\n"+block+"\r\n"), nil},
		{"endless chunk extension", answering(ok200(chunked, "5;a="), block), nil},
		{"endless trailers", answering(ok200(chunked, "0\r\n"), lines), nil},
		{"a chunk of absurd size", once(ok200(chunked, "FFFFFFFFFFFFFFFF\r\nabc")), nil},
		{"a chunk of even more", once(ok200(chunked, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\r\nabc")), nil},
		{"a chunk of negative size", once(ok200(chunked, "-5\r\nabc\r\n0\r\n\r\n")), nil},
		{"chunks without a size", once(ok200(chunked, "\x1b]0;PWNED\a\r\nabc")), nil},
		{"a length below zero", once(ok200("Content-Length: -1\r\n", "hello")), nil},
		{"a length that is no number", once(ok200("Content-Length: "+escapes+"\r\n", "hello")), nil},
		{"two lengths", once(ok200("Content-Length: 5\r\nContent-Length: 50\r\n", "hello")), nil},
		{"lengths in a list", once(ok200("Content-Length: 5, 5\r\n", "hello")), nil},
		{"a dripping body", dripping(ok200("Content-Length: 100000\r\n", ""), "z", time.Second), nil},
		{"a dripping head", dripping("", "HTTP/1.1 200 OK\r\n"+lines, time.Second), nil},
		{"a compression bomb of 10 GB", answering(ok200("Content-Encoding: gzip\r\n", ""), bomb), nil},
		{"a bomb in one stream", once(ok200("Content-Encoding: gzip\r\n", bomb)), nil},
		{"a bomb in a bomb", once(ok200("Content-Encoding: gzip, gzip\r\n", zipped(2048, 1))), nil},
		{"a bomb in a bomb in a bomb", once(ok200("Content-Encoding: gzip\r\nContent-Encoding: gzip, gzip\r\n", zipped(1024, 2))), nil},
		{"a thousand encodings", once(ok200(strings.Repeat("Content-Encoding: gzip\r\n", 1000), bomb)), nil},
		{"broken gzip", once(ok200("Content-Encoding: gzip\r\n", "\x1f\x8b\x08\x1c\xff\xff"+block)), nil},
		{"a gzip name without end", answering(ok200("Content-Encoding: gzip\r\n", "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x00"), block), nil},
		{"broken deflate", once(ok200("Content-Encoding: deflate\r\n", escapes+block)), nil},
		{"an encoding of escapes", once(ok200("Content-Encoding: "+escapes+"\r\n", "hello")), nil},
		{"escapes in the status line", once("HTTP/1.1 500 " + escapes + "\r\nContent-Length: 0\r\n\r\n"), nil},
		{"escapes for a version", once("HTTP/" + escapes + " 200 OK\r\n\r\n"), nil},
		{"escapes in headers", once("HTTP/1.1 502 Bad Gateway\r\nServer: " + escapes + "\r\nVia: 1.1 " + escapes + "\r\nProxy-Status: " + escapes + "; error=" + escapes + "\r\nX-Cache: " + escapes + "\r\nCF-Ray: " + escapes + "\r\n" + escapes + ": x\r\nRetry-After: " + escapes + "\r\nSet-Cookie: " + escapes + "\r\nDate: " + escapes + "\r\nAge: " + escapes + "\r\nContent-Type: text/html\r\n\r\n"), nil},
		{"escapes in the page", once("HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nContent-Type: text/html\r\n\r\n<html><head><title>" + escapes + " 502 Bad Gateway</title></head><body><center><h1>" + escapes + "</h1></center><hr><center>nginx/" + escapes + "</center></body></html>"), nil},
		{"a title of a megabyte", once("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n<title>" + megabyte), nil},
		{"a page of open tags", once("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat("<div title='", 20000)), nil},
		{"a thousand cookies", once(ok200(cookies(1000, 100), "hello")), nil},
		{"a thousand cookies and a redirect to itself", once("HTTP/1.1 302 Found\r\n" + cookies(1000, 200) + "Location: /again\r\nContent-Length: 0\r\n\r\n"), nil},
		{"ten thousand headers", once(ok200(manyHeaders(10000), "hello")), nil},
		{"as many headers as fit", once(ok200(strings.Repeat("a:\r\n", 50000), "hello")), nil},
		{"as many different headers as fit", once(ok200(shortHeaders(36000), "hello")), nil},
		{"one header folded without end", answering(ok200("", "")[:17]+"A: b\r\n", strings.Repeat(" c\r\n", 10000)), nil},
		{"switching protocols unasked", once("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), nil},
		{"a status beyond any", once("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"), nil},
		{"a status of four digits", once("HTTP/1.1 2000 OK\r\n\r\n"), nil},
		{"an answer that is HTTP/2", answering("\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff"), nil},
		{"proxy-status without end", once("HTTP/1.1 502 Bad Gateway\r\nProxy-Status: " + strings.Repeat("a;b=(", 20000) + "\r\n\r\n"), nil},
		{"via without end", once("HTTP/1.1 502 Bad Gateway\r\nVia: " + strings.Repeat("1.1 a,", 20000) + "\r\n\r\n"), nil},
		{"a date before all time", once(ok200("Date: Mon, 01 Jan 0001 00:00:00 GMT\r\nAge: 99999999999999999999\r\n", "hello")), nil},
		{"retry in a million years", once("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n"), nil},
		{"closed at once", func(net.Conn) {}, nil},
		{"never a word", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, nil},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, newHome(t), "http://"+listen(t, c.serve)+"/", "website") })
	}
}

func manyHeaders(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "X-%d: %d\r\n", i, i)
	}
	return b.String()
}

func shortHeaders(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strconv.FormatInt(int64(i), 36) + ":\r\n")
	}
	return b.String()
}

// TestHostileProxyScripts names scripts that loop, fill the memory or are none in the desktop's
// settings.
func TestHostileProxyScripts(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	page := "http://" + listen(t, once(ok200("Content-Length: 5\r\n", "hello"))) + "/"
	script := func(text string) func(net.Conn) {
		return once(ok200("Content-Type: application/x-ns-proxy-autoconfig\r\n", text))
	}
	broken := []string{"proxy.script-broken", "proxy.no-answer"} // settings of this computer
	for _, c := range []hostile{
		{"loops", script("function FindProxyForURL(u, h) { for (;;) {} }"), broken},
		{"loops at once", script("for (;;) {}"), broken},
		{"fills the memory", script("function FindProxyForURL(u, h) { var a = []; for (;;) a.push(new Array(1e6).join('x')); }"), broken},
		{"doubles a text", script("function FindProxyForURL(u, h) { var s = 'x'; for (;;) s += s; }"), broken},
		{"calls itself", script("function FindProxyForURL(u, h) { return FindProxyForURL(u, h); }"), broken},
		{"searches for ever", script("function FindProxyForURL(u, h) { return /^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!') ? 'DIRECT' : 'DIRECT'; }"), broken},
		{"deep brackets", script(strings.Repeat("(", 200000)), broken},
		{"escapes", script("function FindProxyForURL(u, h) { return 'PROXY \\x1b]0;HARM\\x07:1'; }"), broken},
		{"throws escapes", script("function FindProxyForURL(u, h) { throw '" + "\x1b]0;HARM\a" + "'; }"), broken},
		{"a thousand proxies", script("function FindProxyForURL(u, h) { return new Array(1000).join('PROXY 127.0.0.1:1; ') + 'DIRECT'; }"), broken},
		{"resolves for ever", script("function FindProxyForURL(u, h) { for (var i = 0;; i++) dnsResolve('a' + i + '.example'); }"), broken},
		{"a megabyte and more", script(strings.Repeat("// comment\n", 200000)), broken},
		{"no end", answering(ok200("", ""), strings.Repeat("// comment\n", 6000)), broken},
		{"byte by byte", dripping(ok200("", ""), "// ", time.Second), broken},
		{"binary", script("\x00\xff\xfe" + escapes), broken},
		{"redirects to a file", redirect("file:///etc/passwd"), broken},
		{"redirects to itself", redirect("/"), broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t, "XDG_CURRENT_DESKTOP=KDE")
			config := filepath.Join(h.dir, ".config")
			text := "[Proxy Settings]\nProxyType=2\nProxy Config Script=http://" + listen(t, c.serve) + "/proxy.pac\n"
			if err := errors.Join(os.Mkdir(config, 0o700), os.WriteFile(filepath.Join(config, "kioslaverc"), []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
			c.check(t, h, page, "computer", "filter")
		})
	}
}

func TestHostileRedirects(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	n := 0
	for _, c := range []hostile{
		{"to itself", redirect("/"), nil},
		{"two in turn", redirect("/?" + "a"), nil},
		{"without end", func(c net.Conn) { n++; redirect(fmt.Sprintf("/%d", n))(c) }, nil},
		{"to a file", redirect("file:///etc/passwd"), nil},
		{"to a script", redirect("javascript:alert(document.cookie)"), nil},
		{"to data", redirect("data:text/html,<script>alert(1)</script>"), nil},
		{"to ftp", redirect("ftp://127.0.0.1/"), nil},
		{"to port 99999", redirect("http://127.0.0.1:99999/"), nil},
		{"to port 0", redirect("http://127.0.0.1:0/"), nil},
		{"with a password", redirect("http://alice:hunter2@127.0.0.1:1/"), nil},
		{"with a password to a file", redirect("file://alice:hunter2@127.0.0.1/etc/passwd"), nil},
		{"with a password to port 99999", redirect("http://alice:hunter2@127.0.0.1:99999/"), nil},
		{"with a password and rubbish", redirect("http://alice:hunter2@exa mple<>/"), nil},
		{"nowhere", once("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), nil},
		{"to the empty string", redirect(""), nil},
		{"to a megabyte", redirect("/" + strings.Repeat("a", 1<<20)), nil},
		{"to 200 kB", redirect("/" + strings.Repeat("a", 200<<10)), nil},
		{"to 7 kB more each time", func(c net.Conn) { n++; redirect("/" + strings.Repeat("a", 7000+n))(c) }, nil},
		{"to escapes", redirect("http://127.0.0.1:1/" + escapes), nil},
		{"to a host of escapes", redirect("http://" + escapes + "/"), nil},
		{"to a scheme of escapes", redirect(escapes + ":" + escapes), nil},
		{"two ways at once", once("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\nLocation: file:///etc/passwd\r\n\r\n"), nil},
		{"to a zone", redirect("http://[fe80::1%25lo]:1/"), nil},
		{"to look-alikes", redirect("https://xn--pypal-4ve.example/"), nil},
		{"a page that refreshes to a script", once(ok200("Refresh: 0;url=javascript:alert(1)\r\n", "hello")), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t)
			c.check(t, h, "http://"+listen(t, c.serve)+"/", "website")
			for _, file := range []string{"saved.json", "again.html", "again.md"} {
				if strings.Contains(h.read(t, file), "hunter2") {
					t.Errorf("%s holds the password", file)
				}
			}
		})
	}
}
