package cli

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// sinceUsual is how far back the history is shown when nothing else is said.
	sinceUsual = 7 * 24 * time.Hour
	// sinceMost is as far as any history goes.
	sinceMost = 50 * 366 * 24 * time.Hour
	// shownIncidents bounds the table; listedIncidents the document.
	shownIncidents, listedIncidents = 30, 10_000
	// shownAddress is how many columns of an address are shown.
	shownAddress = 40
)

// past is the document of "waymend history --json".
type past struct {
	Schema    string         `json:"schema"`
	Version   string         `json:"version"`
	From      string         `json:"from"`
	To        string         `json:"to"`
	Addresses []pastAddress  `json:"addresses"`
	Incidents []pastIncident `json:"incidents"` // the newest first
}

type pastAddress struct {
	Address string   `json:"address"` // "" for the connection in general
	Uptime  *float64 `json:"uptime"`  // the share of the known time that was well, 0 to 1; null when nothing is known
	KnownS  float64  `json:"known_s"`
	WellS   float64  `json:"well_s"`
	Probes  int      `json:"probes"`
	Failed  int      `json:"failed"`
	MeanMs  *float64 `json:"mean_ms"` // of the probes that were well; null when none was
	// Spans are the steps in between, of the one address that was asked for.
	Spans []pastSpan `json:"spans,omitempty"`
}

type pastSpan struct {
	At      string   `json:"at"`
	LengthS float64  `json:"length_s"`
	Probes  int      `json:"probes"`
	Failed  int      `json:"failed"`
	MinMs   *float64 `json:"min_ms"`
	MeanMs  *float64 `json:"mean_ms"`
	MaxMs   *float64 `json:"max_ms"`
	P95Ms   *float64 `json:"p95_ms"`
	KnownS  float64  `json:"known_s"`
	WellS   float64  `json:"well_s"`
}

type pastIncident struct {
	ID         int64   `json:"id"`
	Address    string  `json:"address"`
	Fault      string  `json:"fault"`
	Blame      string  `json:"blame"`
	Confidence float64 `json:"confidence"`
	Title      string  `json:"title"`
	BeganAt    string  `json:"began_at"`
	KnownAt    string  `json:"known_at"`
	EndedAt    *string `json:"ended_at"` // null while it lasts
	Examined   bool    `json:"examined"`
}

// look is what of the history is looked at.
type look struct {
	from, to time.Time
	address  *string // nil for all
}

// pastChecks is the command "history".
func pastChecks(ctx context.Context, c *call) error {
	now := time.Now()
	from, err := since(c.flags.since, now)
	if err != nil {
		return err
	}
	if err := c.checkHistory(); err != nil {
		return err
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	l := look{from: from, to: now}
	l.from = from.Truncate(min(stepFor(l), time.Hour)) // round times for the steps
	ctx, stop := interruptible(ctx)
	defer stop()
	p := c.printer(set.Speaks())
	store, err := history.Read(ctx, settings.History())
	if err == nil {
		defer store.Close()
		if c.flags.incident != "" {
			return c.incident(ctx, p, store)
		}
		err = c.overview(ctx, p, store, l)
	}
	switch {
	case ctx.Err() != nil:
		return codeError{code: exitInterrupted}
	case errors.Is(err, history.ErrNone) && c.flags.incident == "":
		return c.showPast(p, past{Addresses: []pastAddress{}, Incidents: []pastIncident{}}, l)
	}
	return whyNot(p, err)
}

// checkHistory refuses what does not go together.
func (c *call) checkHistory() error {
	switch one := c.flags.incident != ""; {
	case c.flags.csv && c.flags.json:
		return misuse("--csv and --json exclude each other")
	case one && (c.flags.csv || c.flags.since != "" || c.flags.address != nil):
		return misuse("--incident shows one incident, so --csv, --since and --address do not go with it")
	case !one && (c.flags.report != "" || c.flags.letter != ""):
		return misuse("--report and --letter need the --incident that they are about")
	}
	return c.checkReport()
}

// since reads how far back to look: "24h", "7d", or a day such as "2026-11-01".
func since(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now.Add(-sinceUsual), nil
	}
	if day, err := time.ParseInLocation("2006-01-02", text, time.Local); err == nil && !day.After(now) && now.Sub(day) < sinceMost {
		return day, nil
	}
	number, days := strings.CutSuffix(text, "d")
	d, err := time.ParseDuration(text)
	if n, wrong := strconv.Atoi(number); days && wrong == nil && n < int(sinceMost.Hours()/24) {
		d, err = time.Duration(n)*24*time.Hour, nil
	}
	if err != nil || d <= 0 || d > sinceMost {
		return now, misuse("--since: %q is neither a span of time such as 24h or 7d nor a day in the past such as %s", wire.Printable(text, 60), now.AddDate(0, 0, -7).Format("2006-01-02"))
	}
	return now.Add(-d), nil
}

