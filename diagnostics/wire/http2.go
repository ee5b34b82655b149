package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/net/http2"
)

// h2 is how all HTTP/2 connections are made. Package http's Transport would dial for itself, and
// it does not export the types of its errors.
//
//lint:ignore SA1019 package http has nothing for a connection that exists
var h2 = http2.Transport{DisableCompression: true, MaxHeaderListSize: MaxHeader}

// http2 makes the exchange over HTTP/2.
func (e *exchange) http2(ctx context.Context, u *url.URL) {
	stop := interrupt(ctx, e.conn)
	defer stop()
	defer hangUp(e.conn)
	cc, err := newH2Conn(e.conn)
	if err != nil {
		e.fail(ctx, "write", err)
		return
	}
	req, err := e.request(e.traced(ctx), u)
	if err != nil {
		e.Fail = &Failure{Kind: Invalid, Phase: "write", Text: Printable(err.Error(), maxText)}
		return
	}
	resp, err := cc.RoundTrip(req)
	if err != nil {
		e.fail(ctx, "headers", err)
		return
	}
	defer resp.Body.Close()
	e.answered(resp.Proto, resp.StatusCode, resp.Header)
	switch {
	case !e.hasBody():
		e.Complete = true
	case e.req.StopAfterHeaders:
		e.Complete = e.Declared == 0
	default:
		e.readBody(ctx, &firstByte{h2Body{resp.Body}, e})
	}
}

// h2Conn is an HTTP/2 connection that tells why it broke.
type h2Conn struct {
	*http2.ClientConn
	raw *brokenBy
}

func newH2Conn(conn net.Conn) (*h2Conn, error) {
	raw := &brokenBy{Conn: conn, left: maxFrames}
	//lint:ignore SA1019 as for h2
	cc, err := h2.NewClientConn(raw)
	return &h2Conn{cc, raw}, err
}

// RoundTrip makes one exchange. When package http2 only says that the connection is gone, the
// error is what the connection itself said first: a reset that a write met is the end of all
// reading.
func (c *h2Conn) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.ClientConn.RoundTrip(req)
	if err == nil {
		return resp, nil
	}
	vague := strings.HasPrefix(err.Error(), "http2: client conn") || errors.Is(err, io.ErrUnexpectedEOF)
	if gone := c.raw.why(); gone != nil && vague {
		return nil, gone
	}
	return nil, h2Error(err)
}

// maxFrames is how many bytes are read from one HTTP/2 connection. Frames without content, which no
// other bound counts, could go on for ever.
const maxFrames = 2 * MaxRead

// brokenBy remembers the first error of reading or writing. A system reports a reset only once: if
// a write met it, reading finds a mere end, perhaps a moment before the write has returned.
type brokenBy struct {
	net.Conn
	left int // of maxFrames
	mu   sync.Mutex
	err  error
}

func (c *brokenBy) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.left -= n; c.left < 0 && err == nil {
		n, err = 0, &stepError{TooBig, fmt.Sprintf("more than %d MB of frames came for one page", maxFrames>>20)}
	}
	c.note(err)
	return n, err
}

func (c *brokenBy) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.note(err)
	return n, err
}

func (c *brokenBy) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	reset := err != nil && errors.Is(c.err, io.EOF) && Classify(err).Kind == Reset && !errors.Is(err, syscall.EPIPE)
	if c.err == nil || reset {
		c.err = err
	}
}

func (c *brokenBy) why() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// hangUp closes without the closing alert of TLS, which could wait for a peer that does not read.
func hangUp(conn io.Closer) {
	if t, ok := conn.(*tls.Conn); ok {
		_ = t.NetConn().Close()
		return
	}
	_ = conn.Close()
}

func (e *exchange) request(ctx context.Context, u *url.URL) (*http.Request, error) {
	var body io.Reader
	if len(e.req.Body) > 0 {
		body = bytes.NewReader(e.req.Body)
	}
	req, err := http.NewRequestWithContext(ctx, e.req.Method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.Host = e.req.Host
	for name, values := range e.req.Header {
		for _, v := range values {
			req.Header.Add(name, oneLine(v))
		}
	}
	return req, nil
}

// traced notes the moments of the exchange and bounds the interim answers.
func (e *exchange) traced(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { e.note(&e.sent) },
		GotFirstResponseByte: func() { e.note(&e.first) },
		Got1xxResponse:       func(int, textproto.MIMEHeader) error { return e.oneMore() },
	})
}

// h2Error gives the errors of package http2 that have no type of their own the right kind.
func h2Error(err error) error {
	if strings.Contains(err.Error(), "response header list larger than advertised limit") {
		return &stepError{TooBig, "the header section is longer than allowed"}
	}
	var stream http2.StreamError
	var own *stepError
	if errors.As(err, &stream) && errors.As(stream.Cause, &own) {
		return own
	}
	return err
}

// h2Body reports a body that ended before its declared length.
type h2Body struct{ r io.Reader }

func (b h2Body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.ErrUnexpectedEOF {
		err = asTruncated(err)
	}
	return n, err
}
