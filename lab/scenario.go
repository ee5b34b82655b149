//go:build lab && linux

package lab

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind says what a scenario tests.
type Kind string

const (
	Fault       Kind = "fault"       // one thing is broken
	Healthy     Kind = "healthy"     // nothing is
	Trap        Kind = "trap"        // nothing is, but it looks as if
	Combination Kind = "combination" // two things are
)

// Scenario is one state of the world and the right answer to it.
type Scenario struct {
	Name, Title string
	Kind        Kind
	Address     string   // what is checked; "" for the general check
	Args        []string // further arguments of waymend check
	Root        bool     // the person at the client is the administrator

	// Faults are the right answers. More than one stands here only where the catalogue
	// itself says that they cannot be told apart from one place.
	Faults []string
	Also   []string // faults to be named besides
	At     []string // stations in state fault, where the blame does not say it; "a|b" is either

	Setup func(*World) // declares what the world has, before it is built
	Break func(*World) // breaks the standing world

	Oracle []Proof // shows with ordinary tools that the fault is there, or that all is well
	After  bool    // the oracle runs after the check, because it uses up what the check must see
}

// Proof is a shell command at the client, run as root, and what its output must and must not match.
type Proof struct{ Run, Want, Not string }

// attempts is how often a proof may be tried: on a busy machine a tool can run into its own time limit.
const attempts = 3

// prove runs the proofs and returns what they miss.
func (s *Scenario) prove(w *World) error {
	for _, p := range s.Oracle {
		out, ok := "", false
		for i := 0; i < attempts && !ok; i++ {
			out = w.Shell(p.Run)
			ok = p.holds(out)
		}
		if !ok {
			return fmt.Errorf("oracle: %s\nwant %q, not %q, got:\n%s", p.Run, p.Want, p.Not, out)
		}
	}
	return nil
}

func (p Proof) holds(out string) bool {
	return regexp.MustCompile("(?s)"+p.Want).MatchString(out) && (p.Not == "" || !regexp.MustCompile("(?s)"+p.Not).MatchString(out))
}

// stations are where the way is broken, by fault and blame.
func (s *Scenario) stations(fault string) []string {
	if s.At != nil {
		return s.At
	}
	switch b := blames[fault]; b {
	case "network":
		return []string{"router"}
	case "browser", "computer", "provider", "dns", "cdn", "website":
		return []string{b}
	}
	return []string{}
}

// fill puts in what most scenarios have in common.
func (s *Scenario) fill() {
	if len(s.Faults) == 0 && (s.Kind == Healthy || s.Kind == Trap) {
		s.Faults = []string{"ok"}
	}
	for _, f := range slices.Concat(s.Faults, s.Also) {
		if _, ok := blames[f]; !ok {
			panic("lab: scenario " + s.Name + " expects a fault that the catalogue does not have: " + f)
		}
	}
}

// All returns every scenario, in the order of the way.
func All() []*Scenario {
	all := slices.Concat(linkScenarios, portalScenarios, dnsScenarios, domainScenarios, pathScenarios, filterScenarios, tlsScenarios,
		httpScenarios, cdnScenarios, rawScenarios, proxyScenarios, healthyScenarios, trapScenarios, comboScenarios)
	seen := map[string]bool{}
	for _, s := range all {
		s.fill()
		if seen[s.Name] {
			panic("lab: two scenarios are called " + s.Name)
		}
		seen[s.Name] = true
	}
	return all
}

// Find returns the scenario of that name.
func Find(name string) (*Scenario, error) {
	for _, s := range All() {
		if s.Name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no scenario %q", name)
}

// List is a table of all scenarios for people.
func List() string {
	var b strings.Builder
	for _, s := range All() {
		fmt.Fprintf(&b, "%-34s %-11s %-28s %s\n", s.Name, s.Kind, strings.Join(s.Faults, "|"), s.Title)
	}
	return b.String()
}
