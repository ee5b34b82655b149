package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/platform/fake"
)

// made is a made-up computer, and did what was done to it.
type made struct {
	Host
	did   []string
	fails map[change.Verb]error
}

func computer(s change.System) *made {
	m := &made{fails: map[change.Verb]error{}}
	m.Host = Host{Host: fake.Host(fake.Options{}), System: s}
	m.Do = func(_ context.Context, steps []change.Step, each func(change.Done)) error {
		for _, s := range steps {
			if err := m.fails[s.Verb]; err != nil {
				return err
			}
			m.did = append(m.did, s.String())
			d := change.Done{Step: s, Before: "3", After: "0", Proved: true}
			if s.Verb == change.ProxyGNOME {
				d.Undo = &change.Step{Verb: s.Verb, Args: map[string]string{"mode": "manual"}}
			}
			if s.Verb == change.ProxyKDE {
				d.Undo = &change.Step{Verb: s.Verb, Args: map[string]string{"mode": "1"}}
			}
			each(d)
		}
		return nil
	}
	return m
}

func steps(list ...change.Step) func(context.Context) ([]change.Step, error) {
	return func(context.Context) ([]change.Step, error) { return list, nil }
}

var twoProxies = change.System{ProxyOff: steps(
	change.Step{Verb: change.ProxyGNOME, Args: map[string]string{"mode": "none"}, Info: map[string]string{"before": "manual"}},
	change.Step{Verb: change.ProxyKDE, Args: map[string]string{"mode": "0"}},
)}

func find(t *testing.T, id string) Remedy {
	t.Helper()
	r, ok := Find(id)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	return r
}

// TestPlanApplyRevert goes through a remedy's life, by way of JSON between its parts.
func TestPlanApplyRevert(t *testing.T) {
	m := computer(twoProxies)
	r := find(t, "turn-proxy-off")
	plan, err := r.Plan(t.Context(), m.Host, Target{})
	if err != nil || len(m.did) > 0 {
		t.Fatalf("%v; did %q", err, m.did)
	}
	if len(plan.Lines) != 2 || !strings.Contains(plan.Lines[0].Text("en"), "“none”; it is “manual” now") || !plan.Undoable || plan.NeedsAdmin || plan.Risk != RiskLow {
		t.Errorf("%+v", plan)
	}
	plan = again(t, plan)
	var told []Progress
	undo, err := r.Apply(t.Context(), m.Host, plan, func(p Progress) { told = append(told, p) })
	if err != nil || !slices.Equal(m.did, []string{"proxy-gnome:mode=none", "proxy-kde:mode=0"}) {
		t.Fatalf("%v; did %q", err, m.did)
	}
	if len(told) != 3 || told[0].Number != 0 || told[2].Number != 2 || told[2].Of != 2 || told[2].Undo == nil || told[1].Line.Text("en") != "Done: 3 entries before, 0 now." {
		t.Errorf("%+v", told)
	}
	m.did = nil
	if err := r.Revert(t.Context(), m.Host, again(t, undo), nil); err != nil || !slices.Equal(m.did, []string{"proxy-kde:mode=1", "proxy-gnome:mode=manual"}) {
		t.Errorf("%v; did %q", err, m.did)
	}
}

func again[T any](t *testing.T, v T) (w T) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &w)
	}
	if err != nil || !reflect.DeepEqual(v, w) {
		t.Fatalf("%+v came back as %+v, %v", v, w, err)
	}
	return w
}

// TestStoppedInTheMiddle: what was done can be taken back.
func TestStoppedInTheMiddle(t *testing.T) {
	m := computer(twoProxies)
	m.fails[change.ProxyKDE] = ErrRefused
	r := find(t, "turn-proxy-off")
	plan, err := r.Plan(t.Context(), m.Host, Target{})
	if err != nil {
		t.Fatal(err)
	}
	undo, err := r.Apply(t.Context(), m.Host, plan, nil)
	if !errors.Is(err, ErrRefused) || len(undo.Steps) != 1 || undo.Steps[0].Args["mode"] != "manual" {
		t.Errorf("%v, %+v", err, undo)
	}
}

