package launch

import (
	"errors"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxAddress is what is passed on at most: servers refuse more than 8 KiB, and Windows passes 32 KiB.
const maxAddress = 8 << 10

// checkURL accepts what a browser may be given: an absolute http or https address without
// control characters, spaces or credentials-only hosts. What it accepts begins with "http", so it
// can never be read as an option.
func checkURL(address string) error {
	if len(address) > maxAddress || !utf8.ValidString(address) || strings.ContainsFunc(address, notInURL) {
		return ErrAddress
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "" || u.Hostname() == "" {
		return ErrAddress
	}
	// Parse lowers the case of the scheme; what is passed on is the text itself.
	if !strings.HasPrefix(address, "http") {
		return ErrAddress
	}
	return nil
}

// notInURL tells what no address holds and what a command line or a log could trip over.
func notInURL(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune("\"<>\\^`{|}", r)
}

// passive are the endings of the reports that this program writes, and of their kind; no system
// runs such a file.
var passive = []string{".html", ".md", ".json", ".txt", ".log", ".csv", ".png", ".svg"}

// URL opens the address in the person's default browser.
func (s System) URL(address string) error {
	if err := checkURL(address); err != nil {
		return err
	}
	return s.open(address, "open")
}

// File opens a saved report; see the function of that name.
func (s System) File(file string) error {
	info, err := s.checkPath(file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || !slices.Contains(passive, strings.ToLower(path.Ext(file))) {
		return ErrPath
	}
	return s.open(file, "open")
}

// Folder shows a folder in the file manager.
func (s System) Folder(folder string) error {
	info, err := s.checkPath(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return ErrPath
	}
	if s.OS == "darwin" { // a folder such as x.app would be run
		return s.Start([]string{"/usr/bin/open", "-a", "Finder", folder})
	}
	return s.open(folder, "explore")
}

func (s System) checkPath(p string) (fs.FileInfo, error) {
	absolute := strings.HasPrefix(p, "/")
	if s.OS == "windows" {
		absolute = len(p) > 2 && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
	}
	if !absolute || !utf8.ValidString(p) || strings.ContainsFunc(p, unicode.IsControl) {
		return nil, ErrPath
	}
	return s.Stat(p)
}

// open hands something that was checked to the system's own opener; verb is for Windows.
func (s System) open(what, verb string) error {
	switch s.OS {
	case "darwin":
		return s.Start([]string{"/usr/bin/open", what})
	case "windows":
		return s.Shell(verb, what)
	}
	for _, opener := range [][]string{{"xdg-open"}, {"gio", "open"}} {
		if program, ok := s.lookPath(opener[0]); ok {
			return s.Start(append(append([]string{program}, opener[1:]...), what))
		}
	}
	if verb == "open" && strings.HasPrefix(what, "http") {
		if list := s.Browsers(); len(list) > 0 {
			return list[0].Open(what, false)
		}
	}
	return errors.New("launch: neither xdg-open nor gio is installed")
}
