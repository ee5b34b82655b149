package remedy

import (
	"context"
	"errors"
	"testing"

	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/platform/elevate"
)

// TestWhichStepAsks: a plan says of each line whether an administrator is asked for it.
func TestWhichStepAsks(t *testing.T) {
	s := change.System{Flush: steps(change.Step{Verb: change.FlushResolved}, change.Step{Verb: change.FlushNscd})}
	p, err := find(t, "flush-dns").Plan(t.Context(), computer(s).Host, Target{})
	if err != nil || len(p.Lines) != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	if p.Lines[0].Admin || p.Lines[1].Admin != !elevate.Admin() || p.NeedsAdmin != p.Lines[1].Admin {
		t.Errorf("%+v", p)
	}
}

// TestNoCache: a computer without a cache of names says so, and where one is nevertheless.
func TestNoCache(t *testing.T) {
	s := change.System{Flush: func(context.Context) ([]change.Step, error) { return nil, change.ErrNothing }}
	_, err := find(t, "flush-dns").Plan(t.Context(), computer(s).Host, Target{})
	var show *ShowError
	if !errors.Is(err, ErrNothing) || errors.Is(err, ErrNotHere) || !errors.As(err, &show) || show.Lines[0].Key != "change.note.no-cache" {
		t.Errorf("%v", err)
	}
}
