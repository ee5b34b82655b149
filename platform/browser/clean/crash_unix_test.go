//go:build unix

package clean

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rounds is how often a crash is tried: CLEAN_CRASHES times, or 20.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("CLEAN_CRASHES")); err == nil {
		return n
	}
	return 20
}

// TestCrashing is not a test: another process runs it to be killed in it.
func TestCrashing(t *testing.T) {
	home := os.Getenv("CLEAN_CRASH_HOME")
	if home == "" {
		t.Skip("a helper of other tests")
	}
	w := newWorld(t, home)
	w.System.Now = time.Now
	q := Request{Site: siteOf(t, "www.site1.test"), Cookies: true, Pages: true, Caches: os.Getenv("CLEAN_CRASH_CACHES") != ""}
	plan := w.plan(q)
	os.Stdout.WriteString("planned\n")
	result := w.apply(plan)
	if os.Getenv("CLEAN_CRASH_UNDO") != "" {
		_, err := w.Undo(context.Background(), result.ID)
		must(t, err)
	}
	if _, err := w.Delete(context.Background(), result.ID, Quickly, nil); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("done\n")
}

// killer chooses when a clearing is killed: at any time of what the last one took that was not.
type killer struct {
	span   map[string]time.Duration // of each kind of clearing
	killed int
	found  map[string]int // what they left
}

// crash has another process clear a home and kills it somewhere in the middle, the first of each
// kind excepted; it tells whether it was done before, and what it left.
func (k *killer) crash(t *testing.T, w *world, env ...string) (done bool, state string) {
	t.Helper()
	kind := strings.Join(env, " ")
	after := time.Minute
	if span := k.span[kind]; span > 0 {
		after = rand.N(span * 21 / 20)
	}
	done, took := crash(t, w.home, after, env...)
	if k.found == nil {
		k.span, k.found = map[string]time.Duration{}, map[string]int{}
	}
	if done {
		k.span[kind] = took
	} else {
		k.killed++
	}
	state = w.left()
	k.found[state]++
	return done, state
}

func (k *killer) String() string {
	list := []string{}
	for state, n := range k.found {
		list = append(list, fmt.Sprintf("%4d  %s", n, state))
	}
	slices.Sort(list)
	return fmt.Sprintf("%d were killed in the middle; found then:\n%s", k.killed, strings.Join(list, "\n"))
}

// left says in one line what a process left that ended: the phase of the journal, how many of its
// steps are done, and what is kept aside.
func (w *world) left() string {
	var out []string
	entries, _ := os.ReadDir(w.Dir)
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			out = append(out, strings.TrimLeft(e.Name(), "abcdefghijklmnopqrstuvwxyz234567"))
			continue
		}
		r, err := w.load(id)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		done, undone := 0, 0
		for _, s := range r.Steps {
			if s.Done {
				done++
			}
			if s.Undone {
				undone++
			}
		}
		out = append(out, fmt.Sprintf("%s %d of %d done, %d back", r.Phase, done, len(r.Steps), undone))
	}
	holds := 0
	names := []string{}
	_ = filepath.WalkDir(w.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || !strings.HasPrefix(d.Name(), ".waymend-") {
			return nil
		}
		holds++
		inside, _ := os.ReadDir(path)
		for _, e := range inside {
			names = append(names, e.Name())
		}
		return fs.SkipDir
	})
	slices.Sort(names)
	return fmt.Sprintf("%s; %d directories aside with %v", strings.Join(out, ", "), holds, names)
}

// crash has another process clear a home and kills it after some time; it tells whether it was
// done before, and how long it went on after its plan.
func crash(t *testing.T, home string, after time.Duration, env ...string) (done bool, took time.Duration) {
	t.Helper()
	cmd, lines := clearing(t, home, env...)
	start := time.Now()
	kill := time.AfterFunc(after, func() { cmd.Process.Kill() })
	for lines.Scan() {
		if lines.Text() == "done" {
			done, took = true, time.Since(start)
		}
		if strings.Contains(lines.Text(), "FAIL") {
			t.Errorf("the process failed: %s", lines.Text())
		}
	}
	kill.Stop()
	cmd.Wait()
	return done, took
}

// clearing has another process clear a home; it returns when the plan is made.
func clearing(t *testing.T, home string, env ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashing$")
	cmd.Env = append(append(os.Environ(), "CLEAN_CRASH_HOME="+home), env...)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "planned" {
	}
	return cmd, lines
}

// others are the contents of all files that no clearing may touch.
func others(t testing.TB, home string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(home, path)
		switch name := d.Name(); {
		case err != nil:
			return err
		case rel == "waymend", strings.HasPrefix(name, ".waymend-"), slices.Contains([]string{"Cache", "Code Cache", "GPUCache", "DawnGraphiteCache",
			"DawnWebGPUCache", "GPUPersistentCache", "ShaderCache", "GrShaderCache", "entries", "doomed", "startupCache"}, name):
			return fs.SkipDir
		case strings.HasPrefix(name, "Cookies"), strings.HasPrefix(name, "cookies.sqlite"), strings.HasPrefix(name, "Device Bound"), !d.Type().IsRegular():
			return nil
		}
		b, err := os.ReadFile(path)
		all[rel] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	}))
	return all
}

