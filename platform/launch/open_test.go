package launch

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestCheckURL(t *testing.T) {
	for _, good := range []string{
		"http://example.com", "https://example.com:8443/a%20b?c=d&e=%22#f", "https://[2001:db8::1]/", "https://bücher.example/ä",
		"https://example.com/" + strings.Repeat("a", maxAddress-20),
	} {
		if err := checkURL(good); err != nil {
			t.Errorf("%.40q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "example.com", "//example.com/", "/etc/passwd", "file:///etc/passwd", "javascript:alert(1)", "ftp://example.com/",
		"http:example.com", "http://", "https:///path", "https://:443/", "HTTPS://example.com", "-https://example.com",
		"--proxy=https://example.com", " https://example.com", "https://example.com\n", "https://exam\x00ple.com",
		"https://example.com/\x1b[2J", "https://example.com/a b", `https://example.com/"&calc&"`, "https://example.com/`id`",
		"https://example.com/\u202egnp.exe", "https://example.com/\xff", "chrome://settings", "waymend://check?url=x",
		"https://example.com/" + strings.Repeat("a", maxAddress),
	} {
		if err := checkURL(bad); !errors.Is(err, ErrAddress) {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
}

// TestNothingStarts holds that what is refused is not started, by any way in.
func TestNothingStarts(t *testing.T) {
	c := rich()
	s := c.system()
	for _, b := range s.Browsers() {
		for _, private := range []bool{false, true} {
			if err := b.Open("file:///etc/passwd", private); !errors.Is(err, ErrAddress) {
				t.Errorf("%s: %v", b.ID, err)
			}
		}
	}
	if err := s.URL("-h"); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
	if len(c.started) != 0 {
		t.Errorf("started: %q", c.started)
	}
}

func TestOpen(t *testing.T) {
	files := fstest.MapFS{
		"usr/bin/xdg-open": program(""), "r/report.html": text("x"), "r/REPORT.MD": text("x"), "r/x.app": directory(), "r/x.html": directory(),
		"r/run.desktop": text("x"), "r/run.sh": program("x"), "r/none": text("x"), "C:/r/report.html": text("x"), "C:/r/run.exe": text("x"),
	}
	url := func(s System, what string) error { return s.URL(what) }
	file := func(s System, what string) error { return s.File(what) }
	folder := func(s System, what string) error { return s.Folder(what) }
	for _, c := range []struct {
		os   string
		do   func(System, string) error
		what string
		want string // "" when refused
	}{
		{"linux", url, "https://example.com/", "/usr/bin/xdg-open https://example.com/"},
		{"linux", file, "/r/report.html", "/usr/bin/xdg-open /r/report.html"},
		{"linux", file, "/r/REPORT.MD", "/usr/bin/xdg-open /r/REPORT.MD"},
		{"linux", file, "/r/run.desktop", ""},
		{"linux", file, "/r/run.sh", ""},
		{"linux", file, "/r/none", ""},
		{"linux", file, "/r/x.html", ""},
		{"linux", file, "r/report.html", ""},
		{"linux", file, "/r/missing.html", ""},
		{"linux", file, "/r/report.html\n", ""},
		{"linux", folder, "/r", "/usr/bin/xdg-open /r"},
		{"linux", folder, "/r/run.sh", ""},
		{"linux", folder, "r", ""},
		{"darwin", url, "https://example.com/", "/usr/bin/open https://example.com/"},
		{"darwin", file, "/r/report.html", "/usr/bin/open /r/report.html"},
		{"darwin", folder, "/r/x.app", "/usr/bin/open -a Finder /r/x.app"},
		{"windows", url, "https://example.com/", "shell open https://example.com/"},
		{"windows", file, `C:\r\report.html`, `shell open C:\r\report.html`},
		{"windows", file, `C:\r\run.exe`, ""},
		{"windows", file, `\\server\r\report.html`, ""},
		{"windows", folder, `C:\r`, `shell explore C:\r`},
	} {
		on := &computer{os: c.os, env: map[string]string{"PATH": "/usr/bin"}, files: files}
		err := c.do(on.system(), c.what)
		var got string
		if len(on.started) > 0 {
			got = strings.Join(on.started[0], " ")
		}
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s %q: %q, %v", c.os, c.what, got, err)
		}
	}
}

// TestWithoutOpener takes gio where there is no xdg-open, then a browser, and says when there is none.
func TestWithoutOpener(t *testing.T) {
	c := &computer{os: "linux", env: map[string]string{"PATH": "/usr/bin"}, files: fstest.MapFS{"usr/bin/firefox": program("")}}
	if err := c.system().URL("http://example.com/"); err != nil || !slices.Equal(c.started[0], []string{"/usr/bin/firefox", "http://example.com/"}) {
		t.Errorf("%q, %v", c.started, err)
	}
	c.started, c.files = nil, fstest.MapFS{"usr/bin/gio": program("")}
	if err := c.system().URL("http://example.com/"); err != nil || !slices.Equal(c.started[0], []string{"/usr/bin/gio", "open", "http://example.com/"}) {
		t.Errorf("%q, %v", c.started, err)
	}
	c.started, c.files = nil, nil
	if err := c.system().URL("http://example.com/"); err == nil || len(c.started) != 0 {
		t.Errorf("%q, %v", c.started, err)
	}
}
