package report

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]Format{"a.json": JSON, "b.MD": Markdown, "c.d/e.html": HTML, "x": "", "x.htm": "", "x.json.gz": "", "": ""} {
		got, err := FormatOf(path)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("FormatOf(%q) = %q, %v", path, got, err)
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	for name, begins := range map[string]string{"a.json": "{", "a.md": "# ", "a.html": "<!DOCTYPE html>"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Save(path, sample(), "en"); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(text), begins) {
			t.Errorf("%s begins with %.20q (%v)", name, text, err)
		}
		info, err := os.Stat(path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".waymend-*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestSaveThroughALink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file.json"), filepath.Join(dir, "link.json")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file.json", link); err != nil {
		t.Skip("links are not allowed here:", err)
	}
	if err := Save(link, sample(), "en"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if info, _ := os.Lstat(link); err != nil || !strings.HasPrefix(string(text), "{") || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the file begins with %.20q (%v), the link is %v", text, err, info.Mode())
	}
}

func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "none", "a.json"), filepath.Join(dir, "a.txt")} {
		if err := Save(path, sample(), "en"); err == nil {
			t.Errorf("%s was saved", path)
		}
	}
	folder := filepath.Join(dir, "folder.json")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Save(folder, sample(), "en"); err == nil {
		t.Error("a folder was written to")
	}
}
