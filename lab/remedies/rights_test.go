//go:build lab && linux

package remedies

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/waymend/waymend/platform/change"
)

const stepVariable = "WAYMEND_LAB_STEP"

// TestMain does one step when it is started for that: the part of a test that another account plays.
func TestMain(m *testing.M) {
	if text := os.Getenv(stepVariable); text != "" {
		s, err := change.ParseStep(text)
		if err == nil {
			_, err = change.Do(context.Background(), s, false)
		}
		switch {
		case err == nil:
			os.Stdout.WriteString("done")
		case errors.Is(err, change.ErrRights):
			os.Stdout.WriteString("rights")
		default:
			os.Stdout.WriteString(err.Error())
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// asNobody does a step as an account without rights, and wants it to be refused for that.
func asNobody(t *testing.T, s change.Step) {
	t.Helper()
	if got := asAccount(t, 65534, s); got != "rights" {
		t.Errorf("%s as nobody: %s", s.Verb, got)
	}
}

func asAccount(t *testing.T, id uint32, s change.Step) string {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	must(t, err)
	copied := "/run/step.test" // the one that runs may lie where others may not look
	must(t, os.WriteFile(copied, self, 0o755))
	c := exec.CommandContext(t.Context(), copied)
	c.Env = []string{stepVariable + "=" + s.String()}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id}}
	out, err := c.CombinedOutput()
	must(t, err)
	return strings.TrimSpace(string(out))
}
