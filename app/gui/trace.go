package gui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// traceVariable names the file to which the window writes what it shows, one JSON object a line, so
// that tests of the real window need no fixed waits and read no pixels. It holds addresses: nobody but
// a test sets it.
const traceVariable = "WAYMEND_TRACE_WINDOW"

// trace writes down what the window shows. A nil trace does nothing. Its methods run on Fyne's main
// goroutine.
type trace struct {
	file  *os.File
	turns int // of the event loop
	turn  time.Time
	state []byte // as it was last written
	focus tracedFocus

	focused fyne.Focusable
	run     int // after which memory was last collected
}

// tracedLine is one line; what has not changed is left out.
type tracedLine struct {
	At        float64         `json:"at_ms"` // since 1970
	State     json.RawMessage `json:"state,omitempty"`
	Focus     *tracedFocus    `json:"focus,omitempty"`
	First     bool            `json:"first_frame,omitempty"` // the first frame was drawn
	Gap       float64         `json:"gap_ms,omitempty"`      // between two turns of the event loop, when longer than two frames
	Collected int             `json:"collected,omitempty"`   // the number of the examination after which all garbage was returned to the system
}

type tracedState struct {
	Place    string            `json:"place"`
	Run      int               `json:"run"`
	Running  bool              `json:"running"`
	Stopped  bool              `json:"stopped"`
	Facts    int               `json:"facts"`
	Input    string            `json:"input"` // what is examined
	Fault    string            `json:"fault"`
	Blame    string            `json:"blame"`
	Title    string            `json:"title"`
	Stations map[string]string `json:"stations"`
	Failed   string            `json:"failed"`
	Typed    string            `json:"typed"` // in the field for the address
	Details  bool              `json:"details"`
	Sheet    bool              `json:"sheet"`
	Over     int               `json:"over"` // things that lie over the page: sheets and menus
	Guide    bool              `json:"guide"`
	Kept     int               `json:"kept"`
	Notice   string            `json:"notice"`
	Language string            `json:"language"`
	Theme    string            `json:"theme"`
	Dark     bool              `json:"dark"`
	Width    float32           `json:"width"`
	Height   float32           `json:"height"`
	Scale    float32           `json:"scale"`
}

// tracedFocus is what has the keyboard, with its place in Fyne's units.
type tracedFocus struct {
	ID     string  `json:"id"` // tells widgets of the same text apart
	Type   string  `json:"type"`
	Text   string  `json:"text"`
	X      float32 `json:"x"`
	Y      float32 `json:"y"`
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// memoryEvery is after how many examinations garbage is collected, so that what is left can be compared.
const memoryEvery = 5

// newTrace opens the file that the environment names, if it names one.
func newTrace() *trace {
	path := os.Getenv(traceVariable)
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil
	}
	return &trace{file: file}
}

// measured is called in each turn of the event loop of builds for measuring; else it is nil.
var measured func(*window)

// start follows the event loop: an animation that moves nothing is called once in each of its turns,
// and a frame is drawn, if there is anything new, after it.
func (t *trace) start(w *window) {
	if t == nil {
		return
	}
	loop := fyne.NewAnimation(time.Second, func(float32) { t.looped(w) })
	loop.RepeatCount = fyne.AnimationRepeatForever
	loop.Start()
}

// focusEvery is after how many turns the place of what has the keyboard is looked at again.
const focusEvery = 6

// longTurn is two frames.
const longTurn = 2 * time.Second / 60

func (t *trace) looped(w *window) {
	now := time.Now()
	t.turns++
	switch gap := now.Sub(t.turn); {
	case t.turns == 2:
		t.write(tracedLine{First: true})
	case t.turns > 2 && gap > longTurn:
		t.write(tracedLine{Gap: float64(gap.Microseconds()) / 1000})
	}
	t.turn = now
	if measured != nil {
		measured(w)
	}
	t.rendered(w)
	focused := w.win.Canvas().Focused()
	if focused == t.focused && t.turns%focusEvery != 0 {
		return
	}
	t.focused = focused
	if f := focusOf(focused); f != t.focus {
		t.focus = f
		t.write(tracedLine{Focus: &f})
	}
}

// rendered notes what is shown when that is new.
func (t *trace) rendered(w *window) {
	if t == nil {
		return
	}
	state, err := json.Marshal(stateTraced(w))
	if err != nil || bytes.Equal(state, t.state) {
		return
	}
	t.state = state
	t.write(tracedLine{State: state})
	if e := w.state.exam; e.demo != "" && !e.running && e.document != nil && e.run%memoryEvery == 0 && e.run != t.run {
		t.run = e.run
		debug.FreeOSMemory()
		t.write(tracedLine{Collected: e.run})
	}
}

func (t *trace) write(l tracedLine) {
	l.At = float64(time.Now().UnixMicro()) / 1000
	line, err := json.Marshal(l)
	if err == nil {
		_, _ = t.file.Write(append(line, '\n'))
	}
}

func stateTraced(w *window) tracedState {
	s, e := &w.state, &w.state.exam
	c := w.win.Canvas()
	now := tracedState{
		Place: [places]string{"check", "route", "cleanup", "history", "settings"}[s.place],
		Run:   e.run, Running: e.running, Stopped: e.stopped, Facts: len(e.facts), Input: e.target.Input, Failed: e.failed,
		Typed: w.view.check.entry.Text, Details: w.view.check.details.fold.Open(), Sheet: w.sheet != nil, Over: len(c.Overlays().List()),
		Guide: s.guide.open, Kept: len(s.kept), Notice: s.notice.text, Language: s.lang, Theme: s.settings.Theme,
		Dark: dark(w.app.Settings()), Width: c.Size().Width, Height: c.Size().Height, Scale: c.Scale(),
	}
	if d := e.document; d != nil {
		now.Fault, now.Blame, now.Title = d.Verdict.Fault, d.Verdict.Blame, d.Verdict.Title
		now.Stations = map[string]string{}
		for _, st := range d.Stations {
			now.Stations[st.ID] = st.State
		}
	}
	return now
}

// dark reports whether the window is painted on a dark ground.
func dark(s fyne.Settings) bool {
	r, _, _, _ := s.Theme().Color(theme.ColorNameBackground, s.ThemeVariant()).RGBA()
	return r < 1<<15
}

// focusOf tells what has the keyboard, in words where it has any.
func focusOf(focused fyne.Focusable) tracedFocus {
	if focused == nil {
		return tracedFocus{}
	}
	f := tracedFocus{ID: fmt.Sprintf("%p", focused), Type: strings.TrimLeft(fmt.Sprintf("%T", focused), "*")}
	for _, name := range []string{"Text", "PlaceHolder", "Selected"} { // of Fyne's widgets, and of ours around them
		if field := reflect.ValueOf(focused).Elem().FieldByName(name); field.Kind() == reflect.String && field.Len() > 0 {
			f.Text = field.String()
		}
	}
	if o, ok := focused.(fyne.CanvasObject); ok {
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
		f.X, f.Y, f.Width, f.Height = at.X, at.Y, o.Size().Width, o.Size().Height
	}
	return f
}
