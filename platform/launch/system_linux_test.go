package launch

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// bus starts a message bus of the test's own, which is the system's and the session's to it. No
// test here can reach the real ones.
func bus(t *testing.T) *dbus.Conn {
	t.Helper()
	dir := t.TempDir()
	nobody := "unix:path=" + filepath.Join(dir, "nobody")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", nobody)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", nobody)
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("needs dbus-daemon")
	}
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address",
		"--address", "unix:path="+filepath.Join(dir, "bus"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("dbus-daemon does not start: %v", err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Skipf("dbus-daemon does not start: %v", err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(line))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(line))
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func serve(t *testing.T, conn *dbus.Conn, object any, name, path, iface string) {
	t.Helper()
	if err := conn.Export(object, dbus.ObjectPath(path), iface); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

// login stands in for systemd-logind.
type login struct {
	asked chan bool
	err   *dbus.Error
}

func (l login) Reboot(m dbus.Message, interactive bool) *dbus.Error {
	l.asked <- interactive && m.Flags&dbus.FlagAllowInteractiveAuthorization != 0
	return l.err
}

func TestRestartComputer(t *testing.T) {
	conn := bus(t)
	if err := RestartComputer(t.Context()); err == nil {
		t.Error("restarted without anybody who could")
	}
	l := login{asked: make(chan bool, 1)}
	serve(t, conn, l, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
	if err := RestartComputer(t.Context()); err != nil || !<-l.asked {
		t.Errorf("%v, or the person could not be asked for a password", err)
	}
	l.err = dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", nil)
	serve(t, conn, l, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
	if err := RestartComputer(t.Context()); err == nil {
		t.Error("no error although it was refused")
	}
	<-l.asked
	ended, end := context.WithCancel(t.Context())
	end()
	if err := RestartComputer(ended); err == nil {
		t.Error("restarted after the end")
	}
}

// portal stands in for a desktop portal.
type portal map[string]any

func (p portal) Read(namespace, key string) (dbus.Variant, *dbus.Error) {
	if v, ok := p[namespace+" "+key]; ok {
		return dbus.MakeVariant(dbus.MakeVariant(v)), nil
	}
	if v, ok := p["wait"]; ok {
		time.Sleep(v.(time.Duration))
	}
	return dbus.Variant{}, dbus.NewError("org.freedesktop.portal.Error.NotFound", nil)
}

// TestNoSession holds that asking starts no bus where there is none.
func TestNoSession(t *testing.T) {
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes")
	script(t, dir, "dbus-launch", notes, 1)
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
	ReducedMotion()
	if _, err := os.Stat(notes); err == nil {
		t.Error("a message bus was started")
	}
}

func TestReducedMotion(t *testing.T) {
	conn := bus(t)
	if ReducedMotion() {
		t.Error("reduced without a portal")
	}
	for _, c := range []struct {
		says portal
		want bool
	}{
		{portal{}, false},
		{portal{"org.freedesktop.appearance reduced-motion": uint32(1)}, true},
		{portal{"org.freedesktop.appearance reduced-motion": uint32(0)}, false},
		{portal{"org.freedesktop.appearance reduced-motion": "1"}, false},
		{portal{"org.freedesktop.appearance reduced-motion": uint32(0), "org.gnome.desktop.interface enable-animations": false}, true},
		{portal{"org.gnome.desktop.interface enable-animations": true}, false},
		{portal{"org.kde.kdeglobals.KDE AnimationDurationFactor": "0"}, true},
		{portal{"org.kde.kdeglobals.KDE AnimationDurationFactor": "0.5"}, false},
		{portal{"wait": 10 * time.Second, "org.kde.kdeglobals.KDE AnimationDurationFactor": "0"}, false},
	} {
		serve(t, conn, c.says, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings")
		if got := ReducedMotion(); got != c.want {
			t.Errorf("%v: %v", c.says, got)
		}
	}
}
