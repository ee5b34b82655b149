package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/waymend/waymend/diagnostics/wire"
)

const introduction = `Waymend says who is at fault when a website does not come, and what to do.

  waymend check https://example.com/   examine the way to an address
  waymend check                        is this computer's connection healthy?
  waymend demo                         try it on a sick website that Waymend plays itself
`

// flagHelp explains every flag, in the order in which help lists them.
var flagHelp = []struct{ name, shown, what string }{
	{"4", "-4", "examine over IPv4 only"},
	{"6", "-6", "examine over IPv6 only"},
	{"timeout", "--timeout D", "limit of the whole examination (default 15s)"},
	{"quick", "--quick", "leave out what only adds detail"},
	{"saw", "--saw TEXT", "what the browser showed: a code, a sentence or its whole error page"},
	{"report", "--report FILE", "save a report: .html, .md or .json"},
	{"letter", "--letter WHO", "then write to who can mend it: owner, provider or network-admin"},
	{"replay", "--replay FILE", "judge a saved .json report again; touches no network"},
	{"outside", "--outside", "trace: ask Team Cymru whose networks the routers are in; check: not in this version"},
	{"origin", "--origin IP", "ask this address of the site directly too (not in this version)"},
	{"dry-run", "--dry-run", "only show what would change"},
	{"yes", "--yes", "do not ask before it is done"},
	{"site", "--site ADDRESS", "the website that it is about; afterwards check whether it helped"},
	{"close", "--close", "ask a browser that is in the way to close, and wait until it has"},
	{"closed", "--closed", "browsers of which that cannot be told are closed"},
	{"storage", "--storage", "also what sites have stored: drafts, offline copies"},
	{"open-clean", "--open-clean ADDRESS", "open ADDRESS in a browser with a clean, temporary profile"},
	{"in", "--in BROWSER", "in this browser (default: the one that links open in)"},
	{"log", "--log", "list what was changed, newest first"},
	{"no-tray", "--no-tray", "show no icon in the tray"},
	{"c", "-c N", "how many rounds (default: until Ctrl-C; 10 where nobody watches)"},
	{"interval", "--interval D", "from one round to the next (default 1s where somebody watches)"},
	{"icmp", "--icmp", "probe with ICMP echoes (default where this account may)"},
	{"udp", "--udp", "probe with UDP datagrams"},
	{"tcp", "--tcp", "probe with TCP connections"},
	{"port", "--port N", "the port for --tcp (default 443) or --udp (default 33434)"},
	{onceFlag, "--report", "no live view: the table once all rounds are done"},
	{"flows", "--flows N", "look for parallel ways with so many flows (at most 16)"},
	{"names", "--names", "show what the routers are called, by the DNS server that is set here"},
	{"system", "--system", "the machine's service, not your own"},
	{"purge", "--purge", "uninstall: delete settings and history, too, after showing what"},
	{"since", "--since TIME", "how far back: 24h, 7d, or a day such as 2026-11-01 (default 7d)"},
	{"address", "--address A", "only of this address; \"\" for the connection in general"},
	{"incident", "--incident ID", "what was measured when that broke, judged by today's rules"},
	{"csv", "--csv", "a row for each minute, hour or day of each address, for a spreadsheet"},
	{"json", "--json", "one JSON document on standard output, nothing else"},
	{"config", "--config FILE", "use this settings file"},
	{"no-color", "--no-color", "no colours, no live view"},
	{"v", "-v", "also show every single check"},
}

const sawHelp = `What a browser showed may also stand in place of ADDRESS, in quotes:
  waymend check "www.example.com took too long to respond. ERR_CONNECTION_TIMED_OUT"
`

const exitHelp = `Exit codes of check: 0 healthy, 1 a fault was found, 2 the command line is wrong,
3 cannot tell, 4 Waymend itself failed, 130 interrupted.
`

const fixHelp = `Without NAME it lists the fixes that apply here, with what each would change. A fix that
clears browsers or has more than a low risk asks before it begins; in scripts, --yes answers.
Waymend changes nothing that it cannot write down first: waymend fix --log shows all of it.
  waymend fix flush-dns --dry-run
  waymend fix clear-site-cookies --site example.com
  waymend fix --log
`

