package clean

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestOrphansAreAdopted loses the journal of a clearing.
func TestOrphansAreAdopted(t *testing.T) {
	const stranger = ".waymend-abcdefghijklmnopqrstuvwxyz"
	for _, test := range []struct {
		name    string
		prepare func(w *world, hold string) // hold is the directory aside of Chromium's cache
		want    string                      // the refusal, "" for none
		gone    bool
	}{
		{"whole", func(*world, string) {}, "", true},
		{"partly deleted", func(w *world, hold string) { must(w.t, os.RemoveAll(hold+"/0/Cache_Data")) }, "", true},
		{"with a profile", func(w *world, hold string) { w.put(hold+"/0/Preferences", "{}") }, "left canary", false},
		{"with a file of a person", func(w *world, hold string) { w.put(hold+"/letter", "dear") }, "left schema", false},
		{"open to others", func(w *world, hold string) { must(w.t, os.Chmod(hold, 0o755)) }, "left changed", false},
		{"a link to documents", func(w *world, hold string) {
			w.put(w.home+"/docs/0/letter", "dear")
			must(w.t, os.RemoveAll(hold), os.Chmod(w.home+"/docs", 0o700), os.Symlink(w.home+"/docs", hold))
		}, "left link", false},
		{"another name", func(w *world, hold string) { must(w.t, os.Rename(hold, hold+"x")) }, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := furnished(t, t.TempDir())
			w.clock = time.Now()
			result := w.apply(w.plan(Request{Caches: true}))
			hold := w.chrCache + "/.waymend-" + result.ID
			must(t, os.RemoveAll(w.Dir))
			test.prepare(w, hold)
			w.put(filepath.Dir(w.home)+"/elsewhere/"+stranger+"/0/x", "not beside a cache")
			before := w.files()
			if list := w.Resume(context.Background(), Quickly); len(list) > 0 && test.gone {
				t.Errorf("not yet old: %+v", list)
			}
			w.same("while it may be another program's", before)

			w.clock = w.clock.Add(2 * time.Hour)
			list := w.Resume(context.Background(), Quickly)
			got, bytes := []string{}, int64(0)
			for _, r := range list {
				bytes += r.Bytes
				for _, refused := range r.Refused {
					got = append(got, string(refused.What)+" "+string(refused.Reason))
				}
				if !r.Adopted || r.ID != result.ID {
					t.Errorf("result %+v", r)
				}
			}
			if strings.Join(got, ",") != test.want || bytes == 0 {
				t.Errorf("refused %q, want %q; %d bytes", got, test.want, bytes)
			}
			left := slices.DeleteFunc(w.files(), func(line string) bool { return !strings.Contains(line, ".waymend-") })
			if test.gone != (len(left) == 0) {
				t.Errorf("left %q", left)
			}
			if len(only(before, w.files())) > 0 && !test.gone && strings.Contains(only(before, w.files()), "chromium") {
				t.Errorf("lost %s", only(before, w.files()))
			}
			if entries, _ := os.ReadDir(w.Dir); len(entries) > 0 {
				t.Errorf("locks left: %v", entries)
			}
		})
	}
}

// TestThePlanNamesTheClearing undoes a clearing by the name that its plan had.
func TestThePlanNamesTheClearing(t *testing.T) {
	w := furnished(t, t.TempDir())
	before := w.files()
	plan := w.plan(Request{Caches: true})
	if result := w.apply(plan); result.ID != plan.ID {
		t.Errorf("clearing %q of plan %q", result.ID, plan.ID)
	}
	if result, err := w.Apply(context.Background(), plan, nil); ReasonOf(err) != Changed || result.ID != "" {
		t.Errorf("applied twice: %+v %v", result, err)
	}
	back, err := w.Undo(context.Background(), plan.ID)
	must(t, err)
	if len(back.Done) != 2 {
		t.Errorf("undone %+v", back)
	}
	w.Resume(context.Background(), Quickly)
	w.same("after", before)
}
