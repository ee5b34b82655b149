package settings

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
)

func TestSaveAndLoad(t *testing.T) {
	own := Defaults()
	own.References.Anchors = []diagnostics.Anchor{{Operator: `He said "hi"`, V4: netip.MustParseAddr("192.0.2.1"), DoH: "https://dns.example/dns-query"}}
	own.References.SignIn = nil
	none := Defaults()
	none.References = diagnostics.References{}
	window := Defaults()
	window.Language, window.Theme, window.Size, window.Still, window.Forget, window.Timeout = "pt-BR", Dark, 150, true, true, 20*time.Second
	for name, s := range map[string]Settings{"defaults": Defaults(), "own references": own, "no references": none, "window": window} {
		path := filepath.Join(t.TempDir(), "waymend", "settings.toml")
		if err := s.Save(path); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := Load(path)
		if err != nil || !alike(got, s) {
			text, _ := os.ReadFile(path)
			t.Errorf("%s: %v, read back as %+v from\n%s", name, err, got, text)
		}
	}
}

// alike compares settings in which no list and an empty list are the same.
func alike(a, b Settings) bool {
	for _, s := range []*Settings{&a, &b} {
		if len(s.References.Anchors) == 0 {
			s.References.Anchors = nil
		}
		if len(s.References.SignIn) == 0 {
			s.References.SignIn = nil
		}
	}
	return reflect.DeepEqual(a, b)
}

func TestSaveKeepsWhatAPersonWrote(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.toml")
	const mine = "# my own words\nlanguage = \"de\"\n"
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	s.Theme = Dark
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(path + ".bak"); err != nil || string(kept) != mine {
		t.Errorf("kept %q, %v", kept, err)
	}
	s.Theme = Light
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
	if kept, _ := os.ReadFile(path + ".bak"); string(kept) != mine {
		t.Errorf("the second saving overwrote what was kept: %q", kept)
	}
}

func TestSaveLeavesWhatItDoesNotUnderstand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.toml")
	const broken = "language = \n"
	if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Defaults().Save(path)
	if err == nil || !strings.Contains(err.Error(), "left as it is") {
		t.Errorf("error %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != broken {
		t.Errorf("the file is now %q", text)
	}
}

func TestSaveRefusesWhatLoadWould(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.toml")
	s := Defaults()
	s.Size = MaxSize + 1
	if s.Save(path) == nil {
		t.Error("a size out of range was saved")
	}
	if err := Defaults().Save(""); err == nil {
		t.Error("saved to nowhere")
	}
}
