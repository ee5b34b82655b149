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

// worldsAtOnce is how many scenarios run together when -parallel does not say: most of a
// scenario is waiting, so two cores carry three.
const worldsAtOnce = "3"

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
	if bad := stillWrong(t, waymend, s.FalseAlarms); len(bad) > 0 {
		t.Errorf("false alarms: %s", strings.Join(bad, " "))
	}
	if bad := stillWrong(t, waymend, s.SureWrong); len(bad) > 0 {
		t.Errorf("wrong and sure of it: %s", strings.Join(bad, " "))
	}
	if len(s.Problems) > 0 {
		t.Errorf("no answer, or a wrong exit code: %s", strings.Join(s.Problems, " "))
	}
}

// fewAgain is how many scenarios may be run a second time; more is no accident.
const fewAgain = 3

// stillWrong runs scenarios twice more, one at a time, and returns those that are wrong again. What three
// worlds on two cores do to each other's timing is not Waymend's fault; the table keeps the first
// answer, and both are told.
func stillWrong(t *testing.T, waymend string, names []string) (bad []string) {
	if len(names) > fewAgain {
		return names
	}
	for _, name := range names {
		s, err := Find(name)
		if err != nil {
			return names
		}
		right := true
		for range 2 {
			r, err := Run(s, waymend)
			right = right && err == nil && r.FaultOK && r.BlameOK
		}
		if !right {
			bad = append(bad, name)
			continue
		}
		t.Logf("%s was wrong beside other worlds and is right alone, twice", name)
	}
	return bad
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
