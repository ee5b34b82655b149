package gui

import (
	"time"

	"github.com/waymend/waymend/app/gui/part"
)

// Bounds of what is kept of one hop: every answer of the last quarter of an hour at one a second, and
// three days of minutes.
const (
	keptAnswers = 900
	keptMinutes = 3 * 24 * 60
)

// answerAt is one answer of a hop, or its absence.
type answerAt struct {
	at  time.Time
	rtt float32 // ms; below 0: lost
}

// minute is what a hop answered within one minute.
type minute struct {
	at             time.Time
	low, sum, high float32
	answers, lost  int
}

// series is what is remembered of one hop over time. It does not grow without end.
type series struct {
	answers []answerAt
	minutes []minute
}

// add takes one answer in; rtt below 0 means that it got lost.
func (s *series) add(at time.Time, rtt float32) {
	if s.answers = append(s.answers, answerAt{at, rtt}); len(s.answers) > 2*keptAnswers {
		s.answers = append(s.answers[:0], s.answers[len(s.answers)-keptAnswers:]...)
	}
	start := at.Truncate(time.Minute)
	if n := len(s.minutes); n == 0 || start.After(s.minutes[n-1].at) {
		if s.minutes = append(s.minutes, minute{at: start}); len(s.minutes) > keptMinutes+60 {
			s.minutes = append(s.minutes[:0], s.minutes[len(s.minutes)-keptMinutes:]...)
		}
	}
	m := &s.minutes[len(s.minutes)-1]
	if rtt < 0 {
		m.lost++
		return
	}
	if m.answers == 0 || rtt < m.low {
		m.low = rtt
	}
	m.high, m.sum, m.answers = max(m.high, rtt), m.sum+rtt, m.answers+1
}

// latest are the last values, below 0 where one got lost.
func (s *series) latest(most int) []float32 {
	list := s.answers[max(0, len(s.answers)-most):]
	values := make([]float32, len(list))
	for i, a := range list {
		values[i] = a.rtt
	}
	return values
}

// chartPoints is how many points a chart of any span has at most.
const chartPoints = 300

// points are the series between two moments: single answers for up to ten minutes, else minutes, as
// many together as the chart has room for. The span is how far apart neighbours may be.
func (s *series) points(from, to time.Time) (list []part.ChartPoint, apart time.Duration) {
	if to.Sub(from) <= 10*time.Minute {
		for _, a := range s.answers {
			if a.at.Before(from) || a.at.After(to) {
				continue
			}
			p := part.ChartPoint{At: a.at, Low: a.rtt, Mean: a.rtt, Top: a.rtt}
			if a.rtt < 0 {
				p.Low, p.Top, p.Lost = 0, 0, 1
			}
			list = append(list, p)
		}
		return thin(list), 5 * time.Second
	}
	together := max(1, int(to.Sub(from)/time.Minute)/chartPoints)
	var sum minute
	count := 0
	flush := func() {
		if count > 0 {
			list = append(list, sum.point())
		}
		sum, count = minute{}, 0
	}
	for _, m := range s.minutes {
		if m.at.Before(from.Truncate(time.Minute)) || m.at.After(to) {
			continue
		}
		if count > 0 && m.at.Sub(sum.at) >= time.Duration(together)*time.Minute {
			flush()
		}
		sum.join(m)
		count++
	}
	flush()
	return list, time.Duration(together+1) * time.Minute
}

// thin leaves out points evenly when there are more than a chart has room for; losses stay.
func thin(list []part.ChartPoint) []part.ChartPoint {
	every := (len(list) + chartPoints - 1) / chartPoints
	if every <= 1 {
		return list
	}
	var out []part.ChartPoint
	for i, p := range list {
		if i%every == 0 || p.Lost > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (m *minute) join(o minute) {
	if m.at.IsZero() {
		m.at = o.at
	}
	if o.answers > 0 && (m.answers == 0 || o.low < m.low) {
		m.low = o.low
	}
	m.high, m.sum = max(m.high, o.high), m.sum+o.sum
	m.answers, m.lost = m.answers+o.answers, m.lost+o.lost
}

func (m minute) point() part.ChartPoint {
	p := part.ChartPoint{At: m.at, Low: m.low, Mean: -1, Top: m.high}
	if m.answers > 0 {
		p.Mean = m.sum / float32(m.answers)
	}
	if n := m.answers + m.lost; n > 0 {
		p.Lost = float32(m.lost) / float32(n)
	}
	return p
}
