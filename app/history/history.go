// Package history keeps what the background checks saw: every probe for a while, summaries of them
// for years, and each incident with the whole examination of the moment when something broke. It
// stores what was measured; what it means is judged anew whenever an incident is opened.
package history

import "time"

// Incident is one time of trouble, from its first bad probe to the recovery.
type Incident struct {
	ID      int64     `json:"id"`
	Address string    `json:"address"` // "" for the connection in general
	Fault   string    `json:"fault"`   // of the catalogue
	Blame   string    `json:"blame"`
	Title   string    `json:"title"` // the answer in one sentence, in the language of that moment
	Sure    float64   `json:"confidence"`
	Began   time.Time `json:"began"`          // the first bad probe
	Known   time.Time `json:"known"`          // when it had stayed long enough to be told
	Ended   time.Time `json:"ended,omitzero"` // zero while it lasts
	// Examined tells that the whole examination is kept with it.
	Examined bool `json:"examined"`
}

// Span is a summary of the probes of one address from At on, for Store.Spans.
type Span struct {
	At     time.Time     `json:"at"`
	Length time.Duration `json:"length"`
	Probes int           `json:"probes"`
	Failed int           `json:"failed"`
	Min    time.Duration `json:"min"` // of the time that good probes took
	Mean   time.Duration `json:"mean"`
	Max    time.Duration `json:"max"`
	// P95 is exact in raw data and the greatest of its parts in summaries.
	P95 time.Duration `json:"p95"`
}
