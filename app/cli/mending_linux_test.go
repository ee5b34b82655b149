package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// person is an account in a temporary directory, and the program as it is started there.
type person struct {
	home, state string
	program     string
}

func newPerson(t *testing.T) person {
	t.Helper()
	program, err := exec.LookPath("waymend")
	if err != nil {
		t.Fatal(err)
	}
	p := person{t.TempDir(), t.TempDir(), program}
	if err := account(p.home); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p person) command(args ...string) *exec.Cmd {
	c := exec.Command(p.program, args...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=xterm", "HOME=" + p.home, "XDG_STATE_HOME=" + p.state}
	return c
}

func (p person) tree(t *testing.T) string {
	t.Helper()
	text, err := fingerprint(p.home)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestKilledInTheMiddle ends a clearing at moments all over it. What it moved is either where it was,
// or comes back, and its journals and private directories go.
func TestKilledInTheMiddle(t *testing.T) {
	p := newPerson(t)
	for n := range 40 { // some more caches, so that there is a middle
		for _, dir := range []string{"GPUCache", "DawnCache", "Media Cache", "Application Cache"} {
			dir = filepath.Join(p.home, ".cache/chromium/Profile 1", dir)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(n)), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := p.tree(t)
	caught := 0
	rounds := 40
	if testing.Short() {
		rounds = 5
	}
	for n := range rounds {
		c := p.command("fix", "clear-browsers", "--yes")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { // the first sign of a change, or the end
			held, _ := filepath.Glob(p.home + "/.cache/*/*/.waymend-*")
			logged, _ := os.ReadFile(p.state + "/waymend/changes.jsonl")
			return len(held) > 0 || bytes.Count(logged, []byte(`"begin"`)) > n
		})
		time.Sleep(time.Duration(n) * 150 * time.Microsecond)
		_ = c.Process.Kill()
		_ = c.Wait()
		out, _ := p.command("undo").CombinedOutput() // nothing to take back, when it was that early
		if bytes.Contains(out, []byte("Taken back")) {
			caught++
		}
		if private.ReplaceAllString(p.tree(t), "") != before {
			t.Fatalf("round %d: not as it was after: %s", n, out)
		}
		if out, err := p.command("tidy").CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("tidy: %v %s", err, out)
		}
		if after := p.tree(t); after != before {
			t.Fatalf("round %d: %s\nafter tidying there is\n%s\nand was\n%s", n, out, after, before)
		}
	}
	left, _ := filepath.Glob(p.state + "/waymend/cleared/*.json")
	if len(left) != 0 || caught == 0 {
		t.Errorf("journals are left: %v; taken back %d times", left, caught)
	}
}

// private are lines about what is kept aside.
var private = regexp.MustCompile(`(?m)^"[^"\n]*/\.waymend-.*\n`)

func waitFor(t *testing.T, what func() bool) {
	t.Helper()
	for range 5000 {
		if what() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("waited in vain")
}

// TestAsksOnATerminal asks once, and only a yes is one.
func TestAsksOnATerminal(t *testing.T) {
	for _, c := range []struct {
		keys string
		done bool
	}{{"\n", false}, {"n\n", false}, {"yesterday\n", false}, {"\x04", false}, {"y\n", true}, {"YES\n", true}} {
		p := newPerson(t)
		before := p.tree(t)
		shown := typing(t, p.command("fix", "clear-browsers"), c.keys)
		if strings.Count(shown, "[y/N]") != 1 {
			t.Errorf("%q: asked %d times: %q", c.keys, strings.Count(shown, "[y/N]"), shown)
		}
		if done := p.tree(t) != before; done != c.done || strings.Contains(shown, "Nothing was changed") == c.done {
			t.Errorf("%q: done %v, shown %q", c.keys, done, shown)
		}
		harmless(t, "the terminal", strings.ReplaceAll(ours.ReplaceAllString(shown, ""), "\r", ""))
	}
}

// TestInterruptedWhileAsked ends at once and changes nothing.
func TestInterruptedWhileAsked(t *testing.T) {
	p := newPerson(t)
	before := p.tree(t)
	c := p.command("fix", "clear-browsers", "--no-color")
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	shown := typing(t, c, "\x03") // Ctrl-C, as the terminal takes it
	if code := c.ProcessState.ExitCode(); code != exitInterrupted && c.ProcessState.Sys().(syscall.WaitStatus).Signal() != unix.SIGINT {
		t.Errorf("exit code %d: %q", code, shown)
	}
	if p.tree(t) != before {
		t.Error("something was changed")
	}
}

// TestGivesTheSpaceBackLater holds a clearing to start one process of its own that waits, and ends when
// it is told to.
func TestGivesTheSpaceBackLater(t *testing.T) {
	p := newPerson(t)
	c := p.command("fix", "clear-browsers", "--yes")
	c.Env = append(c.Env, tidyKey+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var pid int
	waitFor(t, func() bool { pid = p.tidying(); return pid != 0 })
	defer func() {
		if p.tidying() == pid {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
	}()
	if sid, err := unix.Getsid(pid); err != nil || sid != pid {
		t.Errorf("it is of session %d, %v", sid, err)
	}
	if err := unix.Kill(pid, unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return p.tidying() == 0 })
	if out, err := p.command("undo").CombinedOutput(); err != nil {
		t.Errorf("what was to be deleted later cannot be taken back: %s", out)
	}
}

// tidying is the process that waits in this account, 0 for none.
func (p person) tidying() int {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if string(line) == p.program+"\x00"+tidyName+"\x00" && slices.Contains(strings.Split(string(env), "\x00"), "HOME="+p.home) {
			return pid
		}
	}
	return 0
}
