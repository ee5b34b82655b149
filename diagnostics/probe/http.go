package probe

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Bounds of one exchange. The header's is wire.MaxHeader, as browsers have it.
const (
	maxBody    = 64 << 10
	readBuffer = 4 << 10
)

// requestFields are the header lines of every request, as a browser sends them when a person opens a
// page.
func requestFields() string {
	var b strings.Builder
	b.WriteString("Connection: keep-alive\r\n")
	header := wire.BrowserHeader()
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name + ": " + header.Get(name) + "\r\n")
	}
	return b.String()
}

// exchanges holds the buffers of ended probes.
var exchanges = sync.Pool{New: func() any { return &exchange{br: bufio.NewReaderSize(nil, readBuffer)} }}

// exchange is one request and its answer (RFC 9112).
type exchange struct {
	out []byte
	br  *bufio.Reader
}

// ask sends the request and reads the answer.
func (w *way) ask(conn net.Conn) {
	x := exchanges.Get().(*exchange)
	defer func() {
		x.br.Reset(nil)
		exchanges.Put(x)
	}()
	x.br.Reset(conn)
	start := time.Now()
	// A server may refuse a request and close before it has read it all: the answer counts.
	_, writeErr := conn.Write(x.request(w))
	_, err := x.br.Peek(1)
	if err == nil {
		w.First = time.Since(start)
	} else if writeErr != nil {
		err = writeErr
	}
	var h head
	if err == nil {
		h, err = readFinalHead(x.br)
	}
	if err != nil {
		w.fail(Request, w.why(noAnswer(err)))
		return
	}
	w.Status, w.Version = h.status, h.version()
	if w.Status >= 500 {
		w.fail(Done, ServerError)
	}
	w.body(conn, x.br, h)
}

// request is the request as it goes over the wire; url.URL has escaped what could end a line.
func (x *exchange) request(w *way) []byte {
	b := append(x.out[:0], "GET "...)
	if w.whole {
		b = append(b, w.url.Scheme...)
		b = append(b, "://"...)
		b = append(b, w.url.Host...)
	}
	b = append(b, w.url.RequestURI()...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, w.url.Host...)
	b = append(b, "\r\n"...)
	if w.auth != "" {
		b = append(b, "Proxy-Authorization: "...)
		b = append(b, w.auth...)
		b = append(b, "\r\n"...)
	}
	b = append(b, w.fields...)
	x.out = append(b, "\r\n"...)
	return x.out
}

// body reads as much of the body as tells that it comes: bounded in bytes and time, which is no
// failure. A body that ends before its declared length is one.
func (w *way) body(conn net.Conn, br *bufio.Reader, h head) {
	if !h.hasBody() {
		return
	}
	limit := time.Now().Add(bodyLimit)
	if at, ok := w.ctx.Deadline(); ok && at.Before(limit) {
		limit = at
	}
	_ = conn.SetReadDeadline(limit)
	if w.ctx.Err() != nil { // its end may just have been overwritten
		_ = conn.SetReadDeadline(time.Unix(1, 0))
	}
	var err error
	switch {
	case h.chunked:
		var n int64
		n, err = io.CopyN(io.Discard, httputil.NewChunkedReader(br), maxBody)
		w.Bytes = int(n)
	case h.length >= 0:
		w.Bytes, err = br.Discard(int(min(h.length, maxBody)))
	default:
		w.Bytes, err = br.Discard(maxBody)
		if errors.Is(err, io.ErrUnexpectedEOF) { // many servers close TLS without saying so
			err = nil
		}
	}
	if err == nil || errors.Is(err, io.EOF) && (h.chunked || h.length < 0) || w.Kind != "" {
		return
	}
	switch kind := w.why(err); kind {
	case wire.Timeout: // it was long enough
	case wire.EOF:
		w.fail(Request, wire.Truncated)
	case wire.Other: // of the chunks
		w.fail(Request, wire.BadHTTP)
	default:
		w.fail(Request, kind)
	}
}

