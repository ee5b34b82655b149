package probe

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waymend/waymend/diagnostics/wire"
)

// TestRequest has a server of Go's read what a probe sends.
func TestRequest(t *testing.T) {
	t.Parallel()
	p := newWorld(t).begin(nil)
	for address, want := range map[string][2]string{ // what the server sees of host and path
		"https://up.test":                       {"up.test", "/"},
		"https://up.test:8443/a/b?c=%20d&e":     {"up.test:8443", "/a/b?c=%20d&e"},
		"http://[::1]:81/ü":                     {"[::1]:81", "/%C3%BC"},
		"http://up.test/%0d%0aEvil:%20x?%0aa=b": {"up.test", "/%0d%0aEvil:%20x?%0aa=b"},
	} {
		x := target(t, "%s", address)
		u, err := url.Parse(x.URL)
		if err != nil {
			t.Fatal(err)
		}
		w := way{Prober: p, Result: &Result{}, target: x, url: u}
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader((&exchange{}).request(&w))))
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if r.Host != want[0] || r.RequestURI != want[1] || r.Method != http.MethodGet {
			t.Errorf("%s: %s %s", address, r.Host, r.RequestURI)
		}
		for name, values := range wire.BrowserHeader() {
			if r.Header.Get(name) != values[0] {
				t.Errorf("%s: %s is %q", address, name, r.Header.Get(name))
			}
		}
		if r.Header.Get("Evil") != "" {
			t.Errorf("%s adds a field", address)
		}
	}
}

func FuzzHead(f *testing.F) {
	for _, s := range []string{
		page, "HTTP/1.0 404 Not Found\r\n\r\n", "\r\n\nhttp/1.1 200\n\n", "HTTP/1.1 103 x\r\n\r\n" + page,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\ncontent-length : 7\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n folded\r\n: x\r\n\r\n",
		"HTTP/1.1 99 x\r\n\r\n", "HTTP/2", "SSH-2.0", "HTTP/1.1 200 " + strings.Repeat("x", 5000) + "\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := readFinalHead(bufio.NewReaderSize(bytes.NewReader(b), readBuffer))
		if err != nil {
			return
		}
		if h.status < 101 || h.status > 999 || h.length < -1 || h.chunked && h.length >= 0 {
			t.Fatalf("%+v", h)
		}
		// Where Go's own reader accepts the same bytes, it sees the same.
		r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
		if err != nil || r.StatusCode < 200 || b[0] == '\r' || b[0] == '\n' {
			return
		}
		if r.StatusCode != h.status {
			t.Fatalf("%d, Go reads %d", h.status, r.StatusCode)
		}
		if h.hasBody() && !h.chunked && len(r.TransferEncoding) == 0 && r.ContentLength >= 0 && h.length >= 0 && r.ContentLength != h.length {
			t.Fatalf("%d bytes, Go reads %d", h.length, r.ContentLength)
		}
	})
}
