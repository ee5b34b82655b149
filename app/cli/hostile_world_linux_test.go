package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waymend/waymend/resources"
)

// The hostile tests build the real program and let it examine servers that are made to harm. Each
// runs in a network and mount namespace of its own: no packet leaves this machine.
const (
	aloneKey   = "WAYMEND_TEST_HOSTILE" // set in the namespaces; holds the folder of the built program
	launchKey  = "WAYMEND_TEST_LAUNCH"  // set in the launcher; holds the file for its report
	mostMemory = 64 << 20               // resident, at any moment
	mostLate   = time.Second            // after the time limit that was asked for
)

// alone runs the calling test anew within namespaces of its own, and reports whether this already is
// that run. The files replace those of the system for as long as it lasts.
func alone(t *testing.T, files map[string]string, setup ...string) bool {
	t.Helper()
	if os.Getenv(aloneKey) != "" {
		for path, text := range files {
			replaceFile(t, path, text)
		}
		for _, line := range append([]string{"link set lo up"}, setup...) {
			if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
				t.Fatalf("ip %s: %v: %s", line, err, out)
			}
		}
		return true
	}
	if os.Getuid() != 0 {
		t.Skip("needs root to make namespaces")
	}
	if testing.Short() {
		t.Skip("takes long")
	}
	for _, program := range []string{"unshare", "ip", "mount", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s", program)
		}
	}
	if err := exec.Command("unshare", "-n", "-m", "true").Run(); err != nil {
		t.Skipf("namespaces are not allowed here: %v", err)
	}
	t.Parallel()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "waymend"), "../..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the program cannot be built: %v\n%s", err, out)
	}
	run := "-test.run=^" + t.Name() + "$"
	if only := os.Getenv("WAYMEND_TEST_ONLY"); only != "" {
		run += "/" + only
	}
	c := exec.CommandContext(t.Context(), "unshare", "-n", "-m", "--", os.Args[0], run, "-test.count=1", "-test.v="+strconv.FormatBool(testing.Verbose()))
	c.Env = append(os.Environ(), aloneKey+"="+dir)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
	return false
}

// replaceFile mounts a text over a system's file, in this mount namespace alone.
func replaceFile(t *testing.T, path, text string) {
	t.Helper()
	mine := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(mine, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "--bind", mine, path).CombinedOutput(); err != nil {
		t.Fatalf("mount over %s: %v: %s", path, err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", path).Run() })
}

// used is what one run of the program took and said.
type used struct {
	Code   int           `json:"code"` // -1: it was ended by a signal
	Memory int64         `json:"memory"`
	Took   time.Duration `json:"took"`
	CPU    time.Duration `json:"cpu"`
	out    string
	err    string
}

// TestLaunch is no test but the launcher: a process of its own, because the peak of memory that the
// kernel reports for a process begins with that of the process which started it.
func TestLaunch(t *testing.T) {
	file := os.Getenv(launchKey)
	if file == "" {
		t.Skip("only the other tests use it")
	}
	args := os.Args[slices.Index(os.Args, "--")+1:]
	c := exec.Command(args[0], args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	start := time.Now()
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r := c.ProcessState.SysUsage().(*syscall.Rusage)
	b, err := json.Marshal(used{Code: c.ProcessState.ExitCode(), Memory: r.Maxrss << 10, Took: time.Since(start),
		CPU: c.ProcessState.UserTime() + c.ProcessState.SystemTime()})
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	os.Exit(0)
}

// home is where the program finds its own files and the certificates it trusts.
type home struct {
	dir string
	env []string
}

func newHome(t *testing.T, env ...string) home {
	h := home{dir: t.TempDir()}
	h.env = append([]string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + h.dir, "GOTRACEBACK=all"}, env...)
	return h
}

func program() string { return filepath.Join(os.Getenv(aloneKey), "waymend") }

// run starts the program, waits for it and measures it.
func (h home) run(t *testing.T, args ...string) used {
	t.Helper()
	file := filepath.Join(h.dir, "used.json")
	c := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^TestLaunch$", "--", program()}, args...)...)
	c.Dir = h.dir
	c.Env = append([]string{launchKey + "=" + file}, h.env...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), errs.String())
	}
	var u used
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &u)
	}
	if err != nil {
		t.Fatal(err)
	}
	u.out, u.err = out.String(), errs.String()
	return u
}

