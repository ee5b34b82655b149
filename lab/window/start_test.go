//go:build lab && linux

package window

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// crash is what no person may ever see.
func crash(t *testing.T, text string) {
	t.Helper()
	for _, word := range []string{"panic", "goroutine ", "SIGSEGV", ".go:"} {
		if strings.Contains(text, word) {
			t.Errorf("the program crashed: %s", text)
			return
		}
	}
}

// TestSecondStart hands an address over to the window that is there, and raises it.
func TestSecondStart(t *testing.T) {
	skip(t)
	t.Parallel()
	a := New(t, "site.bad-gateway-nginx", Screen{}).Open()
	window := strings.TrimSpace(a.Must("xdotool", "getactivewindow"))
	a.Must("xdotool", "windowminimize", window)
	a.wait("the window away", func() bool { return a.active() != "Waymend" })
	if out, err := a.Run(Binary, "waymend://check?url=https%3A%2F%2Fshop.example%2Fa%3Fb"); err != nil || out != "" {
		t.Errorf("the second start: %v: %s", err, out)
	}
	a.Until("the answer", func() bool { return a.State.Fault == "site.bad-gateway" })
	if a.State.Input != "https://shop.example/a?b" || a.State.Typed != a.State.Input {
		t.Errorf("another address: %+v", a.State)
	}
	a.wait("the window up", func() bool { return a.active() == "Waymend" })
	a.Must("xdotool", "windowminimize", window)
	a.wait("the window away", func() bool { return a.active() != "Waymend" })
	if out, err := a.Run(Binary); err != nil || out != "" {
		t.Errorf("the third start: %v: %s", err, out)
	}
	a.wait("the window up", func() bool { return a.active() == "Waymend" })
	if a.State.Run != 1 {
		t.Errorf("a start without an address examines something: %+v", a.State)
	}
}

// TestNoWindow starts the program where there can be none: one sentence, and the terminal's answer.
func TestNoWindow(t *testing.T) {
	skip(t)
	for _, c := range []struct {
		name    string
		options []string
		env     string
	}{
		{"no display", nil, "DISPLAY="},
		{"dead display", nil, "DISPLAY=:987"},
		{"no GLX", []string{"-extension", "GLX"}, ""},
		{"no drivers", nil, "LIBGL_DRIVERS_PATH=/nonexistent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := New(t, "ok.general", Screen{Options: c.options})
			if c.env != "" {
				d.Env = append(d.Env, c.env)
			}
			a := d.Launch()
			code := a.Exit()
			out := a.output.String()
			crash(t, out)
			if code != 0 || strings.Count(out, "waymend: ") != 1 || !strings.Contains(out, "This computer's connection works") {
				t.Errorf("exit code %d: %s", code, out)
			}
		})
	}
}

// TestEnd ends the program in the middle of an examination, by signal and by its window.
func TestEnd(t *testing.T) {
	skip(t)
	for name, end := range map[string]func(*App){
		"signal":  func(a *App) { a.Signal(syscall.SIGTERM) },
		"window":  func(a *App) { a.Must("xdotool", "key", "ctrl+w") },
		"manager": func(a *App) { a.Key("alt+F4") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := New(t, "site.no-answer", Screen{})
			a := d.Open("waymend://check?url=shop.example")
			a.Until("an examination", func() bool { return a.State.Running && a.State.Facts > 0 })
			end(a)
			if code := a.Exit(); code != 0 {
				t.Errorf("exit code %d: %s", code, a.output)
			}
			crash(t, a.output.String())
			if err := syscall.Kill(-a.cmd.Process.Pid, 0); err != syscall.ESRCH {
				t.Errorf("a process of the program is left behind: %v", err)
			}
			filepath.WalkDir(d.Home, func(path string, e os.DirEntry, err error) error {
				if err == nil && e.Type()&os.ModeSocket != 0 && strings.Contains(path, "waymend") {
					t.Errorf("left behind: %s", path)
				}
				return nil
			})
		})
	}
}

// TestHome starts the window where nothing can be written, and where the settings are broken.
func TestHome(t *testing.T) {
	skip(t)
	t.Run("read-only", func(t *testing.T) {
		t.Parallel()
		d := New(t, "site.bad-gateway-nginx", Screen{})
		if err := os.Chown(d.Home, 0, 0); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(d.Home, 0o755); err != nil {
			t.Fatal(err)
		}
		a := d.Open()
		a.Answer("shop.example")
		if a.State.Fault != "site.bad-gateway" {
			t.Errorf("%+v", a.State)
		}
		a.Until("it says that the answer was not kept", func() bool { return a.State.Notice != "" })
		t.Log(a.State.Notice)
		crash(t, a.output.String())
	})
	t.Run("broken settings", func(t *testing.T) {
		t.Parallel()
		d := New(t, "site.bad-gateway-nginx", Screen{})
		d.write(".config/waymend/settings.toml", "language = [[[\n\x00")
		a := d.Open()
		a.Until("a notice", func() bool { return a.State.Notice != "" })
		t.Log(a.State.Notice)
		a.Answer("shop.example")
		if a.State.Fault != "site.bad-gateway" {
			t.Errorf("%+v", a.State)
		}
	})
}

// TestClipboard offers an address from the clipboard, and is not held up by one that is dead.
func TestClipboard(t *testing.T) {
	skip(t)
	t.Run("address", func(t *testing.T) {
		t.Parallel()
		d := New(t, "site.bad-gateway-nginx", Screen{})
		d.Clipboard("https://shop.example/")
		a := d.Open()
		a.Until("the address", func() bool { return a.State.Typed == "https://shop.example/" })
		a.Key("Return")
		a.Until("the answer", func() bool { return a.State.Fault == "site.bad-gateway" })
	})
	t.Run("text", func(t *testing.T) {
		t.Parallel()
		d := New(t, "ok.now", Screen{})
		d.Clipboard("a shopping list")
		a := d.Open()
		a.visit("history")
		if a.State.Typed != "" {
			t.Errorf("%q is offered", a.State.Typed)
		}
	})
	t.Run("hung owner", func(t *testing.T) {
		t.Parallel()
		d := New(t, "site.bad-gateway-nginx", Screen{})
		owner := d.Clipboard("https://shop.example/")
		d.stop(owner)
		a := d.Open()
		a.Answer("shop.example")
		if a.State.Fault != "site.bad-gateway" {
			t.Errorf("%+v", a.State)
		}
		a.Key("ctrl+l", "ctrl+v")
		a.visit("history")
	})
}

// stop halts a process without ending it.
func (d *Desktop) stop(c *exec.Cmd) {
	d.t.Helper()
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
}
