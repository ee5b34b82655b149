package agent

import (
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/verdict"
	"github.com/waymend/waymend/diagnostics/wire"
)

// Finding is what a whole examination said.
type Finding struct {
	Fault, Blame string
	Title        string // the answer in one sentence
	Sure         float64
	Document     []byte // the report with all measurements, in JSON
}

// unclear is the finding where none could be had.
func (f Finding) unclear() bool { return f.Fault == "" || f.Fault == string(verdict.Unclear) }

// wrong reports whether somebody has to mend something.
func (f Finding) wrong() bool {
	return f.Fault != string(verdict.OK) && f.Blame != string(verdict.Nobody)
}

// moment is one point in time: by a clock that nobody sets, and by the one on the wall.
type moment struct {
	ran  time.Duration // since the agent began; time asleep may be missing
	wall time.Time
}

// deed is something that the book wants done.
type deed int

const (
	again    deed = iota // probe the address after a while
	lookInto             // run the whole examination of the address
	begin                // an incident began and is known
	amend                // its cause turned out to be another one
	keep                 // the document is to be kept with the incident
	end                  // it is over
	release              // the connection is back: probe everything
)

// order is one deed for one address.
type order struct {
	do       deed
	address  string
	in       time.Duration // again: from now
	incident *incident     // begin, amend, keep, end
	document []byte        // keep
}

// book keeps what is known of every address and decides what is an incident. It is pure: results go
// in, orders come out, and the time is what the caller says.
//
// A bad probe raises a doubt, and is repeated soon. While the doubt lasts, the connection in general
// is asked too; when that is bad, the addresses have to wait for its answer. A doubt that is
// confirmed is examined, and becomes an incident when it has lasted as long as its kind demands.
type book struct {
	subjects map[string]*subject
	pending  map[*subject]time.Duration // until when their examination is waited for
	metered  bool                       // one examination an incident
	unknown  func(address string) string
}

// subject is one address, or the connection.
type subject struct {
	address   string
	every     time.Duration
	bad, good int    // probes of that kind since the last change
	since     moment // the first of them
	last      probe.Result
	lastAt    moment
	examining bool
	finding   *Finding      // of the present doubt
	signed    sign          // what the probe had seen when it was examined
	excused   time.Duration // until then an examination outweighs bad probes
	open      *incident
	under     *incident // the connection's, which explains this one's trouble
	offline   time.Duration
}

// sign is what a bad probe looked like.
type sign struct {
	ended probe.Step
	kind  string
}

func signOf(r probe.Result) sign { return sign{r.Ended, string(r.Kind)} }

// newBook begins a book; unknown is the title of an incident whose examination has not ended.
func newBook(unknown func(address string) string) *book {
	b := &book{subjects: map[string]*subject{}, pending: map[*subject]time.Duration{}, unknown: unknown}
	b.watch("", time.Minute)
	return b
}

// watch adds an address, or changes its interval.
func (b *book) watch(address string, every time.Duration) {
	s, ok := b.subjects[address]
	if !ok {
		s = &subject{address: address}
		b.subjects[address] = s
	}
	s.every = every
}

// forget drops an address; its incident ends with what is known.
func (b *book) forget(address string, now moment) (out []order) {
	s, ok := b.subjects[address]
	if !ok || address == "" {
		return nil
	}
	if s.open != nil {
		out = append(out, b.close(s, now)...)
	}
	if c := b.connection(); c.open != nil && c.open.witness == address {
		out = append(out, b.close(c, now)...)
	}
	delete(b.subjects, address)
	delete(b.pending, s)
	return out
}

// resume takes up an incident that lasted when the agent ended; nil when its address is not watched
// any more.
func (b *book) resume(i history.Incident, now moment) *incident {
	s, ok := b.subjects[i.Address]
	if !ok || s.open != nil {
		return nil
	}
	s.open = &incident{Incident: i, began: moment{now.ran - now.wall.Sub(i.Began), i.Began}, witness: i.Address, stored: true, told: i.Title, looked: now.ran, next: lookAgain}
	return s.open
}

// needs reports whether an examination of the address can still tell anything.
func (b *book) needs(address string) bool {
	s, ok := b.subjects[address]
	return ok && s.bad > 0 && s.under == nil
}

func (b *book) connection() *subject { return b.subjects[""] }

// down reports whether the connection is known to be down, so that asking anybody else is idle.
func (b *book) down() bool {
	c := b.connection()
	return c.open != nil && c.open.witness == "" && !c.open.partial && c.good == 0
}

// doubtful reports whether the connection's own answer is still out.
func (b *book) doubtful(now moment) bool {
	c := b.connection()
	return c.bad > 0 && c.open == nil && c.excused <= now.ran
}

// probed takes the result of a probe.
func (b *book) probed(r probe.Result, now moment) []order {
	s, ok := b.subjects[r.Address]
	if !ok {
		return nil
	}
	s.lastAt = now
	if r.Void() || r.Kind == wire.Unsupported {
		return nil
	}
	s.last = r
	if r.Well() {
		return b.well(s, now)
	}
	return b.ill(s, now)
}

