package control

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// Schedule is what the agent's API asks of whoever runs the checks. All methods return at once and may
// be called by many goroutines.
type Schedule interface {
	// Status returns what is known now, and a channel that is closed when that has changed; Latest does
	// both.
	Status() (Status, <-chan struct{})
	// Check begins a check of a watched address, "" for all and the connection in general. It returns
	// ErrUnknown for an address that is not watched.
	Check(address string) error
	// Pause holds the checks until then, UntilTold for longer.
	Pause(until time.Time)
	Resume()
	// Reload reads the settings again; its error is a sentence, and the old settings hold.
	Reload() error
	// File is the settings file that Reload reads.
	File() string
	// Quit asks the process to end.
	Quit()
}

// ErrUnknown means that an address is not among those that are watched.
var ErrUnknown = errors.New("control: this address is not watched")

// UntilTold is a time so far ahead that a pause lasts until somebody ends it.
func UntilTold() time.Time { return time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }

const (
	// maxPause bounds the minutes of a pause: a year.
	maxPause = 366 * 24 * 60
	// maxStreams leaves room for short requests beside those who follow.
	maxStreams = 16
	// streamGap is the least time from one line of a stream to the next, and streamMega what each
	// mebibyte of a line adds to it: a status of ten thousand addresses is long.
	streamGap, streamMega = 200 * time.Millisecond, time.Second
	// streamWrite is how long a reader may leave a line unread.
	streamWrite = 10 * time.Second
)

// Requests of the API. Spans are nanoseconds, as in Status.
type (
	checkRequest struct {
		Address string `json:"address"`
	}
	pauseRequest struct {
		Until   time.Time `json:"until,omitzero"`
		Minutes int       `json:"minutes,omitempty"`
	}
	watchRequest struct {
		Address string        `json:"address"`
		Every   time.Duration `json:"every,omitempty"`
	}
)

// api serves a schedule.
type api struct {
	schedule Schedule
	started  time.Time
	patience time.Duration // with who follows and does not read
	streams  chan struct{} // one place for each
	file     sync.Mutex    // held while the settings file is changed
}

// AgentHandler is what holds the name Agent: GET /v1/status and /v1/events, and POST /v1/check, pause,
// resume, reload, watch, unwatch and quit, which need MayChange. Refusals are short English sentences
// for programs; 409 means that the settings file could not be changed, and says why.
func AgentHandler(s Schedule) http.Handler { return handler(s, streamWrite) }

func handler(s Schedule, patience time.Duration) http.Handler {
	a := &api{schedule: s, started: time.Now().Round(0), streams: make(chan struct{}, maxStreams), patience: patience}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", a.status)
	mux.HandleFunc("GET /v1/events", a.events)
	for path, h := range map[string]func(*http.Request) error{
		"check": a.check, "pause": a.pause, "resume": a.resume, "reload": a.reload,
		"watch": a.watch, "unwatch": a.unwatch,
	} {
		mux.HandleFunc("POST /v1/"+path, change(h))
	}
	mux.HandleFunc("POST /v1/quit", a.quit)
	return mux
}

// change answers a request that changes something.
func change(h func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !MayChange(r.Context()) {
			http.Error(w, "only an administrator may change this", http.StatusForbidden)
			return
		}
		err := h(r)
		var refusal *Error
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case errors.As(err, &refusal):
			http.Error(w, refusal.Text, refusal.Status)
		case errors.Is(err, ErrUnknown):
			http.Error(w, "this address is not watched", http.StatusNotFound)
		default:
			http.Error(w, wire.Printable(err.Error(), 200), http.StatusInternalServerError)
		}
	}
}

// read reads the one JSON document of a request; no body at all is an empty one.
func read(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, more := d.Token(); more == io.EOF {
			return nil
		}
	}
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return &Error{http.StatusRequestEntityTooLarge, "too long"}
	}
	return &Error{http.StatusBadRequest, "not a request"}
}

func (a *api) status(w http.ResponseWriter, _ *http.Request) {
	s, _ := a.schedule.Status()
	s.Started = a.started
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s) // the peer may be gone
}

