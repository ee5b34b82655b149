//go:build unix

package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/diagnostics/probe"
)

func TestOnlyFilesOfThisAccountAreOpened(t *testing.T) {
	ctx := context.Background()
	places := map[string]func(path, elsewhere string) error{
		"a link":     func(path, elsewhere string) error { return os.Symlink(elsewhere, path) },
		"a dead end": func(path, _ string) error { return os.Symlink("nowhere", path) },
		"a folder":   func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"a pipe":     func(path, _ string) error { return unix.Mkfifo(path, 0o600) },
		"a link for the log": func(path, elsewhere string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Symlink(elsewhere, path+"-wal"))
		},
		"a pipe for the index": func(path, _ string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), unix.Mkfifo(path+"-shm", 0o600))
		},
		"a link for the lock": func(path, elsewhere string) error { return os.Symlink(elsewhere, path+".lock") },
	}
	if os.Geteuid() == 0 {
		places["another's file"] = func(path, _ string) error {
			return errors.Join(os.WriteFile(path, nil, 0o666), os.Chown(path, 4711, 4711))
		}
	}
	for name, put := range places {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, elsewhere := filepath.Join(dir, "history.db"), filepath.Join(dir, "dear.txt")
			must(t, os.WriteFile(elsewhere, []byte("dear"), 0o600), put(path, elsewhere))
			if _, err := Open(ctx, path, Keep{}); !errors.Is(err, ErrPlace) {
				t.Errorf("a writer is told %v", err)
			}
			if _, err := Read(ctx, path); !errors.Is(err, ErrPlace) && name != "a link for the lock" {
				t.Errorf("a reader is told %v", err)
			}
			if b, err := os.ReadFile(elsewhere); err != nil || string(b) != "dear" {
				t.Errorf("what lies elsewhere is %q %v", b, err)
			}
		})
	}
}

func TestNobodyElseCanReadIt(t *testing.T) {
	defer unix.Umask(unix.Umask(0))
	s := fresh(t)
	must(t, s.Add(context.Background(), []probe.Result{bad("a", noon)}))
	for path, want := range map[string]fs.FileMode{filepath.Dir(s.path): 0o700, s.path: 0o600, s.path + "-wal": 0o600, s.path + "-shm": 0o600, s.path + ".lock": 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}
