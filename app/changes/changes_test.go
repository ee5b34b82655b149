package changes

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform/change"
)

const killed = "WAYMEND_TEST_LOG"

// TestMain writes fixes into a log until it is killed, when it is started for that.
func TestMain(m *testing.M) {
	if path := os.Getenv(killed); path != "" {
		r, _ := remedy.Find("turn-proxy-off")
		for {
			_, _, err := Log{path}.Apply(context.Background(), computer(), r, plan(), nil)
			if err != nil {
				os.Stdout.WriteString(err.Error())
				os.Exit(1)
			}
		}
	}
	os.Exit(m.Run())
}

func off(v change.Verb, mode string) change.Step {
	return change.Step{Verb: v, Args: map[string]string{"mode": mode}}
}

func plan() remedy.Plan {
	return remedy.Plan{Remedy: "turn-proxy-off", Target: remedy.Target{Host: "a.test"}, Lines: []remedy.Line{{Key: "change.proxy-gnome"}},
		Steps: []change.Step{off(change.ProxyGNOME, "none"), off(change.ProxyKDE, "0")}}
}

// computer is one on which steps succeed and can be taken back, unless they are among the failing.
func computer(failing ...change.Verb) remedy.Host {
	return remedy.Host{Do: func(ctx context.Context, steps []change.Step, each func(change.Done)) error {
		for _, s := range steps {
			for _, f := range failing {
				if s.Verb == f {
					return change.ErrRefused
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			undo := off(change.ProxyGNOME, "manual")
			if s.Verb == change.ProxyKDE {
				undo = off(change.ProxyKDE, "1")
			}
			each(change.Done{Step: s, Before: "manual\x1b[2J", After: "none", Bytes: -2, Proved: true, Undo: &undo})
		}
		return nil
	}}
}

func proxyOff(t *testing.T) remedy.Remedy {
	t.Helper()
	r, ok := remedy.Find("turn-proxy-off")
	if !ok {
		t.Fatal("there is no turn-proxy-off")
	}
	return r
}

func entries(t *testing.T, l Log) []Entry {
	t.Helper()
	list, err := l.Entries()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestLog(t *testing.T) {
	l := Log{filepath.Join(t.TempDir(), "state", "changes.jsonl")}
	if list := entries(t, l); len(list) != 0 {
		t.Errorf("a log that is not there has %v", list)
	}
	first, undo, err := l.Apply(t.Context(), computer(), proxyOff(t), plan(), nil)
	if err != nil || undo.Empty() {
		t.Fatal(err)
	}
	second, _, err := l.Apply(t.Context(), computer(change.ProxyKDE), proxyOff(t), plan(), nil)
	if !errors.Is(err, change.ErrRefused) {
		t.Fatal(err)
	}
	list := entries(t, l)
	if len(list) != 2 || list[0].ID != second || list[0].State != Failed || list[0].Error == "" || len(list[0].Changes) != 1 || len(list[0].Undo.Steps) != 1 {
		t.Errorf("%+v", list)
	}
	if e := list[1]; e.ID != first || e.State != Done || len(e.Changes) != 2 || e.Bytes != -4 || e.Target.Host != "a.test" || e.Changes[0].After != "none" || e.Undo.Steps[0].Verb != change.ProxyKDE {
		t.Errorf("%+v", e)
	}
	info, err := os.Stat(l.Path)
	if err != nil || info.Mode().Perm() != private {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	raw, _ := os.ReadFile(l.Path)
	if strings.ContainsRune(string(raw), 0x1b) {
		t.Error("the log would command a terminal")
	}

	for _, c := range []struct {
		id, want string
		err      error
	}{{"", second, nil}, {second, second, ErrUndone}, {"", first, nil}, {"", "", ErrUnknown}, {"nosuch", "", ErrUnknown}, {first, first, ErrUndone}} {
		e, err := l.Undo(t.Context(), computer(), c.id, nil)
		if e.ID != c.want || !errors.Is(err, c.err) {
			t.Errorf("undo %q: %s, %v; want %s, %v", c.id, e.ID, err, c.want, c.err)
		}
	}
	if list := entries(t, l); list[0].State != Undone || list[1].State != Undone || list[0].Undone.IsZero() {
		t.Errorf("%+v", list)
	}
}

// TestUndoFails: what could not be taken back stays in the log as it is.
func TestUndoFails(t *testing.T) {
	l := Log{filepath.Join(t.TempDir(), "changes.jsonl")}
	if _, _, err := l.Apply(t.Context(), computer(), proxyOff(t), plan(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Undo(t.Context(), computer(change.ProxyKDE), "", nil); !errors.Is(err, change.ErrRefused) {
		t.Errorf("%v", err)
	}
	if list := entries(t, l); list[0].State != Done {
		t.Errorf("%+v", list[0])
	}
}

// TestNothingWithoutALog: nothing is changed that cannot be written down.
func TestNothingWithoutALog(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "changes.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	h := computer()
	h.Do = func(context.Context, []change.Step, func(change.Done)) error {
		t.Error("something was changed")
		return nil
	}
	if _, _, err := (Log{filepath.Join(dir, "changes.jsonl")}).Apply(t.Context(), h, proxyOff(t), plan(), nil); err == nil {
		t.Error("no error")
	}
}

// TestKilled kills writers at random moments: all that is in the log can be read, what was begun is
// known, and what was done can be taken back.
func TestKilled(t *testing.T) {
	l := Log{filepath.Join(t.TempDir(), "changes.jsonl")}
	begun := 0
	for i := range 40 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), killed+"="+l.Path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for before := len(entries(t, l)); len(entries(t, l)) == before; time.Sleep(time.Millisecond) {
			if c.ProcessState != nil {
				t.Fatal("the writer ended")
			}
		}
		time.Sleep(time.Duration(i%8) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		for _, e := range entries(t, l) {
			switch {
			case e.State == Begun && len(e.Undo.Steps) != len(e.Changes):
				t.Fatalf("of %d changes %d can be taken back", len(e.Changes), len(e.Undo.Steps))
			case e.State == Begun:
				begun++
			case e.State != Done || len(e.Changes) != 2:
				t.Fatalf("%+v", e)
			}
		}
	}
	if begun == 0 {
		t.Error("no writer was killed in the middle of a fix")
	}
	if _, err := l.Undo(t.Context(), computer(), "", nil); err != nil {
		t.Error(err)
	}
}

// TestTornLine: a line that was cut off is lost, and no other.
func TestTornLine(t *testing.T) {
	l := Log{filepath.Join(t.TempDir(), "changes.jsonl")}
	for range 2 {
		if _, _, err := l.Apply(t.Context(), computer(), proxyOff(t), plan(), nil); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(l.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.Path, raw[:len(raw)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	id, _, err := l.Apply(t.Context(), computer(), proxyOff(t), plan(), nil)
	list := entries(t, l)
	if err != nil || len(list) != 3 || list[0].ID != id || list[0].State != Done || list[1].State != Begun || list[2].State != Done {
		t.Errorf("%v, %+v", err, list)
	}
}

// TestBound: the log does not grow for ever, and the newest entries stay whole.
func TestBound(t *testing.T) {
	l := Log{filepath.Join(t.TempDir(), "changes.jsonl")}
	p := plan()
	p.Lines[0].Values = map[string]string{"line": strings.Repeat("x", 30<<10)}
	var last string
	for range 50 {
		id, _, err := l.Apply(t.Context(), computer(), proxyOff(t), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		last = id
	}
	info, err := os.Stat(l.Path)
	if err != nil || info.Size() > maxFile || info.Mode().Perm() != private {
		t.Errorf("%v, %v", info, err)
	}
	list := entries(t, l)
	if len(list) < 10 || list[0].ID != last || list[0].State != Done {
		t.Errorf("%d entries, the newest %+v", len(list), list[0])
	}
	p.Lines[0].Values["line"] = strings.Repeat("x", maxLine)
	if _, _, err := l.Apply(t.Context(), computer(), proxyOff(t), p, nil); err == nil {
		t.Error("an event without bound was taken")
	}
}

// TestTogether: several processes may write at once; goroutines stand for them.
func TestTogether(t *testing.T) {
	l := Log{filepath.Join(t.TempDir(), "changes.jsonl")}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				if _, _, err := l.Apply(t.Context(), computer(), proxyOff(t), plan(), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	list := entries(t, l)
	if len(list) != 40 {
		t.Errorf("%d entries", len(list))
	}
	for _, e := range list {
		if e.State != Done || len(e.Changes) != 2 {
			t.Errorf("%+v", e)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"id":"a","event":"begin","remedy":"flush-dns"}` + "\n" + `{"id":"a","event":"change","change":{"bytes":3},"undo":{"steps":[{"verb":"x"}]}}` + "\n" + `{"id":"a","event":"end"}`)
	f.Add("{}\n\n[]\nnull\n" + `{"id":"a","event":"undone"}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range read(strings.NewReader(text)) {
			if _, err := json.Marshal(e); err != nil || e.ID == "" {
				t.Errorf("%+v, %v", e, err)
			}
		}
	})
}

// TestRefused: what a plan leaves alone, and what turned out later to be left alone, is in the log.
func TestRefused(t *testing.T) {
	l := Log{filepath.Join(t.TempDir(), "changes.jsonl")}
	line := func(path string) remedy.Line {
		return remedy.Line{Key: "clean.refused.link", Values: map[string]string{"path": path}}
	}
	r := proxyOff(t)
	r.Apply = func(_ context.Context, _ remedy.Host, _ remedy.Plan, tell func(remedy.Progress)) (remedy.Undo, error) {
		tell(remedy.Progress{Line: line("/b"), Refused: []remedy.Line{line("/b"), line(strings.Repeat("c", 100<<10))}})
		return remedy.Undo{}, nil
	}
	p := plan()
	p.Refused = []remedy.Line{line("/a")}
	if _, _, err := l.Apply(t.Context(), computer(), r, p, nil); err != nil {
		t.Fatal(err)
	}
	list := entries(t, l)
	if len(list) != 1 || list[0].State != Done || len(list[0].Changes) != 0 || len(list[0].Refused) != 3 {
		t.Fatalf("%+v", list)
	}
	for i, want := range []string{"/a", "/b", "cc"} {
		if got := list[0].Refused[i].Values["path"]; !strings.HasPrefix(got, want) || len(got) > 2000 {
			t.Errorf("%d: %.20q, %d bytes", i, got, len(got))
		}
	}
}
