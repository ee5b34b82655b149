package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/resources"
)

// printer writes an answer as text.
type printer struct {
	screen screen
	out    io.Writer
	lang   string
	width  int
}

func (p printer) say(key string, pairs ...string) string {
	values := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return resources.Text(p.lang, key, values)
}

// para writes text in wrapped lines; all but the first are indented by as much as the lead is wide.
func (p printer) para(lead, text, style string) { p.block(lead, columns(lead), text, style) }

// marked is para with the sign of a state before the text. The head is not wrapped where it leaves
// enough room for the text.
func (p printer) marked(indent, state, head, text string) {
	sign, style := p.screen.mark(state)
	if head != "" && 2*columns(head) > p.width {
		head, text = "", head+" "+text
	}
	if head != "" {
		head += "  "
	}
	p.block(indent+p.screen.paint(style, sign)+" "+head, columns(indent+sign+head)+1, text, "")
}

func (p printer) block(lead string, leadWidth int, text, style string) {
	for i, line := range wrap(p.screen.plain(text), p.width-leadWidth) {
		if i > 0 {
			lead = strings.Repeat(" ", leadWidth)
		}
		fmt.Fprintln(p.out, lead+p.screen.paint(style, line))
	}
}

// gap is an empty line.
func (p printer) gap() { fmt.Fprintln(p.out) }

func (p printer) heading(key string) {
	p.gap()
	p.para("", p.say(key), bold)
}

// target writes what is examined.
func (p printer) target(t *report.Target) {
	if t == nil {
		p.para("", p.say("cli.general"), bold)
	} else {
		p.para("", t.URL, bold)
		if t.Unicode != "" {
			p.para("", p.say("cli.idn", "unicode", t.Unicode, "host", t.Host), "")
		}
		if t.Note != "" {
			p.marked("", "warning", "", t.Note)
		}
	}
	fmt.Fprintln(p.out)
}

// answer writes the whole answer, below what target wrote.
func (p printer) answer(d report.Document, verbose bool) {
	p.stations(d.Stations)
	v := d.Verdict
	fmt.Fprintln(p.out)
	p.para("", v.Title, bold)
	p.para("", v.Explanation, "")
	if v.Fault != "ok" && v.Fault != "unknown" {
		p.para("", p.say("cli.sure", "sure", v.Sure, "percent", strconv.Itoa(int(v.Confidence*100+0.5))), faint)
	}
	p.bullets("cli.evidence", v.Evidence)
	p.bullets("cli.clears", v.Clears)
	if v.Decide != "" {
		p.heading("cli.decide")
		p.para("  ", v.Decide, "")
	}
	p.remedies(v.Remedies)
	p.also(v.Also)
	if verbose {
		p.checks(d.Checks)
	}
	fmt.Fprintln(p.out)
	p.para("", p.say("cli.took", "time", report.SpanIn(p.lang, d.ElapsedMs)), faint)
}

func (p printer) stations(list []report.Station) {
	names := 0
	for _, s := range list {
		names = max(names, columns(s.Name))
	}
	beside := p.width-names-4 >= 20 // enough room for the summaries beside the names
	for _, s := range list {
		sign, style := p.screen.mark(s.State)
		lead := p.screen.paint(style, sign) + " " + p.screen.plain(s.Name)
		switch {
		case s.Summary == "":
			fmt.Fprintln(p.out, lead)
		case beside:
			p.block(lead+strings.Repeat(" ", names-columns(s.Name)+2), names+4, s.Summary, "")
		default:
			fmt.Fprintln(p.out, lead)
			p.para("  ", s.Summary, "")
		}
	}
}

func (p printer) bullets(key string, list []report.Evidence) {
	if len(list) == 0 {
		return
	}
	p.heading(key)
	for _, e := range list {
		p.para(p.screen.plain("  • "), e.Text, "")
	}
}

func (p printer) remedies(list []report.Remedy) {
	if len(list) == 0 {
		return
	}
	p.heading("cli.remedies")
	for i, r := range list {
		lead := fmt.Sprintf("  %d. ", i+1)
		p.para(lead, r.Title, "")
		p.para(strings.Repeat(" ", len(lead)), r.Text, faint)
	}
}

func (p printer) also(list []report.Also) {
	if len(list) == 0 {
		return
	}
	p.heading("cli.also")
	for _, a := range list {
		p.marked("  ", "warning", "", p.say("cli.also.one", "title", a.Title, "sure", a.Sure))
	}
}

// checks lists every measurement in the order of time; those that were not needed take one line.
func (p printer) checks(list []report.Check) {
	p.heading("cli.checks")
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b report.Check) int { return cmp.Compare(a.StartedMs, b.StartedMs) })
	var idle []string
	for _, c := range list {
		if c.State == "skipped" {
			idle = append(idle, c.ID)
			continue
		}
		head := fmt.Sprintf("%-21s%7s %8s", c.ID, report.SpanIn(p.lang, c.StartedMs), "+"+report.SpanIn(p.lang, c.ElapsedMs))
		if p.width < 70 {
			head = strings.Join(strings.Fields(head), " ")
		}
		p.marked("", c.State, head, c.Summary)
	}
	if len(idle) > 0 {
		p.marked("", "skipped", p.say("cli.idle"), strings.Join(idle, ", "))
	}
}
