package wire

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// memoryBound is what all examinations of one address together may take.
const memoryBound = 64 << 20

// endless writes b again and again until nobody listens.
func endless(first string, b []byte) func(net.Conn) {
	return func(c net.Conn) {
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = c.Read(make([]byte, 4096))
		if _, err := io.WriteString(c, first); err != nil {
			return
		}
		for {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
	}
}

func bomb(size int) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	zeros := make([]byte, 1<<20)
	for range size >> 20 {
		_, _ = w.Write(zeros)
	}
	_ = w.Close()
	return b.Bytes()
}

// heapWhile runs f and returns the largest heap that was seen meanwhile.
func heapWhile(f func()) uint64 {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	if p := peak.Load(); p > before.HeapAlloc {
		return p - before.HeapAlloc
	}
	return 0
}

// TestBounds feeds each step from a source without end. None may need more memory than the bound,
// and all end by themselves: by a bound of size, or by their own limit of time.
func TestBounds(t *testing.T) {
	const limit = 2 * time.Second
	line := bytes.Repeat([]byte("X-Filler: aaaaaaaaaaaaaaaaaaaaaaaa\r\n"), 500)
	block := bytes.Repeat([]byte("a"), 64<<10)
	get := func(a netip.AddrPort) *Failure {
		return Do(context.Background(), dial(t, a), Request{URL: "http://example.com/", Header: BrowserHeader(), Limit: limit}).Fail
	}
	chunk := append([]byte("10000\r\n"), append(block, "\r\n"...)...)
	alias := func() []byte {
		m := new(dns.Msg).SetQuestion("example.com.", dns.TypeA)
		b, _ := m.Pack()
		return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
	}()
	huge := binary.BigEndian.AppendUint16(nil, 65535)
	nested := bomb(256 << 20)
	var outer bytes.Buffer
	z := gzip.NewWriter(&outer)
	_, _ = z.Write(nested)
	_ = z.Close()
	for _, c := range []struct {
		name  string
		serve func(net.Conn)
		run   func(netip.AddrPort) *Failure
		kind  Kind
	}{
		{"header lines", endless("HTTP/1.1 200 OK\r\n", line), get, TooBig},
		{"one header line", endless("HTTP/1.1 200 OK\r\nX: ", block), get, TooBig},
		{"status line", endless("HTTP/1.1 ", block), get, TooBig},
		{"interim answers", endless("", []byte("HTTP/1.1 102 Processing\r\n\r\n")), get, EndlessInterim},
		{"long interim answers", endless("", append([]byte("HTTP/1.1 102 Processing\r\n"), append(line, "\r\n"...)...)), get, EndlessInterim},
		{"blank lines", endless("", bytes.Repeat([]byte("\r\n"), 4096)), get, NotHTTP},
		{"garbage", endless("", block), get, NotHTTP},
		{"body", endless("HTTP/1.1 200 OK\r\n\r\n", block), get, ""},
		{"chunks", endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk), get, ""},
		{"tiny chunks", endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", bytes.Repeat([]byte("1\r\na\r\n"), 4096)), get, ""},
		{"chunk extension", endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", block), get, BadHTTP},
		{"bomb", endless("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", nested), get, ""},
		{"bomb in a bomb", endless("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\n", outer.Bytes()), get, ""},
		{"proxy's answer", endless("HTTP/1.1 502 Bad Gateway\r\n\r\n", block), func(a netip.AddrPort) *Failure {
			_, at := DialProxy(context.Background(), mustURL("http://p"), a, "example.com:443", ProxyOptions{Limit: limit})
			return at.Fail()
		}, ""},
		{"TLS records", endless("\x16\x03\x03\x40\x00", bytes.Repeat([]byte{2, 0, 0x3f, 0xfc}, 4096)), func(a netip.AddrPort) *Failure {
			_, h := StartTLS(context.Background(), dial(t, a), TLSOptions{ServerName: "example.com", Roots: testPKI().pool, Limit: limit})
			return h.Fail
		}, BadTLS},
		{"DNS messages that answer nothing", endless("", bytes.Repeat(alias, 500)), func(a netip.AddrPort) *Failure {
			return Query(context.Background(), a, TCP, Question{Name: "example.com", Type: "A"}, QueryOptions{}).Fail
		}, BadDNS},
		{"DNS messages of full size", endless("", append(huge, bytes.Repeat([]byte{0xc0}, 65535)...)), func(a netip.AddrPort) *Failure {
			return Query(context.Background(), a, TCP, Question{Name: "example.com", Type: "A"}, QueryOptions{}).Fail
		}, BadDNS},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := listen(t, c.serve)
			var f *Failure
			if heap := heapWhile(func() { f = c.run(a) }); heap > memoryBound {
				t.Errorf("%d MB", heap>>20)
			}
			if c.kind == "" && f != nil || c.kind != "" && !f.Is(c.kind) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestFlood answers one question with a stream of datagrams that answer others.
func TestFlood(t *testing.T) {
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	go func() {
		b := make([]byte, 1500)
		_, from, err := pc.ReadFrom(b)
		for err == nil {
			_, err = pc.WriteTo(b[:600], from)
			b[0]++
		}
	}()
	var a Answer
	heap := heapWhile(func() {
		a = Query(context.Background(), addrPort(pc.LocalAddr()), UDP, Question{Name: "example.com", Type: "A"}, QueryOptions{Limit: 300 * time.Millisecond})
	})
	if heap > memoryBound || !a.Fail.Is(Timeout, BadDNS) || a.Answered() {
		t.Errorf("%d MB, %+v", heap>>20, a.Fail)
	}
}
