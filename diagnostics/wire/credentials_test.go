package wire

import "testing"

func TestWithoutUser(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"/a/b@c":                          "/a/b@c",
		"https://example.com/?x=a@b":      "https://example.com/?x=a@b",
		"https://me:secret@example.com/":  "https://example.com/",
		"https://me:s@ecret@example.com":  "https://example.com",
		"//me@example.com/a":              "//example.com/a",
		"0; url=http://me:s@example.com/": "0; url=http://example.com/",
		"http://me:secret@bad host<>":     "http://bad host<>",
		"http://me:secret@":               "http://",
		`http://example.com\@evil/`:       `http://example.com\@evil/`,
		"//":                              "//",
	} {
		if got := WithoutUser(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
