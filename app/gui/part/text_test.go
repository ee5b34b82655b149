package part

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPieces(t *testing.T) {
	for text, want := range map[string][]string{
		"":                        nil,
		"Router":                  {"Router"},
		"Fournisseur d'accès":     {"Fournisseur ", "d'accès"},
		"a  b":                    {"a  ", "b"},
		"Wi-Fi https://x/y":       {"Wi-", "Fi ", "https://", "x/", "y"},
		"互联网，好":                   {"互", "联", "网，", "好"},
		"（网）站":                    {"（网）", "站"},
		"使用DNS服务":                 {"使", "用", "DNS", "服", "务"},
		"인터넷 사업자":                 {"인", "터", "넷 ", "사", "업", "자"},
		strings.Repeat("x", 1000): {strings.Repeat("x", mostRunes)},
	} {
		if got := pieces(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	wear(t, Theme{})
	f := font{size: 12}
	em := f.width("M")
	for _, c := range []struct {
		text  string
		width float32
		want  []string
	}{
		{"", 100, nil},
		{"   ", 100, []string{""}},
		{"Router", 100, []string{"Router"}},
		{"Internet provider", f.width("Internet p"), []string{"Internet", "provider"}},
		{"one two three four", f.width("one two"), []string{"one two", "three…"}},
		{"MMMM", 2.5 * em, []string{"MM", "MM"}},
		{"MMMMMM", 2.5 * em, []string{"MM", "M…"}},
		{"MMM", 0, []string{"M", "M…"}},
	} {
		if got := f.wrap(c.text, c.width, 2); !slices.Equal(got, c.want) {
			t.Errorf("%q in %v: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// Values come from the network: whatever they hold, there are few lines, none too wide, and no text
// is made up.
func FuzzWrap(f *testing.F) {
	wear(f, Theme{})
	for _, s := range []string{"Cloudflare, Frankfurt", "互联网服务", "a-b/c  d", "\xff\xfe", "\u202eabc", "e\u0301e\u0301"} {
		f.Add(s, int8(40))
		f.Add(s, int8(-18))
	}
	set := font{size: 12}
	f.Fuzz(func(t *testing.T, text string, width int8) {
		if len(text) > 400 {
			return
		}
		lines := set.wrap(text, float32(width), 2)
		if len(lines) > 2 {
			t.Fatalf("%d lines", len(lines))
		}
		drawn := ""
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 2 && width > 0 && set.width(line) > float32(width)+0.5 {
				t.Errorf("%q is wider than %d", line, width)
			}
			drawn += strings.TrimSuffix(line, ellipsis)
		}
		if spaceless(string([]rune(text))) != spaceless(drawn) && !strings.HasPrefix(spaceless(string([]rune(text))), spaceless(drawn)) {
			t.Errorf("%q became %q", text, lines)
		}
	})
}

func spaceless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '…' {
			return -1
		}
		return r
	}, s)
}
