package control

import "time"

// Agent is the name that whoever runs the schedule holds: the agent, or the service of the system.
const Agent = "agent"

// Health is the state of what is watched, as the tray shows it.
type Health string

// States of health.
const (
	Well    Health = "well"
	Working Health = "working" // a check is under way
	Trouble Health = "trouble"
	Unclear Health = "unknown" // nothing is known yet, or the checks are paused
)

// Status is the answer of GET /v1/status, and each line of GET /v1/events (NDJSON: the present one at
// once, then one after each change).
type Status struct {
	Version string    `json:"version"`
	Started time.Time `json:"started,omitzero"` // since when it listens; the handler knows
	Health  Health    `json:"health"`
	Seen    string    `json:"seen_as"`          // "person" or "machine": whose view of the network it is
	Title   string    `json:"title"`            // the last answer in one line, in the person's language
	Checked time.Time `json:"checked,omitzero"` // when it was found
	Paused  time.Time `json:"paused,omitzero"`  // until when the checks pause; far ahead for "until told"
	Offline bool      `json:"offline"`
	Metered bool      `json:"metered"`
	Targets []Watched `json:"targets"`
	// Incident is the one that lasts, 0 for none.
	Incident int64 `json:"incident,omitempty"`
}

// Watched is one address of the schedule.
type Watched struct {
	Address string        `json:"address"` // "" for the connection in general
	Every   time.Duration `json:"every"`
	Health  Health        `json:"health"`
	Title   string        `json:"title,omitempty"`
	Last    time.Time     `json:"last,omitzero"`
	Next    time.Time     `json:"next,omitzero"`
	Took    time.Duration `json:"took,omitempty"`
}
