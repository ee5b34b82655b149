package sqlitefile

import (
	"slices"
	"strings"
)

// token is a word, a quoted name or text without its quotes, or a single mark.
type token struct {
	kind byte
	text string
}

// Kinds of tokens; that of a mark is 0.
const (
	word   = 'w'
	quoted = 'q'
)

// is tells whether a token is one of some keywords, which are in upper case.
func (t token) is(words ...string) bool {
	return t.kind == word && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(t.text, w) })
}

func (t token) mark(c byte) bool { return t.kind == 0 && t.text == string(c) }

// tokens splits SQL, without its spaces and comments. What is not closed goes to the end.
func tokens(sql string) (out []token) {
	for len(sql) > 0 {
		n := 1
		switch c := sql[0]; {
		case c == ' ' || c >= '\t' && c <= '\r':
		case strings.HasPrefix(sql, "--"):
			n = until(sql, 2, "\n")
		case strings.HasPrefix(sql, "/*"):
			n = until(sql, 2, "*/")
		case c == '[':
			n = until(sql, 1, "]")
			out = append(out, token{quoted, strings.TrimSuffix(sql[1:n], "]")})
		case c == '\'' || c == '"' || c == '`':
			var text string
			text, n = unquote(sql)
			out = append(out, token{quoted, text})
		case wordByte(c):
			for n < len(sql) && wordByte(sql[n]) {
				n++
			}
			out = append(out, token{word, sql[:n]})
		default:
			out = append(out, token{0, sql[:1]})
		}
		sql = sql[n:]
	}
	return out
}

// until finds the end of the first mark that begins at from or later.
func until(sql string, from int, mark string) int {
	if i := strings.Index(sql[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(sql)
}

// unquote reads a text in quotes, in which a quote is doubled, and tells where it ends.
func unquote(sql string) (text string, n int) {
	quote := sql[:1]
	for n = until(sql, 1, quote); strings.HasPrefix(sql[n:], quote); {
		n = until(sql, n+1, quote)
	}
	return strings.ReplaceAll(strings.TrimSuffix(sql[1:n], quote), quote+quote, quote), n
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c == '.' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
