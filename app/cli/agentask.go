package cli

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/wire"
)

// agentAction is one thing that the process that watches can be asked for.
type agentAction struct {
	name        string
	least, most int // arguments
	ask         func(ctx context.Context, args []string) error
}

var agentActions = []agentAction{
	{"status", 0, 0, func(context.Context, []string) error { return nil }},
	{"check", 0, 1, func(ctx context.Context, args []string) error { return control.AgentCheck(ctx, strings.Join(args, "")) }},
	{"pause", 0, 1, pauseAgent},
	{"resume", 0, 0, func(ctx context.Context, _ []string) error { return control.AgentResume(ctx) }},
	{"watch", 1, 2, watchAddress},
	{"unwatch", 1, 1, func(ctx context.Context, args []string) error { return control.AgentUnwatch(ctx, args[0]) }},
	{"reload", 0, 0, func(ctx context.Context, _ []string) error { return control.AgentReload(ctx) }},
	{"quit", 0, 0, func(ctx context.Context, _ []string) error { return control.AgentQuit(ctx) }},
}

// agentCommand is the command "agent": without an action the agent itself.
func agentCommand(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		if c.flags.json {
			return misuse("--json goes with an action, such as \"waymend agent status\"")
		}
		return watchHere(ctx, c)
	}
	if c.flags.noTray || c.flags.config != "" {
		return misuse("--no-tray and --config are for the agent itself, without an action")
	}
	i := slices.IndexFunc(agentActions, func(a agentAction) bool { return a.name == c.args[0] })
	if i < 0 {
		var names []string
		for _, a := range agentActions {
			names = append(names, a.name)
		}
		return misuse("agent cannot %q; it can %s", wire.Printable(c.args[0], 40), strings.Join(names, ", "))
	}
	a, args := agentActions[i], c.args[1:]
	if len(args) < a.least || len(args) > a.most {
		return misuse("agent %s takes other arguments; see \"waymend help agent\"", a.name)
	}
	return c.askAgent(ctx, a, args)
}

// askAgent asks, and shows how things are afterwards.
func (c *call) askAgent(ctx context.Context, a agentAction, args []string) error {
	set, broken, err := c.loaded()
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	p := c.printer(set.Speaks())
	if err := a.ask(ctx, args); err != nil {
		var usage usageError
		if errors.As(err, &usage) {
			return err
		}
		return codeError{exitFault, p.agentRefusal(err)}
	}
	if broken != nil { // what runs keeps those that it has
		c.notice("%s", wire.Printable(broken.Error(), 400))
	}
	if a.name == "quit" {
		if c.flags.json {
			return c.writeJSON(struct{}{})
		}
		p.para("", p.say("cli.agent.quit"), "")
		return nil
	}
	s, err := control.AgentStatus(ctx)
	if err != nil {
		return codeError{exitFault, p.agentRefusal(err)}
	}
	if c.flags.json {
		return c.writeJSON(s)
	}
	p.agentStatus(s, c.flags.verbose)
	return nil
}

func pauseAgent(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return control.AgentPause(ctx, control.UntilTold())
	}
	d, err := time.ParseDuration(args[0])
	if err != nil || d <= 0 {
		return misuse("%q is not a span of time such as 30m or 2h", wire.Printable(args[0], 40))
	}
	return control.AgentPause(ctx, time.Now().Add(d))
}

func watchAddress(ctx context.Context, args []string) error {
	var every time.Duration
	if len(args) == 2 {
		var err error
		if every, err = time.ParseDuration(args[1]); err != nil || every <= 0 {
			return misuse("%q is not a span of time such as 30s or 5m", wire.Printable(args[1], 40))
		}
	}
	return control.AgentWatch(ctx, args[0], every)
}

// agentRefusal puts an error of the line to the agent into words.
func (p printer) agentRefusal(err error) string {
	var refusal *control.Error
	switch {
	case errors.Is(err, control.ErrAbsent):
		return p.say("cli.agent.absent")
	case errors.Is(err, context.DeadlineExceeded):
		return p.say("cli.agent.silent")
	case errors.As(err, &refusal) && refusal.Status == http.StatusForbidden:
		return p.say("cli.agent.rights")
	case errors.As(err, &refusal) && refusal.Status == http.StatusNotFound:
		return p.say("cli.agent.unknown")
	case errors.As(err, &refusal):
		return p.say("cli.agent.refused", "why", wire.Printable(refusal.Text, 200))
	}
	return p.say("cli.agent.refused", "why", wire.Printable(err.Error(), 200))
}

// agentStatus shows what is watched; those addresses that are well take a line only where that is
// wanted, or when they are few.
func (p printer) agentStatus(s control.Status, verbose bool) {
	const few = 20
	mark := map[control.Health]string{control.Well: "ok", control.Trouble: "fault", control.Working: "unknown"}
	now := time.Now()
	p.marked("", markOr(mark[s.Health]), "", wire.Printable(s.Title, 200))
	switch {
	case s.Paused.Equal(control.UntilTold()):
		p.para("  ", p.say("cli.service.line.paused"), "")
	case s.Paused.After(now):
		p.para("  ", p.say("cli.service.line.paused-until", "time", clock(s.Paused)), "")
	}
	if s.Seen == string(control.Machine) {
		p.para("  ", p.say("cli.agent.machine"), "")
	}
	for _, w := range s.Targets {
		if !verbose && len(s.Targets) > few && w.Health == control.Well {
			continue
		}
		text := p.say("cli.agent.every", "span", report.Length(p.lang, w.Every))
		if w.Title != "" {
			text = wire.Printable(w.Title, 200) + " · " + text
		}
		head := wire.Printable(w.Address, 80)
		if head == "" {
			head = p.say("cli.general")
		}
		p.marked("  ", markOr(mark[w.Health]), head, text)
	}
}

func markOr(mark string) string {
	if mark == "" {
		return "unknown"
	}
	return mark
}
