//go:build browsers

package browser

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestRealClose starts real browsers, without any network and with a home of their own, and asks
// them to close.
func TestRealClose(t *testing.T) {
	if os.Getenv("CLOSE_NAMESPACE") == "" {
		cmd := exec.Command("unshare", "-n", "--", os.Args[0], "-test.run=^TestRealClose$", "-test.v")
		cmd.Env = append(os.Environ(), "CLOSE_NAMESPACE=1")
		out, err := cmd.CombinedOutput()
		if !strings.Contains(string(out), "=== RUN") {
			t.Skipf("no network namespace can be made here: %s", out)
		}
		if t.Logf("%s", out); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, name := range []string{"Xvfb", "openbox", "chromium", "firefox-esr"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("not installed:", name)
		}
	}
	const display = ":79"
	s, home := account(t, "linux", map[string]string{
		".mozilla/firefox/profiles.ini":  "[Profile0]\nName=a\nIsRelative=1\nPath=ab.a\nDefault=1\n",
		".mozilla/firefox/ab.a/prefs.js": "",
		".config/chromium/First Run":     "",
	})
	getenv := s.Getenv
	show := display
	s.Getenv = func(k string) string {
		if k == "DISPLAY" {
			return show
		}
		return getenv(k)
	}
	run := func(name string, args ...string) *exec.Cmd {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "MOZ_LEGACY_HOME=1", "DISPLAY="+display, "DBUS_SESSION_BUS_ADDRESS=disabled:")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); cmd.Wait() })
		return cmd
	}
	run("Xvfb", display, "-screen", "0", "1024x768x24", "-nolisten", "tcp")
	for range 100 {
		if _, err := os.Stat("/tmp/.X11-unix/X79"); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	run("openbox")

	// wait waits until a browser has its profile open and its windows shown.
	wait := func(family string) Profile {
		t.Helper()
		for range 300 {
			for _, p := range s.Profiles(t.Context()) {
				if p.Family.ID == family && s.State(p).State == Running {
					time.Sleep(3 * time.Second)
					return p
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Fatal(family, "did not start")
		return Profile{}
	}
	ended := func(cmd *exec.Cmd) error {
		result := make(chan error, 1)
		go func() { result <- cmd.Wait() }()
		select {
		case err := <-result:
			return err
		case <-time.After(10 * time.Second):
			return errors.New("it still runs")
		}
	}

	chromium := run("chromium", "--no-sandbox", "--disable-gpu", "--password-store=basic", "--no-first-run", "--user-data-dir="+home+"/.config/chromium", "about:blank")
	p := wait("chromium")
	if err := s.Close(context.Background(), p); err != nil || ended(chromium) != nil {
		t.Errorf("Chromium: %v, %v", err, chromium.ProcessState)
	}
	if b, err := os.ReadFile(filepath.Join(p.Dir, "Preferences")); err != nil || !strings.Contains(string(b), `"exit_type":"Normal"`) {
		t.Errorf("Chromium did not end in order: %v", err)
	}
	if err := s.Close(context.Background(), p); err != nil {
		t.Errorf("a browser that is closed: %v", err)
	}

	firefox := run("firefox-esr", "--no-remote", "-P", "a", "about:blank")
	p = wait("firefox")
	show = "" // as on Wayland
	if err := s.Close(context.Background(), p); !errors.Is(err, ErrByHand) {
		t.Errorf("Firefox without a display: %v", err)
	}
	show = display
	err := s.Close(context.Background(), p)
	for limit := time.Now().Add(20 * time.Second); errors.Is(err, ErrByHand) && time.Now().Before(limit); err = s.Close(context.Background(), p) {
		time.Sleep(100 * time.Millisecond) // its locks are there before its window
	}
	if err != nil || ended(firefox) != nil {
		t.Errorf("Firefox: %v, %v", err, firefox.ProcessState)
	}
	if info, err := os.Stat(filepath.Join(p.Dir, "cookies.sqlite-wal")); err == nil && info.Size() > 0 {
		t.Errorf("Firefox did not end in order: its log has %d bytes", info.Size())
	}
}
