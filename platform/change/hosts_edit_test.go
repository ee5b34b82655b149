package change

import (
	"strings"
	"testing"
)

func TestCommentHosts(t *testing.T) {
	for _, c := range []struct{ name, file, want, lines string }{
		{"alone", "127.0.0.1 localhost\n192.0.2.7 a.test\n", "127.0.0.1 localhost\n# waymend abcd # 192.0.2.7 a.test\n", "192.0.2.7 a.test"},
		{"among others", "192.0.2.7\tA.test b.test # why\r\n::1 c\r\n", "# waymend abcd # 192.0.2.7\tA.test b.test # why\r\n192.0.2.7 b.test # waymend abcd\r\n::1 c\r\n", "192.0.2.7\tA.test b.test # why"},
		{"no end", "192.0.2.7 b.test a.test.", "# waymend abcd # 192.0.2.7 b.test a.test.\n192.0.2.7 b.test # waymend abcd", "192.0.2.7 b.test a.test."},
		{"twice", "1.1.1.1 a.test\n::2 a.test a.test", "# waymend abcd # 1.1.1.1 a.test\n# waymend abcd # ::2 a.test a.test", "1.1.1.1 a.test|::2 a.test a.test"},
		{"commented already", "#192.0.2.7 a.test\n", "#192.0.2.7 a.test\n", ""},
		{"look-alikes", "192.0.2.7 xa.test a.test.other sub.a.test\na.test\n", "192.0.2.7 xa.test a.test.other sub.a.test\na.test\n", ""},
		{"begins with a mark of its encoding", "\ufeff192.0.2.7 a.test\n", "# waymend abcd # \ufeff192.0.2.7 a.test\n", "\ufeff192.0.2.7 a.test"},
		{"empty", "", "", ""},
	} {
		got, lines := commentHosts([]byte(c.file), "a.test", "abcd")
		if string(got) != c.want || strings.Join(lines, "|") != c.lines {
			t.Errorf("%s: %q, %q; want %q, %q", c.name, got, lines, c.want, c.lines)
		}
		if back, _ := restoreHosts(got, "abcd"); string(back) != c.file {
			t.Errorf("%s: restored %q, want %q", c.name, back, c.file)
		}
		if _, found := restoreHosts(got, "abce"); found {
			t.Errorf("%s: another mark was found", c.name)
		}
	}
}

func FuzzHosts(f *testing.F) {
	f.Add([]byte("127.0.0.1 localhost\n192.0.2.7 a.test b.test # c\r\n::1 a.test"))
	f.Add([]byte("\ufeff1.2.3.4 a.test\n\n\r\n# waymend x #"))
	f.Add([]byte("1 a.test b\n1 b # waymend abcd\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if strings.Contains(string(file), ours) {
			return // the mark is random: a file that holds it already is refused when it is edited
		}
		edited, lines := commentHosts(file, "a.test", "abcd")
		back, found := restoreHosts(edited, "abcd")
		if string(back) != string(file) {
			t.Errorf("%q is edited to %q and restored to %q", file, edited, back)
		}
		if found != (len(lines) > 0) {
			t.Errorf("%q: %d lines, mark found: %v", file, len(lines), found)
		}
		if _, again := commentHosts(edited, "a.test", "efgh"); len(again) != 0 {
			t.Errorf("%q still names the host in %q", file, again)
		}
	})
}
