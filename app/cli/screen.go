package cli

import (
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// screen is what one output stream can show.
type screen struct {
	file     *os.File
	terminal bool // a person looks at it
	moves    bool // the cursor can be moved: a live view is possible
	color    bool
	ascii    bool // nothing beyond ASCII can be shown
}

func newScreen(f *os.File, noColor bool) screen {
	s := screen{file: f, ascii: !utf8Locale()}
	s.terminal = term.IsTerminal(int(f.Fd()))
	s.moves = s.terminal && os.Getenv("TERM") != "dumb" && understandsEscapes(f)
	s.color = s.moves && !noColor && os.Getenv("NO_COLOR") == ""
	return s
}

// Widths of text, in columns.
const (
	minWidth     = 20
	maxWidth     = 100
	defaultWidth = 80 // where nobody tells
)

// width is how wide text may be now.
func (s screen) width() int {
	if s.terminal {
		if w, _, err := term.GetSize(int(s.file.Fd())); err == nil && w > 0 {
			return min(max(w, minWidth), maxWidth)
		}
	}
	return defaultWidth
}

// height is how many rows the terminal has, 0 where nobody tells.
func (s screen) height() int {
	if s.terminal {
		if _, h, err := term.GetSize(int(s.file.Fd())); err == nil {
			return h
		}
	}
	return 0
}

// paint colours text; the marks and words carry the meaning without it.
func (s screen) paint(style, text string) string {
	if !s.color || style == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// Styles: SGR parameters that are readable on light and dark backgrounds.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// mark is the sign of a state; each has its own shape, so colour is never the only difference.
func (s screen) mark(state string) (sign, style string) {
	signs := map[string][3]string{
		"ok":      {"✓", "+", green},
		"warning": {"▲", "!", yellow},
		"fault":   {"✗", "x", red},
		"failed":  {"✗", "x", red},
		"unknown": {"○", "o", faint},
		"skipped": {"–", "-", faint},
	}
	m, ok := signs[state]
	if !ok {
		m = [3]string{"·", ".", faint}
	}
	if s.ascii {
		return m[1], m[2]
	}
	return m[0], m[2]
}

// plain replaces what the screen cannot show.
func (s screen) plain(text string) string {
	if !s.ascii {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r <= unicode.MaxASCII:
			return r
		case strings.ContainsRune("‘’‚", r):
			return '\''
		case strings.ContainsRune("“”„", r):
			return '"'
		case strings.ContainsRune("–—‑", r):
			return '-'
		case r == '•':
			return '*'
		case r == '…':
			return '~'
		case unicode.IsSpace(r):
			return ' '
		}
		return '?'
	}, text)
}

// columns is how many columns text takes.
func columns(text string) (n int) {
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

// wide lists the scripts and symbols that take two columns (Unicode TR 11, in round figures).
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{{0x1100, 0x115f, 1}, {0x2e80, 0xa4cf, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1}},
	R32: []unicode.Range32{{0x1f300, 0x1faff, 1}, {0x20000, 0x3fffd, 1}},
}

func runeColumns(r rune) int {
	switch {
	case unicode.Is(unicode.M, r):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// cut shortens text to the columns given.
func (s screen) cut(text string, most int) string {
	if columns(text) <= most {
		return text
	}
	more := "…"
	if s.ascii {
		more = "~"
	}
	n := 1
	for i, r := range text {
		if n += runeColumns(r); n > most {
			return strings.TrimRight(text[:i], " ") + more
		}
	}
	return text
}

// wrap breaks text into lines of at most width columns; words longer than a line are broken too.
func wrap(text string, width int) (lines []string) {
	width = max(width, 8)
	line := ""
	for _, word := range strings.Fields(text) {
		for columns(word) > width {
			room := width
			if line != "" {
				if room = width - columns(line) - 1; room < width/2 {
					lines, line, room = append(lines, line), "", width
				}
			}
			head := fit(word, room)
			if line != "" {
				head = line + " " + head
			}
			lines, line = append(lines, head), ""
			word = word[len(fit(word, room)):]
		}
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// fit returns the longest beginning of word that takes at most n columns, at least one character.
func fit(word string, n int) string {
	for i, r := range word {
		if n -= runeColumns(r); n < 0 && i > 0 {
			return word[:i]
		}
	}
	return word
}
