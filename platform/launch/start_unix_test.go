//go:build !windows

package launch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// script writes a program into the folder that writes down its arguments, one a line, and its
// session and process.
func script(t *testing.T, dir, name, notes string, code int) {
	t.Helper()
	const text = `#!/bin/sh
{ for a in "$@"; do printf '%%s\n' "$a"; done; ps -o sid=,pid= -p $$; } > '%[1]s.part'
mv '%[1]s.part' '%[1]s'
exit %[2]d
`
	if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, text, notes, code), 0o700); err != nil {
		t.Fatal(err)
	}
}

// noted waits for what a script wrote.
func noted(t *testing.T, notes string) []string {
	t.Helper()
	for range 1000 {
		if text, err := os.ReadFile(notes); err == nil {
			return strings.Split(strings.TrimSpace(string(text)), "\n")
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nothing was started")
	return nil
}

// TestReally starts programs called firefox and xdg-open on this computer.
func TestReally(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("macOS finds browsers by their bundles, not on PATH")
	}
	dir := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_DIRS"} {
		t.Setenv(name, dir)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	notes := filepath.Join(dir, "notes")
	script(t, dir, "firefox", notes, 0)
	script(t, dir, "xdg-open", notes, 0)
	list := Browsers()
	i := slices.IndexFunc(list, func(b Browser) bool { return b.ID == "firefox" })
	if i < 0 {
		t.Fatalf("firefox is not among %+v", list)
	}
	const u = "https://example.com/a?b=$(touch%20x)&c='d'&e=%22;f"
	report := filepath.Join(dir, "it's a report.html")
	if err := os.WriteFile(report, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"normal", func() error { return list[i].Open(u, false) }, []string{u}},
		{"private", func() error { return list[i].Open(u, true) }, []string{"--private-window", u}},
		{"default", func() error { return URL(u) }, []string{u}},
		{"file", func() error { return File(report) }, []string{report}},
		{"folder", func() error { return Folder(dir) }, []string{dir}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			got := noted(t, notes)
			if err := os.Remove(notes); err != nil {
				t.Fatal(err)
			}
			ids := strings.Fields(got[len(got)-1])
			if len(ids) != 2 || ids[0] != ids[1] {
				t.Errorf("not the first of its session: %v", ids)
			}
			if !slices.Equal(got[:len(got)-1], c.want) {
				t.Errorf("got %q", got)
			}
			gone(t, ids[1])
		})
	}
}

// gone waits until a child of this process has been reaped.
func gone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if errors.Is(syscall.Kill(n, 0), syscall.ESRCH) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s was left a zombie", pid)
}

// TestFailsAtOnce reports what a launcher says by its exit code, and what is no program at all.
func TestFailsAtOnce(t *testing.T) {
	dir := t.TempDir()
	script(t, dir, "xdg-open", filepath.Join(dir, "notes"), 3)
	if err := start([]string{filepath.Join(dir, "xdg-open"), "x"}); err == nil {
		t.Error("a failure is not reported")
	}
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte("text"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := start([]string{filepath.Join(dir, "text")}); err == nil {
		t.Error("a text was started")
	}
}
