package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Request is one HTTP request.
type Request struct {
	Method           string // "" means GET
	URL              string
	Host             string // "" means the URL's
	Header           http.Header
	Body             []byte
	Absolute         bool  // send the whole URL in the request line, as a proxy wants it
	MaxRead          int64 // body bytes to read, as sent and as decoded; 0 means the constant MaxRead
	StopAfterHeaders bool  // leave the body unread
	Limit            time.Duration
	BodyLimit        time.Duration // for the body alone, from the head of the answer on; 0: none
	Now              time.Time     // the computer's clock at the start; zero: time.Now()
	Progress         *atomic.Int64 // when set: bytes of the answer so far
}

// Do makes one exchange on a fresh connection and closes it. It speaks HTTP/2 when that was
// agreed in the handshake and HTTP/1.1 otherwise, follows no redirect and keeps no cookie.
//
// A body that is still coming when the time is over, or that exceeds MaxRead, is cut short, which
// is no failure. An answer that came before a failure is kept beside it.
func Do(ctx context.Context, conn net.Conn, r Request) Exchange {
	ctx, cancel := WithLimit(ctx, r.Limit)
	defer cancel()
	ctx, cutOff := context.WithCancelCause(ctx)
	defer cutOff(nil)
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.MaxRead <= 0 {
		r.MaxRead = MaxRead
	}
	e := &exchange{
		Exchange: Exchange{
			Method: r.Method, URL: r.URL, Addr: addrPort(conn.RemoteAddr()), Declared: -1,
		},
		req: r, conn: conn, start: time.Now(), cutOff: cutOff,
	}
	if r.Now.IsZero() {
		e.req.Now = e.start
	}
	u, err := url.Parse(r.URL)
	if err == nil && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		err = errors.New("not an address of a website")
	}
	if err != nil {
		_ = conn.Close()
		e.Fail = &Failure{Kind: Invalid, Phase: "write", Text: Printable(innermost(err).Error(), maxText)}
		return e.Exchange
	}
	if e.req.Host == "" {
		e.req.Host = u.Host
	}
	if t, ok := conn.(*tls.Conn); ok && t.ConnectionState().NegotiatedProtocol == "h2" {
		e.http2(ctx, u)
	} else {
		e.http1(ctx, u)
	}
	return e.result()
}

// exchange is an Exchange under way.
type exchange struct {
	Exchange
	req    Request
	conn   net.Conn
	start  time.Time
	cutOff context.CancelCauseFunc // ends the exchange

	mu      sync.Mutex // guards what other goroutines note
	sent    Ms
	first   Ms
	interim int
}

// result takes over what was noted so far; later notes of goroutines left behind do not count.
func (e *exchange) result() Exchange {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Sent, e.First, e.Interim, e.Took = e.sent, e.first, e.interim, Since(e.start)
	return e.Exchange
}

// note keeps the first of several moments.
func (e *exchange) note(m *Ms) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if *m == 0 {
		*m = Since(e.start)
	}
}

// oneMore counts an interim answer (RFC 9110 section 15.2).
func (e *exchange) oneMore() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.interim++; e.interim > MaxInterim {
		return &stepError{EndlessInterim, fmt.Sprintf("more than %d interim answers", MaxInterim)}
	}
	return nil
}

// came counts bytes of the answer.
func (e *exchange) came(n int) {
	if n > 0 {
		e.note(&e.first)
		if e.req.Progress != nil {
			e.req.Progress.Add(int64(n))
		}
	}
}

// answered keeps the head of the final answer and reads the clock in it.
func (e *exchange) answered(proto string, status int, h http.Header) {
	e.Proto, e.Status, e.Header = proto, status, h
	e.Declared = declaredLength(h)
	if d, err := http.ParseTime(h.Get("Date")); err == nil {
		e.Date, e.At = d.UTC(), e.req.Now.Add(time.Since(e.start))
	}
}

// fail notes the failure, unless the answer's body was merely not over when the time was.
func (e *exchange) fail(ctx context.Context, phase string, err error) {
	f := failed(ctx, phase, err)
	if f.Kind == EOF {
		f.Text = "the connection was closed without an answer"
		if e.Status != 0 || phase == "headers" && errors.Is(err, io.ErrUnexpectedEOF) {
			f.Text = "the connection was closed in the middle of the answer"
		}
	}
	if phase == "body" {
		switch {
		case f.Is(Timeout, Cancelled):
			e.CutShort = true
			return
		case f.Kind == EOF:
			f.Kind = Truncated
		}
	}
	e.Fail = f
}

// hasBody reports whether an answer has a body at all (RFC 9110 section 6.4.1).
func (e *exchange) hasBody() bool {
	return e.Method != http.MethodHead && e.Status != http.StatusNoContent && e.Status != http.StatusNotModified
}

// declaredLength is the Content-Length, or -1 for none or one that browsers ignore.
func declaredLength(h http.Header) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(h.Get("Content-Length")), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// firstByte notes when the first byte of an answer came.
type firstByte struct {
	io.Reader
	e *exchange
}

func (r *firstByte) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.e.came(n)
	return n, err
}
