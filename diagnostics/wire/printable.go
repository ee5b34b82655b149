package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns at most max characters of s that are safe to show on a terminal, in a window
// or in a report: no control characters, no escape sequences, no invisible or direction-changing
// characters, no broken UTF-8; any run of white space is one space. What is cut off is replaced by
// an ellipsis.
func Printable(s string, max int) string {
	if max <= 0 {
		return ""
	}
	var b strings.Builder
	n, marks, space := 0, 0, false
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\x1b' || r == '\u009b' || r == '\u0090' || r == '\u009d':
			s = s[size+escape(r, s[size:]):]
			continue
		case r == utf8.RuneError && size == 1:
			r = '?'
		}
		s = s[size:]
		if unicode.IsSpace(r) {
			space = n > 0
			continue
		}
		if !unicode.IsPrint(r) {
			continue
		}
		// Two combining marks serve every living script; stacks of them paint over other lines.
		if unicode.Is(unicode.M, r) {
			if marks++; marks > 2 || n == 0 {
				continue
			}
		} else {
			marks = 0
		}
		need := 1
		if space {
			need = 2
		}
		if n+need > max || n+need == max && hasMore(s) {
			return strings.TrimRight(cutRunes(b.String(), max-1), " ") + "…"
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		n += need
	}
	return b.String()
}

// hasMore reports whether anything visible follows, looking only a little ahead: what is hidden
// beyond is not worth reading megabytes for.
func hasMore(s string) bool {
	const ahead = 64
	if len(s) > ahead {
		return true
	}
	return Printable(s, ahead) != ""
}

func cutRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// escape returns how long the rest of an escape sequence is (ECMA-48): control sequences end at
// their final byte, strings (titles, links) at BEL or ST. A sequence that does not end within
// reason loses only its introducer.
func escape(intro rune, s string) int {
	const longest = 4096
	start := 0
	if intro == '\x1b' {
		if s == "" {
			return 0
		}
		switch s[0] {
		case '[':
			intro, start = '\u009b', 1
		case ']', 'P', 'X', '^', '_':
			intro, start = '\u009d', 1
		default: // two or more bytes: intermediates, then a final byte
			for i := 0; i < len(s) && i < 4; i++ {
				if s[i] >= 0x30 && s[i] <= 0x7e {
					return i + 1
				}
				if s[i] < 0x20 || s[i] > 0x7e {
					return i
				}
			}
			return 0
		}
	}
	for i := start; i < len(s) && i < longest; i++ {
		c := s[i]
		if intro == '\u009b' {
			if c >= 0x40 && c <= 0x7e {
				return i + 1
			}
			if c < 0x20 || c > 0x7e {
				return i
			}
			continue
		}
		switch {
		case c == '\a':
			return i + 1
		case c == '\x1b': // ST is ESC \; any other escape ends the string, too
			if i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
			return i
		case c == '\n' || c == '\r':
			return i
		}
	}
	return start
}
