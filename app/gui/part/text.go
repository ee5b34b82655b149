package part

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// mostRunes is how much of a text is looked at when it has to fit in a line or two.
const mostRunes = 256

const ellipsis = "…"

// font is a size and style of text that measures words.
type font struct {
	size  float32
	style fyne.TextStyle
}

func (f font) width(s string) float32 { return fyne.MeasureText(s, f.size, f.style).Width }
func (f font) height() float32        { return fyne.MeasureText("Äg", f.size, f.style).Height }

// wrap breaks a text into at most so many lines of the width. A word that is wider than a line is
// broken inside; what does not fit any more ends in an ellipsis.
func (f font) wrap(text string, width float32, most int) (lines []string) {
	line := ""
	finish := func() {
		lines = append(lines, line)
		line = ""
	}
	for _, piece := range pieces(text) {
		if line != "" && f.width(strings.TrimRightFunc(line+piece, unicode.IsSpace)) > width {
			finish()
		}
		for line == "" && piece != "" && f.width(strings.TrimRightFunc(piece, unicode.IsSpace)) > width {
			head := f.head(piece, width)
			line, piece = head, piece[len(head):]
			finish()
		}
		line += piece
		if len(lines) > most {
			break
		}
	}
	if line != "" {
		finish()
	}
	if len(lines) > most {
		lines[most-1] = f.shorten(lines[most-1]+lines[most], width)
		lines = lines[:most]
	}
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], unicode.IsSpace)
	}
	return lines
}

// head is the longest beginning of a text that is no wider than a line, at least one character.
func (f font) head(text string, width float32) string {
	end := len(text)
	for i := range text {
		if i > 0 && f.width(text[:i]) > width {
			break
		}
		end = i
	}
	if end == 0 {
		_, end = utf8.DecodeRuneInString(text)
	}
	return text[:end]
}

// shorten takes characters off the end until the text and an ellipsis fit.
func (f font) shorten(text string, width float32) string {
	runes := []rune(text)
	for len(runes) > 1 && f.width(string(runes)+ellipsis) > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRightFunc(string(runes), unicode.IsSpace) + ellipsis
}

// widest is the width of the widest piece that a line cannot be broken in.
func (f font) widest(text string) (width float32) {
	for _, piece := range pieces(text) {
		width = max(width, f.width(strings.TrimRightFunc(piece, unicode.IsSpace)))
	}
	return width
}

// pieces splits a text where a line may end: after spaces, hyphens and slashes, and around the
// characters of scripts that are written without spaces. Closing punctuation stays with what it
// closes.
func pieces(text string) (list []string) {
	runes := []rune(text)
	if len(runes) > mostRunes {
		runes = runes[:mostRunes]
	}
	start := 0
	for i := 1; i < len(runes); i++ {
		a, b := runes[i-1], runes[i]
		breaks := unicode.IsSpace(a) && !unicode.IsSpace(b) || a == '-' || a == '/' && b != '/' ||
			ideographic(b) && !unicode.Is(unicode.Ps, a) || ideographic(a) && unicode.IsLetter(b)
		if breaks {
			list = append(list, string(runes[start:i]))
			start = i
		}
	}
	if start < len(runes) {
		list = append(list, string(runes[start:]))
	}
	return list
}

func ideographic(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}
