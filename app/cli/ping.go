package cli

import (
	"context"
	"fmt"
	"sync"

	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// ping is the command "ping": the target alone, measured again and again.
func ping(ctx context.Context, c *call) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	to, o, err := c.traceOptions(ctx)
	if err != nil {
		return err
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	p := c.printer(set.Speaks())
	endless := c.flags.trace.count == 0 && p.screen.terminal && !c.flags.json
	o.Direct = true
	if o.Rounds = c.flags.trace.count; o.Rounds == 0 && !endless {
		o.Rounds = reportRounds
	}
	if o.Interval == 0 {
		o.Interval = liveInterval
	}
	t := trace.New(o)
	w := &pingWriter{printer: p, call: c}
	if !c.flags.json {
		d := report.NewTrace(to.typed, t.Result(), nil, p.lang)
		p.para("", (&traceTable{printer: p}).head(d), bold)
		c.out.Flush()
	}
	r := t.Run(ctx, w.add)
	d := report.NewPing(to.typed, r, p.lang)
	if c.flags.json {
		text, err := d.JSON()
		if err != nil {
			return fmt.Errorf("the answer cannot be written as JSON: %w", err)
		}
		c.out.Write(text)
	} else {
		w.summary(d)
	}
	switch {
	case ctx.Err() != nil && !endless:
		return codeError{code: exitInterrupted}
	case d.Received == 0 && c.flags.json:
		return codeError{exitFault, d.Text}
	case d.Received == 0:
		return codeError{code: exitFault}
	}
	return nil
}

// pingWriter writes a line for each answer, and for each that is missing.
type pingWriter struct {
	printer
	call *call
	mu   sync.Mutex
	n    int
}

func (w *pingWriter) add(e trace.Event) {
	if w.call.flags.json {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
	lead := fmt.Sprintf("%4d  ", w.n)
	switch {
	case e.Lost:
		w.para(lead, w.say("ping.lost"), faint)
	case e.Code != "":
		w.para(lead, w.say("ping.refused", "address", e.From.String(), "code", e.Code), "")
	default:
		w.para(lead, w.say("ping.answer", "address", e.From.String(), "rtt", report.SpanIn(w.lang, float64(e.RTT))), "")
	}
	w.call.out.Flush()
}

func (w *pingWriter) summary(d report.Ping) {
	fmt.Fprintln(w.out)
	if d.Received == 0 {
		w.para("", d.Text, bold)
		return
	}
	w.para("", d.Text, bold)
	span := func(ms float64) string { return report.SpanIn(w.lang, ms) }
	w.para("", w.say("ping.times", "best", span(d.RTT.Min), "avg", span(d.RTT.Avg), "worst", span(d.RTT.Max), "jitter", span(d.RTT.Jitter)), "")
}
