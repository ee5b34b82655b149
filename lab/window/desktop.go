//go:build lab && linux

package window

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/lab"
)

// personID is the account of the person at the client.
const personID = 12345

// Needed are the programs without which there is no desktop.
var Needed = []string{"Xvfb", "openbox", "dbus-daemon", "xdotool", "import", "xclip"}

// Missing names the programs that are not installed here.
func Missing() (list []string) {
	for _, name := range Needed {
		if _, err := exec.LookPath(name); err != nil {
			list = append(list, name)
		}
	}
	return list
}

// T is what a test, or a program that measures, gives to fail, to clean up and to tell by.
type T interface {
	Helper()
	Name() string
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
}

// Desktop is a screen with a window manager and a session bus, at the client of a world. All of it
// goes with the world.
type Desktop struct {
	t     T
	World *lab.World
	Home  string // the person's, as this program sees it; to the person it is home
	Env   []string
}

// Screen describes a display: its size, and what the X server is told besides.
type Screen struct {
	Size    string // 1280x1000 when empty
	Options []string
	First   bool // everything on it goes before all other work of this machine, for measuring
}

// New builds the world of a scenario and a desktop in it, and takes both away with the test.
func New(t T, scenario string, screen Screen) *Desktop {
	t.Helper()
	s, err := lab.Find(scenario)
	if err != nil {
		t.Fatal(err)
	}
	w, err := lab.Up(s)
	t.Cleanup(w.Down)
	if err != nil {
		t.Fatal(err)
	}
	d := &Desktop{t: t, World: w, Home: filepath.Join(w.Dir, "person")}
	runtime := filepath.Join(d.Home, "run")
	for _, dir := range []string{d.Home, runtime, filepath.Join(d.Home, "Downloads")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, personID, personID); err != nil {
			t.Fatal(err)
		}
	}
	d.account()
	if screen.First {
		d.first()
	}
	d.Env = slices.Concat(w.Client.Env, w.Env, []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + runtime, "LANG=en_US.UTF-8", "TZ=UTC", "LIBGL_ALWAYS_SOFTWARE=1"})
	d.start(screen)
	return d
}

// sockets of X servers; several number themselves alike when their networks are apart.
const sockets = "/tmp/.X11-unix"

// home is always the same, because the window shows it.
const home = "/home/alice"

