//go:build lab && linux

package remedies

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/platform/change"
)

// chrony is where system.sh unpacks it. It is not installed: it would take the place of the machine's
// own time service.
const chrony = "../../dist/system/opt/chrony/usr"

// TestChrony tells a real chronyd, which has heard from a real server, to correct the clock. Both are
// started so that they never touch the machine's clock (-x), so it fails at that and at nothing before:
// it is found, reached, knows the time, and obeys. That a clock is really corrected cannot be shown
// without one: Linux has no namespace for the time of day.
func TestChrony(t *testing.T) {
	unpacked, err := filepath.Abs(chrony)
	must(t, err)
	if _, err := os.Stat(unpacked + "/sbin/chronyd"); err != nil {
		t.Skip("needs chrony in the system that lab/remedies/system.sh makes")
	}
	if !inside(t) {
		return
	}
	must(t, unix.Mount("overlay", "/usr", "overlay", unix.MS_RDONLY, "lowerdir="+unpacked+":/usr"))
	must(t, os.MkdirAll("/run/chrony", 0o750)) // chronyd wants it closed
	write(t, "/run/server.conf", "user root\npidfile /run/server.pid\nbindcmdaddress /run/chrony/server.sock\ncmdport 0\nbindaddress 127.0.0.5\nallow\nlocal stratum 1\n")
	write(t, "/run/client.conf", "user root\npidfile /run/client.pid\nbindcmdaddress /run/chrony/chronyd.sock\nport 0\nserver 127.0.0.5 iburst minpoll -4 maxpoll -4\n")
	serve(t, "/usr/sbin/chronyd", "-x", "-n", "-f", "/run/server.conf")
	serve(t, "/usr/sbin/chronyd", "-x", "-n", "-f", "/run/client.conf")
	wait(t, "the time from the server", func() bool {
		out, _ := exec.Command("/usr/bin/chronyc", "-n", "sources").Output()
		return strings.Contains(string(out), "^* 127.0.0.5")
	})
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
