//go:build lab && linux

package lab

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Sure is the confidence from which on an answer must not be wrong.
const Sure = 0.8

// Summary is the lab's judgement over many results.
type Summary struct {
	Count       int
	Blame       float64 // share with the right blame
	Fault       float64 // share with the right fault
	Stations    float64 // share with exactly the right stations
	FalseAlarms []string
	SureWrong   []string // wrong with confidence of Sure or more
	Missing     []string // combinations whose second fault was not named
	Problems    []string // no answer, or an exit code that contradicts it
	MedianMS    float64
}

// Summarise counts.
func Summarise(rs []Result) (s Summary) {
	var blame, fault, stations int
	var times []float64
	for _, r := range rs {
		s.Count++
		blame += count(r.BlameOK)
		fault += count(r.FaultOK)
		stations += count(r.StationsOK)
		times = append(times, r.ElapsedMS)
		if (r.Kind == Healthy || r.Kind == Trap) && !r.BlameOK {
			s.FalseAlarms = append(s.FalseAlarms, r.Scenario)
		}
		if (!r.FaultOK || !r.BlameOK) && r.Confidence >= Sure {
			s.SureWrong = append(s.SureWrong, r.Scenario)
		}
		if r.Problem != "" {
			s.Problems = append(s.Problems, r.Scenario)
		}
		if !r.AlsoOK {
			s.Missing = append(s.Missing, r.Scenario)
		}
	}
	if s.Count == 0 {
		return s
	}
	n := float64(s.Count)
	s.Blame, s.Fault, s.Stations = float64(blame)/n, float64(fault)/n, float64(stations)/n
	slices.Sort(times)
	s.MedianMS = times[len(times)/2]
	return s
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Table prints results and their summary for people.
func Table(out io.Writer, rs []Result) {
	fmt.Fprintf(out, "%-34s %-28s %-28s %-5s %-5s %-5s %7s %5s\n", "scenario", "expected", "got", "blame", "fault", "at", "ms", "sure")
	for _, r := range rs {
		got := r.Fault
		if r.Problem != "" {
			got = strings.TrimSpace(got + " (" + r.Problem + ")")
		}
		fmt.Fprintf(out, "%-34s %-28s %-28s %-5s %-5s %-5s %7.0f %5.2f\n", r.Scenario, strings.Join(r.Expected, "|"), got,
			tick(r.BlameOK), tick(r.FaultOK), tick(r.StationsOK), r.ElapsedMS, r.Confidence)
	}
	s := Summarise(rs)
	fmt.Fprintf(out, "\n%d scenarios: right blame %.1f %%, right fault %.1f %%, right stations %.1f %%, median %.0f ms\n", s.Count, 100*s.Blame, 100*s.Fault, 100*s.Stations, s.MedianMS)
	for _, l := range []struct {
		what  string
		names []string
	}{{"false alarms", s.FalseAlarms}, {fmt.Sprintf("wrong with confidence >= %.1f", Sure), s.SureWrong}, {"second fault not named", s.Missing}, {"no answer, or a wrong exit code", s.Problems}} {
		fmt.Fprintf(out, "%s: %d %s\n", l.what, len(l.names), strings.Join(l.names, " "))
	}
}

func tick(ok bool) string {
	if ok {
		return "ok"
	}
	return "WRONG"
}

// Lines writes results as JSON, one a line.
func Lines(out io.Writer, rs []Result) error {
	e := json.NewEncoder(out)
	for _, r := range rs {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
