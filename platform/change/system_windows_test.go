package change

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// inWine skips what would change a real computer's settings: Wine's prefix is made to be thrown away.
func inWine(t *testing.T) {
	t.Helper()
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil {
		t.Skip("changes settings of the computer: only in Wine")
	}
}

func TestFlushWindows(t *testing.T) {
	steps, err := flushSteps(t.Context())
	if err != nil || len(steps) != 1 {
		t.Fatalf("%v, %v", steps, err)
	}
	if _, err := Do(t.Context(), steps[0], false); err != nil {
		t.Error(err)
	}
}

func TestHostsWindows(t *testing.T) {
	inWine(t)
	path, err := hostsPath()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	const text = "127.0.0.1 localhost\r\n192.0.2.7 a.test b.test\r\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	steps, err := Here().Hosts(t.Context(), "a.test")
	if err != nil {
		t.Fatal(err)
	}
	done, err := Do(t.Context(), steps[0], false)
	if err != nil || !done.Proved {
		t.Fatalf("%+v, %v", done, err)
	}
	if b, _ := os.ReadFile(path); !strings.Contains(string(b), "\r\n192.0.2.7 b.test # waymend") {
		t.Errorf("%q", b)
	}
	if b, _ := os.ReadFile(path + hostsBackup); string(b) != text {
		t.Errorf("backup %q", b)
	}
	if _, err := Do(t.Context(), *done.Undo, false); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(path); string(b) != text {
		t.Errorf("restored %q", b)
	}
	if _, err := Do(t.Context(), *done.Undo, false); !errors.Is(err, ErrChanged) {
		t.Errorf("a second time: %v", err)
	}
}

func TestProxyWindows(t *testing.T) {
	inWine(t)
	key, _, err := registry.CreateKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\Internet Settings`, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	if err := key.SetStringValue("ProxyServer", "proxy.test:8080"); err != nil {
		t.Fatal(err)
	}
	if _, err := Do(t.Context(), Step{Verb: ProxyWindows, Args: map[string]string{"flags": "3"}}, false); err != nil {
		t.Fatal(err)
	}
	steps, err := proxySteps(t.Context())
	if err != nil || steps[0].Info["before"] != "server" {
		t.Fatalf("%v, %v", steps, err)
	}
	done, err := Do(t.Context(), steps[0], false)
	if err != nil || !done.Proved || done.Before != "server" || done.After != "direct" {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := proxySteps(t.Context()); !errors.Is(err, ErrNothing) {
		t.Errorf("off, and planned again: %v", err)
	}
	if _, err := Do(t.Context(), *done.Undo, false); err != nil {
		t.Error(err)
	}
	if now, err := flags(); now&^flagDirect != 2 || err != nil {
		t.Errorf("flags %d, %v", now, err)
	}
	if server, _, _ := key.GetStringValue("ProxyServer"); server != "proxy.test:8080" {
		t.Errorf("the server is %q now", server)
	}
}

// TestAdapters renews what is not there: a typed answer, and no crash in the system's structures.
func TestAdapters(t *testing.T) {
	if _, err := Do(t.Context(), Step{Verb: RenewWindows, Args: map[string]string{"index": "999999"}}, false); !errors.Is(err, ErrNotHere) {
		t.Errorf("%v", err)
	}
	if _, err := Do(t.Context(), Step{Verb: RestartWindows, Args: map[string]string{"index": "999999"}}, false); !errors.Is(err, ErrNotHere) {
		t.Errorf("%v", err)
	}
}
