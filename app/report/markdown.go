package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/waymend/waymend/resources"
)

// Markdown writes the document as CommonMark with tables, ready to paste into an issue tracker.
func (d Document) Markdown(lang string) string {
	m := &markdown{lang: lang}
	m.line("# %s", md(d.Verdict.Title))
	m.line("**%s**", md(d.subject(lang)))
	m.line("%s", md(d.Verdict.Explanation))
	if text := d.sure(lang); text != "" {
		m.line("%s", md(text))
	}
	m.list("cli.evidence", d.Verdict.Evidence)
	m.list("cli.clears", d.Verdict.Clears)
	if d.Verdict.Decide != "" {
		m.heading("cli.decide")
		m.line("%s", md(d.Verdict.Decide))
	}
	if len(d.Verdict.Remedies) > 0 {
		m.heading("cli.remedies")
		for i, r := range d.Verdict.Remedies {
			fmt.Fprintf(m, "%d. **%s.** %s\n", i+1, md(r.Title), md(r.Text))
		}
		m.WriteByte('\n')
	}
	if len(d.Verdict.Also) > 0 {
		m.heading("cli.also")
		for _, a := range d.Verdict.Also {
			fmt.Fprintf(m, "- %s (%s)\n", md(a.Title), md(a.Sure))
		}
		m.WriteByte('\n')
	}
	m.heading("report.way")
	m.row("report.station", "report.state", "report.saw")
	for _, s := range d.Stations {
		m.cells(s.Name, m.say("report.state."+s.State), s.Summary)
	}
	m.WriteByte('\n')
	m.heading("cli.checks")
	m.row("report.check", "report.state", "report.start", "report.time", "report.saw")
	for _, c := range d.Checks {
		m.cells(c.ID, m.say("report.state."+c.State), SpanIn(m.lang, c.StartedMs), SpanIn(m.lang, c.ElapsedMs), c.Summary)
	}
	m.WriteByte('\n')
	m.line("%s", md(d.colophon(lang)))
	return strings.TrimRight(m.String(), "\n") + "\n"
}

type markdown struct {
	strings.Builder
	lang string
}

func (m *markdown) say(key string) string { return resources.Text(m.lang, key, nil) }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n\n", args...) }

func (m *markdown) heading(key string) { m.line("## %s", md(m.say(key))) }

func (m *markdown) list(key string, items []Evidence) {
	if len(items) == 0 {
		return
	}
	m.heading(key)
	for _, e := range items {
		fmt.Fprintf(m, "- %s (%s)\n", md(e.Text), md(e.Check))
	}
	m.WriteByte('\n')
}

func (m *markdown) row(keys ...string) {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = m.say(k)
	}
	m.cells(words...)
	m.WriteString("|" + strings.Repeat(" --- |", len(keys)) + "\n")
}

func (m *markdown) cells(words ...string) {
	m.WriteByte('|')
	for _, w := range words {
		m.WriteString(" " + md(w) + " |")
	}
	m.WriteByte('\n')
}

// md escapes what Markdown or HTML would take for markup.
func md(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if strings.ContainsRune("\\`*_[]<>&#|!~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// subject is what was examined, in words.
func (d Document) subject(lang string) string {
	if d.Target == nil {
		return resources.Text(lang, "report.general", nil)
	}
	if d.Target.Unicode != "" {
		return d.Target.URL + " (" + d.Target.Unicode + ")"
	}
	return d.Target.URL
}

// sure says how sure the answer is; "" where that goes without saying.
func (d Document) sure(lang string) string {
	if d.Verdict.Fault == "ok" || d.Verdict.Fault == "unknown" {
		return ""
	}
	return resources.Text(lang, "cli.sure", map[string]string{"sure": d.Verdict.Sure, "percent": percent(d.Verdict.Confidence)})
}

func percent(share float64) string { return fmt.Sprintf("%.0f", share*100) }

// date is when the examination began, as people read it, in universal time.
func (d Document) date() string {
	t, err := time.Parse(time.RFC3339, d.StartedAt)
	if err != nil {
		return d.StartedAt
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// colophon says when, how long and by which version was examined.
func (d Document) colophon(lang string) string {
	return resources.Text(lang, "report.examined", map[string]string{"date": d.date(), "time": SpanIn(lang, d.ElapsedMs), "version": d.Version})
}
