// Package tree opens, measures and empties directories that other programs may be changing at the
// same time. A directory, once open, stays the same one whatever happens to its path; no link is
// followed and no mount is entered below the directory that was opened first; pipes and devices
// are names and never opened. It knows nothing of browsers and decides nothing.
package tree

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// Reasons why a name was not opened.
var (
	ErrLink   = errors.New("it is a link")
	ErrMount  = errors.New("another file system is mounted there")
	ErrNotDir = errors.New("it is not a directory")
	ErrDeep   = errors.New("directories are nested too deeply")
	errName   = errors.New("not a plain name")
)

// ID tells files apart on one computer for as long as they exist.
type ID struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}

// Info is what a name stands for; links stand for themselves.
type Info struct {
	ID
	Mode     fs.FileMode
	Owner    uint32 // user id; 0 where the system has none
	Size     int64  // length of the content
	Space    int64  // bytes that deleting it gives back
	Links    uint64
	Modified time.Time
}

// Entry is one name in a directory.
type Entry struct {
	Name  string
	Inode uint64
	Type  fs.FileMode // type bits; fs.ModeIrregular when the system did not say
	info  *Info       // where the system gives it with the name
}

// OpenBelow opens a directory below one that is trusted, step by step. Links in base are followed,
// below it none.
func OpenBelow(base, rel string) (*Dir, error) {
	d, err := Open(base)
	if err != nil {
		return nil, err
	}
	for _, name := range Split(rel) {
		sub, err := d.Sub(name)
		d.Close()
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: filepath.Join(base, rel), Err: err}
		}
		d = sub
	}
	return d, nil
}

// Split takes a relative path apart; "." and "" have no parts.
func Split(rel string) []string {
	rel = filepath.Clean(rel)
	if rel == "." {
		return nil
	}
	return strings.Split(rel, string(filepath.Separator))
}

// plain tells whether a name stays in its directory.
func plain(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00") &&
		!strings.ContainsRune(name, filepath.Separator)
}