// account puts the person into the client's list of accounts: a session bus serves nobody else. The
// client also gets a home for the person, and a folder of its own for the sockets of its X server.
func (d *Desktop) account() {
	d.t.Helper()
	list := filepath.Join(d.World.Dir, "passwd")
	text := fmt.Sprintf("root:x:0:0::/root:/bin/sh\nalice:x:%d:%d::%s:/bin/sh\n", personID, personID, home)
	err := os.WriteFile(list, []byte(text), 0o644)
	if err == nil {
		err = os.MkdirAll(sockets, 0o777|os.ModeSticky)
	}
	if err == nil {
		d.World.Client.Do(func() {
			err = errors.Join(unix.Mount(list, "/etc/passwd", "", unix.MS_BIND, ""), unix.Mount("tmpfs", sockets, "tmpfs", 0, "mode=1777"),
				unix.Mount("tmpfs", "/home", "tmpfs", 0, "mode=755"), os.Mkdir(home, 0o755), unix.Mount(d.Home, home, "", unix.MS_BIND, ""))
		})
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// first gives all that is started at the client from now on a priority of real time.
func (d *Desktop) first() {
	d.t.Helper()
	var err error
	d.World.Client.Do(func() {
		err = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 2}, 0)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *Desktop) start(screen Screen) {
	d.t.Helper()
	if screen.Size == "" {
		screen.Size = "1280x1000"
	}
	args := append([]string{"-displayfd", "3", "-screen", "0", screen.Size + "x24", "-noreset", "-nolisten", "tcp", "-ac"}, screen.Options...)
	display := d.server(exec.Command("Xvfb", args...))
	d.Env = append(d.Env, "DISPLAY=:"+display)
	bus := d.server(d.asPerson(exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=3")))
	d.Env = append(d.Env, "DBUS_SESSION_BUS_ADDRESS="+bus)
	d.background(exec.Command("openbox", "--sm-disable"))
	d.wait("a window manager", func() bool {
		_, err := d.Run("sh", "-c", "xprop -id $(xprop -root _NET_SUPPORTING_WM_CHECK | sed 's/.* # //') _NET_SUPPORTING_WM_CHECK | grep -q window")
		return err == nil
	})
}

// background starts a program of the person that is ended with the test.
func (d *Desktop) background(c *exec.Cmd) *exec.Cmd {
	d.t.Helper()
	c.Env = d.Env
	d.asPerson(c)
	if err := d.World.Client.Start(c); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return c
}

// server starts a program that writes one line to its third file when it is ready, and returns that.
func (d *Desktop) server(c *exec.Cmd) string {
	d.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Close()
	c.ExtraFiles = []*os.File{w}
	c.Env = d.Env
	var stderr bytes.Buffer
	c.Stderr = &stderr
	err = d.World.Client.Start(c)
	w.Close()
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	r.SetReadDeadline(time.Now().Add(limit))
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		d.t.Fatalf("%s does not come up: %v: %s", c.Path, err, stderr.Bytes())
	}
	return strings.TrimSpace(line)
}

func (d *Desktop) asPerson(c *exec.Cmd) *exec.Cmd {
	c.Dir = d.Home
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Credential = &syscall.Credential{Uid: personID, Gid: personID}
	return c
}

// Run runs a program of the person to its end and returns both its outputs.
func (d *Desktop) Run(name string, args ...string) (string, error) {
	c := d.asPerson(exec.Command(name, args...))
	c.Env = d.Env
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := d.World.Client.Start(c); err != nil {
		return "", err
	}
	err := c.Wait()
	return out.String(), err
}

// Must is Run for what cannot fail.
func (d *Desktop) Must(name string, args ...string) string {
	d.t.Helper()
	out, err := d.Run(name, args...)
	if err != nil {
		d.t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
	return out
}

// Key presses keys, one after the other: "Tab", "ctrl+l".
func (d *Desktop) Key(keys ...string) {
	d.t.Helper()
	d.Must("xdotool", append([]string{"key", "--clearmodifiers", "--delay", "30"}, keys...)...)
}

// Type types a text.
func (d *Desktop) Type(text string) {
	d.t.Helper()
	d.Must("xdotool", "type", "--delay", "15", "--", text)
}

// Clipboard puts a text on the clipboard and returns the process that holds it.
func (d *Desktop) Clipboard(text string) *exec.Cmd {
	d.t.Helper()
	c := exec.Command("xclip", "-quiet", "-selection", "clipboard", "-in")
	c.Stdin = strings.NewReader(text)
	d.background(c)
	d.wait("the clipboard's owner", func() bool {
		out, err := d.Run("timeout", "1", "xclip", "-selection", "clipboard", "-out")
		return err == nil && out == text
	})
	return c
}

// Shot saves a picture of the screen when WINDOW_KEEP names a folder, and says where.
func (d *Desktop) Shot(name string) string {
	dir := os.Getenv("WINDOW_KEEP")
	if dir == "" {
		return "no picture (WINDOW_KEEP=DIR keeps one)"
	}
	path := filepath.Join(d.Home, "shot.png")
	if out, err := d.Run("import", "-window", "root", path); err != nil {
		return "no picture: " + out
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	to := filepath.Join(dir, strings.ReplaceAll(d.t.Name(), "/", "-")+"-"+name+".png")
	if err := os.WriteFile(to, data, 0o644); err != nil {
		return err.Error()
	}
	return to
}

// limit is the longest that anything may take; it is never waited out when all is well.
const limit = 30 * time.Second

// wait returns once the condition holds.
func (d *Desktop) wait(what string, holds func() bool) {
	d.t.Helper()
	for end := time.Now().Add(limit); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("%s did not come within %v; %s", what, limit, d.Shot("late"))
		}
	}
}

// write puts a file into the person's home.
func (d *Desktop) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.Home, name)
	for dir := filepath.Dir(path); len(dir) > len(d.Home); dir = filepath.Dir(dir) {
		defer os.Chown(dir, personID, personID)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Chown(path, personID, personID); err != nil {
		d.t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
}
