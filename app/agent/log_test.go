package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLog writes far more than a log may hold: two bounded files are left, and the last line is in one.
func TestLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "watch.log")
	for range 2 { // the second goes on in the file of the first
		log, file := OpenLog(path)
		for range 40 {
			log.Info(strings.Repeat("x", 30_000))
		}
		log.Info("the last")
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{path, path + ".old"} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > maxLog || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%s: %d bytes, %v", p, info.Size(), info.Mode())
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(string(text), "msg=\"the last\"\n") {
		t.Errorf("%v, %.100q", err, text)
	}
	if log, _ := OpenLog(filepath.Join(path, "below a file")); log == nil {
		t.Error("no log at all where the file cannot be opened")
	}
}
