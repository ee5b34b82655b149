// Package report turns an examination into what people and programs read: one Document with every
// word in it, written as JSON, Markdown or HTML, and read back for a new judgement. It measures
// nothing and knows no terminal; the judging is package verdict's.
//
// Whatever came from the network passes wire.Printable on its way into a text, and cookies and
// credentials are taken out before anything is written.
package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/verdict"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// Schema names the shape of a Document; keys may be added to it, never renamed.
const Schema = "waymend.check/1"

// Examination is what was measured, before anyone judged it.
type Examination struct {
	Version string // of the program that measured
	Started time.Time
	Elapsed time.Duration
	Facts   diagnostics.Facts
}

// Document is an examination with its verdict, in words. The keys of its JSON are stable.
type Document struct {
	Schema    string    `json:"schema"`
	Version   string    `json:"version"`
	Target    *Target   `json:"target"` // nil when the connection in general was examined
	StartedAt string    `json:"started_at"`
	ElapsedMs float64   `json:"elapsed_ms"`
	Verdict   Verdict   `json:"verdict"`
	Stations  []Station `json:"stations"`
	Checks    []Check   `json:"checks"`
	Outside   *struct{} `json:"outside"`          // the view from elsewhere; nil: it was not asked for
	Replay    *Replay   `json:"replay,omitempty"` // all that is needed to judge again; only in saved files
}

// Target is the address that was examined.
type Target struct {
	Input   string `json:"input"`
	URL     string `json:"url"`
	Scheme  string `json:"scheme"`
	Host    string `json:"host"`
	Port    int    `json:"port"`
	Unicode string `json:"unicode,omitempty"` // the host as people read it, when that differs
	Note    string `json:"note,omitempty"`    // what is odd about the host, in words
}

// Verdict is who is at fault, and why.
type Verdict struct {
	Fault       string     `json:"fault"`
	Blame       string     `json:"blame"`
	Confidence  float64    `json:"confidence"`
	Sure        string     `json:"sure"` // the confidence in words
	Title       string     `json:"title"`
	Explanation string     `json:"explanation"`
	Decide      string     `json:"decide,omitempty"` // the one test that would decide
	Evidence    []Evidence `json:"evidence"`
	Clears      []Evidence `json:"clears"` // what speaks for the others
	Explains    []string   `json:"explains"`
	Also        []Also     `json:"also"`
	Remedies    []Remedy   `json:"remedies"`
}

// Evidence is one observation.
type Evidence struct {
	Check string `json:"check"`
	Text  string `json:"text"`
}

// Also is an independent fault that is not what stops this address.
type Also struct {
	Fault      string  `json:"fault"`
	Blame      string  `json:"blame"`
	Confidence float64 `json:"confidence"`
	Sure       string  `json:"sure"`
	Title      string  `json:"title"`
}

// Remedy is one thing to do.
type Remedy struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Text       string `json:"text"`
	Who        string `json:"who"`
	Automatic  bool   `json:"automatic"`
	Risk       string `json:"risk"`
	NeedsAdmin bool   `json:"needs_admin"`
}

// Station is one place on the way.
type Station struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	State     string   `json:"state"`
	Summary   string   `json:"summary"`
	LatencyMs *float64 `json:"latency_ms"` // nil when not measured
}

// Check is one measurement.
type Check struct {
	ID        string  `json:"id"`
	Station   string  `json:"station"`
	State     string  `json:"state"`
	StartedMs float64 `json:"started_ms"` // since the examination began
	ElapsedMs float64 `json:"elapsed_ms"`
	Summary   string  `json:"summary"`
	Data      any     `json:"data"`
	Error     *string `json:"error"` // why it could not be measured; nil for all states but unknown
}

// New judges the examination by today's rules and puts the answer into words.
func New(e Examination, lang string) Document {
	w := words{lang: lang, target: e.Facts.Target}
	d := Document{
		Schema:    Schema,
		Version:   e.Version,
		Target:    w.targetView(),
		StartedAt: e.Started.UTC().Format("2006-01-02T15:04:05.000Z"),
		ElapsedMs: millis(e.Elapsed),
		Checks:    []Check{},
	}
	v := verdict.Judge(e.Facts)
	d.Verdict = w.verdict(v)
	d.Stations = w.stations(v)
	for _, f := range e.Facts.All() {
		c := Check{
			ID: string(f.ID), Station: string(f.Station), State: string(f.State),
			StartedMs: max(0, millis(f.Start.Sub(e.Started))), ElapsedMs: max(0, millis(f.Took)),
			Summary: Summary(lang, f), Data: observed{f.Value},
		}
		if f.State == diagnostics.Unknown {
			text := cmp.Or(wire.Printable(f.Err, maxText), c.Summary)
			c.Error = &text
		}
		d.Checks = append(d.Checks, c)
	}
	return d
}

// maxText bounds one text that came from outside.
const maxText = 400

