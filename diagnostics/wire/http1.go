package wire

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
)

// http1 writes the request and reads the answer at the same time: a server may refuse a request
// and close before it has read it all, and its answer would be lost behind the failing write.
func (e *exchange) http1(ctx context.Context, u *url.URL) {
	stop := interrupt(ctx, e.conn)
	defer stop()
	written := make(chan error, 1)
	go func() {
		_, err := e.conn.Write(e.requestBytes(u))
		e.note(&e.sent)
		written <- err
	}()
	br := bufio.NewReader(&firstByte{e.conn, e})
	h, err := e.finalHead(br)
	if err == nil {
		e.answered(h.proto, h.status, h.header)
		e.body(ctx, h, br)
	}
	var writeErr error
	select {
	case writeErr = <-written:
	default: // answered although it has not read the whole request: it never will
		hangUp(e.conn)
		writeErr = <-written
	}
	hangUp(e.conn)
	switch f := failed(ctx, "write", writeErr); {
	case err == nil:
	case f.Is(Reset, Alert, ClientCert) && e.first == 0:
		e.Fail = f
	default:
		e.fail(ctx, "headers", err)
	}
}

// requestBytes is the request as it goes over the wire.
func (e *exchange) requestBytes(u *url.URL) []byte {
	var b bytes.Buffer
	target := u.RequestURI()
	if e.req.Absolute {
		target = u.Scheme + "://" + u.Host + target
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", oneLine(e.req.Method), oneLine(target), oneLine(e.req.Host))
	if e.req.Header.Get("Connection") == "" {
		b.WriteString("Connection: keep-alive\r\n") // as browsers do; some servers treat others differently
	}
	if len(e.req.Body) > 0 {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(e.req.Body))
	}
	names := make([]string, 0, len(e.req.Header))
	for name := range e.req.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range e.req.Header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", oneLine(name), oneLine(v))
		}
	}
	b.WriteString("\r\n")
	b.Write(e.req.Body)
	return b.Bytes()
}

// oneLine keeps a value from adding lines to a request.
func oneLine(s string) string {
	return strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ").Replace(s)
}

// finalHead reads past the interim answers (RFC 9110 section 15.2).
func (e *exchange) finalHead(br *bufio.Reader) (head, error) {
	for {
		h, err := readHead(br)
		if err != nil {
			return h, err
		}
		if h.status >= 200 || h.status == http.StatusSwitchingProtocols {
			return h, nil
		}
		if err := e.oneMore(); err != nil {
			return h, err
		}
	}
}

// body finds out where the body ends (RFC 9112 section 6.3) and reads it.
func (e *exchange) body(ctx context.Context, h head, br *bufio.Reader) {
	if !e.hasBody() || h.status == http.StatusSwitchingProtocols {
		e.Complete = true
		return
	}
	var r io.Reader
	chunked := h.minor > 0 && strings.HasSuffix(strings.ToLower(strings.Join(h.header["Transfer-Encoding"], ",")), "chunked")
	switch lengths := h.header["Content-Length"]; {
	case chunked:
		e.Declared = -1
		r = &chunkedBody{httputil.NewChunkedReader(br)}
	case len(slices.Compact(slices.Clone(lengths))) > 1:
		e.Fail = &Failure{Kind: BadHTTP, Phase: "headers", Text: "several different lengths are declared"}
		return
	case e.Declared >= 0:
		r = &sizedBody{br, e.Declared}
	default:
		r = &restOfConn{br}
	}
	if e.req.StopAfterHeaders {
		e.Complete = e.Declared == 0
		return
	}
	e.readBody(ctx, r)
}

// sizedBody ends after its declared length and nowhere else.
type sizedBody struct {
	r    io.Reader
	left int64
}

func (b *sizedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.EOF
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.left > 0 {
		err = asTruncated(err)
	}
	return n, err
}

// restOfConn ends with the connection. Many servers close TLS without saying so first, which
// browsers take for an end, too.
type restOfConn struct{ r io.Reader }

func (b *restOfConn) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

// chunkedBody tells a connection that ended between two chunks from a malformed chunk.
type chunkedBody struct{ r io.Reader }

func (b *chunkedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF && Classify(err).Kind == Other {
		err = &stepError{BadHTTP, err.Error()}
	}
	if err == io.ErrUnexpectedEOF {
		err = asTruncated(err)
	}
	return n, err
}

// asTruncated is an end of the connection before the end of the body.
func asTruncated(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return &stepError{Truncated, "the connection was closed before the end of the body"}
	}
	return err
}
