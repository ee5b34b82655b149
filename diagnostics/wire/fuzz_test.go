package wire

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// script is the far end of a pipe: it swallows the request and gives an answer.
func script(answer []byte) net.Conn {
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, far) }()
	go func() {
		_, _ = far.Write(answer)
		_ = far.Close()
	}()
	return near
}

func sane(t *testing.T, x *Exchange) {
	t.Helper()
	if len(x.Body) > MaxBody || x.Interim > MaxInterim+1 || x.Size < 0 || x.Status < 0 || x.Status > 999 {
		t.Errorf("out of bounds: %+v", x)
	}
	if x.Fail == nil && x.Status == 0 {
		t.Error("neither an answer nor a failure")
	}
	if x.Complete && (x.CutShort || x.Fail != nil) {
		t.Errorf("complete and not: %+v %+v", x, x.Fail)
	}
	if x.Proto != Printable(x.Proto, 16) || x.Fail != nil && x.Fail.Text != Printable(x.Fail.Text, maxText) {
		t.Errorf("not printable: %q %q", x.Proto, x.Fail.Text)
	}
}

// fuzzLimit ends what waits for more; the far end closes, so nothing should.
const fuzzLimit = 5 * time.Second

func FuzzDo(f *testing.F) {
	for _, c := range exchanges {
		if len(c.answer) < 4<<10 {
			f.Add([]byte(c.answer))
		}
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		x := Do(context.Background(), script(answer), Request{URL: "http://example.com/", Limit: fuzzLimit})
		sane(t, &x)
		if x.Fail.Is(Timeout) {
			t.Error("waited for more than there was")
		}
	})
}

func FuzzConnect(f *testing.F) {
	for _, c := range proxyAnswers {
		if len(c.answer) < 4<<10 {
			f.Add([]byte(c.answer), false)
		}
	}
	f.Add([]byte("\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50rest"), true)
	f.Add([]byte("\x05\x02\x01\x00\x05\x05\x00\x03\xff"), true)
	f.Fuzz(func(t *testing.T, answer []byte, socks bool) {
		e := &exchange{
			Exchange: Exchange{Method: "CONNECT", URL: "example.com:443", Declared: -1},
			req:      Request{MaxRead: MaxBody, Now: time.Now()}, conn: script(answer), start: time.Now(),
		}
		ctx, cancel := WithLimit(context.Background(), fuzzLimit)
		defer cancel()
		proxy := mustURL("http://u:p@proxy.example")
		var open bool
		if socks {
			open = e.socks(ctx, "example.com:443", proxy.User)
		} else {
			_, open = e.connect(ctx, "example.com:443", proxy)
		}
		_ = e.conn.Close()
		x := e.result()
		if !socks {
			sane(t, &x)
		}
		if open && x.Fail != nil || !open && x.Fail == nil && x.Status < 300 {
			t.Errorf("open %v: %+v %+v", open, x, x.Fail)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	ask := func() *inquiry {
		e := &inquiry{Answer: Answer{Transport: UDP}, q: Question{Name: "example.com", Type: "A"}, start: time.Now(), edns: true}
		e.sent = map[uint16]time.Time{1: e.start}
		return e
	}
	question, _ := ask().q.message(1, true)
	for _, records := range [][]string{
		{"example.com. 60 IN A 192.0.2.1", "example.com. 60 IN AAAA 2001:db8::1"},
		{"example.com. 60 IN CNAME b.example.", "b.example. 60 IN CNAME example.com."},
		{"example.com. 60 IN TXT \"a\\027[31m\"", "example.com. 60 IN NS \\000.example.", "example.com. 60 IN SOA a. b. 1 2 3 4 5"},
	} {
		m := reply(question, dns.RcodeSuccess, records...)
		m.SetEdns0(1232, true)
		m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_EDE{InfoCode: 6, ExtraText: "x\x1b[1m"}}
		m.Compress = true
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01\xc0\x1d"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e := ask()
		m, ok := e.match(b)
		if !ok {
			return
		}
		e.ednsRefused(m)
		gist(m)
		e.take(m)
		a := e.Answer
		if !a.Answered() || len(a.Addrs) > maxAddrs || len(a.CNAMEs) > maxAliases || len(a.Names) > maxAddrs || len(a.Texts) > maxTexts || len(a.EDE) > maxEDE {
			t.Errorf("%+v", a)
		}
		for _, s := range append(append(append([]string{a.RCode, a.Zone}, a.CNAMEs...), a.Names...), a.Texts...) {
			if s != Printable(s, 255) {
				t.Errorf("not printable: %q", s)
			}
		}
		for _, x := range a.EDE {
			if x.Text != Printable(x.Text, maxEDEText) {
				t.Errorf("not printable: %q", x.Text)
			}
		}
		for _, ip := range a.Addrs {
			if !ip.IsValid() || ip == (netip.Addr{}) {
				t.Error("no address")
			}
		}
	})
}

// FuzzHead compares the lenient reading of a header with the strict one of net/http, which must
// agree on everything that the strict one accepts.
func FuzzHead(f *testing.F) {
	for _, c := range exchanges {
		if len(c.answer) < 4<<10 {
			f.Add(c.answer)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\x00") || !strings.HasPrefix(s, "HTTP/1.") {
			return
		}
		strict, err := readStrict(s)
		if err != nil || strict.StatusCode < 100 {
			return
		}
		h, err := readHead(newReader(s))
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if h.status != strict.StatusCode {
			t.Errorf("%q: status %d, strictly %d", s, h.status, strict.StatusCode)
		}
		for name, values := range strict.Header {
			name = http.CanonicalHeaderKey(strings.TrimRight(name, " \t"))
			if got := h.header[name]; len(got) < len(values) {
				t.Errorf("%q: %s is %q, strictly %q", s, name, got, values)
			}
		}
	})
}

func newReader(s string) *bufio.Reader { return bufio.NewReader(strings.NewReader(s)) }

func readStrict(s string) (*http.Response, error) {
	return http.ReadResponse(newReader(s), &http.Request{Method: http.MethodHead})
}
