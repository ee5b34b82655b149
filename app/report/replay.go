package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// Limits of a saved examination that is read back. An examination of our own has some 30 facts and
// less than 4 MB.
const (
	MaxReplay = 8 << 20
	maxFacts  = 1000
	maxValues = 100_000 // a few bytes of text can stand for a hundred in memory
)

// Replay is all that is needed to judge an examination again.
type Replay struct {
	Version string      `json:"version"` // of the program that measured
	Started time.Time   `json:"started"`
	Elapsed int64       `json:"elapsed_ns"`
	Facts   []savedFact `json:"facts"`
}

type savedFact struct {
	ID      string          `json:"id"`
	Station string          `json:"station"`
	State   string          `json:"state"`
	Value   json.RawMessage `json:"value,omitempty"`
	Err     string          `json:"error,omitempty"`
	Start   time.Time       `json:"start"`
	Took    int64           `json:"took_ns"`
}

// Save returns the facts in a form that Read understands, without cookies and credentials.
func (e Examination) Save() *Replay {
	r := &Replay{Version: e.Version, Started: e.Started, Elapsed: int64(e.Elapsed), Facts: []savedFact{}}
	for _, f := range e.Facts.All() {
		s := savedFact{ID: string(f.ID), Station: string(f.Station), State: string(f.State), Err: f.Err, Start: f.Start, Took: int64(f.Took)}
		if raw, err := json.Marshal(f.Value); f.Value != nil && err == nil {
			tree := decode(raw)
			redact(tree, nil)
			s.Value, _ = json.Marshal(tree)
		}
		r.Facts = append(r.Facts, s)
	}
	return r
}

// ErrTooLarge is Read's error for more than MaxReplay bytes.
var ErrTooLarge = fmt.Errorf("it is larger than %d MB", MaxReplay>>20)

var (
	errTooMany = fmt.Errorf("it holds more than %d values", maxValues)
	errNotOurs = errors.New("it is not a saved examination")
	errNoFacts = errors.New("it holds an answer but not the measurements behind it; save one with --report FILE.json")
)

// Read reads a saved examination. Measurements that the plan does not know are left out: a newer
// version made them. Errors are parts of sentences that can be shown as they are.
func Read(r io.Reader, plan diagnostics.Plan) (Examination, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxReplay+1))
	if err != nil {
		return Examination{}, fmt.Errorf("it cannot be read: %w", err)
	}
	if len(raw) > MaxReplay {
		return Examination{}, ErrTooLarge
	}
	if values(raw) > maxValues {
		return Examination{}, errTooMany
	}
	var d struct {
		Schema string  `json:"schema"`
		Target *Target `json:"target"`
		Replay *Replay `json:"replay"`
	}
	if json.Unmarshal(raw, &d) != nil || d.Schema != Schema {
		return Examination{}, errNotOurs
	}
	if d.Replay == nil {
		return Examination{}, errNoFacts
	}
	if len(d.Replay.Facts) > maxFacts {
		return Examination{}, fmt.Errorf("it holds more than %d measurements", maxFacts)
	}
	var t diagnostics.Target
	if d.Target != nil {
		if t, err = diagnostics.ParseTarget(d.Target.URL); err != nil {
			return Examination{}, errNotOurs
		}
		if again, err := diagnostics.ParseTarget(d.Target.Input); err == nil && again.URL == t.URL {
			t = again
		}
	}
	facts, err := d.Replay.read(plan)
	if err != nil {
		return Examination{}, err
	}
	return Examination{
		Version: wire.Printable(d.Replay.Version, 40),
		Started: d.Replay.Started,
		Elapsed: max(0, time.Duration(d.Replay.Elapsed)),
		Facts:   diagnostics.NewFacts(t, facts),
	}, nil
}

// values counts the values of a JSON text by the commas between them.
func values(raw []byte) (n int) {
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				n++
			}
		}
	}
	return n
}

func (r *Replay) read(plan diagnostics.Plan) ([]diagnostics.Fact, error) {
	var facts []diagnostics.Fact
	for _, s := range r.Facts {
		id := diagnostics.ID(s.ID)
		station := plan.Station(id)
		if station == "" {
			continue
		}
		value, err := plan.Decode(id, s.Value)
		if err != nil {
			return nil, fmt.Errorf("its measurement %s cannot be understood", id)
		}
		state := diagnostics.State(s.State)
		switch state {
		case diagnostics.OK, diagnostics.Warning, diagnostics.Failed, diagnostics.Unknown, diagnostics.Skipped:
		default:
			return nil, fmt.Errorf("its measurement %s has an unknown state", id)
		}
		facts = append(facts, diagnostics.Fact{ID: id, Station: station, State: state, Value: value, Err: s.Err, Start: s.Start, Took: time.Duration(s.Took)})
	}
	return facts, nil
}
