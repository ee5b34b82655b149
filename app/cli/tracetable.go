package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/whose"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// traceTable writes a route as a table, with what it means below.
type traceTable struct {
	printer
	to     destination
	result func() trace.Result
	port   func() *route.Port
	owners *whose.Book
}

// live composes the view for a width: the table as it is now, and the sentence so far.
func (t *traceTable) live(width int) (plain, painted []string) {
	d := report.NewTrace(t.to.typed, t.result(), t.port(), t.lang)
	d.Identify(t.owners.Of)
	add := func(style, text string) {
		text = t.screen.cut(t.screen.plain(text), width-1)
		plain, painted = append(plain, text), append(painted, t.screen.paint(style, text))
	}
	add(bold, t.head(d))
	rows := 0
	for _, line := range t.lines(d, width-1) {
		add(line.style, line.text)
		rows++
	}
	add("", "")
	if rows <= 1 {
		add(faint, t.say("trace.looking"))
		return plain, painted
	}
	for i, text := range append([]string{d.Verdict.Text}, d.Verdict.Also...) {
		style := ""
		if i == 0 {
			style = bold
		}
		for _, line := range wrap(t.screen.plain(text), width-1) {
			add(style, line)
		}
	}
	return plain, painted
}

// print writes the finished table.
func (t *traceTable) print(d report.Trace) {
	t.para("", t.head(d), bold)
	if d.Method != "" {
		t.para("", d.MethodIn(t.lang), faint)
	}
	if d.Verdict.ID != route.Cannot {
		fmt.Fprintln(t.out)
		for _, line := range t.lines(d, t.width-1) {
			fmt.Fprintln(t.out, t.screen.paint(line.style, t.screen.cut(t.screen.plain(line.text), t.width)))
		}
	}
	fmt.Fprintln(t.out)
	t.para("", d.Verdict.Text, bold)
	for _, text := range d.Verdict.Also {
		t.para("", text, "")
	}
}

func (t *traceTable) head(d report.Trace) string {
	address := d.Address
	if address == d.Target {
		address = ""
	}
	return t.say("trace.route", "target", d.Target, "address", address)
}

type styledLine struct{ style, text string }

// lines is the table: its head, and a row for each hop of each flow.
func (t *traceTable) lines(d report.Trace, width int) (list []styledLine) {
	const widest = 39 // an IPv6 address
	addr := columns(t.say("trace.column.address"))
	for _, f := range d.Flows {
		for _, h := range f.Hops {
			addr = max(addr, columns(lastOf(h.Addresses)))
		}
	}
	addr = min(addr, widest)
	names := t.fitting(d, width-addr)
	head := pad(t.say("trace.column.hop"), 4) + pad(t.say("trace.column.address"), addr)
	for _, n := range names {
		head += "  " + padLeft(t.say("trace.column."+n), cellWidth(n))
	}
	list = append(list, styledLine{faint, head})
	for i, f := range d.Flows {
		if len(d.Flows) > 1 {
			list = append(list, styledLine{faint, t.say("trace.flow", "number", strconv.Itoa(i+1))})
		}
		for _, h := range f.Hops {
			list = append(list, t.row(h, names, addr))
		}
	}
	return list
}

// columnSets are the columns of figures, by how much room there is.
var columnSets = [...][]string{
	{"loss", "sent", "last", "avg", "best", "worst", "jitter"},
	{"loss", "last", "best", "worst"},
	{"loss", "last", "worst"},
	{"loss", "last"},
}

// fitting is the most columns that leave room for the words behind them: what a router does says more
// than its jitter.
func (t *traceTable) fitting(d report.Trace, width int) (names []string) {
	const longest = 36 // names of networks are cut beyond
	words := 0
	for _, f := range d.Flows {
		for _, h := range f.Hops {
			words = max(words, min(columns(t.words(h)), longest))
		}
	}
	for _, names = range columnSets {
		need := 4 + 2 + words
		for _, n := range names {
			need += 2 + cellWidth(n)
		}
		if need <= width {
			break
		}
	}
	return names
}

// cellWidth is wide enough for the heads of the columns in every language that has short words for them.
func cellWidth(column string) int {
	if column == "loss" || column == "sent" {
		return 5
	}
	return 6
}

func (t *traceTable) row(h report.TraceHop, names []string, addr int) styledLine {
	text := fmt.Sprintf("%2d  ", h.TTL) + pad(t.shown(h), addr)
	for _, n := range names {
		text += "  " + padLeft(t.cell(h, n), cellWidth(n))
	}
	style := ""
	if h.RTT == nil {
		style = faint
	}
	return styledLine{style, text + "  " + t.words(h)}
}

// words say whose a hop is, and what is to be known of it.
func (t *traceTable) words(h report.TraceHop) string {
	words := t.say("trace.station." + h.Station)
	if h.Note != "" {
		words += ", " + t.say("trace.note."+h.Note)
	}
	if at, err := time.Parse(time.RFC3339, h.LastFlap); err == nil && h.Note == route.Changed {
		words += " " + at.Local().Format(time.TimeOnly)
	}
	if h.Code != "" {
		words += " " + h.Code
	}
	if who := h.Whose(); who != "" {
		words += ", " + who
	}
	return words
}

func (t *traceTable) shown(h report.TraceHop) string {
	if len(h.Addresses) == 0 {
		return "*"
	}
	return lastOf(h.Addresses)
}

func lastOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

func (t *traceTable) cell(h report.TraceHop, name string) string {
	switch {
	case name == "sent":
		return strconv.Itoa(h.Sent)
	case name == "loss":
		lost := h.Lost
		if h.RTT == nil && lost > 0 {
			lost = h.Sent // nobody waited for the answer to the last one
		}
		if h.Sent == 0 {
			return ""
		}
		return report.Measure(t.lang, fmt.Sprintf("%.0f %%", 100*float64(lost)/float64(h.Sent)))
	case h.RTT == nil:
		return ""
	}
	v := map[string]float64{"last": h.RTT.Last, "avg": h.RTT.Avg, "best": h.RTT.Min, "worst": h.RTT.Max, "jitter": h.RTT.Jitter}[name]
	number := report.Measure(t.lang, strconv.FormatFloat(v, 'f', 1, 64)+" ms")
	return strings.TrimRight(strings.TrimSuffix(number, "ms"), " \u00a0")
}

func pad(s string, n int) string     { return s + strings.Repeat(" ", max(0, n-columns(s))) }
func padLeft(s string, n int) string { return strings.Repeat(" ", max(0, n-columns(s))) + s }
