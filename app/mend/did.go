package mend

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/diagnostics/remedy"
)

// Did is what an entry of the log changed, in as few sentences as its plan had.
func Did(e changes.Entry) (lines []remedy.Line) {
	at := map[string]int{}
	for _, c := range e.Changes {
		of := kindOf(c.Line)
		i, known := at[of]
		if !known || !Clears(e.Remedy) {
			at[of] = len(lines)
			line := remedy.Line{Key: c.Line.Key, Values: maps.Clone(c.Line.Values)}
			if line.Values != nil {
				line.Values["done"] = "true" // no warning of what has happened
			}
			lines = append(lines, line)
			continue
		}
		for _, sum := range []string{"bytes", "rows"} {
			a, _ := strconv.ParseInt(lines[i].Values[sum], 10, 64)
			b, _ := strconv.ParseInt(c.Line.Values[sum], 10, 64)
			lines[i].Values[sum] = strconv.FormatInt(a+b, 10)
		}
	}
	return lines
}

// Told is what the log tells of an entry: where the system only says that a change was made, the plan
// says first what it was.
func Told(e changes.Entry) []remedy.Line {
	did := Did(e)
	if Clears(e.Remedy) || len(did) == 0 || e.State != changes.Done && e.State != changes.Undone {
		return did
	}
	return append(slices.Clone(e.Plan), did...)
}

// Missed is what a clearing was to clear and did not touch at all.
func Missed(e changes.Entry) (lines []remedy.Line) {
	if !Clears(e.Remedy) {
		return nil
	}
	did := Did(e)
	for _, l := range e.Plan {
		if !slices.ContainsFunc(did, func(d remedy.Line) bool { return kindOf(d) == kindOf(l) }) {
			lines = append(lines, l)
		}
	}
	return lines
}

// kindOf tells sentences about different things apart, whatever their amounts.
func kindOf(l remedy.Line) string {
	return strings.Join([]string{l.Key, l.Values["browser"], l.Values["profile"]}, "\x00")
}

// adopt finds the clearings that were ended in their middle, before the log knew how to take them
// back: their own journals were begun right after their entries.
func (k Kit) adopt() {
	if k.Host.Cleaner == nil {
		return
	}
	entries, err := k.Log.Entries()
	if err != nil {
		return
	}
	known := map[string]bool{}
	for _, e := range entries {
		known[remedy.ClearingOf(e.Undo)] = true
	}
	for _, e := range entries { // the newest first
		if e.State != changes.Begun || !Clears(e.Remedy) || remedy.ClearingOf(e.Undo) != "" {
			continue
		}
		if id := k.journalSince(e.When, known); id != "" {
			known[id] = true
			u := remedy.Undo{Remedy: e.Remedy, Data: []byte(`{"id":` + strconv.Quote(id) + `}`)}
			if k.Log.Found(e.ID, u) != nil {
				return
			}
		}
	}
}

// journalSince is the first unknown journal of a clearing that was written after a moment.
func (k Kit) journalSince(t time.Time, known map[string]bool) (id string) {
	const coarse = 10 * time.Millisecond // of a file system's clock
	var first time.Time
	files, _ := os.ReadDir(k.Host.Cleaner.Dir)
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), ".json")
		info, err := f.Info()
		if !ok || known[name] || err != nil || info.ModTime().Before(t.Add(-coarse)) || filepath.Base(name) != name {
			continue
		}
		if first.IsZero() || info.ModTime().Before(first) {
			id, first = name, info.ModTime()
		}
	}
	return id
}