// whyNot is why there is no history to show, as a sentence.
func whyNot(p printer, err error) error {
	if err == nil {
		return nil
	}
	var told codeError
	if errors.As(err, &told) {
		return err
	}
	for _, known := range []struct {
		err error
		key string
	}{{history.ErrNone, "cli.history.none"}, {history.ErrNewer, "cli.history.newer"}, {history.ErrDamaged, "cli.history.damaged"}, {history.ErrPlace, "cli.history.place"}} {
		if errors.Is(err, known.err) {
			return codeError{exitFault, p.say(known.key, "file", settings.History())}
		}
	}
	return codeError{exitFault, p.say("cli.history.unreadable", "why", wire.Printable(plainError(err), 200))}
}

// overview shows uptime and incidents.
func (c *call) overview(ctx context.Context, p printer, store *history.Store, l look) error {
	names, err := store.Addresses(ctx)
	if err != nil {
		return err
	}
	if c.flags.address != nil {
		name, ok := matching(names, *c.flags.address)
		if !ok {
			return codeError{exitFault, p.say("cli.history.unknown-address", "address", wire.Printable(*c.flags.address, 200))}
		}
		names, l.address = []string{name}, &name
	}
	if c.flags.csv {
		return c.csv(ctx, store, names, l)
	}
	doc := past{Addresses: []pastAddress{}, Incidents: []pastIncident{}}
	for _, name := range names {
		one, err := addressPast(ctx, store, name, l)
		if err != nil {
			return err
		}
		doc.Addresses = append(doc.Addresses, one)
	}
	list, err := store.Incidents(ctx, l.address, l.from, l.to, listedIncidents)
	if err != nil {
		return err
	}
	for _, i := range list {
		doc.Incidents = append(doc.Incidents, incidentPast(i))
	}
	return c.showPast(p, doc, l)
}

// matching finds what a person means by an address: itself, its URL, or its host.
func matching(names []string, typed string) (string, bool) {
	same := func(test func(t diagnostics.Target) string) (string, bool) {
		want, err := diagnostics.ParseTarget(typed)
		if err != nil {
			return "", false
		}
		for _, name := range names {
			if t, err := diagnostics.ParseTarget(name); err == nil && test(t) == test(want) {
				return name, true
			}
		}
		return "", false
	}
	for _, name := range names {
		if name == typed {
			return name, true
		}
	}
	if name, ok := same(func(t diagnostics.Target) string { return t.URL }); ok {
		return name, true
	}
	return same(func(t diagnostics.Target) string { return t.Host })
}

// addressPast sums an address up.
func addressPast(ctx context.Context, store *history.Store, name string, l look) (pastAddress, error) {
	one := pastAddress{Address: wire.Printable(name, 2048)}
	up, err := store.Uptime(ctx, name, l.from, l.to)
	if err != nil {
		return one, err
	}
	one.KnownS, one.WellS, one.Probes, one.Failed = up.Known.Seconds(), up.Well.Seconds(), up.Probes, up.Failed
	if up.Known > 0 {
		share := up.Share()
		one.Uptime = &share
	}
	whole, err := store.Spans(ctx, name, l.from, l.to, stepFor(l))
	if err != nil {
		return one, err
	}
	var sum float64
	for _, s := range whole {
		sum += s.Mean.Seconds() * 1000 * float64(s.Probes-s.Failed)
		if l.address != nil {
			one.Spans = append(one.Spans, spanPast(s))
		}
	}
	if well := up.Probes - up.Failed; well > 0 {
		mean := math.Round(sum/float64(well)*1000) / 1000
		one.MeanMs = &mean
	}
	return one, nil
}

