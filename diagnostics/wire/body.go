package wire

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// errEnough ends a body that is longer than anybody needs for a diagnosis.
var errEnough = errors.New("enough was read")

// source is a body as sent: counted, bounded, and with its end remembered behind the decoders.
type source struct {
	r    io.Reader
	left int64
	n    int64
	head []byte // the first bytes, in case that they cannot be decoded
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.left <= 0 {
		s.err = errEnough
		return 0, s.err
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.n += int64(n)
	s.left -= int64(n)
	s.head = append(s.head, p[:min(n, maxRaw-len(s.head))]...)
	s.err = err
	return n, err
}

const maxRaw = 4 << 10

// readBody reads, decodes and keeps a body.
func (e *exchange) readBody(ctx context.Context, r io.Reader) {
	if e.req.BodyLimit > 0 {
		defer time.AfterFunc(e.req.BodyLimit, func() { e.cutOff(ErrLimit) }).Stop()
	}
	src := &source{r: r, left: e.req.MaxRead}
	decoded, err := decode(src, e.Header["Content-Encoding"], e.req.MaxRead)
	if err == nil {
		err = e.keep(decoded, e.req.MaxRead)
	}
	if err == nil || err == errTail { // decoded to its end: see how the rest comes
		_, err = io.Copy(io.Discard, src)
		if err == nil {
			err = io.EOF
		}
	}
	e.Size = src.n
	switch {
	case src.err == nil || src.err == io.EOF: // the bytes came well
		if errors.Is(err, errEnough) {
			e.CutShort = true
		} else if err != nil && err != io.EOF {
			e.Body = src.head
			e.Fail = &Failure{Kind: BadEncoding, Phase: "body", Text: Printable(err.Error(), maxText)}
		} else {
			e.Complete = true
		}
	case errors.Is(src.err, errEnough):
		e.CutShort = true
	default:
		e.fail(ctx, "body", src.err)
	}
}

// keep reads everything and keeps the first MaxBody bytes; more than max is enough.
func (e *exchange) keep(r io.Reader, max int64) error {
	buf := make([]byte, 16<<10)
	var total int64
	for {
		n, err := r.Read(buf)
		total += int64(n)
		e.Body = append(e.Body, buf[:min(n, MaxBody-len(e.Body))]...)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case total >= max:
			return errEnough
		}
	}
}

// maxEncodings is more than any server applies on purpose.
const maxEncodings = 3

// decode undoes the content encodings that are known; browsers show the others as they are. Each
// layer is bounded by itself, so that a bomb within a bomb costs no more than one.
func decode(src *source, encodings []string, max int64) (io.Reader, error) {
	var r io.Reader = src
	names := strings.Split(strings.ToLower(strings.Join(encodings, ",")), ",")
	if len(names) > maxEncodings {
		return nil, fmt.Errorf("%d content encodings on top of each other", len(names))
	}
	for _, name := range slices.Backward(names) {
		var err error
		switch strings.TrimSpace(name) {
		case "gzip", "x-gzip":
			r, err = ungzip(r, src)
		case "deflate":
			r, err = inflate(r)
		case "", "identity":
			continue
		default:
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		r = &source{r: &lenient{r, src}, left: max}
	}
	return r, nil
}

// ungzip accepts an empty body, as browsers do. Only the first of several streams counts.
func ungzip(r io.Reader, src *source) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	if err == io.EOF && src.n == 0 {
		return r, nil
	}
	if err != nil {
		return nil, noEOF(err)
	}
	z.Multistream(false)
	return z, nil
}

// inflate takes zlib's format, which the standard means, and the bare one, which many servers send.
func inflate(r io.Reader) (io.Reader, error) {
	br := bufio.NewReader(r)
	b, err := br.Peek(2)
	if len(b) == 2 && b[0]&0x0f == 8 && (int(b[0])<<8|int(b[1]))%31 == 0 {
		return zlib.NewReader(br)
	}
	if len(b) == 0 && err != nil {
		return br, nil
	}
	return flate.NewReader(br), nil
}

// errTail ends a stream whose data is fine but whose trailer is not; browsers do not look at it.
var errTail = errors.New("odd trailer")

// lenient forgives what browsers forgive: a wrong checksum, and a compressed stream that lacks its
// end although the body has come in full.
type lenient struct {
	r   io.Reader
	src *source
}

func (l *lenient) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zlib.ErrChecksum) || err == io.ErrUnexpectedEOF && l.src.err == io.EOF {
		err = errTail
	}
	return n, err
}
