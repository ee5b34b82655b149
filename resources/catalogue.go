package resources

import (
	"encoding/json"
	"slices"
	"sync"
)

// Fault is what the catalogue knows of one fault besides its texts.
type Fault struct {
	ID    string `json:"id"`    // "site.bad-gateway": stable for ever
	Blame string `json:"blame"` // who has to mend it: "website", "provider", "nobody" …
	// Station is where on the way it is shown; "" when no station is at fault.
	Station string `json:"station"`
	// Remedies are ordered by what is most likely to help for the least risk.
	Remedies []Remedy `json:"remedies"`
}

// Remedy is one thing that somebody can do about a fault. Its texts are "remedy.<id>.title" and
// "remedy.<id>.text".
type Remedy struct {
	ID         string `json:"id"`
	Who        string `json:"who"`       // "you", "owner", "provider", "network-admin"
	Automatic  bool   `json:"automatic"` // this program can do it itself
	Risk       string `json:"risk"`      // "none", "low", "medium", "high"
	NeedsAdmin bool   `json:"needs_admin"`
}

// catalogue reads faults.json once. The file names each remedy's properties once and lists for
// each fault only the remedies' ids. A file that cannot be read is a mistake in this program that
// the tests find; the catalogue is then empty.
var catalogue = sync.OnceValue(func() (list []Fault) {
	var file struct {
		Remedies []Remedy
		Faults   []struct {
			ID, Blame, Station string
			Remedies           []string
		}
	}
	if json.Unmarshal(faultsJSON, &file) != nil {
		return nil
	}
	remedies := make(map[string]Remedy, len(file.Remedies))
	for _, r := range file.Remedies {
		remedies[r.ID] = r
	}
	list = make([]Fault, len(file.Faults))
	for i, f := range file.Faults {
		list[i] = Fault{ID: f.ID, Blame: f.Blame, Station: f.Station}
		for _, id := range f.Remedies {
			if r, ok := remedies[id]; ok {
				list[i].Remedies = append(list[i].Remedies, r)
			}
		}
	}
	return list
})

// FaultByID returns one entry of the catalogue.
func FaultByID(id string) (Fault, bool) {
	for _, f := range catalogue() {
		if f.ID == id {
			f.Remedies = slices.Clone(f.Remedies)
			return f, true
		}
	}
	return Fault{}, false
}

// Faults lists the whole catalogue, along the way from the person to the website.
func Faults() []Fault {
	list := slices.Clone(catalogue())
	for i := range list {
		list[i].Remedies = slices.Clone(list[i].Remedies)
	}
	return list
}

// RemedyByID returns what the catalogue knows of one remedy.
func RemedyByID(id string) (Remedy, bool) {
	i := slices.IndexFunc(remedies(), func(r Remedy) bool { return r.ID == id })
	if i < 0 {
		return Remedy{}, false
	}
	return remedies()[i], true
}

// Remedies lists all remedies of the catalogue, also those that help against no fault by name.
func Remedies() []Remedy { return slices.Clone(remedies()) }

var remedies = sync.OnceValue(func() []Remedy {
	var file struct{ Remedies []Remedy }
	if json.Unmarshal(faultsJSON, &file) != nil {
		return nil
	}
	return file.Remedies
})