func TestPlansOfOthers(t *testing.T) {
	m := computer(twoProxies)
	for _, r := range All() {
		if _, err := r.Apply(t.Context(), m.Host, Plan{Remedy: "other", Steps: []change.Step{{Verb: change.FlushNscd}}}, nil); !errors.Is(err, ErrPlan) {
			t.Errorf("%s applies another's plan: %v", r.ID, err)
		}
		if _, err := r.Apply(t.Context(), m.Host, Plan{Remedy: r.ID}, nil); !errors.Is(err, ErrPlan) {
			t.Errorf("%s applies an empty plan: %v", r.ID, err)
		}
		if err := r.Revert(t.Context(), m.Host, Undo{Remedy: "other", Steps: []change.Step{{Verb: change.FlushNscd}}}, nil); !errors.Is(err, ErrPlan) {
			t.Errorf("%s takes another's back: %v", r.ID, err)
		}
	}
	if len(m.did) > 0 {
		t.Errorf("did %q", m.did)
	}
}

// TestNoAbility: a computer that can nothing says so, whatever it is asked.
func TestNoAbility(t *testing.T) {
	for _, r := range All() {
		p, err := r.Plan(t.Context(), computer(change.System{}).Host, Target{Host: "a.test"})
		if !errors.Is(err, ErrNotHere) {
			t.Errorf("%s: %+v, %v", r.ID, p, err)
		}
	}
}

func TestLinkThatIsMeant(t *testing.T) {
	renew := func(_ context.Context, l platform.Link) ([]change.Step, error) {
		return []change.Step{{Verb: change.RenewNM, Args: map[string]string{"link": l.Name}}}, nil
	}
	eth := platform.Link{Name: "eth0", Index: 3, Kind: platform.Ethernet, Carrier: platform.CarrierYes}
	dead := platform.Link{Name: "eth1", Index: 4, Kind: platform.Ethernet, Carrier: platform.CarrierNo}
	lo := platform.Link{Name: "lo", Index: 1, Kind: platform.Loopback}
	for _, c := range []struct {
		name   string
		links  []platform.Link
		routes []platform.Route
		target Target
		remote bool
		want   string
		err    error
	}{
		{name: "of the default route", want: "wlan0"},
		{name: "by name", links: append(fake.Home().Links, eth), target: Target{Link: "eth0"}, want: "eth0"},
		{name: "unknown", target: Target{Link: "eth9"}, err: ErrNothing},
		{name: "loopback", target: Target{Link: "lo"}, err: ErrNothing},
		{name: "no route, one link with a carrier", links: []platform.Link{lo, eth, dead}, routes: []platform.Route{}, want: "eth0"},
		{name: "no route, two links", links: append(fake.Home().Links, eth), routes: []platform.Route{}, err: ErrNothing},
		{name: "somebody works over it", remote: true, err: ErrRemote},
		{name: "and agrees", remote: true, target: Target{Remote: true}, want: "wlan0"},
	} {
		m := computer(change.System{Renew: renew, Remote: func(context.Context, platform.Link) (bool, error) { return c.remote, nil }})
		m.Host.Host = fake.Host(fake.Options{Links: c.links, Routes: c.routes})
		p, err := find(t, "renew-lease").Plan(t.Context(), m.Host, c.target)
		if !errors.Is(err, c.err) || c.err == nil && (err != nil || p.Steps[0].Args["link"] != c.want || p.Lines[0].Values["link"] != c.want) {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
}

// TestVariablesAreShown: files that a person wrote are named, and not edited.
func TestVariablesAreShown(t *testing.T) {
	s := change.System{
		ProxyOff: func(context.Context) ([]change.Step, error) { return nil, ErrNothing },
		Variables: func(context.Context) []change.Variable {
			return []change.Variable{{Name: "http_proxy", File: "/home/a/.profile", Line: 7}}
		},
	}
	_, err := find(t, "turn-proxy-off").Plan(t.Context(), computer(s).Host, Target{})
	var show *ShowError
	if !errors.As(err, &show) || !errors.Is(err, ErrNotHere) || !strings.HasPrefix(err.Error(), "The variable http_proxy is set in /home/a/.profile, line 7.") {
		t.Errorf("%v", err)
	}
	s.ProxyOff = twoProxies.ProxyOff
	p, err := find(t, "turn-proxy-off").Plan(t.Context(), computer(s).Host, Target{})
	if err != nil || len(p.Notes) != 1 || len(p.Steps) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestReset asks for a restart.
func TestReset(t *testing.T) {
	p, err := find(t, "reset-winsock").Plan(t.Context(), computer(change.System{Winsock: steps(change.Step{Verb: change.WinsockReset})}).Host, Target{})
	if err != nil || !p.Restart || p.Risk != RiskHigh || len(p.Notes) != 2 || p.Undoable {
		t.Errorf("%+v, %v", p, err)
	}
}
