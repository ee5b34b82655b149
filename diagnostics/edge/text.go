package edge

import (
	"strings"
)

const (
	maxName = 64  // bytes of a name that a server gave itself
	maxID   = 128 // bytes of a request id
)

// clean keeps what is printable ASCII, trims it and cuts it to limit bytes.
// Texts from the network reach a terminal: no escape sequence may survive.
func clean(s string, limit int) string {
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() < limit; i++ {
		if c := s[i]; c >= ' ' && c <= '~' {
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}

// flatten brings a page into the form that signatures are written in: every run
// of white space is one space, and numeric character references to ASCII are
// resolved (Akamai writes "Reference&#32;&#35;18").
func flatten(body []byte) string {
	if len(body) > MaxBody {
		body = body[:MaxBody]
	}
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		c, n := body[i], 1
		if c == '&' {
			c, n = reference(body[i:])
		}
		i += n - 1
		switch c {
		case ' ', '\t', '\r', '\n', '\f', '\v':
			if len(out) == 0 || out[len(out)-1] == ' ' {
				continue
			}
			c = ' '
		}
		out = append(out, c)
	}
	return strings.TrimSuffix(string(out), " ")
}

// reference decodes a numeric character reference to an ASCII character at the
// start of b and says how long it is; anything else stays the '&' it starts with.
func reference(b []byte) (byte, int) {
	const longest = len("&#x0000;")
	if len(b) < 4 || b[1] != '#' {
		return b[0], 1
	}
	i, base := 2, 10
	if b[2] == 'x' || b[2] == 'X' {
		i, base = 3, 16
	}
	value, start := 0, i
	for ; i < len(b) && i < longest; i++ {
		d := digit(b[i])
		if d >= base {
			break
		}
		value = value*base + d
	}
	if i == start || i >= len(b) || b[i] != ';' || value == 0 || value > '~' {
		return b[0], 1
	}
	return byte(value), i + 1
}

// digit is the value of a hexadecimal digit, 255 for any other byte.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return 255
}

// title is the text of a page's first title element, "" without one. Only the
// first 8 KiB are looked at: a title comes early or is not what a visitor saw.
func title(text string) string {
	head := strings.ToLower(text[:min(len(text), 8<<10)])
	start := strings.Index(head, "<title>")
	if start < 0 {
		return ""
	}
	start += len("<title>")
	end := strings.Index(head[start:], "</title>")
	if end < 0 {
		return ""
	}
	return strings.TrimSpace(text[start:min(start+end, len(text))])
}
