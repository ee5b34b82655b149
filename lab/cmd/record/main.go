// Command record packs what a run of the laboratory kept into one archive for the tests of the
// judge: record DIR FILE, where DIR holds results.jsonl and kept/NAME.report.json.
package main

import (
	"archive/zip"
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// result is what is needed of a line of results.jsonl.
type result struct {
	Scenario string   `json:"scenario"`
	Expected []string `json:"expected"`
	Blame    string   `json:"blame"`
	FaultOK  bool     `json:"fault_ok"`
	BlameOK  bool     `json:"blame_ok"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: record DIR FILE")
		os.Exit(2)
	}
	if err := record(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func record(dir, to string) error {
	results, err := read(filepath.Join(dir, "results.jsonl"))
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	w, err := z.Create("expected.csv")
	if err != nil {
		return err
	}
	table := csv.NewWriter(w)
	for _, r := range results {
		if r.FaultOK && r.BlameOK {
			if err := table.Write([]string{r.Scenario, strings.Join(r.Expected, "|"), r.Blame}); err != nil {
				return err
			}
		}
	}
	if table.Flush(); table.Error() != nil {
		return table.Error()
	}
	for _, r := range results {
		b, err := os.ReadFile(filepath.Join(dir, "kept", r.Scenario+".report.json"))
		if err != nil {
			return err
		}
		if w, err = z.Create(r.Scenario + ".json"); err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return z.Close()
}

func read(file string) ([]result, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []result
	for s := bufio.NewScanner(f); s.Scan(); {
		var r result
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Scenario < list[j].Scenario })
	return list, nil
}
