//go:build lab && linux

package remedies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/platform/elevate"
)

// roleVariable makes the test program play a part in a test: that of this program under another
// account or in a booted system. Its words are what it does.
const roleVariable = "WAYMEND_LAB_ROLE"

// said is what a part says in the end.
type said struct {
	Steps []change.Step `json:",omitempty"`
	Done  []change.Done `json:",omitempty"`
	Err   string        `json:",omitempty"`
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == elevate.Command {
		os.Exit(elevate.Serve(os.Args[2:]))
	}
	if role := strings.Fields(os.Getenv(roleVariable)); len(role) > 0 {
		s, err := play(role)
		if err != nil {
			s.Err = code(err)
		}
		_ = json.NewEncoder(os.Stdout).Encode(s)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// code is the name of an error that callers tell apart.
func code(err error) string {
	for name, known := range map[string]error{
		"rights": change.ErrRights, "refused": change.ErrRefused, "changed": change.ErrChanged, "nothing": change.ErrNothing,
		"not here": change.ErrNotHere, "unavailable": elevate.ErrUnavailable,
	} {
		if errors.Is(err, known) {
			return name
		}
	}
	return err.Error()
}

func play(role []string) (s said, err error) {
	ctx := context.Background()
	here := change.Here()
	switch role[0] {
	case "names": // a name server at an address, until it is killed
		if err := nameServerAt(role[1]); err != nil {
			return s, err
		}
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
	case "time": // a time server at an address, which notes in a file that it was asked, until it is killed
		return s, timeServerAt(role[1], role[2])
	case "step": // one step, without asking anybody
		step, err := change.ParseStep(role[1])
		if err != nil {
			return s, err
		}
		done, err := change.Do(ctx, step, false)
		s.Done = []change.Done{done}
		return s, err
	case "flush":
		s.Steps, err = here.Flush(ctx)
	case "clock":
		s.Steps, err = here.Clock(ctx)
	case "renew", "restart":
		links, lerr := platform.New().Links(ctx)
		if lerr != nil {
			return s, lerr
		}
		for _, l := range links {
			if l.Name == role[1] {
				find := map[string]func(context.Context, platform.Link) ([]change.Step, error){"renew": here.Renew, "restart": here.Restart}[role[0]]
				s.Steps, err = find(ctx, l)
			}
		}
	case "do": // steps with the least rights
		var steps []change.Step
		for _, text := range role[1:] {
			step, err := change.ParseStep(text)
			if err != nil {
				return s, err
			}
			steps = append(steps, step)
		}
		err = elevate.Do(ctx, steps, func(d change.Done) { s.Done = append(s.Done, d) })
	default:
		err = fmt.Errorf("no such part: %q", role)
	}
	return s, err
}

// asNobody does a step as an account without rights, and wants it to be refused for that.
func asNobody(t *testing.T, s change.Step) {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	must(t, err)
	copied := "/run/step.test" // the one that runs may lie where others may not look
	must(t, os.WriteFile(copied, self, 0o755))
	c := exec.CommandContext(t.Context(), copied)
	c.Env = []string{roleVariable + "=step " + s.String()}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := c.CombinedOutput()
	must(t, err)
	var answer said
	must(t, json.Unmarshal(out, &answer))
	if answer.Err != "rights" {
		t.Errorf("%s as nobody: %s", s.Verb, out)
	}
}
