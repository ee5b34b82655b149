package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// head is the status line and the header section of an HTTP/1.x answer.
type head struct {
	proto  string // "HTTP/1.1"
	minor  int    // of HTTP/1.x
	status int
	header http.Header
}

// maxFields is how many header lines are kept: some sites set a hundred cookies, none a thousand.
// Short lines take twenty times their length in memory, and folded ones are copied again and again.
const maxFields = 2000

// readHead reads one header section, at most MaxHeader bytes of it. It is as lenient as browsers
// are: lines without a colon are skipped, lines may end in LF alone, values are kept as they are.
// Lines beyond maxFields are left out.
func readHead(br *bufio.Reader) (head, error) {
	var h head
	if err := skipToHTTP(br); err != nil {
		return h, err
	}
	left := MaxHeader
	line, err := readLine(br, &left)
	if err != nil {
		return h, err
	}
	if err := h.statusLine(line); err != nil {
		return h, err
	}
	h.header = make(http.Header)
	var last string
	for n := 0; ; n++ {
		line, err := readLine(br, &left)
		if err != nil {
			return h, err
		}
		if len(line) == 0 {
			return h, nil
		}
		if n >= maxFields {
			continue
		}
		if (line[0] == ' ' || line[0] == '\t') && last != "" { // a folded line (RFC 9112 section 5.2)
			values := h.header[last]
			values[len(values)-1] += " " + string(bytes.TrimSpace(line))
			continue
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		if !found || len(name) == 0 {
			continue
		}
		last = textproto.CanonicalMIMEHeaderKey(string(name))
		h.header[last] = append(h.header[last], string(bytes.Trim(value, " \t")))
	}
}

// skipToHTTP looks at the first bytes one by one, so that a server that speaks something else is
// recognised at once, however little it says.
func skipToHTTP(br *bufio.Reader) error {
	const leadingBlank = 8 // empty lines that a careless server sent after an earlier answer
	for range leadingBlank {
		b, err := br.Peek(1)
		if err != nil {
			return err
		}
		if b[0] != '\r' && b[0] != '\n' {
			break
		}
		_, _ = br.Discard(1)
	}
	const want = "HTTP/"
	for n := 1; n <= len(want); n++ {
		b, err := br.Peek(n)
		if len(b) > 0 && !strings.EqualFold(string(b), want[:len(b)]) {
			return notHTTP(br)
		}
		if err != nil {
			return noEOF(err)
		}
	}
	return nil
}

func notHTTP(br *bufio.Reader) error {
	b, _ := br.Peek(min(br.Buffered(), maxSample))
	return &stepError{NotHTTP, fmt.Sprintf("the answer begins with %q", Printable(string(b), maxSample))}
}

// noEOF makes the end of a connection in the middle of an answer an unexpected one.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readLine reads a line without its end and takes its length off what is left.
func readLine(br *bufio.Reader, left *int) ([]byte, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		if *left -= len(part); *left < 0 {
			return nil, &stepError{TooBig, fmt.Sprintf("the header section is longer than %d kB", MaxHeader>>10)}
		}
		line = append(line, part...)
		switch {
		case err == nil:
			line = bytes.TrimSuffix(line, []byte("\n"))
			return bytes.TrimSuffix(line, []byte("\r")), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, noEOF(err)
		}
	}
}

// statusLine reads "HTTP/1.1 502 Bad Gateway".
func (h *head) statusLine(line []byte) error {
	version, rest, _ := strings.Cut(string(line), " ")
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	h.proto = Printable(strings.ToUpper(version), 16)
	h.minor = 1
	if h.proto == "HTTP/1.0" {
		h.minor = 0
	}
	n, err := strconv.Atoi(code)
	if err != nil || len(code) != 3 || n < 100 {
		return &stepError{NotHTTP, fmt.Sprintf("the answer begins with %q", Printable(string(line), maxSample))}
	}
	h.status = n
	return nil
}
