package cli

import (
	"context"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/wire"
)

// past writes uptime by address, and the incidents.
func (p printer) past(doc past, l look) {
	p.para("", p.say("cli.history.title", "time", l.from.Local().Format("2006-01-02 15:04")), bold)
	p.gap()
	names := 0
	for _, a := range doc.Addresses {
		names = max(names, columns(p.addressName(a.Address)))
	}
	for _, a := range doc.Addresses {
		p.addressLine(a, names)
	}
	p.heading("cli.history.incidents")
	if len(doc.Incidents) == 0 {
		p.para("", p.say("cli.history.no-incident"), "")
		return
	}
	for _, i := range doc.Incidents[:min(len(doc.Incidents), shownIncidents)] {
		p.incidentLine(i)
	}
	if more := len(doc.Incidents) - shownIncidents; more > 0 {
		p.para("", p.say("cli.history.more", "count", strconv.Itoa(more)), faint)
	}
	p.gap()
	p.para("", p.say("cli.history.how"), faint)
}

// addressName is an address as the table shows it.
func (p printer) addressName(address string) string {
	if address == "" {
		address = p.say("cli.history.general")
	}
	return p.screen.cut(p.screen.plain(address), min(shownAddress, p.width/2-4))
}

func (p printer) addressLine(a pastAddress, names int) {
	state, text := "ok", ""
	switch {
	case a.Uptime == nil:
		state, text = "unknown", p.say("cli.history.unknown")
	case a.Failed > 0:
		state = "warning"
	}
	if a.Uptime != nil {
		text = p.say("cli.history.uptime", "share", percent(p.lang, *a.Uptime), "known", report.Length(p.lang, seconds(a.KnownS)),
			"probes", strconv.Itoa(a.Probes), "failed", strconv.Itoa(a.Failed))
		if a.MeanMs != nil {
			text += " " + p.say("cli.history.mean", "time", report.SpanIn(p.lang, *a.MeanMs))
		}
	}
	p.marked("", state, pad(p.addressName(a.Address), names), text)
}

// percent writes a share so that it is 100 % only when nothing was missing.
func percent(lang string, share float64) string {
	hundredths := math.Floor(share*10_000 + 1e-6)
	return report.Measure(lang, strings.TrimSuffix(strconv.FormatFloat(hundredths/100, 'f', 2, 64), ".00")+" %")
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// incidentLine writes one incident: when it began, how long it lasted, where, and what was at fault.
func (p printer) incidentLine(i pastIncident) {
	began, _ := time.Parse(time.RFC3339, i.BeganAt)
	state, lasted := "fault", p.say("cli.history.lasting")
	if i.EndedAt != nil {
		ended, _ := time.Parse(time.RFC3339, *i.EndedAt)
		state, lasted = "skipped", p.say("cli.history.lasted", "time", report.Length(p.lang, max(0, ended.Sub(began))))
	}
	address := i.Address
	if address == "" {
		address = p.say("cli.history.general")
	}
	p.marked("", state, padLeft(strconv.FormatInt(i.ID, 10), 3)+"  "+began.Local().Format("2006-01-02 15:04"),
		p.say("cli.history.incident", "address", address, "title", i.Title, "lasted", lasted))
}

// csv writes a row for each step of each address, for a spreadsheet; times are UTC.
func (c *call) csv(ctx context.Context, store *history.Store, names []string, l look) error {
	w := csv.NewWriter(c.out) // which keeps its first error for the end
	_ = w.Write([]string{"address", "at", "length_s", "probes", "failed", "min_ms", "mean_ms", "max_ms", "p95_ms", "known_s", "well_s"})
	for _, name := range names {
		list, err := store.Spans(ctx, name, l.from, l.to, stepFor(l))
		if err != nil {
			return err
		}
		for _, span := range list {
			s := spanPast(span)
			_ = w.Write([]string{cell(name), s.At, decimal(&s.LengthS), strconv.Itoa(s.Probes), strconv.Itoa(s.Failed),
				decimal(s.MinMs), decimal(s.MeanMs), decimal(s.MaxMs), decimal(s.P95Ms), decimal(&s.KnownS), decimal(&s.WellS)})
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return codeError{exitBroken, "the answer could not be written: " + plainError(err)}
	}
	return nil
}

// cell is text that no spreadsheet takes for a formula.
func cell(text string) string {
	text = wire.Printable(text, 2048)
	if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "@") {
		return "'" + text
	}
	return text
}

// decimal is a number with at most three places, "" for none.
func decimal(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(math.Round(*v*1000)/1000, 'f', -1, 64)
}
