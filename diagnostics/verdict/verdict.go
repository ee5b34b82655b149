// Package verdict says what the facts mean: which one fault keeps the page from coming, whose it
// is, how sure that is, and which facts clear the others. It is pure: it measures nothing, so a
// saved examination can be judged again by newer rules.
//
// The rules follow the way: what is nearest and proven comes first, silence alone never proves
// anything, and an answer inside TLS that verified for the asked name clears everything before the
// site. Texts for people are not here; they are in the catalogue (resources), keyed by fault.
package verdict

import (
	"time"

	"github.com/waymend/waymend/diagnostics"
)

// FaultID names a fault for ever: "site.bad-gateway".
type FaultID string

// OK is the FaultID when nothing is wrong, Unclear when it cannot be told.
const (
	OK      FaultID = "ok"
	Unclear FaultID = "unknown"
)

// Blame is who has to mend a fault.
type Blame string

// All blames.
const (
	Nobody   Blame = "nobody"
	Address  Blame = "address" // what was typed
	Browser  Blame = "browser"
	Computer Blame = "computer"
	Network  Blame = "network" // router, Wi-Fi, sign-in page
	Filter   Blame = "filter"
	Provider Blame = "provider"
	DNS      Blame = "dns"
	CDN      Blame = "cdn"
	Website  Blame = "website"
	Unknown  Blame = "unknown"
)

// Evidence is one observation that speaks for or against something. Key and Values select and fill
// a sentence of the catalogue ("evidence.<key>").
type Evidence struct {
	Check  diagnostics.ID
	Key    string
	Values map[string]string
	Clears bool // it clears others instead of proving the fault
}

// Finding is one fault that a rule found.
type Finding struct {
	Fault      FaultID
	Confidence float64
	Evidence   []Evidence
	Explains   []diagnostics.ID  // failed checks that this fault accounts for
	Values     map[string]string // for the fault's texts: host, address, issuer, days …
	// Station overrides where the fault is shown; "" means the usual station of the blame.
	Station diagnostics.Station
	// Decide is the one test that would decide, as a key of the catalogue ("decide.hotspot");
	// set for Unclear and for doubtful findings.
	Decide string
	// Blame overrides the catalogue's blame of the fault; "" means the catalogue's.
	Blame Blame
	// Unfit are remedies of the catalogue's that cannot help in this case.
	Unfit []string
	// aside: nobody feels it as long as the page comes, so it is told and is never the answer.
	aside bool
}

// Verdict is the answer.
type Verdict struct {
	Finding
	Also     []Finding
	Stations []StationView
}

// StationView is one station as the verdict sees it.
type StationView struct {
	ID      diagnostics.Station
	State   diagnostics.State
	Key     string            // of a sentence of the catalogue ("station.<key>")
	Values  map[string]string // to fill it
	Latency time.Duration     // 0 when not measured
}

// Rule finds one fault.
type Rule struct {
	Fault FaultID
	Judge func(*Case) (Finding, bool)
}
