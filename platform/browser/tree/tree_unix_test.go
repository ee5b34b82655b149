//go:build unix

package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

func open(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// hostile fills a directory with what caches should not hold, and returns a file outside of it to
// which links lead.
func hostile(t *testing.T, dir string) (outside string) {
	t.Helper()
	outside = filepath.Join(t.TempDir(), "precious")
	must(t, os.Mkdir(outside, 0o700), os.WriteFile(filepath.Join(outside, "letter"), []byte("dear"), 0o600),
		os.WriteFile(filepath.Join(dir, "line\nbreak \xff"), []byte("x"), 0o600),
		os.WriteFile(filepath.Join(dir, strings.Repeat("n", 255)), []byte("x"), 0o600),
		os.Symlink(outside, filepath.Join(dir, "link")),
		os.Symlink("/", filepath.Join(dir, "root")),
		unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600),
		os.MkdirAll(filepath.Join(dir, "locked", "inner"), 0o700),
		os.WriteFile(filepath.Join(dir, "locked", "inner", "f"), nil, 0o600),
		os.Chmod(filepath.Join(dir, "locked", "inner"), 0o500),
		os.Chmod(filepath.Join(dir, "locked"), 0),
	)
	deep := open(t, dir)
	for range 300 { // 4 KB of path and more
		name := strings.Repeat("d", 100)
		must(t, deep.Mkdir(name, 0o700))
		next, err := deep.Sub(name)
		must(t, err)
		t.Cleanup(func() { next.Close() })
		deep = next
	}
	f, err := deep.OpenFile("bottom", os.O_CREATE|os.O_WRONLY, 0o600)
	must(t, err)
	f.Close()
	for i := range 3000 {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte("cached"), 0o600))
	}
	return outside
}

func TestEmptyRemovesEverythingAndFollowsNothing(t *testing.T) {
	dir := t.TempDir()
	outside := hostile(t, dir)
	var lost atomic.Int64
	size, err := Empty(context.Background(), open(t, dir), Work{Lost: func(name string, err error) {
		lost.Add(1)
		t.Errorf("%q: %v", name, err)
	}})
	must(t, err)
	left, err := os.ReadDir(dir)
	must(t, err)
	if len(left) > 0 || lost.Load() > 0 {
		t.Errorf("left: %v", left)
	}
	if size.Files != 3000+7 || size.Dirs != 302 {
		t.Errorf("removed %+v", size)
	}
	if b, err := os.ReadFile(filepath.Join(outside, "letter")); err != nil || string(b) != "dear" {
		t.Errorf("outside: %q %v", b, err)
	}
}

func TestMeasureChangesNothing(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
	for i := range 1200 {
		must(t, os.WriteFile(filepath.Join(dir, "a", "b", fmt.Sprint(i)), make([]byte, 5000), 0o600))
	}
	must(t, os.Link(filepath.Join(dir, "a", "b", "1"), filepath.Join(dir, "a", "again")), os.Symlink("/usr", filepath.Join(dir, "usr")))
	var want int64
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		var st unix.Stat_t
		if e := unix.Lstat(path, &st); e != nil || path == dir || d.Name() == "again" {
			return e
		}
		want += st.Blocks * 512
		return err
	}))
	got, err := Measure(context.Background(), open(t, dir), Work{})
	must(t, err)
	if got != (Size{Files: 1202, Dirs: 2, Bytes: want}) {
		t.Errorf("measured %+v, want %d bytes", got, want)
	}
	if again, _ := Measure(context.Background(), open(t, dir), Work{Workers: 1}); again != got {
		t.Errorf("one worker measured %+v", again)
	}
}

func TestSubRefuses(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "real"), 0o700), os.Symlink("real", filepath.Join(dir, "link")),
		os.WriteFile(filepath.Join(dir, "file"), nil, 0o600), os.Symlink("nowhere", filepath.Join(dir, "dangling")),
		unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	for _, old := range withoutOpenat2(t) {
		d := open(t, dir)
		for name, want := range map[string]error{
			"link": ErrLink, "dangling": ErrLink, "file": ErrNotDir, "pipe": ErrNotDir, "gone": fs.ErrNotExist,
			"..": errName, "real/..": errName, "": errName, ".": errName,
		} {
			if sub, err := d.Sub(name); !errors.Is(err, want) {
				t.Errorf("openat2 missing %v, %q: %v %v, want %v", old, name, sub, err, want)
			}
		}
		sub, err := d.Sub("real")
		must(t, err)
		sub.Close()
		if _, err := d.OpenFile("pipe", os.O_RDONLY, 0); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("pipe opened: %v", err)
		}
	}
	if _, err := OpenBelow(dir, "link"); !errors.Is(err, ErrLink) {
		t.Errorf("OpenBelow: %v", err)
	}
}

func TestEmptyStopsWhenAsked(t *testing.T) {
	dir := t.TempDir()
	for i := range 5000 {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600))
	}
	ctx, cancel := context.WithCancel(context.Background())
	batches := 0
	size, err := Empty(ctx, open(t, dir), Work{Workers: 1, Pause: func() {
		if batches++; batches == 3 {
			cancel()
		}
	}})
	left, e := os.ReadDir(dir)
	must(t, e)
	if !errors.Is(err, context.Canceled) || size.Files == 0 || len(left) == 0 || int(size.Files)+len(left) != 5000 {
		t.Errorf("removed %d, left %d, %v", size.Files, len(left), err)
	}
}
