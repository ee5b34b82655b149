package agent

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/platform"
)

const (
	// gcPercent makes the collector run oftener than usual: an idle agent makes little garbage, and
	// memory is what it is judged by.
	gcPercent = 50
	// openTime bounds opening the history, which checks the file for damage.
	openTime = 10 * time.Second
)

// Serving is what an agent needs to know of the process that it runs in.
type Serving struct {
	Scope   control.Scope
	File    string // the settings file
	Version string
	Notify  func(context.Context, Notice) // nil: nobody is told
	// Ready is called once with the agent, when the name is held and before the first probe. An error
	// ends Serve.
	Ready func(*Agent) error
	// Trouble is told in a sentence what does not keep the agent from watching, such as a history
	// that cannot be opened; nil for nobody.
	Trouble func(string)
}

// Serve holds the name control.Agent and watches until the context ends. It is what the tray's process
// and a service of the system run alike. Its error is control.ErrTaken when another process of the
// scope watches, a sentence about the settings file, or Ready's.
func Serve(ctx context.Context, s Serving) error {
	debug.SetGCPercent(gcPercent)
	set, err := settings.Load(s.File)
	if err != nil {
		s.trouble(err.Error() + "; the defaults are used")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	seen, listen := "person", control.Listen
	if s.Scope == control.Machine {
		seen, listen = "machine", control.ListenMachine
	}
	host := platform.New()
	out := &outlet{ctx: ctx, version: s.Version, seen: seen, tell: s.trouble}
	a := New(Options{
		Settings: set, File: s.File, Version: s.Version, Seen: seen, Host: host,
		NewProber: func(set settings.Settings) Prober {
			return probe.New(probe.Options{Host: host, References: set.References})
		},
		Examine: Examination(s.Version),
		Load: func() (settings.Settings, error) {
			set, err := settings.Load(s.File)
			if err == nil {
				out.use(set.Watch)
			}
			return set, err
		},
		Notify: s.Notify, Observe: out.probe, Incident: out.incident, Quit: cancel, Rest: rest,
	})
	server, err := listen(control.Agent, control.AgentHandler(a))
	if err != nil {
		return err
	}
	defer server.Close()
	out.use(set.Watch)
	defer out.close()
	store, err := openHistory(ctx, set.Watch)
	if err != nil {
		s.trouble(fmt.Sprintf("what is seen cannot be kept: %v", err))
	} else {
		a.keeper.store = store
		defer store.Close()
		if path, _ := store.SetAside(); path != "" {
			s.trouble("the history was damaged; it was set aside as " + path + ", and a new one begun")
		}
	}
	if s.Ready != nil {
		if err := s.Ready(a); err != nil {
			return err
		}
	}
	a.Run(ctx)
	return nil
}

func (s Serving) trouble(sentence string) {
	if s.Trouble != nil {
		s.Trouble(sentence)
	}
}

func openHistory(ctx context.Context, w settings.Watch) (*history.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	return history.Open(ctx, settings.History(), history.Keep{Raw: w.KeepRaw, Minutes: w.KeepMinutes, Hours: w.KeepHours})
}

// Examination returns the examiner that examines for real.
func Examination(version string) Examiner {
	return func(ctx context.Context, t diagnostics.Target, s settings.Settings) *Finding {
		env := examine.NewEnv(t, s, examine.Options{})
		started := time.Now()
		facts, took := examine.Run(ctx, env, examine.PlanFor(t), nil)
		e := report.Examination{Version: version, Started: started, Elapsed: took, Facts: facts}
		d, err := examine.Judge(e, s.Speaks())
		if err != nil {
			return nil
		}
		d.Replay = e.Save()
		document, err := d.JSON()
		if err != nil {
			document = nil
		}
		v := d.Verdict
		return &Finding{Fault: v.Fault, Blame: v.Blame, Title: v.Title, Sure: v.Confidence, Document: document}
	}
}
