package resources

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

var (
	blames   = []string{"nobody", "address", "browser", "computer", "network", "filter", "provider", "dns", "cdn", "website", "unknown"}
	stations = []string{"browser", "computer", "router", "provider", "dns", "cdn", "website"}
	doers    = []string{"you", "owner", "provider", "network-admin"}
	risks    = []string{"none", "low", "medium", "high"}
)

func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Faults() {
		if seen[f.ID] {
			t.Errorf("%s is there twice", f.ID)
		}
		seen[f.ID] = true
		if !slices.Contains(blames, f.Blame) {
			t.Errorf("%s: nobody is called %q", f.ID, f.Blame)
		}
		noStation := f.Blame == "nobody" || f.Blame == "address" || f.Blame == "unknown"
		if noStation != (f.Station == "") || f.Station != "" && !slices.Contains(stations, f.Station) {
			t.Errorf("%s: blame %q at station %q", f.ID, f.Blame, f.Station)
		}
		if (len(f.Remedies) == 0) != (f.ID == "ok") {
			t.Errorf("%s has %d remedies", f.ID, len(f.Remedies))
		}
		for _, part := range []string{"title", "explanation", "short"} {
			checkFaultText(t, f.ID, part)
		}
		if again, ok := FaultByID(f.ID); !ok || again.ID != f.ID || len(again.Remedies) != len(f.Remedies) {
			t.Errorf("FaultByID(%q) = %v, %v", f.ID, again, ok)
		}
	}
	if len(seen) != 110 {
		t.Errorf("%d entries, want the 108 faults, ok and unknown", len(seen))
	}
	if _, ok := FaultByID("no.such-fault"); ok {
		t.Error("a fault that does not exist was found")
	}
}

func checkFaultText(t *testing.T, id, part string) {
	key := "fault." + id + "." + part
	for _, key := range []string{key, key + ".general"} {
		text, ok := translation(English)[key]
		if !ok {
			if !strings.HasSuffix(key, ".general") {
				t.Errorf("%s is missing", key)
			}
			continue
		}
		read := fill(text, map[string]string{"host": "example.com"})
		sentence := strings.HasSuffix(read, ".")
		switch part {
		case "explanation":
			if !sentence || len(read) > 420 {
				t.Errorf("%s: %q is not two or three sentences", key, read)
			}
		case "title":
			if sentence || len(read) > 90 || strings.Contains(read, ". ") {
				t.Errorf("%s: %q is not one short sentence without a full stop", key, read)
			}
		case "short":
			if sentence || len(read) > 60 || read != strings.ToLower(read[:1])+read[1:] && !strings.HasPrefix(read, "I") && !strings.HasPrefix(read, "DNS") && !strings.HasPrefix(read, "Wi-Fi") {
				t.Errorf("%s: %q is not a few words for the middle of a sentence", key, read)
			}
		}
	}
}

func TestRemedies(t *testing.T) {
	var file struct {
		Remedies []Remedy
		Faults   []struct {
			ID       string
			Remedies []string
		}
	}
	if err := json.Unmarshal(faultsJSON, &file); err != nil {
		t.Fatal(err)
	}
	known, used := map[string]bool{}, map[string]bool{}
	for _, r := range file.Remedies {
		if known[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		known[r.ID] = true
		if !slices.Contains(doers, r.Who) || !slices.Contains(risks, r.Risk) {
			t.Errorf("%s: who %q, risk %q", r.ID, r.Who, r.Risk)
		}
		if again, ok := RemedyByID(r.ID); !ok || again != r {
			t.Errorf("RemedyByID(%q) = %v, %v", r.ID, again, ok)
		}
		for _, part := range []string{"title", "text"} {
			if !Has(English, "remedy."+r.ID+"."+part) {
				t.Errorf("remedy.%s.%s is missing", r.ID, part)
			}
		}
	}
	for _, f := range file.Faults {
		for i, id := range f.Remedies {
			used[id] = true
			if !known[id] {
				t.Errorf("%s: there is no remedy %q", f.ID, id)
			}
			if slices.Contains(f.Remedies[:i], id) {
				t.Errorf("%s: remedy %q twice", f.ID, id)
			}
		}
	}
	for id := range known {
		if !used[id] && !slices.Contains(lastResorts, id) {
			t.Errorf("remedy %q helps against nothing", id)
		}
	}
}

// lastResorts are remedies that no fault points to: a person chooses them from the list of fixes.
var lastResorts = []string{"clear-browsers", "reset-winsock"}

// TestClosedFamilies compares the texts whose keys are a closed set with that set, both ways.
func TestClosedFamilies(t *testing.T) {
	var faults, remedies []string
	for _, f := range Faults() {
		for _, part := range []string{"title", "explanation", "short"} {
			faults = append(faults, f.ID+"."+part, f.ID+"."+part+".general")
		}
	}
	for _, r := range Remedies() {
		remedies = append(remedies, r.ID+".title", r.ID+".text")
	}
	for prefix, names := range map[string][]string{
		"blame.": blames, "station.name.": stations, "sure.": {"certain", "likely", "possible"},
		"fault.": faults, "remedy.": remedies,
	} {
		for _, n := range names {
			if !Has(English, prefix+n) && !strings.HasSuffix(n, ".general") {
				t.Errorf("%s%s is missing", prefix, n)
			}
		}
		for key := range translation(English) {
			if n, ok := strings.CutPrefix(key, prefix); ok && !slices.Contains(names, n) {
				t.Errorf("%s belongs to nothing", key)
			}
		}
	}
}
