package report

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Format is a kind of report.
type Format string

// Formats of reports.
const (
	JSON     Format = "json"
	Markdown Format = "md"
	HTML     Format = "html"
)

var errEnding = errors.New("the file's name must end in .html, .md or .json")

// FormatOf chooses the format by the ending of the file's name.
func FormatOf(path string) (Format, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		return JSON, nil
	case ".md":
		return Markdown, nil
	case ".html":
		return HTML, nil
	}
	return "", errEnding
}

// Save writes the report to a file that only its owner can read: a page's address, the network's
// names and the answers of servers are nobody else's business. The file is complete or not there.
func Save(path string, d Document, lang string) error {
	format, err := FormatOf(path)
	if err != nil {
		return err
	}
	var text []byte
	switch format {
	case JSON:
		text, err = d.JSON()
	case Markdown:
		text = []byte(d.Markdown(lang))
	case HTML:
		text = []byte(d.HTML(lang))
	}
	if err != nil {
		return err
	}
	return write(path, text)
}

// write replaces the file by renaming a complete one; os.CreateTemp makes it with mode 0600.
// A symbolic link is followed. What is not a regular file, such as a pipe, is written to as it is;
// one that nobody reads is an error instead of a wait without end.
func write(path string, text []byte) error {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeTo(path, text)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".waymend-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func writeTo(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
