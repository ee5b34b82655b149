package change

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// account gives the test settings of its own.
func account(t *testing.T) (config string) {
	t.Helper()
	config = t.TempDir()
	t.Setenv("HOME", config)
	t.Setenv("XDG_CONFIG_HOME", config)
	t.Setenv("GSETTINGS_BACKEND", "keyfile")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(config, "nobody"))
	return config
}

func put600(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestKDE(t *testing.T) {
	file := filepath.Join(account(t), "kioslaverc")
	const text = "[Proxy Settings]\nProxyType=1\nhttpProxy=http://proxy.example 3128\n"
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	put600(t, file, text)
	offAndOn(t, ProxyKDE, "1", file, text)
}

// TestGNOME asks the real gsettings, with its settings in a file of the test's.
func TestGNOME(t *testing.T) {
	if _, err := exec.LookPath("gsettings"); err != nil {
		t.Skip("needs gsettings")
	}
	if b, err := exec.CommandContext(t.Context(), "gsettings", "list-keys", gnomeProxy).CombinedOutput(); err != nil {
		t.Skipf("needs the schemas of GNOME: %s", b)
	}
	file := filepath.Join(account(t), "glib-2.0", "settings", "keyfile")
	const text = "[system/proxy]\nmode='manual'\n\n[system/proxy/http]\nhost='proxy.example'\nport=3128\n"
	put600(t, file, text)
	offAndOn(t, ProxyGNOME, "manual", file, text)
}

// offAndOn turns a proxy off and, by the undo, on again.
func offAndOn(t *testing.T, verb Verb, before, file, text string) {
	t.Helper()
	steps, err := proxySteps(t.Context())
	if err != nil || len(steps) != 1 || steps[0].Verb != verb || steps[0].Info["before"] != before {
		t.Fatalf("%+v, %v", steps, err)
	}
	if now, _ := os.ReadFile(file); string(now) != text {
		t.Fatalf("planning changed it: %q", now)
	}
	done, err := Do(t.Context(), steps[0], false)
	if err != nil || !done.Proved || done.Undo == nil {
		t.Fatalf("%+v, %v", done, err)
	}
	if steps, err := proxySteps(t.Context()); !errors.Is(err, ErrNothing) {
		t.Errorf("off, and planned again: %v, %v", steps, err)
	}
	if _, err := Do(t.Context(), *done.Undo, false); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadFile(file); string(now) != text {
		t.Errorf("undone: %q, want %q", now, text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
