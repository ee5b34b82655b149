//go:build lab && linux

package window

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Binary is the desktop program that is started.
var Binary string

// State is what the window shows, as it says itself.
type State struct {
	Place, Input, Fault, Blame, Title, Failed, Typed, Notice, Language, Theme string

	Run, Facts, Over, Kept                        int
	Running, Stopped, Details, Sheet, Guide, Dark bool
	Stations                                      map[string]string
	Width, Height, Scale                          float32
}

// Focus is what has the keyboard, and where it is.
type Focus struct {
	ID, Type, Text      string
	X, Y, Width, Height float32
}

// line is one line of what the window writes.
type line struct {
	At         float64 `json:"at_ms"`
	State      *State
	Focus      *Focus
	FirstFrame bool    `json:"first_frame"`
	Gap        float64 `json:"gap_ms"`
	Collected  int
}

// App is the running program.
type App struct {
	*Desktop
	State State
	Focus Focus

	Drawn   bool // the first frame
	DrawnAt time.Time
	Started time.Time
	Garbage int       // the number of the examination after which garbage was last collected
	Gaps    []float64 // milliseconds between turns of the event loop that were too long
	Changes int       // lines about the focus so far

	cmd    *exec.Cmd
	read   int64
	output *output
	ended  chan struct{}
}

// output collects what a program prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Open starts the program and waits for its window to be drawn.
func (d *Desktop) Open(args ...string) *App {
	d.t.Helper()
	return d.open(d.Launch(args...))
}

func (d *Desktop) open(a *App) *App {
	d.t.Helper()
	a.Until("the first frame", func() bool { return a.Drawn })
	a.Until("the keyboard in the window", func() bool { return a.Focus.Type != "" && d.active() == "Waymend" })
	return a
}

// Plain starts the program as people do, with no lines written, and waits for its window on the screen.
func (d *Desktop) Plain() *App {
	d.t.Helper()
	before, _ := d.Run("xdotool", "search", "--onlyvisible", "--name", "^Waymend$")
	a := d.launch(nil)
	d.wait("a window", func() bool {
		now, _ := d.Run("xdotool", "search", "--onlyvisible", "--name", "^Waymend$")
		return now != before
	})
	return a
}

// active is the title of the window that has the keyboard.
func (d *Desktop) active() string {
	out, _ := d.Run("xdotool", "getactivewindow", "getwindowname")
	return strings.TrimSpace(out)
}

// Launch starts the program and waits for nothing.
func (d *Desktop) Launch(args ...string) *App {
	d.t.Helper()
	return d.launch([]string{"WAYMEND_TRACE_WINDOW=" + d.trace()}, args...)
}

func (d *Desktop) trace() string { return filepath.Join(d.Home, "run", "trace") }

func (d *Desktop) launch(env []string, args ...string) *App {
	d.t.Helper()
	a := &App{Desktop: d, output: &output{}, ended: make(chan struct{})}
	os.Remove(d.trace())
	a.cmd = d.asPerson(exec.Command(Binary, args...))
	a.cmd.SysProcAttr.Setpgid = true // its children can be counted
	a.cmd.Env = append(d.Env, env...)
	a.cmd.Stdout, a.cmd.Stderr = a.output, a.output
	a.Started = time.Now()
	if err := d.World.Client.Start(a.cmd); err != nil {
		d.t.Fatal(err)
	}
	go func() { a.cmd.Wait(); close(a.ended) }()
	d.t.Cleanup(func() {
		a.cmd.Process.Kill()
		<-a.ended
		if d.t.Failed() {
			d.t.Logf("the program said: %s\nlast state: %+v\nfocus: %+v", a.output, a.State, a.Focus)
		}
	})
	return a
}

// follow reads what the window wrote since.
func (a *App) follow() {
	a.t.Helper()
	f, err := os.Open(a.trace())
	if err != nil {
		return
	}
	defer f.Close()
	f.Seek(a.read, 0)
	var b bytes.Buffer
	b.ReadFrom(f)
	for {
		text, err := b.ReadBytes('\n')
		if err != nil {
			return
		}
		a.read += int64(len(text))
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			a.t.Fatalf("%v in %q", err, text)
		}
		switch {
		case l.State != nil:
			a.State = *l.State
		case l.Focus != nil:
			a.Focus = *l.Focus
			a.Changes++
		case l.FirstFrame:
			a.Drawn, a.DrawnAt = true, time.UnixMicro(int64(l.At*1000))
		case l.Collected > 0:
			a.Garbage = l.Collected
		case l.Gap > 0:
			a.Gaps = append(a.Gaps, l.Gap)
		}
	}
}

// Until waits until the window shows what is asked for.
func (a *App) Until(what string, holds func() bool) {
	a.t.Helper()
	a.wait(what, func() bool {
		a.follow()
		if holds() {
			return true
		}
		select {
		case <-a.ended:
			a.t.Fatalf("the program ended (%v) before %s", a.cmd.ProcessState, what)
		default:
		}
		return false
	})
}

// PID is the process of the program.
func (a *App) PID() int { return a.cmd.Process.Pid }

// Quit ends the program as the system would, and waits for it.
func (a *App) Quit() {
	a.t.Helper()
	a.Signal(syscall.SIGTERM)
	a.Exit()
}

// Exit waits for the program to end and returns its exit code.
func (a *App) Exit() int {
	a.t.Helper()
	a.wait("the program's end", func() bool {
		select {
		case <-a.ended:
			return true
		default:
			return false
		}
	})
	return a.cmd.ProcessState.ExitCode()
}

// Signal sends the program a signal.
func (a *App) Signal(s syscall.Signal) { a.cmd.Process.Signal(s) }

// Answer types an address, presses Enter and waits for the answer.
func (a *App) Answer(address string) {
	a.t.Helper()
	run := a.State.Run
	a.Key("ctrl+l")
	if address == "" {
		a.Key("BackSpace")
	} else {
		a.Type(address)
	}
	a.Until("the address in its field", func() bool { return a.State.Typed == address })
	a.Key("Return")
	a.Until("the answer", func() bool {
		return a.State.Run > run && !a.State.Running && (a.State.Fault != "" || a.State.Failed != "")
	})
}

// Press presses a key and waits for the focus to move.
func (a *App) Press(key string) Focus {
	a.t.Helper()
	a.follow()
	before := a.Changes
	a.Key(key)
	a.Until("another focus after "+key, func() bool { return a.Changes > before })
	return a.Focus
}

// Reach presses Tab until the widget with that text has the keyboard.
func (a *App) Reach(text string) {
	a.t.Helper()
	for range 60 {
		if a.Focus.Text == text {
			return
		}
		a.Press("Tab")
	}
	a.t.Fatalf("Tab does not lead to %q", text)
}
