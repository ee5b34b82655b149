//go:build lab && linux

package window

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waymend/waymend/lab"
)

// TestMain builds the desktop program once; WINDOW_BINARY names one that was built already.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if Binary = os.Getenv("WINDOW_BINARY"); Binary != "" || os.Geteuid() != 0 || Missing() != nil {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "waymend-window-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = os.Chmod(dir, 0o755) // the person runs under another account
	}
	if err == nil {
		Binary = filepath.Join(dir, "waymend-desktop")
		var out []byte
		out, err = exec.Command("go", "build", "-tags", "migrated_fynedo", "-trimpath", "-o", Binary, "github.com/waymend/waymend").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the desktop program:", err)
		return 1
	}
	return m.Run()
}

// TestAnswers compares the window's answer with the terminal's in the same world.
func TestAnswers(t *testing.T) {
	skip(t)
	for _, scenario := range []string{"ok.now", "site.bad-gateway-nginx", "dns.server-closed", "provider.no-uplink-general", "tls.expired"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			s, err := lab.Find(scenario)
			if err != nil {
				t.Fatal(err)
			}
			d := New(t, scenario, Screen{})
			a := d.Open()
			a.Answer(s.Address)
			args := []string{"check", "--json"}
			if s.Address != "" {
				args = append(args, s.Address)
			}
			out, err := d.Run(Binary, args...)
			var said struct {
				Verdict  struct{ Fault, Blame, Title string }
				Stations []struct{ ID, State string }
			}
			if json.Unmarshal([]byte(out), &said) != nil {
				t.Fatalf("no answer of the terminal: %v: %s", err, out)
			}
			stations := map[string]string{}
			for _, st := range said.Stations {
				stations[st.ID] = st.State
			}
			got := a.State
			if got.Fault != said.Verdict.Fault || got.Blame != said.Verdict.Blame || got.Title != said.Verdict.Title || !maps.Equal(got.Stations, stations) {
				t.Errorf("the window says %s, %s, %q, %v\nthe terminal says %s", got.Fault, got.Blame, got.Title, got.Stations, out)
			}
			if !strings.Contains(strings.Join(s.Faults, " "), got.Fault) {
				t.Errorf("%s, want one of %v", got.Fault, s.Faults)
			}
			t.Log(got.Fault, a.Gaps, d.Shot("answer"))
		})
	}
}

// skip leaves a test out where it cannot be run, and says why.
func skip(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("the lab makes network namespaces: run it as root")
	}
	if missing := Missing(); missing != nil {
		t.Skip("not installed: " + strings.Join(missing, " ") + "; run tools/install.sh window")
	}
}
