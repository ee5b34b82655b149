//go:build lab && linux

package remedies

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/waymend/waymend/platform/change"
)

// TestChrony tells a real chronyd to correct the clock. It was started so that it never touches the
// machine's clock (-x), so it fails at that and at nothing before: it is found, reached and obeys.
func TestChrony(t *testing.T) {
	if !inside(t, "chronyd", "chronyc") {
		return
	}
	must(t, os.MkdirAll("/run/chrony", 0o750)) // chronyd wants it closed
	write(t, "/run/chrony.conf", "user root\npidfile /run/chronyd.pid\nbindcmdaddress /run/chrony/chronyd.sock\nlocal stratum 10\n")
	serve(t, "chronyd", "-x", "-n", "-f", "/run/chrony.conf")
	wait(t, "chronyd", func() bool { return exec.Command("chronyc", "-n", "tracking").Run() == nil })
	steps, err := change.Here().Clock(t.Context())
	must(t, err)
	if len(steps) != 1 || steps[0].Verb != change.ClockChrony {
		t.Fatalf("%v", steps)
	}
	if _, err := change.Do(t.Context(), steps[0], false); err == nil || !strings.Contains(err.Error(), "500 Failure") {
		t.Errorf("%v", err)
	}
	asNobody(t, steps[0])
}
