package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/resources"
)

// redrawEvery is how often the live view may change: faster is not seen, only felt as unrest.
const redrawEvery = 50 * time.Millisecond

// live draws a line for each station that fills in while the checks run. Lines that did not change
// are not drawn again, and each change is one write.
type live struct {
	screen screen
	out    io.Writer
	lang   string
	width  func() int

	mu       sync.Mutex
	progress *examine.Progress
	stations []liveStation // as many as the progress has stages

	drawn []string // the lines on the screen, without colours
	stop  chan struct{}
	done  sync.WaitGroup
}

// liveStation is one line of the view.
type liveStation struct {
	id      diagnostics.Station
	name    string
	state   string // "" while it is looked at
	text    string
	looking bool
}

// startLive shows the view; it returns nil, on which all methods do nothing, where none is wanted.
func startLive(s screen, out io.Writer, plan diagnostics.Plan, lang string) *live {
	if !s.moves {
		return nil
	}
	l := newLive(s, out, plan, lang)
	l.width = s.width
	l.draw()
	l.done.Add(1)
	go l.loop()
	return l
}

func newLive(s screen, out io.Writer, plan diagnostics.Plan, lang string) *live {
	l := &live{screen: s, out: out, lang: lang, stop: make(chan struct{}), progress: examine.NewProgress(plan)}
	for _, stage := range l.progress.Stages {
		name := resources.Text(lang, "station.name."+string(stage.ID), nil)
		l.stations = append(l.stations, liveStation{id: stage.ID, name: name, looking: stage.Looking()})
	}
	return l
}

func (l *live) index(id diagnostics.Station) int {
	return slices.IndexFunc(l.stations, func(s liveStation) bool { return s.id == id })
}

// loop redraws what has changed until the view is ended.
func (l *live) loop() {
	defer l.done.Done()
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.draw()
		case <-l.stop:
			return
		}
	}
}

// add takes one fact in.
func (l *live) add(f diagnostics.Fact) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.progress.Add(f)
	for i, stage := range l.progress.Stages {
		s := &l.stations[i]
		if stage.ID == f.Station && stage.Headline != nil && stage.Headline.ID == f.ID {
			s.text = report.Summary(l.lang, f)
		}
		if s.looking = stage.Looking(); stage.Well() {
			s.state = "ok"
		}
	}
}

// settle shows the stations as the verdict sees them and leaves them on the screen.
func (l *live) settle(stations []report.Station) {
	if !l.end() {
		return
	}
	for _, s := range stations {
		if i := l.index(diagnostics.Station(s.ID)); i >= 0 {
			l.stations[i].state, l.stations[i].text = s.State, s.Summary
		}
	}
	l.draw()
}

// erase takes the view off the screen.
func (l *live) erase() {
	if !l.end() {
		return
	}
	if n := l.rows(l.width()); n > 0 {
		fmt.Fprintf(l.out, "\x1b[%dA\r\x1b[J", n)
	}
	l.drawn = nil
}

// end stops the redrawing; false says that there is no view.
func (l *live) end() bool {
	if l == nil {
		return false
	}
	close(l.stop)
	l.done.Wait()
	return true
}

// rows is how many rows the lines on the screen take now: a terminal that was made narrower has
// wrapped them.
func (l *live) rows(width int) (n int) {
	for _, line := range l.drawn {
		n += max(1, (columns(line)+width-1)/width)
	}
	return n
}

func (l *live) draw() {
	l.mu.Lock()
	defer l.mu.Unlock()
	width := l.width()
	plain, painted := l.lines(width)
	wrapped := l.rows(width) != len(l.drawn)
	if !wrapped && slices.Equal(plain, l.drawn) {
		return
	}
	var b strings.Builder
	switch {
	case len(l.drawn) == 0:
		for _, line := range painted {
			b.WriteString(line + "\n")
		}
	case wrapped:
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", l.rows(width))
		for _, line := range painted {
			b.WriteString(line + "\n")
		}
	default:
		for i, line := range plain {
			if line != l.drawn[i] {
				up := len(plain) - i
				fmt.Fprintf(&b, "\x1b[%dA\r%s\x1b[K\x1b[%dB\r", up, painted[i], up)
			}
		}
	}
	l.drawn = plain
	io.WriteString(l.out, b.String())
}

// lines composes the view for a width; one column stays free, where some terminals wrap early.
func (l *live) lines(width int) (plain, painted []string) {
	names := 0
	for _, s := range l.stations {
		names = max(names, columns(s.name))
	}
	for _, s := range l.stations {
		text := s.text
		if text == "" && s.state == "" && s.looking {
			text = resources.Text(l.lang, "cli.looking", nil)
		}
		p, c := l.screen.station(s.state, s.name, l.screen.plain(text), names, width-1)
		plain, painted = append(plain, p), append(painted, c)
	}
	return plain, painted
}

// station composes one line: mark, name, what was seen; cut to the width.
func (s screen) station(state, name, text string, names, width int) (plain, painted string) {
	sign, style := s.mark(state)
	gap := strings.Repeat(" ", max(names-columns(name), 0))
	rest := s.cut(name+gap+"  "+text, width-2)
	if text == "" {
		rest = s.cut(name, width-2)
	}
	return sign + " " + rest, s.paint(style, sign) + " " + rest
}
