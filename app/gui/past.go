package gui

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/checks"
)

// past is what the background checks saw of one address, as the history page shows it.
type past struct {
	run       int // counts looks into the history, so that a late one is known
	seen      int // the look that is shown
	addresses []string
	address   string // that is looked at; "" is the connection in general
	span      time.Duration
	from, to  time.Time
	spans     []history.Span
	incidents []history.Incident
	uptime    history.Uptime
	none      bool   // there is no history yet
	failed    string // why it cannot be read
}

// day is the usual span of the history page.
const day = 24 * time.Hour

// pastSpans are how much of the past can be looked at.
var pastSpans = []time.Duration{time.Hour, 6 * time.Hour, day, 7 * day, 30 * day, 366 * day}

const (
	// pastPieces is about how many summaries a span is shown in.
	pastPieces = 180
	// pastIncidents is how many incidents are listed.
	pastIncidents = 50
	// pastLimit is how long a look into the history may take.
	pastLimit = 10 * time.Second
	// pastAnew is how often a history that is looked at is read again at most.
	pastAnew = 5 * time.Second
)

type (
	// pastAsked begins a look into the history.
	pastAsked struct {
		address string
		span    time.Duration
	}
	// pastSeen is what such a look showed.
	pastSeen struct{ past past }
)

func (e pastAsked) on(s *state) { s.past.run++; s.past.address, s.past.span = e.address, e.span }

func (e pastSeen) on(s *state) {
	if e.past.run == s.past.run {
		s.past, s.past.seen = e.past, e.past.run
	}
}

// recall reads the history of an address and a span of time, and shows it.
func (w *window) recall(address string, span time.Duration) {
	if span == 0 {
		span = day
	}
	w.apply(pastAsked{address, span})
	p, lang := w.state.past, w.state.lang
	p.to = w.now()
	p.from = p.to.Add(-span)
	w.recalled = p.to
	w.aside(func() {
		ctx, cancel := context.WithTimeout(context.Background(), pastLimit)
		defer cancel()
		p.spans, p.incidents, p.uptime, p.none, p.failed = nil, nil, history.Uptime{}, false, ""
		err := p.read(ctx)
		switch {
		case errors.Is(err, history.ErrNone):
			p.none = true
		case err != nil:
			p.failed = say(lang, "window.past.unreadable", "why", report.ErrorText(err, lang))
		}
		w.post(pastSeen{p})
	})
}

// recallAgain reads once more what is looked at, when something may have changed since.
func (w *window) recallAgain() {
	if w.state.place == placeHistory && w.now().Sub(w.recalled) >= pastAnew {
		w.recall(w.state.past.address, w.state.past.span)
	}
}

func (p *past) read(ctx context.Context) error {
	store, err := history.Read(ctx, settings.History())
	if err != nil {
		return err
	}
	defer store.Close()
	if p.addresses, err = store.Addresses(ctx); err != nil {
		return err
	}
	if !slices.Contains(p.addresses, p.address) && len(p.addresses) > 0 {
		p.address = p.addresses[0]
	}
	width := max(time.Minute, (p.to.Sub(p.from) / pastPieces).Truncate(time.Minute))
	if p.spans, err = store.Spans(ctx, p.address, p.from, p.to, width); err != nil {
		return err
	}
	if p.uptime, err = store.Uptime(ctx, p.address, p.from, p.to); err != nil {
		return err
	}
	p.incidents, err = store.Incidents(ctx, nil, p.from, p.to, pastIncidents)
	return err
}

// openIncident shows what was measured when something broke, judged by today's rules; 0 opens none.
func (w *window) openIncident(id int64) {
	if id == 0 {
		return
	}
	lang := w.state.lang
	w.halt()
	w.aside(func() {
		e, d, err := incident(id, lang)
		if err != nil {
			w.post(noticed{text: say(lang, "window.past.no-examination"), fault: true})
			return
		}
		w.post(call(func() { w.showAnswer(e, d) }))
	})
}

// incident reads what was measured at an incident.
func incident(id int64, lang string) (e report.Examination, d report.Document, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), pastLimit)
	defer cancel()
	store, err := history.Read(ctx, settings.History())
	if err != nil {
		return e, d, err
	}
	defer store.Close()
	text, err := store.Examination(ctx, id)
	if err != nil {
		return e, d, err
	}
	if e, err = report.Read(bytes.NewReader(text), checks.All()); err != nil {
		return e, d, err
	}
	d, err = examine.Judge(e, lang)
	return e, d, err
}