// events writes each status as a line. A reader that is slow misses what came between, and one that
// does not read at all is left.
func (a *api) events(w http.ResponseWriter, r *http.Request) {
	select {
	case a.streams <- struct{}{}:
		defer func() { <-a.streams }()
	default:
		http.Error(w, "too many follow already", http.StatusServiceUnavailable)
		return
	}
	line := http.NewResponseController(w)
	if line.SetReadDeadline(time.Time{}) != nil {
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	for {
		s, changed := a.schedule.Status()
		s.Started = a.started
		text, err := json.Marshal(s)
		if err != nil || line.SetWriteDeadline(time.Now().Add(a.patience)) != nil {
			return
		}
		if _, err := w.Write(append(text, '\n')); err != nil || line.Flush() != nil {
			return
		}
		gap := streamGap + streamMega*time.Duration(len(text))>>20
		if !wakes(r, time.After(gap)) || !wakes(r, changed) {
			return
		}
	}
}

// wakes waits for a channel, and reports false when the reader is gone first.
func wakes[T any](r *http.Request, c <-chan T) bool {
	select {
	case <-c:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (a *api) check(r *http.Request) error {
	var in checkRequest
	if err := read(r, &in); err != nil {
		return err
	}
	if !validAddress(in.Address) {
		return &Error{http.StatusBadRequest, "not an address"}
	}
	return a.schedule.Check(watched(in.Address))
}

// watched is an address as the settings hold it: without a user name and a password.
func watched(address string) string {
	if t, err := diagnostics.ParseTarget(address); err == nil {
		return t.Input
	}
	return address // "", or one that nobody watches
}

func (a *api) pause(r *http.Request) error {
	var in pauseRequest
	if err := read(r, &in); err != nil {
		return err
	}
	switch {
	case in.Minutes < 0 || in.Minutes > maxPause || in.Minutes > 0 && !in.Until.IsZero():
		return &Error{http.StatusBadRequest, "not a time to pause for"}
	case in.Minutes > 0:
		in.Until = time.Now().Add(time.Duration(in.Minutes) * time.Minute)
	case in.Until.IsZero():
		in.Until = UntilTold()
	}
	a.schedule.Pause(in.Until)
	return nil
}

// bare reads a request that says nothing but itself: one that is cut off does nothing.
func bare(r *http.Request) error { return read(r, &struct{}{}) }

func (a *api) resume(r *http.Request) error {
	err := bare(r)
	if err == nil {
		a.schedule.Resume()
	}
	return err
}

// quit sends its answer before it acts: the end of the process cuts off what is under way.
func (a *api) quit(w http.ResponseWriter, r *http.Request) {
	agreed := false
	change(func(r *http.Request) error {
		err := bare(r)
		agreed = err == nil
		return err
	})(w, r)
	if agreed {
		_ = http.NewResponseController(w).Flush() // a peer that is gone does not keep us
		a.schedule.Quit()
	}
}

func (a *api) reload(r *http.Request) error {
	err := bare(r)
	if err == nil {
		err = conflict(a.schedule.Reload())
	}
	return err
}

// watch adds an address, or gives one that is watched another interval.
func (a *api) watch(r *http.Request) error {
	var in watchRequest
	if err := read(r, &in); err != nil {
		return err
	}
	if !validAddress(in.Address) {
		return &Error{http.StatusBadRequest, "not an address"}
	}
	t, err := diagnostics.ParseTarget(in.Address)
	if err != nil {
		return &Error{http.StatusBadRequest, err.Error()}
	}
	if in.Every != 0 && (in.Every < settings.MinEvery || in.Every > settings.MaxEvery) {
		return &Error{http.StatusBadRequest, "an interval goes from " + settings.Span(settings.MinEvery) + " to " + settings.Span(settings.MaxEvery)}
	}
	return a.edit(func(w *settings.Watch) error {
		if !w.Add(settings.Watched{Address: t.Input, Every: in.Every}) {
			return &Error{http.StatusConflict, "as many addresses are watched as can be"}
		}
		return nil
	})
}

func (a *api) unwatch(r *http.Request) error {
	var in checkRequest
	if err := read(r, &in); err != nil {
		return err
	}
	return a.edit(func(w *settings.Watch) error {
		if !w.Remove(watched(in.Address)) {
			return ErrUnknown
		}
		return nil
	})
}

// edit changes the settings file, and lets the schedule read it again.
func (a *api) edit(change func(*settings.Watch) error) error {
	a.file.Lock()
	defer a.file.Unlock()
	file := a.schedule.File()
	s, err := settings.Load(file)
	if err != nil {
		return conflict(err)
	}
	if err := change(&s.Watch); err != nil {
		return err
	}
	if err := s.Save(file); err != nil {
		return conflict(err)
	}
	return conflict(a.schedule.Reload())
}

// conflict is a refusal for what is wrong with the settings file.
func conflict(err error) error {
	if err == nil {
		return nil
	}
	return &Error{http.StatusConflict, wire.Printable(err.Error(), 200)}
}
