package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/app/agent"
	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform/login"
	"github.com/waymend/waymend/resources/packaging/units"
)

// about is the service's line in the system's lists, which people of any language read.
const about = "Waymend watches the way to websites"

// serviceReport is the document of "waymend service ACTION --json": how things are after the action.
type serviceReport struct {
	Schema    string        `json:"schema"`
	Version   string        `json:"version"`
	Action    string        `json:"action"`
	Scope     control.Scope `json:"scope"`
	Installed bool          `json:"installed"`
	Running   bool          `json:"running"`
	Failed    bool          `json:"failed"`
	Current   bool          `json:"current"` // it starts this program, in this version's way
	Program   string        `json:"program"`
	File      string        `json:"file"` // the unit or property list
	Since     *time.Time    `json:"since"`
	NextCheck *time.Time    `json:"next_check"`
	Watched   int           `json:"watched"`
	Health    string        `json:"health"` // "" when it does not answer
	Login     *loginReport  `json:"login"`  // the start at login, null when there is none
	Deleted   []string      `json:"deleted"`
	Reason    string        `json:"reason,omitempty"` // why it was not done
}

type loginReport struct {
	On      bool      `json:"on"`
	How     login.How `json:"how"`
	File    string    `json:"file"`
	Program string    `json:"program"`
}

// serving is one use of the command "service".
type serving struct {
	*call
	p       printer
	service agent.Service
	doc     serviceReport
	status  control.Status // of the schedule, when it answers
}

// service is the command "service".
func service(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return misuse("service needs an action: %s", strings.Join(serviceActions, ", "))
	}
	action := c.args[0]
	switch {
	case !slices.Contains(serviceActions, action):
		return misuse("service cannot %q; it can %s", wire.Printable(action, 40), strings.Join(serviceActions, ", "))
	case action != "uninstall" && (c.flags.purge || c.flags.dryRun || c.flags.yes):
		return misuse("--purge, --dry-run and --yes belong to \"waymend service uninstall\"")
	case !c.flags.purge && (c.flags.dryRun || c.flags.yes):
		return misuse("--dry-run and --yes go with --purge")
	}
	login.FindUserManager()
	set, err := c.settings()
	if err != nil {
		return err
	}
	s := &serving{call: c, p: c.printer(set.Speaks()), service: agent.Service{Scope: agent.ServiceScope(c.flags.system), Program: smallProgram(), About: about}}
	if c.flags.config != "" {
		if s.service.Config, err = filepath.Abs(c.flags.config); err != nil {
			return misuse("--config: %s", plainError(err))
		}
	}
	if action == "run" {
		return s.run()
	}
	s.doc = serviceReport{Schema: "waymend.service/1", Version: version, Action: action, Scope: s.service.Scope, Deleted: []string{}}
	return s.tell(ctx, s.do(ctx, action))
}

var serviceActions = []string{"install", "uninstall", "start", "stop", "status", "run"}

// smallProgram is what the system starts: of the two builds that lie side by side the small one.
func smallProgram() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	small := filepath.Join(filepath.Dir(self), strings.Replace(filepath.Base(self), "waymend-desktop", "waymend", 1))
	if info, err := os.Stat(small); err == nil && info.Mode().IsRegular() {
		return small
	}
	return self
}

// do does the action; what it says goes to people alone.
func (s *serving) do(ctx context.Context, action string) error {
	switch action {
	case "install":
		return s.install()
	case "start":
		if err := s.service.Start(); err != nil {
			return err
		}
		return s.awaitAnswer(ctx)
	case "stop":
		if err := s.service.Stop(); err != nil {
			return err
		}
		s.say("cli.service.stopped." + string(s.service.Scope))
	case "uninstall":
		return s.uninstall(ctx)
	}
	return nil
}

func (s *serving) install() error {
	changed, err := s.service.Install()
	if err != nil {
		return err
	}
	if !changed {
		s.say("cli.service.already")
		return nil
	}
	s.say("cli.service.installed."+string(s.service.Scope), "command", s.command("start"))
	if state, err := s.entry().State(); err == nil && state.On && s.service.Scope == control.Person {
		s.say("cli.service.both", "file", state.File)
	}
	return nil
}

