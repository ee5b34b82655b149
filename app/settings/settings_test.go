package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
)

const full = `
language = "de-AT"
[check]
timeout = "20s"
[[references.anchors]]
operator = "Example"
ipv4 = "192.0.2.1"
ipv6 = "2001:db8::1"
doh = "https://dns.example/dns-query"
[[references.anchors]]
operator = "Only six"
ipv6 = "2001:db8::2"
[[references.sign_in]]
url = "http://probe.example/"
status = 204
`

func TestParse(t *testing.T) {
	s, err := Parse(full)
	if err != nil {
		t.Fatal(err)
	}
	if s.Language != "de-AT" || s.Timeout != 20*time.Second || len(s.References.Anchors) != 2 || len(s.References.SignIn) != 1 {
		t.Errorf("read %+v", s)
	}
	a := s.References.Anchors[0]
	if a.V4.String() != "192.0.2.1" || a.V6.String() != "2001:db8::1" || a.DoH == "" || s.References.Anchors[1].V4.IsValid() {
		t.Errorf("anchors %+v", s.References.Anchors)
	}
}

func TestDefaultsStay(t *testing.T) {
	s, err := Parse("[check]\ntimeout = \"3\"")
	want := diagnostics.DefaultReferences()
	if err != nil || s.Timeout != 3*time.Second || len(s.References.Anchors) != len(want.Anchors) || len(s.References.SignIn) != len(want.SignIn) {
		t.Errorf("%+v, %v", s, err)
	}
	s, err = Parse("[references]\nanchors = []\nsign_in = []")
	if err != nil || len(s.References.Anchors)+len(s.References.SignIn) != 0 {
		t.Errorf("an empty list does not switch the references off: %+v, %v", s.References, err)
	}
}

// broken are files that are refused, with a word that the sentence must hold.
var broken = []struct{ text, says string }{
	{"x = 1", "no setting called x"},
	{"language = 5", "line 1"},
	{"language = \"a b\"", "name of a language"},
	{"= 3", "line 1"},
	{"[check]\ntimeout = \"soon\"", "span of time"},
	{"[check]\ntimeout = \"0s\"", "out of range"},
	{"[check]\ntimeout = \"-1h\"", "out of range"},
	{"[check]\ntimeout = \"11m\"", "out of range"},
	{"[[references.anchors]]\noperator = \"x\"", "number 1: ipv4 or ipv6"},
	{"[[references.anchors]]\nipv4 = \"2001:db8::1\"", "not an IPv4 address"},
	{"[[references.anchors]]\nipv6 = \"192.0.2.1\"", "not an IPv6 address"},
	{"[[references.anchors]]\nipv4 = \"192.0.2.1\"\ndoh = \"http://a/\"", "https://"},
	{"[[references.sign_in]]\nurl = \"https://a/\"\nstatus = 204", "http://"},
	{"[[references.sign_in]]\nurl = \"http://a/\"\nstatus = 20", "between 200 and 599"},
	{"[[references.sign_in]]\nurl = \"http://u:p@a/\"\nstatus = 204", "http://"},
	{strings.Repeat("[[references.anchors]]\nipv4 = \"192.0.2.1\"\n", MaxReferences+1), "at most"},
	{"\x1b[31m", "line 1"},
	{"\xff\xffx", "line 1"},
}

func TestBroken(t *testing.T) {
	for _, c := range broken {
		s, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want a sentence with %q", c.text, err, c.says)
			continue
		}
		if strings.ContainsAny(err.Error(), "\x1b\n") || len(err.Error()) > 300 {
			t.Errorf("%q: bad sentence %q", c.text, err)
		}
		if s.Timeout != DefaultTimeout {
			t.Errorf("%q: no defaults with the error", c.text)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if s, err := Load(filepath.Join(dir, "none.toml")); err != nil || s.Timeout != DefaultTimeout {
		t.Errorf("no file: %+v, %v", s, err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a folder: %v", err)
	}
	large := filepath.Join(dir, "large.toml")
	if err := os.WriteFile(large, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(large); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a large file: %v", err)
	}
	good := filepath.Join(dir, "good.toml")
	if err := os.WriteFile(good, []byte(full), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(good); err != nil || s.Language != "de-AT" {
		t.Errorf("a good file: %+v, %v", s, err)
	}
}

func TestPaths(t *testing.T) {
	t.Setenv("HOME", "/home/x")
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	t.Setenv("AppData", `C:\x`)
	for _, p := range Paths() {
		if p.Name == "" || p.Uses == "" || !strings.Contains(p.Path, "waymend") {
			t.Errorf("%+v", p)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	for _, c := range broken {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\r\n") {
				t.Errorf("unprintable sentence %q", err)
			}
			return
		}
		if s.Timeout < MinTimeout || s.Timeout > MaxTimeout || len(s.References.Anchors) > MaxReferences {
			t.Errorf("out of bounds: %+v", s)
		}
	})
}
