package agent

import (
	"cmp"
	"slices"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/diagnostics/verdict"
)

// incident is one time of trouble that lasts. Its subject can change from an address to the
// connection.
type incident struct {
	history.Incident
	began   moment
	witness string           // whose recovery ends it; "" for the connection's own
	partial bool             // the connection's, but some addresses were reached all the same
	stored  bool             // the history has it, or could not take it
	told    string           // the title that was told to the person; "" for none yet
	outside history.Incident // as it was handed on last; zero before
	looked  time.Duration
	next    time.Duration // pause before the next examination
}

// close ends the subject's incident and lets go of all that it explained.
func (b *book) close(s *subject, at moment) []order {
	i := s.open
	s.open, s.offline, s.finding = nil, 0, nil
	i.Ended = at.wall
	if i.Ended.Before(i.Began) { // the clock was set back
		i.Ended = i.Began.Add(max(0, at.ran-i.began.ran))
	}
	out := []order{{do: end, address: s.address, incident: i}}
	if s.address != "" {
		return out
	}
	for _, o := range b.subjects {
		if o.under == i {
			o.under = nil
		}
	}
	return append(out, order{do: release})
}

// settle makes an incident of a doubt that lasted and was examined.
func (b *book) settle(s *subject, now moment) []order {
	f := *s.finding
	if !f.wrong() {
		s.excused = now.ran + excuseTime
		return nil
	}
	c := b.connection()
	if s.address == "" || !general(f.Fault) {
		return b.open(s, s.address, now, f)
	}
	var out []order
	if c.open == nil { // it answers, and yet the fault is its own: this address shows it
		c.since = s.since
		out = b.open(c, s.address, now, f)
	}
	s.under = c.open
	return out
}

// open begins the subject's incident. When the connection is down, the youngest trouble of the
// addresses becomes it, and their doubts are over.
func (b *book) open(s *subject, witness string, now moment, f Finding) (out []order) {
	i := &incident{Incident: history.Incident{Began: s.since.wall, Known: now.wall}, began: s.since}
	deed := begin
	if s.address == "" && witness == "" {
		var first *incident
		if first, out = b.takeOver(now); first != nil {
			i, deed = first, amend
		}
		b.fold(i, s.since)
	}
	i.Address, i.witness, i.looked, i.next = s.address, witness, now.ran, lookAgain
	if f.unclear() {
		i.next = lookApart
	}
	s.open = i
	i.say(f)
	out = append(out, order{do: deed, address: s.address, incident: i})
	if f.Document != nil {
		i.Examined = true
		out = append(out, order{do: keep, incident: i, document: f.Document})
	}
	return out
}

// fold puts the addresses' doubts under the connection's incident.
func (b *book) fold(i *incident, since moment) {
	for _, o := range b.subjects {
		switch {
		case o.address == "" || o.open != nil:
		case o.good > 0 && o.lastAt.ran > since.ran:
			i.partial = true
		default:
			o.under, o.bad, o.finding = i, 0, nil
		}
	}
}

// takeOver finds the addresses' incidents that began together with the connection's: the oldest
// becomes it, the others end.
func (b *book) takeOver(now moment) (first *incident, out []order) {
	var young []*subject
	for _, o := range b.subjects {
		if o.address != "" && o.open != nil && now.ran-o.open.began.ran <= sameTrouble {
			young = append(young, o)
		}
	}
	slices.SortFunc(young, func(a, b *subject) int { return cmp.Compare(a.open.began.ran, b.open.began.ran) })
	for n, o := range young {
		if n == 0 {
			first, o.open, o.bad, o.finding = o.open, nil, 0, nil
		} else {
			out = append(out, b.silence(o, now)...)
		}
	}
	return first, out
}

// silence ends an incident that turned out to be a part of another one, without a word.
func (b *book) silence(s *subject, now moment) []order {
	s.open.told = ""
	s.bad = 0
	return b.close(s, now)
}

func (i *incident) say(f Finding) {
	i.Fault, i.Blame, i.Title, i.Sure = f.Fault, f.Blame, f.Title, f.Sure
}

// lasts is a bad probe during an incident: its cause may be another one by now.
func (b *book) lasts(s *subject, now moment) (out []order) {
	i := s.open
	if s.address == "" {
		if s.bad > 1 {
			i.witness = ""
		}
		s.offline = min(max(2*s.offline, offlineLeast), offlineMost)
		out = append(out, order{do: again, address: "", in: min(s.offline, s.every)})
	}
	since := now.ran - i.looked
	changed := s.signed != signOf(s.last) && s.bad >= 2 && since >= lookApart
	if s.examining || b.metered && i.Examined || !changed && since < i.next {
		return out
	}
	if c := b.connection(); s.address != "" && (b.doubtful(now) || c.open != nil) {
		return out
	}
	s.examining, s.signed = true, signOf(s.last)
	i.looked, i.next = now.ran, min(2*i.next, lookAgainMost)
	return append(out, order{do: lookInto, address: s.address})
}

// amends corrects the cause of an incident that lasts.
func (b *book) amends(s *subject, f Finding, now moment) (out []order) {
	i := s.open
	if !f.wrong() && i.Fault == string(verdict.Unclear) && !i.Examined {
		s.bad = 0
		out = b.close(s, now) // it was told before it was examined
		s.excused = now.ran + excuseTime
		return out
	}
	if f.wrong() && s.address != "" && general(f.Fault) && s.bad > 0 {
		return b.generalize(s, f, now)
	}
	better := f.wrong() && !f.unclear() && f.Fault != i.Fault && s.bad > 0
	if better {
		i.say(f)
		out = append(out, order{do: amend, address: s.address, incident: i})
	}
	if f.Document != nil && (better || !i.Examined) {
		i.Examined = true
		out = append(out, order{do: keep, incident: i, document: f.Document})
	}
	return out
}

// generalize makes an address's incident the connection's, or a part of that.
func (b *book) generalize(s *subject, f Finding, now moment) (out []order) {
	c, i := b.connection(), s.open
	if c.open != nil {
		out = b.silence(s, now)
		s.under = c.open
		return out
	}
	s.open, s.under = nil, i
	c.open, c.since, i.Address = i, i.began, ""
	i.say(f)
	out = append(out, order{do: amend, address: "", incident: i})
	if f.Document != nil {
		i.Examined = true
		out = append(out, order{do: keep, incident: i, document: f.Document})
	}
	return out
}
