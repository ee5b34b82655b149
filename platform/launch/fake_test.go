package launch

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing/fstest"
)

// computer is a made-up computer; what is started on it is only noted.
type computer struct {
	os       string
	env      map[string]string
	files    fstest.MapFS
	registry map[string]string // key, to its unnamed value; "key|name" to a named one
	prints   map[string]string // program, to what it prints
	fails    error             // what starting says
	started  [][]string
}

func (c *computer) system() System {
	key := func(p string) string {
		p = strings.ReplaceAll(p, `\`, "/")
		return strings.TrimPrefix(path.Clean(p), "/")
	}
	return System{
		OS:     c.os,
		Getenv: func(name string) string { return c.env[name] },
		Stat:   func(p string) (fs.FileInfo, error) { return fs.Stat(c.files, key(p)) },
		ReadFile: func(p string) ([]byte, error) {
			return fs.ReadFile(c.files, key(p))
		},
		ReadDir: func(p string) ([]string, error) {
			list, err := fs.ReadDir(c.files, key(p))
			var names []string
			for _, e := range list {
				names = append(names, e.Name())
			}
			return names, err
		},
		Resolve: func(p string) (string, error) {
			if to := c.env["link "+p]; to != "" {
				return to, nil
			}
			return p, nil
		},
		Value: func(k, name string) string {
			if name != "" {
				k += "|" + name
			}
			return c.registry[k]
		},
		Subkeys: func(k string) []string {
			var list []string
			for name := range c.registry {
				if rest, ok := strings.CutPrefix(name, k+`\`); ok {
					rest, _, _ = strings.Cut(rest, `\`)
					if !slices.Contains(list, rest) {
						list = append(list, rest)
					}
				}
			}
			return list
		},
		Output: func(_ context.Context, argv ...string) ([]byte, error) {
			text, ok := c.prints[strings.Join(argv, " ")]
			if !ok {
				return nil, errors.New("no such program")
			}
			return []byte(text), nil
		},
		Start: func(argv []string) error { c.started = append(c.started, argv); return c.fails },
		Shell: func(verb, what string) error {
			c.started = append(c.started, []string{"shell", verb, what})
			return c.fails
		},
	}
}

func program(text string) *fstest.MapFile { return &fstest.MapFile{Mode: 0o755, Data: []byte(text)} }

func text(s string) *fstest.MapFile { return &fstest.MapFile{Mode: 0o644, Data: []byte(s)} }

func directory() *fstest.MapFile { return &fstest.MapFile{Mode: fs.ModeDir | 0o755} }
