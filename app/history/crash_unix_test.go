//go:build unix

package history

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
)

// rounds is how often a crash is tried: HISTORY_CRASHES times, or 20.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("HISTORY_CRASHES")); err == nil {
		return n
	}
	return 20
}

// TestCrashing is not a test: another process runs it to be killed in it. It writes a line after each
// transaction that was acknowledged.
func TestCrashing(t *testing.T) {
	path := os.Getenv("HISTORY_CRASH_PATH")
	if path == "" {
		t.Skip("a helper of other tests")
	}
	ctx := context.Background()
	s, err := Open(ctx, path, Keep{Raw: 3 * time.Hour, Minutes: 12 * time.Hour})
	must(t, err)
	if aside, why := s.SetAside(); aside != "" {
		t.Fatalf("set aside: %v", why)
	}
	from, _ := strconv.Atoi(os.Getenv("HISTORY_CRASH_FROM"))
	out := bufio.NewWriter(os.Stdout)
	say := func(what string, n int64) {
		fmt.Fprintf(out, "%s %d\n", what, n)
		out.Flush()
	}
	say("begun", 0)
	for minute := from; ; minute++ {
		at := noon.Add(time.Duration(minute) * time.Minute)
		must(t, s.Add(ctx, []probe.Result{good("a", at, time.Second), good("b", at.Add(time.Second), time.Second), bad("c", at)}))
		say("probed", int64(minute))
		if minute%7 == 0 {
			id, err := s.Begin(ctx, Incident{Address: "c", Fault: "site.down", Began: at, Known: at}, []byte(strings.Repeat("measured ", 2000)))
			must(t, err)
			say("incident", id)
			must(t, s.End(ctx, id, at.Add(time.Second)))
			say("ended", id)
		}
		if minute%20 == 0 {
			must(t, s.Thin(ctx, at))
			say("thinned", int64(minute))
		}
	}
}

// crash lets another process write and kills it after some time. It returns the last that was
// acknowledged of each kind.
func crash(t *testing.T, path string, from int, after time.Duration) (last map[string]int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashing$")
	cmd.Env = append(os.Environ(), "HISTORY_CRASH_PATH="+path, "HISTORY_CRASH_FROM="+strconv.Itoa(from))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	last = map[string]int64{}
	lines := bufio.NewScanner(out)
	var kill *time.Timer
	for lines.Scan() {
		what, n, _ := strings.Cut(lines.Text(), " ")
		if what == "begun" && kill == nil {
			kill = time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
		number, err := strconv.ParseInt(n, 10, 64)
		if err != nil {
			t.Errorf("the process said %q", lines.Text())
			continue
		}
		last[what] = number
	}
	cmd.Wait()
	return last
}

func TestCrashLosesNothingThatWasAcknowledged(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "history.db")
	next, written := 1, 0
	for n := range rounds() {
		last := crash(t, path, next, time.Duration(rand.IntN(40_000))*time.Microsecond)
		s, err := Open(ctx, path, Keep{Raw: 3 * time.Hour, Minutes: 12 * time.Hour})
		must(t, err)
		if aside, why := s.SetAside(); aside != "" {
			t.Fatalf("round %d: set aside: %v", n, why)
		}
		must(t, sound(ctx, s.conn))
		var said string
		must(t, s.conn.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&said))
		if said != "ok" {
			t.Fatalf("round %d: %s", n, said)
		}
		if _, ok := last["probed"]; ok {
			end := int(last["probed"])
			// All of what is still kept in full, and in the summaries all there ever was.
			from := noon.Add(time.Duration(max(next, end-100)) * time.Minute)
			list, err := s.Probes(ctx, "b", from, noon.Add(time.Duration(end+1)*time.Minute), 0)
			if must(t, err); len(list) != end+1-max(next, end-100) {
				t.Errorf("round %d: %d probes from %d to %d", n, len(list), max(next, end-100), end)
			}
			written += end - next + 1
			next = end + 2 // one more may have been written and not acknowledged
		}
		all, err := s.Uptime(ctx, "c", noon, noon.Add(time.Duration(next+1)*time.Minute))
		if must(t, err); all.Probes < written || all.Probes > written+n+1 || all.Failed != all.Probes {
			t.Errorf("round %d: %+v of %d", n, all, written)
		}
		if id := last["incident"]; id > 0 {
			i, err := s.Incident(ctx, id)
			if err != nil || !i.Examined || last["ended"] == id && i.Ended.IsZero() {
				t.Errorf("round %d: %+v %v", n, i, err)
			}
			if text, err := s.Examination(ctx, id); err != nil || len(text) != 18_000 {
				t.Errorf("round %d: %d bytes, %v", n, len(text), err)
			}
		}
		lasting, err := s.Lasting(ctx)
		must(t, err)
		for _, i := range lasting {
			must(t, s.End(ctx, i.ID, i.Began.Add(time.Hour)))
		}
		must(t, s.Close())
		if t.Failed() {
			t.Fatal("stopped")
		}
	}
	t.Logf("%d rounds, %d ticks", rounds(), written)
}

func TestSecondWriterIsToldAndReadersDoNotWait(t *testing.T) {
	ctx, s := context.Background(), fresh(t)
	minutely(t, s, "a", noon, time.Hour)
	if _, err := Open(ctx, s.path, Keep{}); !errors.Is(err, ErrBusy) {
		t.Errorf("a second writer: %v", err)
	}
	if _, err := s.conn.ExecContext(ctx, "BEGIN IMMEDIATE; INSERT INTO address (name) VALUES ('half done')"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		start := time.Now()
		r, err := Read(ctx, s.path)
		must(t, err)
		list, err := r.Probes(ctx, "a", noon, noon.Add(time.Hour), 0)
		if err != nil || len(list) != 60 {
			t.Errorf("%d probes, %v", len(list), err)
		}
		if names, err := r.Addresses(ctx); err != nil || len(names) != 1 {
			t.Errorf("%q %v", names, err)
		}
		if err := r.Add(ctx, list); err != errReadOnly {
			t.Errorf("a reader writes: %v", err)
		}
		must(t, r.Close())
		if wait := time.Since(start); wait > busyMs*time.Millisecond {
			t.Errorf("the reader waited for %s", wait)
		}
	}
	if _, err := s.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	// A program that holds SQLite's own lock makes a tick fail, and no more than that.
	cmd := exec.Command("sqlite3", s.path)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	if err := cmd.Start(); err != nil {
		t.Skipf("no sqlite3 here: %v", err)
	}
	fmt.Fprintln(in, "BEGIN IMMEDIATE; SELECT 'held';")
	bufio.NewReader(out).ReadString('\n')
	if err := s.Add(ctx, []probe.Result{bad("a", noon.Add(2*time.Hour))}); err == nil || s.Dropped() != 1 || s.Trouble() == nil {
		t.Errorf("%v, %d dropped, trouble %v", err, s.Dropped(), s.Trouble())
	}
	in.Close()
	cmd.Wait()
	if err := s.Add(ctx, []probe.Result{bad("a", noon.Add(3*time.Hour))}); err != nil || s.Dropped() != 1 || s.Trouble() != nil {
		t.Errorf("%v, %d dropped, trouble %v", err, s.Dropped(), s.Trouble())
	}
}