// words puts a verdict into one language.
type words struct {
	lang   string
	target diagnostics.Target
}

func (w words) targetView() *Target {
	t := w.target
	if t.None() {
		return nil
	}
	v := &Target{Input: wire.Printable(t.Input, 8<<10), URL: t.URL, Scheme: t.Scheme, Host: t.Host, Port: t.Port, Unicode: t.Unicode}
	if t.Note != "" {
		v.Note = resources.Text(w.lang, "target."+t.Note, map[string]string{"host": t.Host, "unicode": t.Unicode})
	}
	return v
}

// text fills one sentence of the catalogue. The values of the target are always there.
func (w words) text(key string, values map[string]string) string {
	safe := make(map[string]string, len(values)+2)
	if !w.target.None() {
		safe["host"], safe["url"] = w.target.Host, wire.Printable(w.target.URL, maxText)
		if w.target.Unicode != "" && w.target.Note == "" {
			safe["host"] = w.target.Unicode
		}
	}
	for k, v := range values {
		safe[k] = Measure(w.lang, wire.Printable(v, maxText))
	}
	return resources.Text(w.lang, key, safe)
}

func (w words) verdict(v verdict.Verdict) Verdict {
	out := Verdict{
		Fault: string(v.Fault), Blame: blame(v.Finding), Confidence: round(v.Confidence, 100),
		Sure:        w.sure(v.Finding),
		Title:       w.text("fault."+string(v.Fault)+".title", v.Values),
		Explanation: w.text("fault."+string(v.Fault)+".explanation", v.Values),
		Evidence:    []Evidence{}, Clears: []Evidence{}, Explains: []string{}, Also: []Also{}, Remedies: []Remedy{},
	}
	if v.Decide != "" && (v.Confidence < certain || v.Fault == "unknown") {
		out.Decide = w.text("decide."+v.Decide, v.Values)
	}
	for _, e := range v.Evidence {
		one := Evidence{string(e.Check), w.evidence(e)}
		if e.Clears && v.Fault != "ok" { // where nothing is wrong, it is what shows just that
			out.Clears = append(out.Clears, one)
		} else {
			out.Evidence = append(out.Evidence, one)
		}
	}
	for _, id := range v.Explains {
		out.Explains = append(out.Explains, string(id))
	}
	for _, f := range v.Also {
		out.Also = append(out.Also, Also{string(f.Fault), blame(f), round(f.Confidence, 100), w.sure(f), w.text("fault."+string(f.Fault)+".short", f.Values)})
	}
	fault, _ := resources.FaultByID(string(v.Fault))
	for _, r := range fault.Remedies {
		if slices.Contains(v.Unfit, r.ID) {
			continue
		}
		out.Remedies = append(out.Remedies, Remedy{
			ID: r.ID, Title: w.text("remedy."+r.ID+".title", v.Values), Text: w.text("remedy."+r.ID+".text", v.Values),
			Who: r.Who, Automatic: r.Automatic, Risk: r.Risk, NeedsAdmin: r.NeedsAdmin,
		})
	}
	return out
}

// evidence is what was seen, without a full stop. What a traced way says has the words of the command
// "trace".
func (w words) evidence(e verdict.Evidence) string {
	if strings.HasPrefix(e.Key, "trace.") {
		return strings.TrimRight(w.text(e.Key, e.Values), ".。")
	}
	return w.text("evidence."+e.Key, e.Values)
}

func (w words) stations(v verdict.Verdict) []Station {
	out := []Station{}
	for _, s := range v.Stations {
		one := Station{ID: string(s.ID), Name: w.text("station.name."+string(s.ID), nil), State: string(s.State)}
		if s.Key != "" {
			one.Summary = w.text("station."+s.Key, s.Values)
		}
		if s.Latency > 0 {
			ms := millis(s.Latency)
			one.LatencyMs = &ms
		}
		out = append(out, one)
	}
	return out
}

// The confidences from which an answer is called certain, and likely.
const (
	certain = 0.9
	likely  = 0.7
)

func (w words) sure(f verdict.Finding) string {
	key := "sure.possible"
	switch {
	case f.Confidence >= certain:
		key = "sure.certain"
	case f.Confidence >= likely:
		key = "sure.likely"
	}
	return w.text(key, f.Values)
}

// blame is the finding's own, else what the catalogue says of the fault.
func blame(f verdict.Finding) string {
	if f.Blame != "" {
		return string(f.Blame)
	}
	if c, ok := resources.FaultByID(string(f.Fault)); ok {
		return c.Blame
	}
	return string(verdict.Unknown)
}

func millis(d time.Duration) float64 { return round(float64(d)/1e6, 1000) }

// round keeps as many parts of one as given.
func round(x, parts float64) float64 { return float64(int64(x*parts+0.5)) / parts }

// TargetOf puts a target into words; nil when there is none.
func TargetOf(t diagnostics.Target, lang string) *Target { return words{lang, t}.targetView() }
