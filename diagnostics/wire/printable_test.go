package wire

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var printables = []struct {
	in   string
	max  int
	want string
}{
	{"hello", 10, "hello"},
	{"hello", 5, "hello"},
	{"hello", 4, "hel…"},
	{"hello", 1, "…"},
	{"hello", 0, ""},
	{"", 5, ""},
	{"  a \t\r\n b  ", 10, "a b"},
	{"a\x00\x01\x7fb", 10, "ab"},
	{"\x1b[31mred\x1b[0m", 10, "red"},
	{"\x1b]0;title\aafter", 10, "after"},
	{"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", 10, "link"},
	{"\u009b31mred", 10, "red"},
	{"\x1bPdevice\x1b\\x", 10, "x"},
	{"\x1b(Bx", 10, "x"},
	{"\x1bcx", 10, "x"},
	{"\x1b", 10, ""},
	{"\x1b[", 10, ""},
	{"\x1b]never ends", 20, "never ends"},
	{"\x1b]cut\nshort", 20, "short"},
	{"evil\u202egnp.exe", 20, "evilgnp.exe"},
	{"zero\u200bwidth\ufeff", 20, "zerowidth"},
	{"\u2066a\u2069\u200f", 20, "a"},
	{"\xff\xfea", 10, "??a"},
	{"grüße, 世界", 20, "grüße, 世界"},
	{"世界世界", 3, "世界…"},
	{"e" + strings.Repeat("\u0301", 50), 20, "e\u0301\u0301"},
	{"a" + strings.Repeat(" ", 100) + "b", 3, "a b"},
	{"abc   ", 3, "abc"},
	{"abc\x1b[0m", 3, "abc"},
	{"ab cd", 3, "ab…"},
}

func TestPrintable(t *testing.T) {
	for _, c := range printables {
		if got := Printable(c.in, c.max); got != c.want {
			t.Errorf("%q, %d: %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, c := range printables {
		f.Add(c.in, c.max)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		max = min(max, 1<<16)
		got := Printable(s, max)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > max && max >= 0 || strings.TrimSpace(got) != got {
			t.Fatalf("%q", got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			t.Fatalf("not printable: %q", got)
		}
		if again := Printable(got, max); again != got {
			t.Fatalf("%q becomes %q", got, again)
		}
	})
}