const browsersHelp = `Does a page come with a clean profile and not otherwise? Then it is that browser's cache, cookies
or extensions. The profile is deleted when its window is closed.
  waymend browsers --open-clean example.com --in firefox
`

const resetHelp = `Logins, bookmarks, history, extensions and open tabs stay, always. A browser that runs is left
alone and named, unless it closes when it is asked to (--close; never by force). What was cleared
can be taken back for 15 minutes: waymend undo
`

const agentHelp = `Without ACTION it watches, until you quit it. With ACTION it asks the process that watches for
you already, or else the machine's service:
  status                   what is watched, and how that is
  check [ADDRESS]          check now, all or that one
  pause [SPAN]             hold the checks, for as long as 30m or 2h, or until resume
  resume                   go on
  watch ADDRESS [EVERY]    watch an address, as often as 30s or 5m; it is written into the settings
  unwatch ADDRESS          watch it no more
  reload                   read the settings again
  quit                     end
`

const serviceHelp = `The service watches without a tray, also while nobody is logged in where the system lets it (on
Linux: loginctl enable-linger). Without --system it is your own; with it the machine's, which only
an administrator may install and change, and of which every account may ask the status. On
Windows there is only the machine's.
  install     let it start by itself; repeat it after the program was moved
  start       start it now
  status      is it installed, does it run, since when, when is the next check?
  stop        stop it until the next login, or until this computer starts
  uninstall   stop it and remove it; --purge deletes its settings and history, too
  run         what the system starts
`

const historyHelp = `The background checks write the history: waymend agent, or waymend service install.
Times in the table are this computer's; in --json and --csv they are UTC.
  waymend history --since 24h --address example.com
  waymend history --incident 12
`

const undoHelp = `IDs are in the log: waymend fix --log
`

const doneHelp = `Exit codes: 0 done, 1 not done or not all of it, and a sentence says why, 2 the command line
is wrong, 4 Waymend itself failed, 130 interrupted.
`

// notes follow the flags of a command.
var notes = map[string][]string{
	"check": {sawHelp, exitHelp}, "fix": {fixHelp, doneHelp}, "reset": {resetHelp, doneHelp}, "undo": {undoHelp, doneHelp}, "agent": {agentHelp, doneHelp}, "service": {serviceHelp, doneHelp}, "history": {historyHelp, doneHelp}, "browsers": {browsersHelp, doneHelp},
}

func help(_ context.Context, c *call) error {
	if len(c.args) == 1 {
		return helpFor(c, c.args[0])
	}
	fmt.Fprint(c.out, introduction, "\nCommands\n")
	listCommands(c, commands())
	fmt.Fprint(c.out, "\nFlags of check; the last four belong to every command\n")
	listFlags(c, checkFlags)
	fmt.Fprint(c.out, "\n", exitHelp, "\nNot in this version\n")
	listCommands(c, later())
	return nil
}

func helpFor(c *call, name string) error {
	x, ok := find(name)
	if !ok {
		return misuse("%q is not a command; see \"waymend help\"", wire.Printable(name, 60))
	}
	fmt.Fprintf(c.out, "waymend %s\n\n  %s\n", strings.TrimSpace(x.name+" "+x.args), x.what)
	if slices.ContainsFunc(later(), func(l command) bool { return l.name == name }) {
		fmt.Fprintf(c.out, "\nThis version of Waymend cannot do this yet.\n")
		return nil
	}
	fmt.Fprint(c.out, "\nFlags\n")
	listFlags(c, x.flags)
	for _, text := range notes[name] {
		fmt.Fprint(c.out, "\n", text)
	}
	return nil
}

func listCommands(c *call, list []command) {
	for _, x := range list {
		fmt.Fprintf(c.out, "  %-22s %s\n", strings.TrimSpace(x.name+" "+x.args), x.what)
	}
}

func listFlags(c *call, names []string) {
	for _, f := range flagHelp {
		if slices.Contains(names, f.name) {
			fmt.Fprintf(c.out, "  %-22s %s\n", f.shown, f.what)
		}
	}
}
