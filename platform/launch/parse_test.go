package launch

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestParseExec(t *testing.T) {
	for _, c := range []struct {
		exec string
		want []string // nil when refused
	}{
		{"firefox %u", []string{"firefox", slot}},
		{"firefox", []string{"firefox", slot}},
		{`"/opt/My Browser/b" --name %c %i --icon %U`, []string{"/opt/My Browser/b", "--name", "--icon", slot}},
		{`b --url=%u`, []string{"b", "--url=" + slot}},
		{`b "%u" 100%%`, []string{"b", "%u", "100%", slot}},
		{`b "a\"b\\c\$d\` + "`" + `e"`, []string{"b", "a\"b\\c$d`e", slot}},
		{"b @@u %U @@", []string{"b", "@@u", slot, "@@"}},
		{"  b\t%f  ", []string{"b", slot}},
		{"", nil},
		{"%u", nil},
		{`"" %u`, nil},
		{"b $(reboot)", nil},
		{"b; reboot", nil},
		{"b 'x'", nil},
		{"b > /etc/x", nil},
		{`b "open`, nil},
		{`b "x"y`, nil},
		{"b\x00 x", nil},
		{"b \n x", nil},
		{"b " + strings.Repeat("x ", maxArgs), nil},
		{"b " + strings.Repeat("x", maxCommand), nil},
	} {
		got, ok := parseExec(c.exec)
		if ok != (c.want != nil) || ok && !slices.Equal(got, c.want) {
			t.Errorf("%.60q: %q, %v", c.exec, got, ok)
		}
	}
}

func TestParseDesktop(t *testing.T) {
	e, ok := parseDesktop([]byte("# comment\n\n[Desktop Entry]\r\nType=Application\r\nName=A\\sB\nName=second\nTryExec = b\nExec=b %u\nMimeType=x-scheme-handler/https\nNoDisplay=true\n"))
	if !ok || e.name != "A B" || e.tryExec != "b" || !e.https || !e.hidden || !slices.Equal(e.argv, []string{"b", slot}) {
		t.Errorf("%+v, %v", e, ok)
	}
	for _, bad := range []string{"", "Type=Application\nExec=b", "[Other]\nType=Application\n[Desktop Entry]\nType=Application\nExec=b", "[Desktop Entry]\nType=Link\nExec=b"} {
		if e, ok := parseDesktop([]byte(bad)); ok {
			t.Errorf("%q: %+v", bad, e)
		}
	}
}

func TestParseHandlers(t *testing.T) {
	for _, c := range []struct{ out, scheme, want string }{
		{handlers, "https", "org.mozilla.firefox"},
		{handlers, "mailto", ""},
		{"", "https", ""},
		{"}}}{{{\nLSHandlerURLScheme = https;", "https", ""},
		{"{\nLSHandlerURLScheme = https;\nLSHandlerRoleAll = x;\n}", "https", "x"},
	} {
		if got := parseHandlers([]byte(c.out), c.scheme); got != c.want {
			t.Errorf("%.40q: %q", c.out, got)
		}
	}
}

func TestParseCommand(t *testing.T) {
	for in, want := range map[string]string{
		`"C:\a b\c.exe" --x "%1"`: `C:\a b\c.exe`,
		`C:\a b\c.EXE -x`:         `C:\a b\c.EXE`,
		`"C:\a b\c.exe`:           "",
		`rundll32`:                "",
		"":                        "",
		`İ.exe`:                   `İ.exe`,
	} {
		if got := parseCommand(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzDesktopFile(f *testing.F) {
	f.Add([]byte(firefoxEntry))
	f.Add([]byte("[Desktop Entry]\nType=Application\nExec=\"a\\\"b\" %u%%%i\nName=\x1b[2J\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, ok := parseDesktop(text)
		if strings.ContainsFunc(e.name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("the name is %q", e.name)
		}
		if !ok {
			return
		}
		if len(e.argv) < 2 || len(e.argv) > maxArgs+1 || e.argv[0] == "" || strings.Contains(e.argv[0], slot) {
			t.Errorf("%q", e.argv)
		}
		if !slices.ContainsFunc(e.argv, func(a string) bool { return strings.Contains(a, slot) }) {
			t.Errorf("no place for the address: %q", e.argv)
		}
	})
}

func FuzzDefaults(f *testing.F) {
	f.Add([]byte("[Default Applications]\nx-scheme-handler/https=a.desktop; b.desktop ;\n"), []byte(handlers), `"C:\a.exe" %1`)
	f.Fuzz(func(t *testing.T, list, out []byte, command string) {
		for _, name := range parseDefaults(list, "x-scheme-handler/https") {
			if name == "" || strings.TrimSpace(name) != name {
				t.Errorf("%q", name)
			}
		}
		if id := parseHandlers(out, "https"); printable(id) != id {
			t.Errorf("%q", id)
		}
		if p := parseCommand(command); !strings.Contains(command, p) {
			t.Errorf("%q is not in %q", p, command)
		}
	})
}

func FuzzCheckURL(f *testing.F) {
	f.Add("https://example.com/a?b=c")
	f.Add("--https://x")
	f.Fuzz(func(t *testing.T, s string) {
		if checkURL(s) != nil {
			return
		}
		if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") || len(s) > maxAddress || strings.ContainsAny(s, " \"\x00\n\r\t|<>`") {
			t.Errorf("accepted %q", s)
		}
	})
}