// stepFor is the width of the steps in documents and tables.
func stepFor(l look) time.Duration {
	switch all := l.to.Sub(l.from); {
	case all <= 48*time.Hour:
		return time.Minute
	case all <= 62*24*time.Hour:
		return time.Hour
	}
	return 24 * time.Hour
}

func spanPast(s history.Span) pastSpan {
	out := pastSpan{At: instant(s.At), LengthS: s.Length.Seconds(), Probes: s.Probes, Failed: s.Failed, KnownS: s.Known.Seconds(), WellS: s.Well.Seconds()}
	if s.Probes > s.Failed {
		ms := func(d time.Duration) *float64 {
			v := float64(d.Microseconds()) / 1000
			return &v
		}
		out.MinMs, out.MeanMs, out.MaxMs, out.P95Ms = ms(s.Min), ms(s.Mean), ms(s.Max), ms(s.P95)
	}
	return out
}

func incidentPast(i history.Incident) pastIncident {
	out := pastIncident{ID: i.ID, Address: wire.Printable(i.Address, 2048), Fault: wire.Printable(i.Fault, 100), Blame: wire.Printable(i.Blame, 100),
		Confidence: i.Sure, Title: wire.Printable(i.Title, 400), BeganAt: instant(i.Began), KnownAt: instant(i.Known), Examined: i.Examined}
	if !i.Ended.IsZero() {
		ended := instant(i.Ended)
		out.EndedAt = &ended
	}
	return out
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// showPast writes the document or the tables.
func (c *call) showPast(p printer, doc past, l look) error {
	doc.Schema, doc.Version, doc.From, doc.To = "waymend.history/1", version, instant(l.from), instant(l.to)
	switch {
	case c.flags.json:
		return c.writeJSON(doc)
	case c.flags.csv:
		return c.csv(context.Background(), nil, nil, l)
	case len(doc.Addresses) == 0 && len(doc.Incidents) == 0:
		p.para("", p.say("cli.history.none"), "")
		p.para("", p.say("cli.history.begin"), "")
		return nil
	}
	p.past(doc, l)
	return nil
}

// incident shows what was measured when something broke, judged by today's rules.
func (c *call) incident(ctx context.Context, p printer, store *history.Store) error {
	shown := wire.Printable(c.flags.incident, 40)
	id, err := strconv.ParseInt(c.flags.incident, 10, 64)
	if err != nil || id < 1 {
		return misuse("--incident: %q is not the number of an incident; \"waymend history\" lists them", shown)
	}
	i, err := store.Incident(ctx, id)
	if errors.Is(err, history.ErrUnknown) {
		return codeError{exitFault, p.say("cli.history.unknown-incident", "id", shown)}
	}
	if err != nil {
		return whyNot(p, err)
	}
	text, err := store.Examination(ctx, id)
	if err != nil && !errors.Is(err, history.ErrUnknown) {
		return whyNot(p, err)
	}
	if !c.flags.json {
		p.incidentLine(incidentPast(i))
		p.gap()
	}
	if err != nil {
		return codeError{exitFault, p.say("cli.history.unexamined")}
	}
	e, err := report.Read(bytes.NewReader(text), checks.All())
	if err != nil {
		return codeError{exitFault, p.say("cli.history.unjudged", "why", wire.Printable(err.Error(), 200))}
	}
	d, err := judge(e, p.lang)
	if err != nil {
		return codeError{exitFault, p.say("cli.history.unjudged", "why", wire.Printable(err.Error(), 200))}
	}
	if !c.flags.json {
		p.target(d.Target)
	}
	var code codeError
	if err := c.tell(p, d, e); !errors.As(err, &code) || code.text != "" {
		return err
	}
	return nil // the fault of then is not a failure of now
}
