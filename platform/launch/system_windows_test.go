package launch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// TestRegistry reads what Windows itself keeps there, and what it does not.
func TestRegistry(t *testing.T) {
	const current = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	if registryValue(current, "SystemRoot") == "" || registryValue(current, "no such value") != "" || registryValue(`HKLM\no\such\key`, "") != "" {
		t.Error("the registry is read wrongly")
	}
	if keys := registrySubkeys(`HKLM\SOFTWARE\Microsoft`); !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, "Windows NT") }) {
		t.Errorf("%q", keys)
	}
}

// TestStart starts this very program by its path, as a registered browser.
func TestStart(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const ours = `Software\Clients\StartMenuInternet\WaymendTest`
	key, _, err := registry.CreateKey(registry.CURRENT_USER, ours+`\shell\open\command`, registry.WRITE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	t.Cleanup(func() {
		for _, k := range []string{`\shell\open\command`, `\shell\open`, `\shell`, ""} {
			if err := registry.DeleteKey(registry.CURRENT_USER, ours+k); err != nil {
				t.Error(err)
			}
		}
	})
	if err := key.SetStringValue("", `"`+self+`"`); err != nil {
		t.Fatal(err)
	}
	top, err := registry.OpenKey(registry.CURRENT_USER, ours, registry.WRITE)
	if err != nil {
		t.Fatal(err)
	}
	defer top.Close()
	if err := top.SetStringValue("", "Waymend Test"); err != nil {
		t.Fatal(err)
	}
	list := Browsers()
	i := slices.IndexFunc(list, func(b Browser) bool { return b.Name == "Waymend Test" })
	if i < 0 {
		t.Fatalf("%s is not among %+v", filepath.Base(self), list)
	}
	t.Setenv("WAYMEND_TEST_CHILD", "fail")
	if err := list[i].Open("https://example.com/", false); err == nil {
		t.Error("a program that fails at once is not reported")
	}
	t.Setenv("WAYMEND_TEST_CHILD", "pass")
	if err := list[i].Open("https://example.com/", false); err != nil {
		t.Error(err)
	}
}

// TestMain lets this program be the browser that TestStart starts.
func TestMain(m *testing.M) {
	switch os.Getenv("WAYMEND_TEST_CHILD") {
	case "fail":
		os.Exit(3)
	case "pass":
		if !slices.Equal(os.Args[1:], []string{"https://example.com/"}) {
			os.Exit(4)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestAnimations asks Windows and only wants an answer: which one is the person's choice.
func TestAnimations(t *testing.T) {
	if err := systemParametersInfo.Find(); err != nil {
		t.Skipf("needs user32: %v", err)
	}
	first := ReducedMotion()
	if second := ReducedMotion(); first != second {
		t.Error("two answers to one question")
	}
}
