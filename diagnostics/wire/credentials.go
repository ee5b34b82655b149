package wire

import "strings"

// WithoutUser returns a text with the user name and password of the address in it left out
// (RFC 3986 section 3.2.1). The address may be relative, or broken: whatever stands between "//"
// and an "@" before the path is taken for a secret.
func WithoutUser(text string) string {
	start := strings.Index(text, "//")
	if start < 0 {
		return text
	}
	start += len("//")
	end := start + len(text[start:])
	if i := strings.IndexAny(text[start:], "/\\?#"); i >= 0 {
		end = start + i
	}
	if at := strings.LastIndexByte(text[start:end], '@'); at >= 0 {
		return text[:start] + text[start+at+1:]
	}
	return text
}
