package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/waymend/waymend/app/settings"
)

// command is one thing the program does.
type command struct {
	name  string
	args  string // as the help shows them
	what  string // one line of help
	flags []string
	most  int // how many arguments it takes
	run   func(context.Context, *call) error
}

// commands lists what this version does; later lists what it will do.
func commands() []command {
	return []command{
		{"check", "[ADDRESS]", "say who is at fault when ADDRESS does not come, and what to do", checkFlags, 1, check},
		{"demo", "[SCENARIO]", "play a sick website on this computer and examine it", demoFlags, 1, demonstrate},
		{"fix", "[NAME…]", "mend what can be mended from here; without NAME: list it", fixFlags, maxFixes, fix},
		{"undo", "[ID]", "take the last fix back, or that one", commonFlags, 1, undo},
		{"reset", "[ADDRESS]", "clear browser caches and the DNS cache, and ADDRESS's cookies", resetFlags, 1, reset},
		{"browsers", "", "list browsers and profiles found here, with sizes", browserFlags, 0, browsers},
		{"ping", "HOST", "ask HOST again and again whether it answers, and how fast", pingFlags, 1, ping},
		{"trace", "HOST", "the way to HOST, with its slowest stretch named", traceFlags, 1, traceRoute},
		{"agent", "[ACTION]", "watch in the background, with an icon in the tray; or ask who watches: status, pause …", agentFlags, 3, agentCommand},
		{"service", "ACTION", "watch as a service of the system: install, uninstall, start, stop, status, run", serviceFlags, 1, service},
		{"history", "", "what the background checks saw: uptime and incidents", historyFlags, 0, pastChecks},
		{"window", "[ADDRESS]", "open the window, for ADDRESS", nil, 1, openOnly},
		{"paths", "", "list the files that Waymend owns", commonFlags, 0, paths},
		{"version", "", "print version, commit, build and platform", commonFlags, 0, printVersion},
		{"help", "[COMMAND]", "explain the commands, or one of them", commonFlags, 1, help},
	}
}

// hidden lists what the program starts itself; no help names it.
func hidden() []command {
	return []command{{name: tidyName, flags: commonFlags, run: tidy}}
}

func later() []command {
	list := []command{
		{name: "dns", args: "NAME", what: "a name as every resolver in reach sees it"},
		{name: "logs", args: "FILE…", what: "find what causes a site's 502s in its logs"},
	}
	for i := range list {
		list[i].flags, list[i].most = slices.Concat(checkFlags, laterFlags), 1<<20
		list[i].run = notYet(list[i].name)
	}
	return list
}

// notYet answers for a command that this version lacks.
func notYet(name string) func(context.Context, *call) error {
	return func(context.Context, *call) error {
		return codeError{exitFault, fmt.Sprintf("this version of Waymend cannot do %q yet; \"waymend help\" lists what it can", name)}
	}
}

func find(name string) (command, bool) {
	for _, c := range slices.Concat(commands(), later(), hidden()) {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

func paths(_ context.Context, c *call) error {
	list := settings.Paths()
	if c.flags.json {
		type path struct {
			Name string `json:"name"`
			Path string `json:"path"`
			Uses string `json:"uses"`
		}
		out := make([]path, len(list))
		for i, p := range list {
			out[i] = path(p)
		}
		return c.writeJSON(out)
	}
	for _, p := range list {
		where := p.Path
		if where == "" {
			where = "(this system names no place for it)"
		}
		fmt.Fprintf(c.out, "%-15s %s  (%s)\n", p.Name, where, p.Uses)
	}
	return nil
}

func (c *call) writeJSON(value any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