// noAnswer makes the end of a connection in the middle of a head what it is before one.
func noAnswer(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// head is what matters of the head of an answer.
type head struct {
	minor   int // of HTTP/1.x
	status  int
	length  int64 // Content-Length, -1 for none or a malformed one, which browsers ignore
	chunked bool
}

func (h head) version() string { return "1." + strconv.Itoa(h.minor) }

// hasBody follows RFC 9110 section 6.4.1.
func (h head) hasBody() bool { return h.status >= 200 && h.status != 204 && h.status != 304 }

// Failures of the head.
var (
	errNotHTTP = &stepError{wire.NotHTTP}
	errBadHTTP = &stepError{wire.BadHTTP}
	errTooBig  = &stepError{wire.TooBig}
	errInterim = &stepError{wire.EndlessInterim}
)

// readFinalHead reads past the interim answers (RFC 9110 section 15.2).
func readFinalHead(br *bufio.Reader) (head, error) {
	for range wire.MaxInterim + 1 {
		h, err := readHead(br)
		if err != nil || h.status >= 200 || h.status == 101 {
			return h, err
		}
	}
	return head{}, errInterim
}

// readHead reads one head. It is as lenient as browsers are, and keeps nothing that it does not need.
func readHead(br *bufio.Reader) (head, error) {
	h := head{length: -1}
	left := wire.MaxHeader
	line, err := statusLine(br, &left)
	if err != nil {
		return h, err
	}
	if err := h.first(line); err != nil {
		return h, err
	}
	lengths := 0
	for {
		line, err := readLine(br, &left)
		switch {
		case err != nil:
			return h, err
		case len(line) == 0:
			if h.chunked {
				h.length = -1
			}
			return h, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		name, value = bytes.TrimRight(name, " \t"), bytes.Trim(value, " \t")
		switch {
		case len(name) == len("Content-Length") && bytes.EqualFold(name, []byte("Content-Length")):
			n, err := strconv.ParseInt(string(value), 10, 64)
			if err != nil || n < 0 {
				n = -1
			}
			if lengths++; lengths > 1 && n != h.length {
				return h, errBadHTTP // several different lengths
			}
			h.length = n
		case len(name) == len("Transfer-Encoding") && bytes.EqualFold(name, []byte("Transfer-Encoding")):
			h.chunked = h.minor > 0 && bytes.HasSuffix(bytes.ToLower(value), []byte("chunked"))
		}
	}
}

// statusLine looks at the first bytes one by one, so that a server that speaks something else is
// recognised at once, however little it says. Empty lines may come before (RFC 9112 section 2.2).
func statusLine(br *bufio.Reader, left *int) ([]byte, error) {
	const want, maxBlank = "HTTP/", 8
	for range maxBlank {
		b, err := br.Peek(1)
		if err != nil {
			return nil, err
		}
		if b[0] != '\r' && b[0] != '\n' {
			break
		}
		_, _ = br.Discard(1)
	}
	for n := 1; n <= len(want); n++ {
		b, err := br.Peek(n)
		if len(b) > 0 && !strings.EqualFold(string(b), want[:len(b)]) {
			return nil, errNotHTTP
		}
		if err != nil {
			return nil, err
		}
	}
	return readLine(br, left)
}

// first reads "HTTP/1.1 502 Bad Gateway".
func (h *head) first(line []byte) error {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	n, err := strconv.Atoi(string(code))
	if err != nil || len(code) != 3 || n < 100 {
		return errNotHTTP
	}
	h.status, h.minor = n, 1
	if bytes.EqualFold(version, []byte("HTTP/1.0")) {
		h.minor = 0
	}
	return nil
}

// readLine reads a line without its end and takes its length off what is left. Of a line that is
// longer than the buffer only the beginning is given back.
func readLine(br *bufio.Reader, left *int) ([]byte, error) {
	line, err := br.ReadSlice('\n')
	*left -= len(line)
	if errors.Is(err, bufio.ErrBufferFull) {
		line = bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) && *left >= 0 {
			var more []byte
			more, err = br.ReadSlice('\n')
			*left -= len(more)
		}
	}
	if *left < 0 {
		return nil, errTooBig
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}
