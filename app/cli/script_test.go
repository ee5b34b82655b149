package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"waymend": func() {
			if os.Getenv(tidyKey) == "" {
				giveBackLater = func() {} // it would wait for a quarter of an hour
			}
			os.Exit(Main(os.Args[1:], nil))
		},
		"pretend-chromium": pretendChromium,
	})
}

// TestScripts runs the program as a person would. What examines runs in a network namespace of its
// own ([alone]), plays a demo, or judges a saved file: no packet leaves this machine.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/scripts",
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "C.UTF-8")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/config")
			e.Setenv("megabyte", strings.Repeat("a", 100<<10)) // the most that Linux takes in one argument is 128 kB
			return nil
		},
		Condition: func(cond string) (bool, error) {
			return cond == "alone" && exec.Command("unshare", "-n", "true").Run() == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit":    exitCode,
			"field":   field,
			"oneline": oneLine,
			"account": makeAccount,
			"tree":    writeTree,
			"jar":     writeJar,
			"lock":    holdLock,
			"past":    recordPast,
		},
	})
}

// exitCode runs a command and holds it to its exit code: exit CODE COMMAND…
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if e, ok := err.(*exec.ExitError); ok {
		got = e.String()[len("exit status "):]
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// field looks into the JSON document on standard output: field verdict.fault site.bad-gateway
func field(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &v); err != nil {
		ts.Fatalf("standard output is not one JSON document: %v", err)
	}
	for _, key := range strings.Split(args[0], ".") {
		m, ok := v.(map[string]any)
		if _, there := m[key]; !ok || !there {
			ts.Fatalf("there is no field %s", args[0])
		}
		v = m[key]
	}
	if got, _ := json.Marshal(v); (string(got) == args[1] || v == any(args[1])) == neg {
		ts.Fatalf("%s is %s", args[0], got)
	}
}

// oneLine holds standard error to one sentence without control characters.
func oneLine(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile("stderr")
	line := strings.TrimSuffix(text, "\n")
	if line == "" || strings.ContainsAny(line, "\n\r\x1b\x00") || len(line) > 500 || !strings.HasPrefix(line, "waymend: ") {
		ts.Fatalf("not one sentence: %q", text)
	}
}
