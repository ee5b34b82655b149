package cli

import (
	"flag"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/wire"
)

// flags holds every flag of every command.
type flags struct {
	json, noColor, verbose, help, version bool
	config                                string
	four, six, quick, outside             bool
	timeout                               time.Duration // 0: as in the settings
	origin, report, replay, saw, letter   string
	dryRun, yes, close, closed, log       bool
	storage                               bool
	noTray                                bool
	system, purge                         bool
	site                                  string
	openClean, in                         string
	since, incident                       string
	address                               *string // nil: of all
	csv                                   bool
	trace                                 traceOptions
	given                                 []string // names, in the order of the alphabet
}

// Names of flags by the commands that know them.
var (
	commonFlags  = []string{"json", "config", "no-color", "v", "help", "h", "version"}
	checkFlags   = append(slices.Clone(commonFlags), "4", "6", "timeout", "quick", "outside", "origin", "report", "replay", "saw", "letter")
	laterFlags   = []string{"system"} // of commands that this version lacks
	serviceFlags = append(slices.Clone(commonFlags), "system", "purge", "dry-run", "yes")
	resetFlags   = append(slices.Clone(commonFlags), "dry-run", "yes", "close", "closed")
	fixFlags     = append(slices.Clone(resetFlags), "site", "storage", "log", "timeout")
	historyFlags = append(slices.Clone(commonFlags), "since", "address", "incident", "csv", "report", "letter")
	browserFlags = append(slices.Clone(commonFlags), "open-clean", "in")
	demoFlags    = append(slices.Clone(commonFlags), "4", "6", "timeout", "quick", "report")
)

// parse reads flags wherever they stand and returns the other words. "--" ends the flags.
func (f *flags) parse(args []string) (words []string, err error) {
	set := flag.NewFlagSet("waymend", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	set.BoolVar(&f.json, "json", false, "")
	set.BoolVar(&f.noColor, "no-color", false, "")
	set.BoolVar(&f.verbose, "v", false, "")
	set.BoolVar(&f.help, "help", false, "")
	set.BoolVar(&f.help, "h", false, "")
	set.BoolVar(&f.version, "version", false, "")
	set.StringVar(&f.config, "config", "", "")
	set.BoolVar(&f.four, "4", false, "")
	set.BoolVar(&f.six, "6", false, "")
	set.BoolVar(&f.quick, "quick", false, "")
	set.BoolVar(&f.outside, "outside", false, "")
	set.Func("timeout", "", func(s string) (err error) {
		f.timeout, err = settings.ParseTimeout(s)
		return err
	})
	set.StringVar(&f.origin, "origin", "", "")
	args, tracing := traceArguments(args)
	if tracing {
		set.BoolVar(&f.trace.summary, "report", false, "")
	} else {
		set.StringVar(&f.report, "report", "", "")
	}
	f.trace.define(set)
	set.StringVar(&f.replay, "replay", "", "")
	set.StringVar(&f.saw, "saw", "", "")
	set.StringVar(&f.letter, "letter", "", "")
	set.BoolVar(&f.dryRun, "dry-run", false, "")
	set.BoolVar(&f.yes, "yes", false, "")
	set.BoolVar(&f.close, "close", false, "")
	set.BoolVar(&f.closed, "closed", false, "")
	set.BoolVar(&f.storage, "storage", false, "")
	set.BoolVar(&f.log, "log", false, "")
	set.BoolVar(&f.noTray, "no-tray", false, "")
	set.StringVar(&f.site, "site", "", "")
	set.StringVar(&f.openClean, "open-clean", "", "")
	set.StringVar(&f.since, "since", "", "")
	set.StringVar(&f.incident, "incident", "", "")
	set.BoolVar(&f.csv, "csv", false, "")
	set.Func("address", "", func(s string) error {
		f.address = &s
		return nil
	})
	set.StringVar(&f.in, "in", "", "")
	set.BoolVar(&f.system, "system", false, "")
	set.BoolVar(&f.purge, "purge", false, "")
	for len(args) > 0 {
		if err := set.Parse(args); err != nil {
			return nil, flagError(err)
		}
		rest := set.Args()
		if n := len(args) - len(rest); n > 0 && args[n-1] == "--" {
			words = append(words, rest...)
			break
		}
		if len(rest) == 0 {
			break
		}
		words, args = append(words, rest[0]), rest[1:]
	}
	set.Visit(func(x *flag.Flag) {
		if name := x.Name; tracing && name == "report" {
			f.given = append(f.given, onceFlag)
		} else {
			f.given = append(f.given, name)
		}
	})
	return words, nil
}

// flagError puts the flag package's messages into whole sentences.
func flagError(err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return misuse("there is no flag %s; see \"waymend help\"", dashes(wire.Printable(name, 60)))
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return misuse("%s needs a value", dashes(wire.Printable(name, 60)))
	}
	if i := strings.LastIndex(text, ": "); strings.HasPrefix(text, "invalid value") && i > 0 {
		if j := strings.LastIndex(text[:i], "for flag -"); j > 0 {
			name, reason, _ := strings.Cut(text[j+len("for flag -"):], ": ")
			return misuse("%s: %s", dashes(name), reason)
		}
	}
	if strings.HasPrefix(text, "invalid boolean") {
		return misuse("a switch takes no value; see \"waymend help\"")
	}
	return misuse("%s", wire.Printable(text, 200))
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + strings.TrimPrefix(name, "-")
}

// allowed refuses flags that the command does not know.
func (f *flags) allowed(c command) error {
	for _, name := range f.given {
		if !slices.Contains(c.flags, name) {
			return misuse("%s does not belong to %s; see \"waymend help %s\"", dashes(name), c.name, c.name)
		}
	}
	return nil
}
