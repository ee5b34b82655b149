package login

import (
	"os"
	"path/filepath"
	"testing"
)

var entry = Entry{Program: "/opt/way mend/waymend", Arguments: []string{"agent"}, Description: "x"}

// place makes an account without a manager of its own, with a desktop.
func place(t *testing.T) (config string) {
	t.Helper()
	config = filepath.Join(t.TempDir(), "config")
	t.Setenv("XDG_CONFIG_HOME", config)
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("DISPLAY", ":0")
	return config
}

func state(t *testing.T, e Entry) State {
	t.Helper()
	s, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEntry goes from no entry to one and back, twice each.
func TestEntry(t *testing.T) {
	config := place(t)
	if s := state(t, entry); s != (State{}) {
		t.Errorf("at first: %+v", s)
	}
	file := filepath.Join(config, "autostart", "io.github.waymend.waymend.agent.desktop")
	for range 2 {
		if err := entry.Enable(); err != nil {
			t.Fatal(err)
		}
		if s := state(t, entry); s != (State{On: true, How: DesktopEntry, File: file, Program: entry.Program, Current: true}) {
			t.Errorf("on: %+v", s)
		}
	}
	moved := entry
	moved.Program = "/usr/bin/waymend"
	if s := state(t, moved); s.Current || s.Program != entry.Program {
		t.Errorf("a program that was moved: %+v", s)
	}
	for range 2 {
		if err := entry.Disable(); err != nil {
			t.Fatal(err)
		}
		if s := state(t, entry); s != (State{}) {
			t.Errorf("off: %+v", s)
		}
	}
	if list, err := os.ReadDir(filepath.Dir(file)); err != nil || len(list) > 0 {
		t.Errorf("left: %v, %v", list, err)
	}
}

// TestOneEntry replaces a unit, also where its manager does not run.
func TestOneEntry(t *testing.T) {
	config := place(t)
	wants := filepath.Join(config, "systemd", "user", "default.target.wants")
	if err := os.MkdirAll(wants, 0o755); err != nil {
		t.Fatal(err)
	}
	unit := unitFile(config)
	if err := os.WriteFile(unit, []byte("ExecStart=\"/bin/old\" \"agent\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s := state(t, entry); s.On || s.How != SystemdUnit || s.Program != "/bin/old" || s.Current {
		t.Errorf("a unit that is not enabled: %+v", s)
	}
	if err := os.Symlink(unit, filepath.Join(wants, filepath.Base(unit))); err != nil {
		t.Fatal(err)
	}
	if s := state(t, entry); !s.On || s.How != SystemdUnit {
		t.Errorf("a unit: %+v", s)
	}
	if err := entry.Enable(); err != nil {
		t.Fatal(err)
	}
	if s := state(t, entry); !s.On || s.How != DesktopEntry {
		t.Errorf("%+v", s)
	}
	if _, err := os.Lstat(filepath.Join(config, "systemd")); !os.IsNotExist(err) {
		t.Errorf("the unit's folders are left: %v", err)
	}
}

func TestSwitchedOff(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                  false,
		"Hidden=true":                       true,
		"Hidden = true\r\n":                 true,
		"Hidden=false\n":                    false,
		"#Hidden=true\n":                    false,
		"X-GNOME-Autostart-enabled=false\n": true,
		"X-GNOME-Autostart-enabled=true\n":  false,
		"Name=x\nHidden=true\nExec=y\n":     true,
	} {
		if got := switchedOff(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
