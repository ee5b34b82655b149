package platform

import (
	"strings"
	"unicode"
)

// printable replaces what is not printable in text that others chose, so that it cannot command a
// terminal, and bounds its length.
func printable(s string) string {
	const most = 512
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s[:min(len(s), most)])
}

// isDomain reports whether a suffix, which may come from the network by DHCP, has only characters
// that names have.
func isDomain(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7F || !unicode.IsPrint(r)
	})
}