// answer is what the tests look at in a JSON document.
type answer struct {
	Schema  string
	Verdict struct {
		Fault, Blame, Title string
		Confidence          float64
		Evidence            []struct{ Text string }
	}
	Checks []struct{ ID, State, Summary string }
}

// examined is one examination of a hostile address.
type examined struct {
	used
	answer
	text string // the same answer as text
}

// limit is the time that an examination gets here; nearly all end much sooner.
const limit = 4 * time.Second

// examine examines an address and holds the program to what it promises, whatever it met: bounded
// time and memory, an exit code that tells, valid JSON, and nothing that a terminal obeys in any
// format.
func (h home) examine(t *testing.T, address string, flags ...string) examined {
	t.Helper()
	saved := filepath.Join(h.dir, "saved.json")
	args := append([]string{"check", "--json", "--timeout", limit.String(), "--report", saved}, flags...)
	e := examined{used: h.run(t, append(args, address)...)}
	if e.Took > limit+mostLate {
		t.Errorf("took %s", e.Took)
	}
	if e.Memory > mostMemory {
		t.Errorf("took %d MB", e.Memory>>20)
	}
	if e.Code != exitOK && e.Code != exitFault && e.Code != exitUnknown {
		t.Fatalf("exit code %d\n%s", e.Code, clipped(e.err))
	}
	harmless(t, "standard error", e.err)
	harmless(t, "JSON", e.out)
	if err := json.Unmarshal([]byte(e.out), &e.answer); err != nil || e.Schema != "waymend.check/1" {
		t.Fatalf("not an answer in JSON: %v\n%s", err, clipped(e.out))
	}
	if want := map[string]int{"ok": exitOK, "unknown": exitUnknown}; e.Code != exitFault && want[e.Verdict.Fault] != e.Code {
		t.Errorf("exit code %d for %s", e.Code, e.Verdict.Fault)
	}
	if _, known := resources.FaultByID(e.Verdict.Fault); !known {
		t.Errorf("the catalogue does not know %s", e.Verdict.Fault)
	}
	for _, format := range []string{"again.html", "again.md"} {
		again := h.run(t, "check", "--replay", saved, "-v", "--report", filepath.Join(h.dir, format))
		if again.Code != e.Code || again.Memory > mostMemory {
			t.Errorf("judged again: exit code %d, %d MB: %s", again.Code, again.Memory>>20, clipped(again.err))
		}
		e.text = again.out
		harmless(t, "text", again.out+again.err)
		harmless(t, format, h.read(t, format))
	}
	harmless(t, "saved.json", h.read(t, "saved.json"))
	t.Logf("%-34s %s %.2f  %d MB  %d ms, CPU %d ms", t.Name()[strings.LastIndex(t.Name(), "/")+1:], e.Verdict.Fault, e.Verdict.Confidence, e.Memory>>20, e.Took.Milliseconds(), e.CPU.Milliseconds())
	return e
}

func (h home) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// harmless holds an output to characters that no terminal and no browser obeys, and to no traces of
// a crash.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool {
		return r != '\n' && !unicode.IsPrint(r)
	}); i >= 0 {
		t.Errorf("%s holds %q", what, clipped(text[max(0, i-40):]))
	}
	if !utf8.ValidString(text) {
		t.Errorf("%s is not UTF-8", what)
	}
	for _, trace := range []string{"goroutine ", "panic:", "runtime error"} {
		if strings.Contains(text, trace) {
			t.Errorf("%s tells of a crash: %s", what, text)
		}
	}
}

func clipped(s string) string {
	if len(s) > 300 {
		return s[:300] + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return s
}

// oneSentence holds a refusal to one line on standard error and to nothing on standard output.
func oneSentence(t *testing.T, u used, code int) {
	t.Helper()
	line := strings.TrimSuffix(u.err, "\n")
	if u.Code != code || u.out != "" || !strings.HasPrefix(line, "waymend: ") || strings.Contains(line, "\n") || len(line) > 600 {
		t.Errorf("exit code %d, want %d; %q, %q", u.Code, code, clipped(u.out), clipped(u.err))
	}
	harmless(t, "standard error", u.err)
	if u.Memory > mostMemory || u.Took > 2*time.Second {
		t.Errorf("took %d MB and %s", u.Memory>>20, u.Took)
	}
}
