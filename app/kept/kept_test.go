package kept

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
)

func answer(t *testing.T, address string, at time.Time) (report.Examination, report.Document) {
	t.Helper()
	target, err := diagnostics.ParseTarget(address)
	if err != nil {
		t.Fatal(err)
	}
	e := report.Examination{Version: "1", Started: at, Elapsed: time.Second, Facts: diagnostics.NewFacts(target, nil)}
	return e, report.New(e, "en")
}

func TestAddListOpen(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), "answers")}
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Fatalf("an empty store: %v, %v", list, err)
	}
	base := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range Most + 5 {
		e, d := answer(t, fmt.Sprintf("https://site%d.example/", i), base.Add(time.Duration(i)*time.Minute))
		if err := s.Add(e, d, "en"); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.List()
	if err != nil || len(list) != Most {
		t.Fatalf("%d entries, %v", len(list), err)
	}
	first := list[0]
	if first.Address != fmt.Sprintf("https://site%d.example/", Most+4) || !first.When.Equal(base.Add((Most+4)*time.Minute)) || first.Short == "" {
		t.Errorf("the newest is %+v", first)
	}
	e, err := s.Open(first.Name)
	if err != nil || e.Facts.Target.Host != fmt.Sprintf("site%d.example", Most+4) {
		t.Errorf("opened %+v, %v", e.Facts.Target, err)
	}
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Dir); !os.IsNotExist(err) {
		t.Errorf("the empty folder is left: %v", err)
	}
}

// What is not ours stays untouched, and links are neither read nor followed.
func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	s := Store{filepath.Join(dir, "answers")}
	e, d := answer(t, "https://example.com/", time.Now())
	if err := s.Add(e, d, "en"); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(s.Dir, "mine.json")
	outside := filepath.Join(dir, "outside.json")
	for _, path := range []string{mine, outside} {
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := "20260102T030405.000000000Z.json"
	if err := os.Symlink(outside, filepath.Join(s.Dir, link)); err != nil {
		t.Fatal(err)
	}
	broken := "20260103T030405.000000000Z.json"
	if err := os.WriteFile(filepath.Join(s.Dir, broken), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(); err != nil || len(list) != 1 {
		t.Errorf("listed %+v, %v", list, err)
	}
	for _, name := range []string{link, "../outside.json", "mine.json", ""} {
		if _, err := s.Open(name); err == nil {
			t.Errorf("opened %q", name)
		}
	}
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{mine, outside, filepath.Join(s.Dir, link)} {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s is gone: %v", path, err)
		}
	}
}

func TestNothingKept(t *testing.T) {
	var s Store
	e, d := answer(t, "https://example.com/", time.Now())
	if err := s.Add(e, d, "en"); err != nil {
		t.Error(err)
	}
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if err := s.Clear(); err != nil {
		t.Error(err)
	}
}
