package gui

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/kept"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform/launch"
)

// place is one of the side bar's places.
type place int

// The places, in the order of the side bar.
const (
	placeCheck place = iota
	placeRoute
	placeCleanUp
	placeHistory
	placeSettings
	places
)

// state is everything that the window shows. Only apply changes it.
type state struct {
	settings settings.Settings
	lang     string
	place    place
	exam     exam
	notice   notice
	guide    guide
	mending  mending
	cleanup  cleanup
	tracing  tracing
	past     past
	watching watching
	kept     []kept.Entry // answers of this computer, the newest first
	browsers []launch.Browser
	still    bool // the system asks for less motion
	tray     bool // the desktop shows icons of programs in the background
	closed   bool
}

// exam is the examination that is shown: none, a running one, or one that has ended.
type exam struct {
	run      int // counts examinations, so that late events of earlier ones are known
	target   diagnostics.Target
	demo     string // the id of the demo that is played
	said     string // what the browser said, as it was typed
	running  bool
	stopped  bool // by the person
	timedOut bool
	elapsed  time.Duration
	progress *examine.Progress
	facts    []diagnostics.Fact // as they arrive, for the details
	started  time.Time
	result   *report.Examination
	document *report.Document
	changes  []string // since the last answer for the same address
	failed   string   // why there is no answer
}

// any reports whether there is something to show.
func (e exam) any() bool { return e.running || e.document != nil || e.failed != "" }

// notice is one sentence beneath the address.
type notice struct {
	text  string
	fault bool
	good  bool   // nothing is wrong: something was done
	file  string // that was saved and can be opened; "" for none
	undo  string // the entry of the log that can be taken back; "" for none
}

// guide is the guided restart of the router: what the person does, and then the wait for the
// network.
type guide struct {
	open    bool
	waiting bool
	seen    string // what the last look at the network showed
}

func newState(set settings.Settings) state {
	return state{settings: set, lang: set.Speaks()}
}

// event is one thing that happened.
type event interface{ on(*state) }

// apply takes an event in.
func (s *state) apply(e event) { e.on(s) }

// The events.
type (
	// began says that an examination was started.
	began struct{ exam exam }
	// learned is one more fact of the running examination.
	learned struct {
		run  int
		fact diagnostics.Fact
	}
	// ticked says that time has passed in the running examination.
	ticked struct {
		run     int
		elapsed time.Duration
	}
	// answered ends an examination with its answer.
	answered struct {
		run      int
		result   report.Examination
		document report.Document
		changes  []string
		stopped  bool
		timedOut bool
	}
	// broke ends an examination without an answer.
	broke struct {
		run  int
		text string
	}
	// opened shows a kept answer.
	opened struct {
		result   report.Examination
		document report.Document
	}
	// noticed shows a sentence beneath the address; the empty one takes it away.
	noticed notice
	// went changes the place.
	went struct{ to place }
	// chose changes the settings.
	chose struct{ settings settings.Settings }
	// reworded brings the answer in another language.
	reworded struct {
		run      int
		document report.Document
		changes  []string
	}
	// listed brings the kept answers.
	listed struct{ entries []kept.Entry }
	// found brings what the system says of itself: its browsers, and whether motion is wanted.
	found struct {
		browsers []launch.Browser
		still    bool
		tray     bool
	}
	// guided changes the guided restart.
	guided struct{ guide guide }
	// waited is another look at a network that is not back yet.
	waited struct {
		run  int
		seen string
	}
)

func (e began) on(s *state) {
	run := s.exam.run + 1
	if s.mending.done == nil { // else the examination is the one after a fix
		s.mending.queue = nil
	}
	s.exam = e.exam
	s.exam.run, s.exam.running = run, true
	s.notice, s.guide = notice{}, guide{}
	s.place = placeCheck
}

func (e learned) on(s *state) {
	if e.run != s.exam.run || !s.exam.running {
		return
	}
	s.exam.progress.Add(e.fact)
	s.exam.facts = append(s.exam.facts, e.fact)
}

func (e ticked) on(s *state) {
	if e.run == s.exam.run && s.exam.running {
		s.exam.elapsed = e.elapsed
	}
}

func (e answered) on(s *state) {
	if e.run != s.exam.run {
		return
	}
	s.exam.running = false
	s.exam.elapsed = e.result.Elapsed
	s.exam.result, s.exam.document, s.exam.changes = &e.result, &e.document, e.changes
	s.exam.stopped, s.exam.timedOut = e.stopped, e.timedOut
	s.helped()
}

func (e broke) on(s *state) {
	if e.run == s.exam.run {
		s.exam.running, s.exam.failed = false, e.text
	}
}

func (e opened) on(s *state) {
	s.exam = exam{
		run: s.exam.run + 1, target: e.result.Facts.Target, started: e.result.Started, elapsed: e.result.Elapsed,
		result: &e.result, document: &e.document,
	}
	s.notice, s.guide = notice{}, guide{}
	s.place = placeCheck
}

func (e waited) on(s *state) {
	if e.run == s.exam.run && s.guide.waiting {
		s.guide.seen = e.seen
	}
}

func (e noticed) on(s *state) { s.notice = notice(e) }
func (e listed) on(s *state)  { s.kept = e.entries }
func (e found) on(s *state)   { s.browsers, s.still, s.tray = e.browsers, e.still, e.tray }
func (e guided) on(s *state)  { s.guide = e.guide }
func (e chose) on(s *state)   { s.settings, s.lang = e.settings, e.settings.Speaks() }
func (e went) on(s *state) {
	to := max(0, min(e.to, places-1))
	if to != s.place {
		s.notice = notice{} // it tells of the place that is left
	}
	s.place = to
}
func (e reworded) on(s *state) {
	if e.run == s.exam.run && s.exam.document != nil {
		s.exam.document, s.exam.changes = &e.document, e.changes
	}
}

// addresses lists the kept addresses that can be shown in a line, the last one first, each once.
func (s *state) addresses() []string {
	var list []string
	for _, e := range s.kept {
		if e.Address != "" && utf8.RuneCountInString(e.Address) <= mostShown && !slices.Contains(list, e.Address) {
			list = append(list, e.Address)
		}
	}
	return list[:min(len(list), 12)]
}

// moves reports whether things in the window may move.
func (s *state) moves() bool { return !s.settings.Still && !s.still }
