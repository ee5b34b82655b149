// Package packaging makes the files by which systems know an installed Waymend: desktop entry and
// AppStream metadata, Windows manifest and registry text, Info.plist. The templates are here; name,
// identifier and version come from FyneApp.toml, and the words from the translations. It packs
// nothing and installs nothing.
package packaging

import (
	"bytes"
	"embed"
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode/utf16"

	"github.com/BurntSushi/toml"
	"github.com/waymend/waymend/resources"
)

//go:embed templates
var templates embed.FS

// App is what FyneApp.toml says, and what the templates ask besides.
type App struct {
	Website   string
	Languages []string
	Details   struct {
		Name, ID, Version, Icon string
		Build                   int
	}
	LinuxAndBSD struct {
		GenericName, Comment, ExecParams string
		Categories, Keywords             []string
	}
	Migrations map[string]bool

	Date string `toml:"-"` // of the release, as 2026-01-02
}

// Program is the name of the build with a window, and Scheme that of the links that it opens; both
// are the program's own.
const (
	Program = "waymend-desktop"
	Scheme  = "waymend"
	// windowsProgram is where the installer for one person puts it.
	windowsProgram = `%LOCALAPPDATA%\Programs\Waymend\waymend-desktop.exe`
)

var (
	validID      = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*){2,}$`)
	validVersion = regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	validLine    = regexp.MustCompile(`^[^\x00-\x1f\\]+$`)
)

// Read reads FyneApp.toml. Keys that are not known are mistakes in it.
func Read(text []byte) (App, error) {
	var a App
	meta, err := toml.Decode(string(text), &a)
	if err != nil {
		return a, fmt.Errorf("packaging: %w", err)
	}
	if odd := meta.Undecoded(); len(odd) > 0 {
		return a, fmt.Errorf("packaging: FyneApp.toml has a key %s that nothing reads", odd[0])
	}
	switch {
	case !validID.MatchString(a.Details.ID):
		err = fmt.Errorf("packaging: %q is not an identifier", a.Details.ID)
	case !validVersion.MatchString(a.Details.Version):
		err = fmt.Errorf("packaging: %q is not a version", a.Details.Version)
	case a.Details.Build < 1 || a.Details.Build > 65535:
		err = fmt.Errorf("packaging: %d is not a build number", a.Details.Build)
	case a.LinuxAndBSD.ExecParams != "%u":
		err = fmt.Errorf("packaging: the window takes one link (%%u), not %q", a.LinuxAndBSD.ExecParams)
	}
	lines := append([]string{a.Details.Name, a.Website, a.LinuxAndBSD.GenericName, a.LinuxAndBSD.Comment}, a.LinuxAndBSD.Categories...)
	for _, line := range append(lines, a.LinuxAndBSD.Keywords...) {
		if !validLine.MatchString(line) {
			err = fmt.Errorf("packaging: %q is missing or not one line", line)
		}
	}
	return a, err
}

// File is one file that is made; its path is below the folder for all of them.
type File struct {
	Path string
	Text []byte
}

// Files makes all files of a release of that day.
func (a App) Files(day time.Time) ([]File, error) {
	a.Date = day.UTC().Format(time.DateOnly)
	var files []File
	for _, f := range []struct{ template, path string }{
		{"app.desktop", "linux/" + a.Details.ID + ".desktop"},
		{"app.metainfo.xml", "linux/" + a.Details.ID + ".metainfo.xml"},
		{"app.policy", "linux/" + a.Details.ID + ".policy"},
		{"app.manifest", "windows/" + Program + ".exe.manifest"},
		{"scheme.reg", "windows/scheme.reg"},
		{"scheme-remove.reg", "windows/scheme-remove.reg"},
		{"Info.plist", "macos/Info.plist"},
	} {
		text, err := a.fill(f.template)
		if err != nil {
			return nil, fmt.Errorf("packaging: %w", err)
		}
		if strings.HasSuffix(f.path, ".reg") {
			text = registryText(text)
		}
		files = append(files, File{f.path, text})
	}
	for _, lang := range a.Languages {
		files = append(files, File{"macos/" + lang + ".lproj/InfoPlist.strings", plistStrings(lang)})
	}
	return files, nil
}

func (a App) fill(name string) ([]byte, error) {
	t, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{
		"xml": func(s string) (string, error) {
			var b strings.Builder
			err := xml.EscapeText(&b, []byte(s))
			return b.String(), err
		},
		"list":   func(items []string) string { return strings.Join(items, ";") + ";" },
		"expand": expandString,
	}).ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, a)
	return b.Bytes(), err
}

// The templates' short names.
func (a App) Name() string           { return a.Details.Name }
func (a App) ID() string             { return a.Details.ID }
func (a App) Version() string        { return a.Details.Version }
func (a App) Build() int             { return a.Details.Build }
func (a App) GenericName() string    { return a.LinuxAndBSD.GenericName }
func (a App) Comment() string        { return a.LinuxAndBSD.Comment }
func (a App) Categories() []string   { return a.LinuxAndBSD.Categories }
func (a App) Keywords() []string     { return a.LinuxAndBSD.Keywords }
func (a App) ExecParams() string     { return a.LinuxAndBSD.ExecParams }
func (a App) Program() string        { return Program }
func (a App) Scheme() string         { return Scheme }
func (a App) WindowsProgram() string { return windowsProgram }

// English is a text in the source language.
func (a App) English(key string) string { return resources.Text(resources.English, key, nil) }

// Translation is a text in one of the other languages.
type Translation struct {
	Locale string // as in the environment of a Unix system
	Text   string
}

// Others lists the translations of a text that there are.
func (a App) Others(key string) []Translation {
	var list []Translation
	for _, lang := range a.Languages {
		if text := resources.Text(lang, key, nil); text != a.English(key) {
			list = append(list, Translation{locale(lang), text})
		}
	}
	return list
}

// locale writes a language as desktop entries do.
func locale(lang string) string {
	if lang == "zh-Hans" {
		return "zh_CN"
	}
	return strings.ReplaceAll(lang, "-", "_")
}

// plistStrings are the texts of Info.plist in one language.
func plistStrings(lang string) []byte {
	var b bytes.Buffer
	for _, t := range []struct{ name, key string }{
		{"NSLocalNetworkUsageDescription", "package.local-network"},
		{"NSAppleEventsUsageDescription", "package.apple-events"},
	} {
		fmt.Fprintf(&b, "%q = \"%s\";\n", t.name, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(resources.Text(lang, t.key, nil)))
	}
	return b.Bytes()
}

// registryText is a text as regedit reads it: UTF-16 with a mark, and Windows' line ends.
func registryText(text []byte) []byte {
	lines := strings.ReplaceAll(string(text), "\n", "\r\n")
	return append([]byte{0xff, 0xfe}, utf16LE(lines)...)
}

// expandString writes a value whose %VARIABLES% Windows fills in when it is read (REG_EXPAND_SZ).
func expandString(s string) string {
	var b strings.Builder
	b.WriteString("hex(2):")
	for i, c := range utf16LE(s + "\x00") {
		if i > 0 {
			b.WriteByte(',')
		}
		if c < 16 {
			b.WriteByte('0')
		}
		b.WriteString(strconv.FormatUint(uint64(c), 16))
	}
	return b.String()
}

func utf16LE(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}
