package report

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/resources"
)

// HTML writes the document as one page that needs nothing else: no script, no font, no picture
// from elsewhere; light or dark as the reader's system is.
func (d Document) HTML(lang string) string {
	h := &page{lang: lang}
	h.raw(`<!DOCTYPE html>
<html lang="` + html.EscapeString(language(lang)) + `">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>` + html.EscapeString(d.Verdict.Title) + `</title>
<style>` + style + `</style>
</head>
<body>
<main>
`)
	h.element("p", "subject", d.subject(lang))
	h.element("h1", "", d.Verdict.Title)
	h.element("p", "", d.Verdict.Explanation)
	if text := d.sure(lang); text != "" {
		h.element("p", "quiet", text)
	}
	h.way(d.Stations)
	h.evidence("cli.evidence", d.Verdict.Evidence)
	h.evidence("cli.clears", d.Verdict.Clears)
	if d.Verdict.Decide != "" {
		h.heading("cli.decide")
		h.element("p", "", d.Verdict.Decide)
	}
	h.remedies(d.Verdict.Remedies)
	h.also(d.Verdict.Also)
	h.heading("report.waterfall")
	checks := alongTheWay(d.Checks)
	h.raw(waterfall(checks, d.ElapsedMs, h))
	h.checks(checks)
	h.element("p", "quiet", d.colophon(lang))
	h.raw("</main>\n</body>\n</html>\n")
	return h.String()
}

// style keeps a contrast of 4.5:1 at least in both variants.
const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--quiet:#57606a;--line:#d0d7de;--ok:#1a7f37;--warning:#8a5a00;--fault:#c4242d;--unknown:#57606a}
@media(prefers-color-scheme:dark){:root{--back:#14171b;--text:#e6e9ed;--quiet:#9aa4af;--line:#343b44;--ok:#4cc26a;--warning:#e0a83a;--fault:#ff7b72;--unknown:#9aa4af}}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:56rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 1rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
.subject,.quiet,small{color:var(--quiet)}
.subject,td,li,p{overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top}
.way td:not(:last-child){overflow-wrap:normal}.way td:first-child{white-space:nowrap}
.ok{color:var(--ok)}.warning{color:var(--warning)}.fault,.failed{color:var(--fault)}.unknown,.skipped{color:var(--unknown)}
figure{margin:0;overflow-x:auto}
svg{font:12px system-ui,sans-serif;min-width:40rem;width:100%;height:auto}
svg text{fill:var(--text)}svg .quiet{fill:var(--quiet)}svg .grid{stroke:var(--line)}
svg rect.ok{fill:var(--ok)}svg rect.warning{fill:var(--warning)}svg rect.failed{fill:var(--fault)}svg rect.unknown{fill:var(--unknown)}
pre{overflow-x:auto;font-size:12px;border:1px solid var(--line);padding:.5rem}
summary{cursor:pointer}
@media print{details{display:none}}
`

type page struct {
	strings.Builder
	lang string
}

func (h *page) raw(markup string) { h.WriteString(markup) }

func (h *page) say(key string) string { return resources.Text(h.lang, key, nil) }

func (h *page) span(ms float64) string { return SpanIn(h.lang, ms) }

func (h *page) element(tag, class, text string) {
	if class != "" {
		fmt.Fprintf(h, "<%s class=\"%s\">%s</%s>\n", tag, class, html.EscapeString(text), tag)
		return
	}
	fmt.Fprintf(h, "<%s>%s</%s>\n", tag, html.EscapeString(text), tag)
}

func (h *page) heading(key string) { h.element("h2", "", h.say(key)) }

// signs give each state its own shape.
var signs = map[string]string{"ok": "✓", "warning": "▲", "fault": "✗", "failed": "✗", "unknown": "○", "skipped": "–"}

func (h *page) state(state string) string {
	return fmt.Sprintf(`<span class="%s">%s %s</span>`, html.EscapeString(state), signs[state], html.EscapeString(h.say("report.state."+state)))
}

func (h *page) way(stations []Station) {
	h.raw("<table class=\"way\">\n")
	for _, s := range stations {
		fmt.Fprintf(h, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", h.state(s.State), html.EscapeString(s.Name), html.EscapeString(s.Summary))
	}
	h.raw("</table>\n")
}

func (h *page) evidence(key string, items []Evidence) {
	if len(items) == 0 {
		return
	}
	h.heading(key)
	h.raw("<ul>\n")
	for _, e := range items {
		fmt.Fprintf(h, "<li>%s <small>%s</small></li>\n", html.EscapeString(e.Text), html.EscapeString(e.Check))
	}
	h.raw("</ul>\n")
}

func (h *page) remedies(list []Remedy) {
	if len(list) == 0 {
		return
	}
	h.heading("cli.remedies")
	h.raw("<ol>\n")
	for _, r := range list {
		fmt.Fprintf(h, "<li><strong>%s</strong><br>%s</li>\n", html.EscapeString(r.Title), html.EscapeString(r.Text))
	}
	h.raw("</ol>\n")
}

func (h *page) also(list []Also) {
	if len(list) == 0 {
		return
	}
	h.heading("cli.also")
	h.raw("<ul>\n")
	for _, a := range list {
		fmt.Fprintf(h, "<li>%s <small>%s</small></li>\n", html.EscapeString(a.Title), html.EscapeString(a.Sure))
	}
	h.raw("</ul>\n")
}

func (h *page) checks(list []Check) {
	h.heading("report.details")
	for _, c := range list {
		fmt.Fprintf(h, "<details><summary>%s %s <small>%s +%s</small> %s</summary>\n<pre>%s</pre></details>\n",
			h.state(c.State), html.EscapeString(c.ID), html.EscapeString(h.span(c.StartedMs)), html.EscapeString(h.span(c.ElapsedMs)), html.EscapeString(c.Summary), html.EscapeString(indented(c)))
	}
}

// alongTheWay orders checks by where they look, then by when they began.
func alongTheWay(checks []Check) []Check {
	place := func(c Check) int { return slices.Index(diagnostics.Stations[:], diagnostics.Station(c.Station)) }
	checks = slices.Clone(checks)
	slices.SortStableFunc(checks, func(a, b Check) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.StartedMs, b.StartedMs))
	})
	return checks
}

// indented is a check's data as a person can read it.
func indented(c Check) string {
	if c.Error != nil {
		return *c.Error
	}
	raw, err := marshal(c.Data)
	if err != nil {
		return ""
	}
	return string(escapeUnprintable(raw))
}

// language makes a tag fit for the attribute "lang".
func language(tag string) string {
	if tag == "" || tag == "C" || tag == "POSIX" {
		return resources.English
	}
	return tag
}
