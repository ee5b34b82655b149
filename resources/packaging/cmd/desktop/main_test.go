package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const source = "../../../../FyneApp.toml"

func TestRun(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		epoch string
		code  int
	}{
		{nil, "", 2},
		{[]string{"-out", dir, "extra"}, "", 2},
		{[]string{"-what"}, "", 2},
		{[]string{"-out", dir, "-app", "none.toml"}, "", 1},
		{[]string{"-out", dir, "-app", blocked}, "", 1},
		{[]string{"-out", dir, "-app", source, "-date", "yesterday"}, "", 1},
		{[]string{"-out", dir, "-app", source}, "soon", 1},
		{[]string{"-out", blocked, "-app", source}, "", 1},
		{[]string{"-out", dir, "-app", source}, "", 0},
	} {
		var out, errs bytes.Buffer
		code := run(c.args, func(string) string { return c.epoch }, &out, &errs)
		if code != c.code || (code == 0) != (errs.Len() == 0) {
			t.Errorf("%v: %d, %s", c.args, code, &errs)
		}
	}
}

// TestDates writes the day that was asked for, or that of a build to be repeated.
func TestDates(t *testing.T) {
	for _, c := range []struct{ date, epoch, want string }{
		{"2026-03-04", "1767312000", "2026-03-04"},
		{"", "1767312000", "2026-01-02"},
	} {
		dir := t.TempDir()
		var out, errs bytes.Buffer
		if run([]string{"-out", dir, "-app", source, "-date", c.date}, func(string) string { return c.epoch }, &out, &errs) != 0 {
			t.Fatal(errs.String())
		}
		written := strings.Fields(out.String())
		text, err := os.ReadFile(filepath.Join(dir, "linux", "io.github.waymend.waymend.metainfo.xml"))
		if err != nil || !strings.Contains(string(text), `date="`+c.want+`"`) || len(written) < 6 {
			t.Errorf("%v, %v\n%s", err, written, text)
		}
	}
}