// before is what a home held when a clearing of it was begun that was interrupted.
type before struct {
	keep  map[string]string // what no clearing may touch
	files []string
	jars  map[string][]string
}

// used is a furnished world with cookies of a site that is to be cleared.
func used(t *testing.T, home string) *world {
	t.Helper()
	w := furnished(t, home)
	w.stock()
	for _, db := range []string{w.chromium + "/Cookies", w.firefox + "/cookies.sqlite"} {
		table, host := "cookies (creation_utc, top_frame_site_key, name, value, path, host_key)", "1, ''"
		if strings.HasSuffix(db, "sqlite") {
			table, host = "moz_cookies (id, originAttributes, name, value, path, host)", "NULL, ''"
		}
		makeDatabase(t, db, "INSERT INTO "+table+" VALUES ("+host+", 'n', 'v', '/', 'www.site1.test')")
	}
	w.clock = time.Now()
	return w
}

func (w *world) before() before { return before{others(w.t, w.home), w.files(), w.jars()} }

// recover is the next start of this program after an interruption. Nothing may be missing that was
// not to be cleared, what can be undone is all there, and nothing is left in the end.
func (w *world) recover(was before, undo bool) {
	t := w.t
	t.Helper()
	for _, r := range w.Resume(context.Background(), Quickly) {
		if len(r.Refused) > 0 {
			t.Errorf("resumed with %+v", r.Refused)
		}
		if !r.Until.IsZero() {
			if back, err := w.Undo(context.Background(), r.ID); err != nil || len(back.Refused) > 0 {
				t.Errorf("undo: %+v %v", back, err)
			}
			undo = true
		}
	}
	w.clock = w.clock.Add(2 * time.Hour)
	w.Resume(context.Background(), Quickly)
	if left, _ := os.ReadDir(w.Dir); len(left) > 0 {
		t.Errorf("journals left: %v", left)
	}
	for _, dir := range []string{w.chrCache + "/Cache", w.ffCache + "/cache2/entries"} {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			t.Errorf("%s: %v", dir, err)
		}
	}
	jars := w.jars()
	if undo && len(only(was.files, w.files())) > 0 && fmt.Sprint(jars) != fmt.Sprint(was.jars) {
		t.Errorf("not all is back: %s", only(was.files, w.files()))
	}
	now := others(t, w.home)
	for name, hash := range was.keep {
		if now[name] != hash {
			t.Errorf("%s was changed or is gone", name)
		}
	}
	if len(now) != len(was.keep) {
		t.Errorf("there are %d files, were %d", len(now), len(was.keep))
	}
	for name, want := range was.jars {
		for _, row := range want {
			if !strings.Contains(row, "site1.test") && !slices.Contains(jars[name], row) {
				t.Errorf("%s lost the cookie %q", name, row)
			}
		}
	}
	for _, line := range w.files() {
		if strings.Contains(line, ".waymend-") {
			t.Errorf("left behind: %s", line)
		}
	}
}

func TestCrashAtAnyPoint(t *testing.T) {
	var k killer
	for n := range rounds() {
		w := used(t, t.TempDir())
		was := w.before()
		undo := n%3 == 0
		env := []string{"CLEAN_CRASH_CACHES=1"}
		if undo {
			env = append(env, "CLEAN_CRASH_UNDO=1")
		}
		_, state := k.crash(t, w, env...)
		w.recover(was, undo)
		if t.Failed() {
			t.Fatalf("in round %d, which left %s", n, state)
		}
	}
	t.Logf("of %d clearings %s", rounds(), &k)
}

// TestKilledWhileDeleting kills a large deletion in its middle; the next start goes on with it, and
// does not take it back.
func TestKilledWhileDeleting(t *testing.T) {
	const many = 20_000
	w := used(t, t.TempDir())
	for i := range many {
		w.put(fmt.Sprintf("%s/Cache/Cache_Data/%016x_1", w.chrCache, i), "c")
	}
	count := func(pattern string) int {
		n := 0
		found, _ := filepath.Glob(pattern)
		for _, dir := range found {
			list, _ := os.ReadDir(dir)
			n += len(list)
		}
		return n
	}
	cmd, lines := clearing(t, w.home, "CLEAN_CRASH_CACHES=1")
	aside := w.chrCache + "/.waymend-*/*/Cache_Data"
	for begun := false; ; time.Sleep(time.Millisecond) {
		n := count(aside)
		begun = begun || n == many+40
		if begun && n < many {
			break
		}
	}
	must(t, cmd.Process.Kill())
	for lines.Scan() {
	}
	cmd.Wait()
	left := count(aside)
	if left == 0 {
		t.Skip("the deletion was over before it could be killed")
	}
	list := w.Resume(context.Background(), Gently)
	if len(list) != 1 || list[0].Files < int64(left) || len(list[0].Refused) > 0 {
		t.Errorf("%d were left, resumed %+v", left, list)
	}
	if held, _ := filepath.Glob(w.chrCache + "/.waymend-*"); len(held)+count(w.Dir) > 0 {
		t.Errorf("left: %v", held)
	}
}
