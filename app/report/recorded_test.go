package report

import (
	"archive/zip"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/verdict"
)

// TestRecorded judges examinations again that were made in the laboratory, without a network:
// testdata/recorded.zip holds one report for each scenario and expected.csv with the answers that
// the scenarios accept (tools/record.sh makes it anew).
func TestRecorded(t *testing.T) {
	z, err := zip.OpenReader("testdata/recorded.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	expected, err := z.Open("expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer expected.Close()
	lines, err := csv.NewReader(expected).ReadAll()
	if err != nil || len(lines) < 100 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, line := range lines {
		name, faults, blame := line[0], strings.Split(line[1], "|"), line[2]
		t.Run(name, func(t *testing.T) {
			f, err := z.Open(name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			e, err := Read(f, checks.All())
			if err != nil {
				t.Fatal(err)
			}
			v := verdict.Judge(e.Facts)
			if !slices.Contains(faults, string(v.Fault)) {
				t.Errorf("judged %s (%.2f), want one of %v", v.Fault, v.Confidence, faults)
			}
			if len(faults) == 1 && string(v.Blame) != blame {
				t.Errorf("blames %s, want %s", v.Blame, blame)
			}
			if done, _ := verdict.Settled(e.Facts, e.Elapsed*10); !done && e.Elapsed > 0 {
				t.Error("not settled with all facts in")
			}
		})
	}
}
