// Package kept keeps the answers that were given on this computer, so that the next one for the
// same address can be compared with the last, and an old one be looked at again. It holds
// measurements; what they mean is judged anew whenever one is opened. It is not the history of
// background checks.
package kept

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/checks"
)

// Most is how many answers are kept; the oldest go first.
const Most = 60

// Store is a folder of answers, one report in JSON each. The zero value keeps nothing.
type Store struct {
	Dir string
}

// Entry is one kept answer, as a list shows it.
type Entry struct {
	Name    string // of its file
	When    time.Time
	Address string // "" for the connection in general
	Fault   string
	Blame   string
	Short   string // the answer in one sentence, in the language in which it was given
}

// ours are the names of the files that Add makes; nothing else in the folder is read or removed.
var ours = regexp.MustCompile(`^\d{8}T\d{6}\.\d{9}Z\.json$`)

const stamp = "20060102T150405.000000000Z"

// Add keeps an answer and drops the oldest beyond Most.
func (s Store) Add(e report.Examination, d report.Document, lang string) error {
	if s.Dir == "" {
		return nil
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return fmt.Errorf("the answer could not be kept: %w", err)
	}
	d.Replay = e.Save()
	if err := report.Save(filepath.Join(s.Dir, e.Started.UTC().Format(stamp)+".json"), d, lang); err != nil {
		return fmt.Errorf("the answer could not be kept: %w", err)
	}
	names, err := s.names()
	if err != nil {
		return err
	}
	for _, old := range names[min(len(names), Most):] {
		if err := os.Remove(filepath.Join(s.Dir, old)); err != nil {
			return err
		}
	}
	return nil
}

// names lists the files of answers, the newest first.
func (s Store) names() (list []string, err error) {
	if s.Dir == "" {
		return nil, nil
	}
	files, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files {
		if f.Type().IsRegular() && ours.MatchString(f.Name()) {
			list = append(list, f.Name())
		}
	}
	slices.Sort(list)
	slices.Reverse(list)
	return list, err
}

// List returns what is kept, the newest first. A file that is no answer any more is left out.
func (s Store) List() ([]Entry, error) {
	names, err := s.names()
	var list []Entry
	for _, name := range names[:min(len(names), Most)] {
		if e, err := s.entry(name); err == nil {
			list = append(list, e)
		}
	}
	return list, err
}

func (s Store) entry(name string) (Entry, error) {
	path := filepath.Join(s.Dir, name)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() > report.MaxReplay {
		return Entry{}, errors.New("not a kept answer")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Entry{}, err
	}
	var d struct {
		Schema  string
		Target  *struct{ URL string }
		Verdict struct{ Fault, Blame, Title string }
	}
	if err := json.Unmarshal(raw, &d); err != nil || d.Schema != report.Schema {
		return Entry{}, errors.New("not a kept answer")
	}
	when, err := time.Parse(stamp+".json", name)
	e := Entry{Name: name, When: when, Fault: d.Verdict.Fault, Blame: d.Verdict.Blame, Short: d.Verdict.Title}
	if d.Target != nil {
		e.Address = d.Target.URL
	}
	return e, err
}

// Open reads one kept examination back, to be judged by today's rules.
func (s Store) Open(name string) (report.Examination, error) {
	if !ours.MatchString(name) {
		return report.Examination{}, errors.New("it is not a kept answer")
	}
	path := filepath.Join(s.Dir, name)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return report.Examination{}, errors.New("it is not there any more")
	}
	f, err := os.Open(path)
	if err != nil {
		return report.Examination{}, err
	}
	defer f.Close()
	return report.Read(f, checks.All())
}

// Clear removes all kept answers, and the folder when nothing else is in it.
func (s Store) Clear() error {
	names, err := s.names()
	for _, name := range names {
		err = errors.Join(err, os.Remove(filepath.Join(s.Dir, name)))
	}
	if len(names) > 0 && err == nil {
		_ = os.Remove(s.Dir) // refused by the system when it is not empty, which is right
	}
	return err
}
