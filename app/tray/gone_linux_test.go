package tray

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/waymend/waymend/app/control"
)

// host is a desktop that shows trays, as far as the message bus sees one.
type host struct{ registered chan string }

func (h host) RegisterStatusNotifierItem(s dbus.Sender, path string) *dbus.Error {
	h.registered <- string(s)
	return nil
}

// TestBus ends under a tray the message bus, which is dead or hangs. A tray can be had once in a
// process: a child has it.
func TestBus(t *testing.T) {
	if os.Getenv("WAYMEND_TEST_TRAY") != "" {
		child()
	}
	t.Run("dead", func(t *testing.T) {
		bus(t, "gone", func(bus *os.Process, _ io.Closer) { bus.Kill() })
	})
	t.Run("hanging", func(t *testing.T) {
		bus(t, "ended with <nil>", func(bus *os.Process, in io.Closer) { bus.Signal(syscall.SIGSTOP); in.Close() })
	})
}

func bus(t *testing.T, last string, end func(bus *os.Process, in io.Closer)) {
	program, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "bus.conf")
	text := `<busconfig><type>session</type><listen>unix:dir=` + dir + `</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := exec.Command(program, "--config-file="+config, "--nofork", "--print-address")
	address := bufio.NewReader(started(t, bus))
	line, err := address.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	line = strings.TrimSpace(line)
	conn, err := dbus.Connect(line)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	h := host{make(chan string, 9)}
	if err := conn.Export(h, "/StatusNotifierWatcher", watcher); err != nil {
		t.Fatal(err)
	}
	own := func() {
		if _, err := conn.RequestName(watcher, dbus.NameFlagDoNotQueue); err != nil {
			t.Fatal(err)
		}
	}
	own()
	c := exec.Command(os.Args[0], "-test.run=^TestBus$")
	c.Env = append(os.Environ(), "WAYMEND_TEST_TRAY=1", "DBUS_SESSION_BUS_ADDRESS="+line)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewScanner(started(t, c))
	says := func(want string) {
		t.Helper()
		if !out.Scan() || out.Text() != want {
			t.Fatalf("%q, not %q", out.Text(), want)
		}
	}
	says("shown true")
	item := <-h.registered
	icon := func() dbus.Variant {
		v, err := conn.Object(item, "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.Title")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for end := time.Now().Add(10 * time.Second); icon().Value() != "Waymend: all is well"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(icon())
		}
	}
	if _, err := conn.ReleaseName(watcher); err != nil {
		t.Fatal(err)
	}
	says("shown false")
	own()
	says("shown true")
	if again := <-h.registered; again != item {
		t.Error(again)
	}
	end(bus.Process, in)
	says(last)
}

// started starts a program that ends with the test, and returns its output.
func started(t *testing.T, c *exec.Cmd) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout = w
	err = c.Start()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait(); r.Close() })
	r.SetReadDeadline(time.Now().Add(30 * time.Second))
	return r
}

func child() {
	statuses := make(chan control.Status, 1)
	statuses <- control.Status{Health: control.Well, Title: "all is well"}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	err := Run(ctx, Options{Lang: "en", Statuses: statuses, Shown: func(has bool) { fmt.Println("shown", has) }})
	if errors.Is(err, ErrGone) {
		fmt.Println("gone")
	} else {
		fmt.Println("ended with", err)
	}
	os.Exit(0)
}
