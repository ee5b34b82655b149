package examine_test

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/app/demo"
	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/verdict"
	"github.com/waymend/waymend/platform"
)

type partial struct {
	Ended bool `json:"ended"`
}

// waits is a check that goes on until its context ends, and hands over what it has by then.
var waits = &diagnostics.Check[partial]{ID: "test.waits", Station: diagnostics.Website, Run: func(ctx context.Context, _ *diagnostics.Env) (partial, error) {
	<-ctx.Done()
	return partial{true}, nil
}}

// deaf is a check that does not heed its context.
var deaf = &diagnostics.Check[partial]{ID: "test.deaf", Station: diagnostics.Website, Run: func(context.Context, *diagnostics.Env) (partial, error) {
	time.Sleep(time.Hour)
	return partial{true}, nil
}}

var fails = &diagnostics.Check[partial]{ID: "test.fails", Station: diagnostics.Website, Run: func(context.Context, *diagnostics.Env) (partial, error) {
	return partial{}, errors.New("broken")
}}

func TestRunEndsWithItsChecks(t *testing.T) {
	var got []diagnostics.ID
	facts, _ := examine.Run(t.Context(), new(diagnostics.Env), diagnostics.Plan{fails}, func(f diagnostics.Fact) { got = append(got, f.ID) })
	if f, ok := facts.Fact("test.fails"); !ok || f.State != diagnostics.Unknown || !slices.Equal(got, []diagnostics.ID{"test.fails"}) {
		t.Errorf("%+v, sink got %v", facts.All(), got)
	}
}

func TestRunWithoutSinkOrChecks(t *testing.T) {
	if facts, _ := examine.Run(t.Context(), new(diagnostics.Env), nil, nil); len(facts.All()) != 0 {
		t.Errorf("%+v", facts.All())
	}
}

// TestInterrupt holds Run to what is known when its context ends, however deaf a check is.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		facts, took := examine.Run(ctx, new(diagnostics.Env), diagnostics.Plan{waits, deaf}, nil)
		if v, ok := waits.From(facts); !ok || !v.Ended {
			t.Errorf("what was known is lost: %+v", facts.All())
		}
		if f, _ := facts.Fact("test.deaf"); f.State != diagnostics.Unknown {
			t.Errorf("deaf: %+v", f)
		}
		if took < 2*time.Second || took > 2100*time.Millisecond { // virtual time
			t.Errorf("took %s", took)
		}
		time.Sleep(2 * time.Hour) // the deaf one comes to its end
	})
}

// TestSettled examines a sick site beside a check that would go on for ever: the answer does not
// wait for it.
func TestSettled(t *testing.T) {
	site, err := demo.Start(t.Context(), "nginx-502")
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	target, err := diagnostics.ParseTarget(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	env := examine.NewEnv(target, settings.Settings{}, examine.Options{})
	env.Host = platform.Host{}
	env.Roots = func() *x509.CertPool { return site.Roots }
	var cancelled atomic.Bool
	endless := &diagnostics.Check[partial]{ID: "test.endless", Station: diagnostics.Website, Run: func(ctx context.Context, _ *diagnostics.Env) (partial, error) {
		<-ctx.Done()
		cancelled.Store(errors.Is(ctx.Err(), context.Canceled))
		return partial{}, ctx.Err()
	}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	facts, _ := examine.Run(ctx, env, append(examine.PlanFor(target), endless), nil)
	if v := verdict.Judge(facts); v.Fault != "site.bad-gateway" {
		t.Errorf("judged as %s", v.Fault)
	}
	if !cancelled.Load() {
		t.Error("the endless check was waited for")
	}
}

func TestPlanFor(t *testing.T) {
	if got := examine.PlanFor(diagnostics.Target{}); len(got) >= len(examine.PlanFor(diagnostics.Target{Host: "a"})) || slices.Contains(got.IDs(), checks.Site.ID) {
		t.Errorf("the general plan is %v", got.IDs())
	}
}
