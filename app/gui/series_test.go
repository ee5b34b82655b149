package gui

import (
	"testing"
	"time"
)

func TestSeriesStaysBounded(t *testing.T) {
	var s series
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 5 * 24 * 3600 { // five days, an answer a second
		rtt := float32(10 + i%7)
		if i%100 == 0 {
			rtt = -1
		}
		s.add(at.Add(time.Duration(i)*time.Second), rtt)
	}
	if len(s.answers) > 2*keptAnswers || len(s.minutes) > keptMinutes+60 {
		t.Errorf("%d answers and %d minutes are kept", len(s.answers), len(s.minutes))
	}
	end := at.Add(5 * 24 * time.Hour)
	for _, span := range []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour, 72 * time.Hour} {
		points, apart := s.points(end.Add(-span), end)
		if len(points) == 0 || len(points) > 360 || apart <= 0 {
			t.Errorf("%s: %d points, %s apart", span, len(points), apart)
		}
		for _, p := range points {
			if p.Mean >= 0 && (p.Low > p.Mean || p.Top < p.Mean) {
				t.Fatalf("%s: %+v", span, p)
			}
		}
	}
}

func TestSeriesShowsGapsAndLosses(t *testing.T) {
	var s series
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 60 {
		s.add(at.Add(time.Duration(i)*time.Second), 5)
	}
	for i := range 60 { // an hour later: half of it lost
		rtt := float32(8)
		if i%2 == 0 {
			rtt = -1
		}
		s.add(at.Add(time.Hour+time.Duration(i)*time.Second), rtt)
	}
	points, apart := s.points(at, at.Add(2*time.Hour))
	if len(points) != 2 || points[1].At.Sub(points[0].At) <= apart {
		t.Fatalf("%d points, the gap is closed: %+v", len(points), points)
	}
	if points[0].Lost != 0 || points[1].Lost != 0.5 || points[1].Mean != 8 {
		t.Errorf("%+v", points)
	}
	if got := s.latest(3); len(got) != 3 || got[0] != 8 || got[1] != -1 {
		t.Errorf("the latest are %v", got)
	}
}