// awaitAnswer waits until the service that was started answers, or is seen to have ended.
func (s *serving) awaitAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		if _, err := control.AgentStatusOf(ctx, s.service.Scope); err == nil {
			s.say("cli.service.started")
			return nil
		}
		state, err := s.service.State()
		if err == nil && !state.Running {
			return codeError{exitFault, s.p.say("cli.service.ended", "command", s.logCommand())}
		}
		select {
		case <-ctx.Done():
			return codeError{exitFault, s.p.say("cli.service.silent", "command", s.logCommand())}
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// entry is the start at login.
func (s *serving) entry() login.Entry {
	return login.Entry{Program: smallProgram(), Arguments: []string{"agent"}, Description: about}
}

// command is how the service is asked for on this command line.
func (s *serving) command(action string) string {
	words := "waymend service " + action
	if s.flags.system {
		words += " --system"
	}
	return words
}

// say tells something in an answer for people.
func (s *serving) say(key string, pairs ...string) {
	if !s.flags.json {
		s.p.para("", s.p.say(key, pairs...), "")
	}
}

// tell ends the command: with the document where one is wanted, with the error's sentence, and for
// status with what is known.
func (s *serving) tell(ctx context.Context, failed error) error {
	state, err := s.service.State()
	if failed == nil && err != nil && !errors.Is(err, agent.ErrNoSystem) {
		failed = err
	}
	if failed != nil {
		failed = s.sentence(failed)
	}
	s.gather(ctx, state)
	if s.flags.json {
		if failed != nil {
			s.doc.Reason = failed.Error()
		}
		return errors.Join(failed, s.writeJSON(s.doc))
	}
	if failed == nil && s.doc.Action == "status" {
		s.show(err)
	}
	return failed
}

// gather fills the document.
func (s *serving) gather(ctx context.Context, state agent.ServiceState) {
	d := &s.doc
	d.Installed, d.Running, d.Failed, d.Current, d.Program, d.File = state.Installed, state.Running, state.Failed, state.Current, state.Program, state.File
	if e, err := s.entry().State(); err == nil && e.How != "" {
		d.Login = &loginReport{e.On, e.How, e.File, e.Program}
	}
	status, err := control.AgentStatusOf(ctx, s.service.Scope)
	if err != nil {
		return
	}
	s.status, d.Health = status, string(status.Health)
	if !status.Started.IsZero() {
		d.Since = &status.Started
	}
	for _, w := range status.Targets {
		if w.Address != "" {
			d.Watched++
		}
		if !w.Next.IsZero() && (d.NextCheck == nil || w.Next.Before(*d.NextCheck)) {
			d.NextCheck = &w.Next
		}
	}
}

// show is the answer of status for people.
func (s *serving) show(unavailable error) {
	d, p := s.doc, s.p
	mark, key := "skipped", "absent"
	switch {
	case !d.Installed && unavailable != nil:
		key = "no-system"
	case d.Installed && d.Failed:
		mark, key = "fault", "failed"
	case d.Installed && d.Running && d.Health == "":
		mark, key = "warning", "starting"
	case d.Installed && d.Running:
		mark, key = "ok", "running"
	case d.Installed:
		key = "stopped"
	}
	p.marked("", mark, "", p.say("cli.service.state."+key+"."+string(d.Scope)))
	line := func(key string, pairs ...string) { p.para("  ", p.say("cli.service.line."+key, pairs...), "") }
	if d.Installed {
		line("program", "path", wire.Printable(d.Program, 400))
		if d.File != "" {
			line("file", "path", d.File)
		}
		if !d.Current {
			line("outdated", "command", s.command("install"))
		}
	} else if unavailable == nil {
		line("install", "command", s.command("install"))
	}
	if d.Health != "" {
		s.showSchedule(line)
	}
	if d.Login != nil && d.Login.On {
		line("login", "file", d.Login.File)
	}
}

// showSchedule tells what the process that answers does, whether or not the system's manager started it.
func (s *serving) showSchedule(line func(string, ...string)) {
	lang, now := s.p.lang, time.Now()
	if !s.doc.Running {
		line("other")
	}
	if s.status.Title != "" {
		line("title", "title", wire.Printable(s.status.Title, 200))
	}
	if s.doc.Since != nil {
		line("since", "time", clock(*s.doc.Since), "span", report.Length(lang, now.Sub(*s.doc.Since)))
	}
	switch {
	case s.status.Paused.Equal(control.UntilTold()):
		line("paused")
	case s.status.Paused.After(now):
		line("paused-until", "time", clock(s.status.Paused))
	case s.doc.NextCheck != nil:
		line("next", "span", report.Length(lang, max(0, s.doc.NextCheck.Sub(now))))
	}
}

// sentence puts an error into words.
func (s *serving) sentence(err error) error {
	scope := string(s.service.Scope)
	explain := func(key string, pairs ...string) error {
		return codeError{exitFault, s.p.say("cli.service."+key, pairs...)}
	}
	var code codeError
	switch {
	case errors.As(err, &code):
		return err
	case errors.Is(err, agent.ErrNoSystem):
		return explain("no-system."+scope, "command", "waymend service install --system")
	case errors.Is(err, agent.ErrNotInstalled):
		return explain("absent", "command", s.command("install"))
	case errors.Is(err, agent.ErrRights), errors.Is(err, os.ErrPermission):
		return explain("rights", "command", s.command(s.doc.Action))
	case errors.Is(err, agent.ErrUnsafe):
		return explain("unsafe", "program", s.service.Program)
	case errors.Is(err, units.ErrPath):
		return explain("path", "path", wire.Printable(s.service.Program, 300))
	}
	return explain("refused", "why", wire.Printable(err.Error(), 300))
}

// run is what the system's service manager starts. It watches; while another process of the scope does,
// it waits for the end of that one.
func (s *serving) run() error {
	log, file := agent.OpenLog(settings.Log())
	defer file.Close()
	set := s.service.Config
	if set == "" {
		set = settings.File()
	}
	scope := s.service.Scope
	err := s.service.Run(func(ctx context.Context) error {
		for {
			err := agent.Serve(ctx, agent.Serving{Scope: scope, File: set, Version: version,
				Ready:   func(*agent.Agent) error { log.Info("watching", "version", version, "scope", string(scope)); return nil },
				Trouble: func(text string) { log.Warn(text) },
			})
			if !errors.Is(err, control.ErrTaken) {
				return err
			}
			log.Info("another process watches already; this one waits for its end")
			if control.AwaitAgent(ctx, scope) != nil {
				return nil
			}
		}
	})
	if err != nil {
		log.Error("ended", "reason", err.Error())
		return codeError{exitBroken, s.p.say("cli.service.refused", "why", wire.Printable(err.Error(), 300))}
	}
	log.Info("ended")
	return nil
}
