// Package agent is what watches in the background: it probes any number of addresses and the
// connection in general by a timetable, tells incidents from noise, has the whole examination run
// when something breaks, and keeps all that in the history. It is the one schedule, whether the tray's
// process or a service of the system runs it.
//
// It measures and judges nothing itself, opens no socket, and draws nothing: probes, examinations,
// history and notifications are given to it.
package agent

import (
	"context"
	"sync"
	"time"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/platform"
)

// Prober makes the light checks; *probe.Prober is one.
type Prober interface {
	// ProbeAll makes all the probes and hands over each result as it comes.
	ProbeAll(ctx context.Context, jobs []probe.Job, got func(i int, r probe.Result))
	// Changed tells that the network is another one.
	Changed()
	Close()
}

// Store keeps what was seen; *history.Store is one.
type Store interface {
	Add(context.Context, []probe.Result) error
	Begin(ctx context.Context, i history.Incident, examination []byte) (id int64, err error)
	Amend(context.Context, history.Incident) error
	End(ctx context.Context, id int64, at time.Time) error
	SetExamination(ctx context.Context, id int64, examination []byte) error
	Lasting(context.Context) ([]history.Incident, error)
	Thin(ctx context.Context, now time.Time) error
}

// Examiner runs the whole examination of a target, None for the connection in general, and says what
// it found; nil when there was no time for an answer.
type Examiner func(ctx context.Context, t diagnostics.Target, s settings.Settings) *Finding

// Notice is one notification. One with the incident of another takes its place.
type Notice struct {
	Incident int64 // 0 when the history could not keep it
	Title    string
	Body     string
	Over     bool // the incident ended
}

// Options is what an agent works with. Only NewProber and Examine have to be there.
type Options struct {
	Settings settings.Settings
	File     string                            // that Reload reads; "" for none
	Load     func() (settings.Settings, error) // reads it; nil for settings.Load(File)
	Lang     string                            // of the texts; "" for what the settings say
	Version  string
	Seen     string // "person" or "machine"
	Host     platform.Host
	// NewProber makes the prober for the settings.
	NewProber func(settings.Settings) Prober
	Examine   Examiner
	Store     Store                         // nil: nothing is kept
	Notify    func(context.Context, Notice) // nil: nobody is told
	// Observe is handed every result and must not wait; nil for nobody.
	Observe func(probe.Result)
	// Incident is handed every incident that begins, changes or ends, and must not wait; nil for nobody.
	Incident func(history.Incident)
	// Quit is what Agent.Quit calls; nil does nothing.
	Quit func()
	// Rest gives memory back that was needed for a moment: after a round of probes, and after much more
	// than that. nil does nothing.
	Rest func(much bool)
	// Wall is the clock on the wall; nil means time.Now.
	Wall func() time.Time
}

// Agent is a schedule. It implements control.Schedule. Its methods may be called by many goroutines,
// also before Run has begun and after it has ended.
type Agent struct {
	o    Options
	base time.Time // when it began, by the clock that nobody sets

	mu        sync.Mutex
	settings  settings.Settings
	lang      string
	targets   map[string]diagnostics.Target
	table     *timetable
	book      *book
	prober    Prober
	paused    time.Time
	metered   bool
	recheck   bool // the network changed: all are asked again once the connection is known to be well
	checking  int  // checks that a person asked for and that are under way
	examining int
	exams     []string // waiting
	slept     time.Duration
	rested    time.Duration // when memory was given back
	fileSeen  fileMark
	looked    time.Duration // when the settings file was
	changed   chan struct{}

	ctx    context.Context // of Run; nil before and after
	work   sync.WaitGroup
	kick   chan struct{}
	keeper *keeper
	notes  chan Notice
}

var _ control.Schedule = (*Agent)(nil)

// New makes an agent. Nothing is sent before Run.
func New(o Options) *Agent {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Rest == nil {
		o.Rest = func(bool) {}
	}
	if o.Load == nil {
		o.Load = func() (settings.Settings, error) { return settings.Load(o.File) }
	}
	a := &Agent{
		o: o, base: time.Now(), targets: map[string]diagnostics.Target{}, table: newTimetable(),
		kick: make(chan struct{}, 1), notes: make(chan Notice, maxNotices),
	}
	a.book = newBook(a.unknownTitle)
	a.keeper = newKeeper(o.Store, o.Wall, a.kept, a.doze)
	a.keeper.told = o.Incident
	a.prober = o.NewProber(o.Settings)
	a.fileSeen = markOf(o.File)
	a.apply(o.Settings)
	return a
}

// now is the present moment.
func (a *Agent) now() moment { return moment{time.Since(a.base), a.o.Wall()} }

// apply takes over settings. The caller holds the lock, or is alone.
func (a *Agent) apply(s settings.Settings) {
	a.settings = s
	if a.lang = a.o.Lang; a.lang == "" {
		a.lang = s.Speaks()
	}
	now := a.now()
	wanted := map[string]time.Duration{"": s.Watch.Every}
	targets := map[string]diagnostics.Target{"": {}}
	for _, w := range s.Watch.Addresses {
		t, err := diagnostics.ParseTarget(w.Address)
		if err != nil {
			continue // the settings were checked when they were read
		}
		wanted[w.Address], targets[w.Address] = s.Watch.Every, t
		if w.Every > 0 {
			wanted[w.Address] = w.Every
		}
	}
	for address := range a.targets {
		if _, still := wanted[address]; !still {
			a.table.remove(address)
			a.carryOut(a.book.forget(address, now))
		}
	}
	a.targets = targets
	for address, every := range wanted {
		a.table.set(address, every, now.ran)
		a.book.watch(address, every*time.Duration(a.table.stretch))
	}
}

// Check begins a check of a watched address, "" for all and the connection in general.
func (a *Agent) Check(address string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.targets[address]; !ok {
		return control.ErrUnknown
	}
	if a.ctx == nil {
		return nil
	}
	now := a.now().ran
	var batch []job
	for _, e := range a.table.entries {
		if (address == "" || e.address == address || e.address == "") && !e.running {
			batch = append(batch, a.jobOf(e, now))
		}
	}
	a.checking++
	a.start(batch, func() { a.checking-- })
	a.tellChange()
	return nil
}

// Pause holds the checks until then.
func (a *Agent) Pause(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.paused = until.Round(0)
	a.tellChange()
	a.wake()
}

// Resume ends a pause; everything is checked soon.
func (a *Agent) Resume() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.resume()
	a.wake()
}

func (a *Agent) resume() {
	a.paused = time.Time{}
	a.table.all(a.now().ran)
	a.tellChange()
}

// Reload reads the settings again.
func (a *Agent) Reload() error {
	mark := markOf(a.o.File)
	s, err := a.o.Load()
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fileSeen = mark
	old := a.prober
	a.prober = a.o.NewProber(s)
	time.AfterFunc(proberRest, old.Close)
	a.apply(s)
	a.tellChange()
	a.wake()
	return nil
}

// proberRest is how long a prober goes on for the probes that it has begun.
const proberRest = 30 * time.Second

// File is the settings file.
func (a *Agent) File() string { return a.o.File }

// Quit asks the process to end.
func (a *Agent) Quit() {
	if a.o.Quit != nil {
		a.o.Quit()
	}
}

// wake lets the loop look at the timetable anew.
func (a *Agent) wake() {
	select {
	case a.kick <- struct{}{}:
	default:
	}
}
