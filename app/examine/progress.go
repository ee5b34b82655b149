package examine

import (
	"slices"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
)

// Progress follows an examination station by station while it runs. What a failed check means for
// its station is known only when all is judged, so until then a station has a headline at most, and
// is well only when none of its checks had a doubt. It is not safe for concurrent use.
type Progress struct {
	Stages []Stage // in the order of the way
}

// Stage is what is known of one station so far.
type Stage struct {
	ID       diagnostics.Station
	Left     int               // checks that have not ended
	Headline *diagnostics.Fact // the fact whose summary stands for the station; nil until it is known
	Doubts   bool              // a check of it did not end well
}

// Well reports whether all checks of the station have ended, and none with a doubt.
func (s Stage) Well() bool { return s.Left == 0 && !s.Doubts && s.Headline != nil }

// Looking reports whether checks of the station are still running.
func (s Stage) Looking() bool { return s.Left > 0 }

// NewProgress begins to follow an examination by the plan.
func NewProgress(plan diagnostics.Plan) *Progress {
	p := &Progress{}
	for _, id := range diagnostics.Stations {
		p.Stages = append(p.Stages, Stage{ID: id})
	}
	for _, id := range plan.IDs() {
		if s := p.stage(plan.Station(id)); s != nil {
			s.Left++
		}
	}
	return p
}

func (p *Progress) stage(id diagnostics.Station) *Stage {
	if i := slices.IndexFunc(p.Stages, func(s Stage) bool { return s.ID == id }); i >= 0 {
		return &p.Stages[i]
	}
	return nil
}

// Add takes one fact in.
func (p *Progress) Add(f diagnostics.Fact) {
	s := p.stage(f.Station)
	if s == nil {
		return
	}
	s.Left--
	s.Doubts = s.Doubts || f.State == diagnostics.Warning || f.State == diagnostics.Failed
	if headlines[f.ID] && f.Value != nil {
		s.Headline = &f
	}
}

// headlines are the checks whose summaries stand for their stations while the others still run.
var headlines = map[diagnostics.ID]bool{
	checks.Links.ID: true, checks.RouterEcho.ID: true, checks.Anchors4.ID: true, checks.SystemLookup.ID: true, checks.Site.ID: true,
}
