package remedy

import (
	"testing"

	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/resources"
)

// beyond are remedies that no fault names: a person asks for them.
var beyond = map[string]bool{ClearBrowsers: true}

// TestCatalogue holds the registry against the catalogue, both ways: what is called automatic is done
// here, and what is done here is called automatic.
func TestCatalogue(t *testing.T) {
	for _, r := range resources.Remedies() {
		if _, ok := Find(r.ID); ok != r.Automatic {
			t.Errorf("%s: automatic in the catalogue: %v; done here: %v", r.ID, r.Automatic, ok)
		}
	}
	for _, r := range All() {
		if beyond[r.ID] {
			continue
		}
		known, ok := resources.RemedyByID(r.ID)
		if !ok || known.Who != "you" || r.Risk != known.Risk || r.NeedsAdmin != known.NeedsAdmin {
			t.Errorf("%s: %+v in the catalogue", r.ID, known)
		}
		if r.Plan == nil || r.Apply == nil || r.Revert == nil {
			t.Errorf("%s lacks a function", r.ID)
		}
		if len(r.Mends) == 0 && r.ID != "reset-winsock" {
			t.Errorf("%s mends nothing", r.ID)
		}
	}
}

// TestTexts: every step, note and outcome has a sentence.
func TestTexts(t *testing.T) {
	for _, v := range change.Verbs() {
		if !resources.Has(resources.English, "change."+string(v)) {
			t.Errorf("change.%s is missing", v)
		}
	}
	for _, key := range []string{"note.browser-names", "note.hosts", "note.outage", "note.clock", "note.variable", "note.winsock", "note.restart",
		"done.counted", "done.replaced", "done.proved", "done.told"} {
		if !resources.Has(resources.English, "change."+key) {
			t.Errorf("change.%s is missing", key)
		}
	}
}
