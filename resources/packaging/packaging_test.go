package packaging

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/waymend/waymend/resources"
)

const source = "../../FyneApp.toml"

var day = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func app(t *testing.T) App {
	t.Helper()
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// files makes all files, by path.
func files(t *testing.T, a App) map[string]string {
	t.Helper()
	list, err := a.Files(day)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range list {
		all[f.Path] = string(f.Text)
	}
	return all
}

// TestSource holds FyneApp.toml and the translations together.
func TestSource(t *testing.T) {
	a := app(t)
	if a.Details.Name != "Waymend" || a.Details.ID != "io.github.waymend.waymend" || !a.Migrations["fyneDo"] {
		t.Errorf("%+v", a)
	}
	for key, want := range map[string]string{
		"package.comment": a.Comment(), "package.generic-name": a.GenericName(), "package.keywords": strings.Join(a.Keywords(), ";"),
	} {
		if got := a.English(key); got != want {
			t.Errorf("%s is %q in the translations, and %q in FyneApp.toml", key, got, want)
		}
	}
	languages := slices.Sorted(slices.Values(a.Languages))
	if !slices.Equal(languages, resources.Languages()) {
		t.Errorf("FyneApp.toml has %v, the translations %v", languages, resources.Languages())
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(source), a.Details.Icon)); err != nil {
		t.Error(err)
	}
	for _, lang := range a.Languages {
		for _, key := range []string{"package.comment", "package.generic-name", "package.keywords", "package.action.check", "package.local-network", "package.apple-events"} {
			if text := resources.Text(lang, key, nil); !validLine.MatchString(text) || text == key {
				t.Errorf("%s: %s is %q", lang, key, text)
			}
		}
	}
}

func TestRead(t *testing.T) {
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"not TOML":      {"[Details]", "[Details"},
		"unknown key":   {"[Details]", "[Details]\n  Colour = \"red\""},
		"no name":       {`Name = "Waymend"`, `Name = ""`},
		"path as ID":    {`ID = "io.github.waymend.waymend"`, `ID = "../../etc/x"`},
		"odd version":   {`Version = "0.1.0"`, `Version = "0.1.0-rc1"`},
		"no build":      {"Build = 1", "Build = 0"},
		"two lines":     {`GenericName = "Network Doctor"`, `GenericName = "Network\nExec=evil"`},
		"other program": {`ExecParams = "%u"`, `ExecParams = "; reboot"`},
	} {
		changed := strings.Replace(string(text), change[0], change[1], 1)
		if _, err := Read([]byte(changed)); err == nil || changed == string(text) {
			t.Errorf("%s: accepted, or not tried", name)
		}
	}
}

func TestFiles(t *testing.T) {
	a := app(t)
	a.Details.Name, a.Details.Version, a.Details.Build = "Way & <mend>", "1.22.333", 44
	all := files(t, a)
	for path, wants := range map[string][]string{
		"linux/io.github.waymend.waymend.desktop":      {"\nName=Way & <mend>\n", "\nExec=waymend-desktop %u\n", "\nMimeType=x-scheme-handler/waymend;\n", "\nCategories=Network;Utility;\n", "\nStartupNotify=true\n", "\n[Desktop Action check]\n"},
		"linux/io.github.waymend.waymend.metainfo.xml": {`<release version="1.22.333" date="2026-01-02"/>`, "<name>Way &amp; &lt;mend&gt;</name>", "<mediatype>x-scheme-handler/waymend</mediatype>"},
		"windows/waymend-desktop.exe.manifest":         {`version="1.22.333.44"`, `level="asInvoker"`, ">PerMonitorV2, PerMonitor<", ">UTF-8<"},
		"macos/Info.plist":                             {"<string>1.22.333</string>", "<string>44</string>", "<key>NSLocalNetworkUsageDescription</key>", "<key>CFBundleURLSchemes</key>", "<string>Way &amp; &lt;mend&gt;</string>"},
		"macos/en.lproj/InfoPlist.strings":             {`"NSLocalNetworkUsageDescription" = "Waymend asks`},
	} {
		for _, want := range wants {
			if !strings.Contains(all[path], want) {
				t.Errorf("%s lacks %q:\n%s", path, want, all[path])
			}
		}
	}
	for path, text := range all {
		if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") {
			t.Errorf("%s was not filled in:\n%s", path, text)
		}
		if !strings.HasSuffix(path, ".xml") && !strings.HasSuffix(path, ".plist") && !strings.HasSuffix(path, ".manifest") {
			continue
		}
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", path, err)
				break
			}
		}
	}
}

// TestRegistry reads the registry's text back as regedit does.
func TestRegistry(t *testing.T) {
	all := files(t, app(t))
	text := all["windows/scheme.reg"]
	if !strings.HasPrefix(text, "\xff\xfe") || len(text)%2 != 0 {
		t.Fatalf("not UTF-16 with a mark: %.20q", text)
	}
	reg := fromUTF16([]byte(text[2:]))
	if !strings.HasPrefix(reg, "Windows Registry Editor Version 5.00\r\n") || strings.Contains(strings.ReplaceAll(reg, "\r\n", ""), "\n") || strings.Contains(reg, "HKEY_LOCAL_MACHINE") {
		t.Errorf("%q", reg)
	}
	_, command, _ := strings.Cut(reg, `[HKEY_CURRENT_USER\Software\Classes\waymend\shell\open\command]`+"\r\n@=hex(2):")
	raw, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(command), ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fromUTF16(raw), `"%LOCALAPPDATA%\Programs\Waymend\waymend-desktop.exe" "%1"`+"\x00"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if gone := fromUTF16([]byte(all["windows/scheme-remove.reg"][2:])); !strings.Contains(gone, `[-HKEY_CURRENT_USER\Software\Classes\waymend]`) {
		t.Errorf("%q", gone)
	}
}

func fromUTF16(b []byte) string {
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
	}
	return string(utf16.Decode(units))
}

// TestOthers takes a text that is translated into every language.
func TestOthers(t *testing.T) {
	var locales []string
	for _, tr := range app(t).Others("fault.ok.title.general") {
		if tr.Text == "" || !validLine.MatchString(tr.Text) {
			t.Errorf("%+v", tr)
		}
		locales = append(locales, tr.Locale)
	}
	if want := []string{"de", "es", "fr", "it", "ja", "pl", "pt_BR", "zh_CN"}; !slices.Equal(locales, want) {
		t.Errorf("%v, not %v", locales, want)
	}
}

// TestValidators asks the tools of freedesktop.org.
func TestValidators(t *testing.T) {
	dir := t.TempDir()
	all := files(t, app(t))
	for name, c := range map[string]struct {
		tool []string
		file string
	}{
		"desktop entry": {[]string{"desktop-file-validate"}, "io.github.waymend.waymend.desktop"},
		"metainfo":      {[]string{"appstreamcli", "validate", "--no-net"}, "io.github.waymend.waymend.metainfo.xml"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(c.tool[0]); err != nil {
				t.Skipf("needs %s", c.tool[0])
			}
			path := filepath.Join(dir, c.file)
			if err := os.WriteFile(path, []byte(all["linux/"+c.file]), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), c.tool[0], append(c.tool[1:], path)...).CombinedOutput()
			if err != nil || bytes.Contains(out, []byte("error:")) || bytes.Contains(out, []byte("warning:")) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
