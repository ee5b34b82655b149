//go:build lab && linux

package lab

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// worldsAtOnce is how many scenarios run together when -parallel does not say: as many as the
// smallest machine has cores, so that they do not blur each other's timing.
const worldsAtOnce = "2"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		flag.Set("test.parallel", worldsAtOnce)
	}
	os.Exit(m.Run())
}

// TestScenarios runs every scenario and holds Waymend to the bar.
// LAB_ORACLE_ONLY=1 proves the scenarios without Waymend; LAB_WAYMEND names a binary to use instead of
// building one; LAB_RESULTS names a file for JSON lines; LAB_KEEP names a folder for every check's JSON.
func TestScenarios(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("the lab makes network namespaces: run it as root")
	}
	waymend := ""
	if os.Getenv("LAB_ORACLE_ONLY") == "" {
		waymend = binary(t)
	}
	var mu sync.Mutex
	results := map[string]Result{}
	t.Cleanup(func() { judge(t, waymend, results) })
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			r, err := Run(s, waymend)
			if err != nil { // servers and tools of the lab, too, are late on a busy machine
				t.Logf("the lab failed and tries again: %v", err)
				r, err = Run(s, waymend)
			}
			if err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			results[s.Name] = r
			mu.Unlock()
			t.Logf("lab %.0f ms, check %.0f ms, %+v", r.LabMS, r.ElapsedMS, r)
		})
	}
}

func binary(t *testing.T) string {
	if b := os.Getenv("LAB_WAYMEND"); b != "" {
		b, err := filepath.Abs(b)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b, done, err := Build()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	return b
}

// judge prints the table and fails the test when Waymend is below the bar.
func judge(t *testing.T, waymend string, results map[string]Result) {
	if waymend == "" {
		return
	}
	var rs []Result
	for _, s := range All() {
		if r, ok := results[s.Name]; ok {
			rs = append(rs, r)
		}
	}
	var b bytes.Buffer
	Table(&b, rs)
	t.Log("\n" + b.String())
	if name := os.Getenv("LAB_RESULTS"); name != "" {
		var lines bytes.Buffer
		if err := Lines(&lines, rs); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(name, lines.Bytes(), 0o644); err != nil {
			t.Error(err)
		}
	}
	s := Summarise(rs)
	if s.Count == 0 {
		return
	}
	if s.Blame < .97 {
		t.Errorf("right blame in %.1f %% of scenarios, bar is 97 %%", 100*s.Blame)
	}
	if s.Fault < .93 {
		t.Errorf("right fault in %.1f %% of scenarios, bar is 93 %%", 100*s.Fault)
	}
	if len(s.FalseAlarms) > 0 {
		t.Errorf("false alarms: %s", strings.Join(s.FalseAlarms, " "))
	}
	if len(s.SureWrong) > 0 {
		t.Errorf("wrong and sure of it: %s", strings.Join(s.SureWrong, " "))
	}
	if len(s.Problems) > 0 {
		t.Errorf("no answer, or a wrong exit code: %s", strings.Join(s.Problems, " "))
	}
}

// TestCatalogue holds the set of scenarios to what the lab is for.
func TestCatalogue(t *testing.T) {
	kinds := map[Kind]int{}
	for _, s := range All() {
		kinds[s.Kind]++
		if len(s.Faults) == 0 || len(s.Oracle) == 0 || s.Title == "" {
			t.Errorf("%s: needs a title, a fault and an oracle", s.Name)
		}
	}
	if kinds[Healthy]+kinds[Trap] < 14 || kinds[Combination] < 9 || kinds[Fault] < 60 {
		t.Errorf("too few scenarios: %v", kinds)
	}
}