func (b *book) well(s *subject, now moment) []order {
	if s.good == 0 {
		s.since = s.started(now)
	}
	s.good, s.bad = s.good+1, 0
	s.finding, s.excused = nil, 0
	owner := s
	if c := b.connection(); s.open == nil && c.open != nil && c.open.witness == s.address {
		owner = c
	}
	if s.under != owner.open {
		s.under = nil
	}
	if owner.open == nil || owner.open.witness != s.address {
		return nil
	}
	wait := confirmAfter(patience(s.last, owner.open.Blame, s.every))
	if s.good < 2 || now.ran-s.since.ran < wait {
		return []order{{do: again, address: s.address, in: wait}}
	}
	return b.close(owner, s.since)
}

func (b *book) ill(s *subject, now moment) []order {
	if s.bad == 0 {
		s.since = s.started(now)
	}
	s.bad, s.good = s.bad+1, 0
	if s.open != nil {
		return b.lasts(s, now)
	}
	if s.address != "" && b.explained(s) {
		return nil
	}
	return b.doubt(s, now)
}

// started is when the probe began whose result has come now.
func (s *subject) started(now moment) moment {
	return moment{now.ran - s.last.Took, now.wall.Add(-s.last.Took)}
}

// explained folds an address's trouble under the connection's where that accounts for it.
func (b *book) explained(s *subject) bool {
	c := b.connection()
	switch {
	case c.open == nil:
		s.under = nil
	case b.down():
		s.under = c.open
	case s.under == nil: // the connection answers; whoever shows the witness's sign has its fault
		if w, ok := b.subjects[c.open.witness]; ok && c.open.witness != "" && signOf(w.last) == signOf(s.last) && w.bad > 0 {
			s.under = c.open
		}
	}
	return s.under != nil
}

// doubt decides what to do about a subject that is bad and has no incident.
func (b *book) doubt(s *subject, now moment) (out []order) {
	if s.excused > now.ran {
		return nil
	}
	if s.excused != 0 { // the trouble outlasted the excuse: the same question anew
		s.excused, s.finding = 0, nil
	}
	blame := ""
	if s.finding != nil {
		blame = s.finding.Blame
	}
	wait := patience(s.last, blame, s.every)
	lasted, late := now.ran-s.since.ran, latest(wait, s.every)
	out = append(out, order{do: again, address: s.address, in: b.pause(s, wait)})
	if s.address != "" {
		if b.doubtful(now) {
			return out // the connection's answer comes first
		}
		if b.connection().lastAt.ran < s.since.ran && lasted < late {
			return append(out, order{do: again, address: ""})
		}
	}
	if s.bad < 2 {
		return out
	}
	if s.finding == nil {
		if !s.examining {
			s.examining, s.signed = true, signOf(s.last)
			b.pending[s] = s.since.ran + late
			out = append(out, order{do: lookInto, address: s.address})
		}
		return out // see late
	}
	if lasted < wait {
		return out
	}
	return append(out, b.settle(s, now)...)
}

// pause is how long a doubt waits for its next probe: short at first, so that it is soon known to be
// none.
func (b *book) pause(s *subject, wait time.Duration) time.Duration {
	if s.bad > 2 {
		return min(confirmMost, s.every)
	}
	return min(confirmAfter(wait), max(s.every/8, confirmLeast))
}

// nextLate is when late has something to do; false for never.
func (b *book) nextLate() (next time.Duration, ok bool) {
	for _, at := range b.pending {
		if !ok || at < next {
			next, ok = at, true
		}
	}
	return next, ok
}

// late opens the incidents whose examination takes too long to be waited for.
func (b *book) late(now moment) (out []order) {
	for s, at := range b.pending {
		if at > now.ran {
			continue
		}
		if s.address != "" && b.doubtful(now) {
			b.pending[s] = now.ran + confirmLeast
			continue
		}
		delete(b.pending, s)
		if s.bad > 1 && s.open == nil && s.under == nil && s.finding == nil {
			out = append(out, b.open(s, s.address, now, b.unclear(s.address))...)
		}
	}
	return out
}

// unclear is what stands for an answer until an examination has one.
func (b *book) unclear(address string) Finding {
	return Finding{Fault: string(verdict.Unclear), Blame: string(verdict.Unknown), Title: b.unknown(address)}
}

// examined takes what an examination said; nil when it could not be carried out.
func (b *book) examined(address string, f *Finding, now moment) []order {
	s, ok := b.subjects[address]
	if !ok {
		return nil
	}
	s.examining = false
	delete(b.pending, s)
	if f == nil {
		none := b.unclear(address)
		f = &none
	}
	if s.open != nil {
		return b.amends(s, *f, now)
	}
	if s.bad == 0 || s.under != nil {
		return nil // it is over, or another trouble
	}
	s.finding = f
	if address != "" && b.doubtful(now) || now.ran-s.since.ran < patience(s.last, f.Blame, s.every) {
		return nil // the next probe goes on
	}
	return b.settle(s, now)
}
