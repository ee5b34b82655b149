//go:build lab && linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/lab/window"
)

// Bars of the window. Beside it stands the least that a window of the same toolkit can be.
const (
	firstFrameBar = 1.5  // of hello's
	pauseBar      = 50.0 // milliseconds between two turns of the event loop
	memoryBar     = 1.1  // after 50 checks, of that after 5
	idleBar       = 1.0  // of hello's
	idleTicks     = 2    // what the system's counting of processor time may differ by in idleTime
	idleTime      = 20 * time.Second
)

// windows are the programs that are measured.
type windows struct{ waymend, steady, hello string }

// measureWindow measures the real window, side by side with hello, both with a priority that keeps
// other work on the same cores out of the figures.
func measureWindow(runs int, only []string) error {
	if missing := window.Missing(); missing != nil {
		fmt.Println("skipped: not installed:", strings.Join(missing, " "))
		return nil
	}
	dir, err := os.MkdirTemp("", "waymend-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	w, err := buildWindows(dir)
	if err != nil {
		return err
	}
	fmt.Printf("load before: %s\n\n%-34s %14s   %-24s %s\n", load(), "", "waymend", "bar", "beside it")
	for _, m := range []struct {
		name    string
		measure func(*bencher, windows, int)
	}{{"frame", firstFrame}, {"pauses", pauses}, {"memory", memory}, {"idle", idle}} {
		if len(only) > 0 && !slices.Contains(only, m.name) {
			continue
		}
		if err := alone(func(b *bencher) { m.measure(b, w, runs) }); err != nil {
			return err
		}
	}
	fmt.Printf("\nload after: %s\n", load())
	return nil
}

func buildWindows(dir string) (w windows, err error) {
	if err = os.Chmod(dir, 0o755); err != nil { // the person runs under another account
		return w, err
	}
	w = windows{filepath.Join(dir, "waymend"), filepath.Join(dir, "steady"), filepath.Join(dir, "hello")}
	for _, b := range []struct{ to, tags, from string }{
		{w.waymend, "migrated_fynedo", "github.com/waymend/waymend"},
		{w.steady, "migrated_fynedo,bench", "github.com/waymend/waymend"},
		{w.hello, "migrated_fynedo", "github.com/waymend/waymend/bench/testdata/hello"},
	} {
		c := exec.Command("go", "build", "-tags", b.tags, "-trimpath", "-ldflags", "-s -w", "-o", b.to, b.from)
		c.Env = append(os.Environ(), "CGO_ENABLED=1")
		if out, err := c.CombinedOutput(); err != nil {
			return w, fmt.Errorf("building %s: %w\n%s", b.from, err, out)
		}
	}
	return w, nil
}

// bencher is what the window's helpers fail and clean up by.
type bencher struct{ cleanups []func() }

// failure carries what a helper said through the stack.
type failure struct{ text string }

func (b *bencher) Helper()             {}
func (b *bencher) Name() string        { return "bench" }
func (b *bencher) Cleanup(f func())    { b.cleanups = append(b.cleanups, f) }
func (b *bencher) Failed() bool        { return false }
func (b *bencher) Logf(string, ...any) {}
func (b *bencher) Fatal(args ...any)   { panic(failure{fmt.Sprint(args...)}) }
func (b *bencher) Fatalf(format string, args ...any) {
	panic(failure{fmt.Sprintf(format, args...)})
}
func (b *bencher) Errorf(format string, args ...any) { b.Fatalf(format, args...) }

// alone runs one measurement and cleans up after it.
func alone(f func(*bencher)) (err error) {
	b := &bencher{}
	defer func() {
		r := recover()
		for _, undo := range slices.Backward(b.cleanups) {
			undo()
		}
		if said, ok := r.(failure); ok {
			err = errors.New(said.text)
		} else if r != nil {
			panic(r)
		}
	}()
	f(b)
	return nil
}

func compared(what string, ours, theirs, bar float64, beside string) {
	row(what, fmt.Sprintf("%.2f", ours/theirs), fmt.Sprintf("≤ %.2f", bar), ours/theirs <= bar, beside)
}

// firstFrame starts both in turns.
func firstFrame(b *bencher, w windows, runs int) {
	d := window.New(b, "ok.now", window.Screen{First: true})
	took := map[string][]float64{}
	for range runs {
		for _, program := range []string{w.hello, w.waymend} {
			window.Binary = program
			a := d.Launch()
			a.Until("the first frame", func() bool { return a.Drawn })
			took[program] = append(took[program], ms(a.DrawnAt.Sub(a.Started)))
			a.Quit()
		}
	}
	ours, theirs := median(took[w.waymend]), median(took[w.hello])
	compared("first frame, of hello's", ours, theirs, firstFrameBar, fmt.Sprintf("%s (%s); hello %s", span(ours), spread(took[w.waymend]), span(theirs)))
}

// play begins the demo by keyboard and waits for its answer.
func play(a *window.App) {
	a.Reach("Try an example")
	a.Key("Return")
	a.Until("the examples", func() bool { return a.State.Over == 1 })
	a.Key("Down", "Down", "Return") // the first is healthy
	a.Until("the answer", func() bool { return a.State.Run == 1 && !a.State.Running && a.State.Fault != "" })
}

// again examines once more.
func again(a *window.App) {
	run := a.State.Run
	a.Key("ctrl+r")
	a.Until("another answer", func() bool { return a.State.Run > run && !a.State.Running && a.State.Fault != "" })
}

// pauses looks for the longest turn of the event loop while facts arrive, with the details closed and
// open: those of demos, and those of examinations at a steady rate.
func pauses(b *bencher, w windows, _ int) {
	d := window.New(b, "ok.now", window.Screen{First: true})
	window.Binary = w.hello
	d.Env = append(d.Env, "HELLO_BUSY=1")
	hello := d.Launch()
	hello.Until("the first frame", func() bool { return hello.Drawn })
	time.Sleep(5 * time.Second)
	hello.Until("the lines so far", func() bool { return true })
	beside := "hello, painting all the time: " + worst(hello.Gaps)
	hello.Quit()
	for _, details := range []string{"closed", "open"} {
		window.Binary = w.steady
		a := d.Open()
		play(a)
		if details == "open" {
			for a.Focus.Type != "part.foldHead" {
				a.Press("Tab")
			}
			a.Key("Return")
			a.Until("the details", func() bool { return a.State.Details })
		}
		before := len(a.Gaps)
		again(a)
		again(a)
		pause("pause in a demo, details "+details, a.Gaps[before:], beside)
		before = len(a.Gaps)
		a.Until("the steady examinations", func() bool { return a.State.Run == 11 && !a.State.Running })
		pause("  at 60 facts/s, details "+details, a.Gaps[before:], "")
		a.Quit()
	}
}

func pause(what string, gaps []float64, beside string) {
	longest, figure := 0.0, "< 33 ms" // shorter ones are not written down
	if len(gaps) > 0 {
		longest = slices.Max(gaps)
		figure = span(longest)
	}
	row(what, figure, "≤ "+span(pauseBar), longest <= pauseBar, strings.TrimSuffix(worst(gaps)+"; "+beside, "; "))
}

func worst(gaps []float64) string {
	list := slices.Sorted(slices.Values(gaps))
	slices.Reverse(list)
	var b strings.Builder
	fmt.Fprintf(&b, "%d over two frames", len(list))
	for i, g := range list[:min(len(list), 4)] {
		b.WriteString([]string{": ", ", "}[min(i, 1)] + fmt.Sprintf("%.0f", g))
	}
	return b.String()
}

// memory compares what is resident after a forced collection.
func memory(b *bencher, w windows, _ int) {
	d := window.New(b, "ok.now", window.Screen{First: true})
	window.Binary = w.waymend
	a := d.Open()
	play(a)
	resident := map[int]float64{}
	for run := 2; run <= 50; run++ {
		again(a)
		if run == 5 || run == 50 {
			a.Until("a collection", func() bool { return a.Garbage == run })
			resident[run] = rss(b, a.PID())
		}
	}
	compared("memory after 50 checks, of after 5", resident[50], resident[5], memoryBar, fmt.Sprintf("%.1f MB, %.1f MB", resident[50], resident[5]))
	a.Quit()
}

// rss is a process's resident memory in MB.
func rss(b *bencher, pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); f[0] == "VmRSS:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

// idle compares what both take of the processor while nothing happens, their windows side by side.
func idle(b *bencher, w windows, _ int) {
	d := window.New(b, "ok.now", window.Screen{Size: "2000x800", First: true})
	var pids [2]int
	for i, program := range []string{w.waymend, w.hello} {
		window.Binary = program
		a := d.Plain()
		pids[i] = a.PID()
		defer a.Quit()
	}
	time.Sleep(3 * time.Second)
	before := [2]float64{ticks(b, pids[0]), ticks(b, pids[1])}
	time.Sleep(idleTime)
	ours, theirs := ticks(b, pids[0])-before[0], ticks(b, pids[1])-before[1]
	row("idle processor time, of hello's", fmt.Sprintf("%.2f", ours/max(theirs, 1)), fmt.Sprintf("≤ %.2f (%d ticks)", idleBar, idleTicks), ours <= theirs*idleBar+idleTicks,
		fmt.Sprintf("%.0f and %.0f ticks of 10 ms in %v", ours, theirs, idleTime))
}

// ticks is the processor time that a process has taken, in hundredths of a second.
func ticks(b *bencher, pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return user + system
}
