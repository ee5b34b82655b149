//go:build lab && linux

package lab

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// checkLimit is the longest a check may take before it is killed.
const checkLimit = 30 * time.Second

// answer is what the lab reads of waymend.check/1.
type answer struct {
	Schema    string  `json:"schema"`
	ElapsedMS float64 `json:"elapsed_ms"`
	Verdict   struct {
		Fault, Blame string
		Confidence   float64
		Also         []struct{ Fault, Blame string }
	}
	Stations []struct{ ID, State string }
}

// Result is one scenario's outcome, as it is written to LAB_RESULTS.
type Result struct {
	Scenario   string   `json:"scenario"`
	Kind       Kind     `json:"kind"`
	Expected   []string `json:"expected"`
	Fault      string   `json:"fault"`
	Blame      string   `json:"blame"`
	Also       []string `json:"also,omitempty"`
	Stations   []string `json:"stations"` // those in state fault
	Confidence float64  `json:"confidence"`
	ElapsedMS  float64  `json:"elapsed_ms"` // as the client felt it
	LabMS      float64  `json:"lab_ms"`     // building, proving and removing the world
	FaultOK    bool     `json:"fault_ok"`
	BlameOK    bool     `json:"blame_ok"`
	StationsOK bool     `json:"stations_ok"`
	AlsoOK     bool     `json:"also_ok"`
	Problem    string   `json:"problem,omitempty"` // why there is no answer
}

// Run brings a scenario about, proves it, lets waymend (a path) judge it and compares.
// An error means that the lab failed, not waymend. With no waymend only the oracle runs.
func Run(s *Scenario, waymend string) (r Result, err error) {
	r = Result{Scenario: s.Name, Kind: s.Kind, Expected: s.Faults}
	start := time.Now()
	defer func() { r.LabMS = ms(time.Since(start)) - r.ElapsedMS }()
	w, err := Up(s)
	defer w.Down()
	if err == nil && !s.After {
		err = s.prove(w)
	}
	if err == nil && waymend != "" {
		err = r.ask(s, w, waymend)
	}
	if err == nil && s.After {
		err = s.prove(w)
	}
	return r, err
}

// Check runs waymend check at the client with further arguments.
func (w *World) Check(s *Scenario, waymend string, args ...string) (output, error) {
	args = append(append([]string{"check"}, args...), s.Args...)
	if s.Address != "" {
		args = append(args, s.Address)
	}
	return w.Person(checkLimit, s.Root, waymend, args...)
}

func (r *Result) ask(s *Scenario, w *World, waymend string) error {
	args := []string{"--json"}
	dir := os.Getenv("LAB_KEEP")
	report := ""
	if dir != "" {
		// The person who runs the check may not write to our folder.
		tmp, err := os.MkdirTemp("", "lab-report-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		if err := os.Chmod(tmp, 0o777); err != nil {
			return err
		}
		report = filepath.Join(tmp, "report.json")
		args = append(args, "--report", report)
	}
	o, err := w.Check(s, waymend, args...)
	if err != nil {
		return err
	}
	r.ElapsedMS = ms(o.took)
	if dir != "" {
		if err := keep(dir, s.Name, o, report); err != nil {
			return err
		}
	}
	var a answer
	switch err := json.Unmarshal(o.stdout, &a); {
	case o.late:
		r.Problem = "killed after " + checkLimit.String()
	case err != nil:
		r.Problem = fmt.Sprintf("no JSON (exit code %d): %.300s", o.code, o.stderr)
	case a.Schema != "waymend.check/1":
		r.Problem = fmt.Sprintf("schema %q", a.Schema)
	default:
		r.compare(s, &a, o.code)
	}
	return nil
}

// keep saves what the check printed, and its report, from which the examination can be judged again.
func keep(dir, name string, o output, report string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if len(o.stderr) > 0 {
		if err := os.WriteFile(filepath.Join(dir, name+".err"), o.stderr, 0o644); err != nil {
			return err
		}
	}
	if b, err := os.ReadFile(report); err == nil {
		if err := os.WriteFile(filepath.Join(dir, name+".report.json"), b, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, name+".json"), o.stdout, 0o644)
}

func (r *Result) compare(s *Scenario, a *answer, code int) {
	v := &a.Verdict
	r.Fault, r.Blame, r.Confidence = v.Fault, v.Blame, v.Confidence
	r.FaultOK = slices.Contains(s.Faults, v.Fault)
	right := v.Fault // a right fault carries its own blame; a wrong one may still blame the right party
	if !r.FaultOK {
		right = s.Faults[0]
	}
	r.BlameOK = v.Blame == blames[right]
	r.Stations = []string{}
	for _, st := range a.Stations {
		if st.State == "fault" {
			r.Stations = append(r.Stations, st.ID)
		}
	}
	r.StationsOK = slices.EqualFunc(r.Stations, s.stations(right), func(got, want string) bool {
		return slices.Contains(strings.Split(want, "|"), got)
	})
	for _, x := range v.Also {
		r.Also = append(r.Also, x.Fault)
	}
	r.AlsoOK = true
	for _, f := range s.Also {
		r.AlsoOK = r.AlsoOK && slices.Contains(r.Also, f)
	}
	if want := exitCode(v.Fault, v.Blame); code != want {
		r.Problem = fmt.Sprintf("exit code %d, verdict wants %d", code, want)
	}
}

// exitCode is the contract's: 0 healthy, 1 a fault, 3 cannot tell. Faults that blame nobody other
// than "ok" (a site that wants a client certificate) may count as either.
func exitCode(fault, blame string) int {
	switch {
	case fault == "ok":
		return 0
	case blame == "unknown" || fault == "":
		return 3
	}
	return 1
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
