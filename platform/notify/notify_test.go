package notify

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{" example.org  is\tback\n", "example.org is back"},
		{"$(calc) `id` \"a\" 'b' „c“ <b>&amp;", "$(calc) `id` \"a\" 'b' „c“ <b>&amp;"},
		{"a\x00b\x1b[31mc\u202edef\u200b", "ab[31mcdef"},
		{"\xff\xfeé", "??é"},
		{"0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789"},
		{"0123456789012345678901234567890123456789x", "012345678901234567890123456789012345678…"},
		{strings.Repeat("é", 1<<20), strings.Repeat("é", 39) + "…"},
	} {
		if have := plain(c.in, 40); have != c.want {
			t.Errorf("%.60q is %q, not %q", c.in, have, c.want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("a b", 3)
	f.Add("\xff\u202e\n ", 1)
	f.Add("aaaa a", 4)
	f.Fuzz(func(t *testing.T, s string, most int) {
		most = 1 + most&0xFF
		have := plain(s, most)
		if n := utf8.RuneCountInString(have); n > most || !utf8.ValidString(have) {
			t.Errorf("%q: %d runes, not %d", have, n, most)
		}
		for _, r := range have {
			if !unicode.IsPrint(r) {
				t.Errorf("%q has %U", have, r)
			}
		}
		if again := plain(have, most); again != have && !strings.HasSuffix(have, "…") {
			t.Errorf("%q becomes %q", have, again)
		}
	})
}
