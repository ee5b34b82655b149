package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// check is the command "check".
func check(ctx context.Context, c *call) error {
	if c.flags.replay != "" {
		return replay(c)
	}
	target, said, err := c.input()
	if err != nil {
		return usageError{err}
	}
	set, options, err := c.prepare()
	if err != nil {
		return err
	}
	options.Said = said
	if target.Secrets {
		c.notice("the user name and password in the address are left out: they are neither used, shown nor saved")
	}
	return c.examine(ctx, examine.NewEnv(target, set, options), set)
}

// input is what to examine, and what a browser showed: an error in place of the address counts as
// both. What --saw holds comes first; its address only when there is no other.
func (c *call) input() (target diagnostics.Target, said *diagnostics.Complaint, err error) {
	if len(c.args) == 1 {
		if target, said, err = diagnostics.ParseInput(c.args[0]); err != nil {
			return target, nil, err
		}
	}
	if c.flags.saw == "" {
		return target, said, nil
	}
	saw, ok := diagnostics.ParseComplaint(c.flags.saw)
	if !ok {
		return target, nil, errors.New("--saw: this is no error of a browser that Waymend knows; give its code, such as ERR_CONNECTION_RESET, or the whole text of the page")
	}
	if target.None() && saw.Address != "" {
		target, err = diagnostics.ParseTarget(saw.Address)
	}
	return target, &saw, err
}

// prepare reads the settings and checks all flags, before any packet is sent.
func (c *call) prepare() (settings.Settings, examine.Options, error) {
	var options examine.Options
	if err := c.checkReport(); err != nil {
		return settings.Settings{}, options, err
	}
	if c.flags.four && c.flags.six {
		return settings.Settings{}, options, misuse("-4 and -6 exclude each other")
	}
	switch {
	case c.flags.four:
		options.Family = diagnostics.IPv4
	case c.flags.six:
		options.Family = diagnostics.IPv6
	}
	options.Quick = c.flags.quick
	if c.flags.origin != "" {
		if _, err := netip.ParseAddr(c.flags.origin); err != nil {
			return settings.Settings{}, options, misuse("--origin: %q is not an IP address", wire.Printable(c.flags.origin, 60))
		}
		c.notice("this version does not ask the origin directly yet; --origin is left out")
	}
	if c.flags.outside {
		c.notice("this version does not ask for the view from elsewhere yet; --outside is left out")
	}
	set, err := c.settings()
	if c.flags.timeout > 0 {
		set.Timeout = c.flags.timeout
	}
	return set, options, err
}

func (c *call) checkReport() error {
	switch c.flags.letter {
	case "", report.Owner, report.Provider, report.NetworkAdmin:
	default:
		return misuse("--letter: nobody is called %q; it takes owner, provider or network-admin", wire.Printable(c.flags.letter, 60))
	}
	if c.flags.letter != "" && c.flags.json {
		return misuse("--letter and --json exclude each other")
	}
	if c.flags.report == "" {
		return nil
	}
	if _, err := report.FormatOf(c.flags.report); err != nil {
		return misuse("--report: %s", err)
	}
	return nil
}

// settings reads the settings file; a broken one that nobody named is only worth a notice.
func (c *call) settings() (settings.Settings, error) {
	set, broken, err := c.loaded()
	if broken != nil {
		c.notice("%s; the defaults are used", wire.Printable(broken.Error(), 400))
	}
	return set, err
}

// loaded is settings without the notice: broken is what is wrong with a file that nobody named.
func (c *call) loaded() (set settings.Settings, broken, err error) {
	if c.flags.config == "" {
		set, broken = settings.Load(settings.File())
		return set, broken, nil
	}
	if _, err := os.Stat(c.flags.config); err != nil {
		return settings.Settings{}, nil, misuse("the settings file %q cannot be read: %s", wire.Printable(c.flags.config, 200), plainError(err))
	}
	if set, err = settings.Load(c.flags.config); err != nil {
		return set, nil, usageError{err}
	}
	return set, nil, nil
}

// examine runs one examination, shows it, and tells the exit code through its error.
func (c *call) examine(ctx context.Context, env *diagnostics.Env, set settings.Settings) error {
	sparse()
	ctx, stop := interruptible(ctx)
	defer stop()
	limited, cancel := context.WithTimeout(ctx, set.Timeout)
	defer cancel()

	lang := set.Speaks()
	go resources.Has(lang, "cli.looking") // the texts are read while packets travel
	p := c.printer(lang)
	if !c.flags.json {
		p.target(report.TargetOf(env.Target, lang))
		c.out.Flush()
	}
	plan := examine.PlanFor(env.Target)
	view := startLive(newScreen(c.stderr, c.flags.noColor), c.err, plan, lang)
	e := report.Examination{Version: version, Started: time.Now()}
	e.Facts, e.Elapsed = examine.Run(limited, env, plan, view.add)

	d, err := judge(e, lang)
	if err != nil {
		view.erase()
		return err
	}
	if p.screen.terminal {
		view.erase()
	} else {
		view.settle(d.Stations)
	}
	switch {
	case ctx.Err() != nil:
		c.notice("interrupted: this is what is known so far")
	case limited.Err() != nil:
		c.notice("the time limit of %s is up: this is what is known so far", set.Timeout)
	}
	err = c.tell(p, d, e)
	if ctx.Err() != nil {
		return codeError{code: exitInterrupted}
	}
	return err
}

// sparse lets the few megabytes of one examination lie instead of collecting them half a dozen
// times; the limit brings the collector back when a server sends far more than a page.
func sparse() {
	const enough = 20 << 20
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(enough)
	runtime.GOMAXPROCS(1) // nearly all is waiting; a second core mostly burns time looking for work
}

// tell prints the answer, saves the report that was asked for, and returns the exit code.
func (c *call) tell(p printer, d report.Document, e report.Examination) error {
	if c.flags.json {
		text, err := d.JSON()
		if err != nil {
			return fmt.Errorf("the answer cannot be written as JSON: %w", err)
		}
		c.out.Write(text)
	} else {
		p.answer(d, c.flags.verbose)
	}
	if c.flags.letter != "" {
		if subject, body := report.Letter(d, c.flags.letter, p.lang); body != "" {
			fmt.Fprintf(c.out, "\n%s\n\n%s", subject, body)
		}
	}
	if err := c.out.Flush(); err != nil {
		return codeError{exitBroken, "the answer could not be written: " + plainError(err)}
	}
	if c.flags.report != "" {
		d.Replay = e.Save()
		if err := report.Save(c.flags.report, d, p.lang); err != nil {
			return codeError{exitBroken, fmt.Sprintf("the report could not be saved to %s: %s", c.flags.report, plainError(err))}
		}
	}
	switch d.Verdict.Fault {
	case "ok":
		return nil
	case "unknown":
		return codeError{code: exitUnknown}
	}
	return codeError{code: exitFault}
}

// judge makes the document.
func judge(e report.Examination, lang string) (report.Document, error) {
	d, err := examine.Judge(e, lang)
	if err != nil {
		return d, codeError{exitBroken, err.Error()}
	}
	return d, nil
}

// replay judges a saved examination again; it touches no network.
func replay(c *call) error {
	switch {
	case len(c.args) > 0:
		return misuse("--replay takes the address from its file; leave %q out", wire.Printable(c.args[0], 60))
	case c.flags.four || c.flags.six || c.flags.quick || c.flags.outside || c.flags.origin != "" || c.flags.timeout > 0 || c.flags.saw != "":
		return misuse("--replay measures nothing, so -4, -6, --quick, --timeout, --saw, --outside and --origin do not go with it")
	}
	if err := c.checkReport(); err != nil {
		return err
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	shown := wire.Printable(c.flags.replay, 200)
	e, err := readReplay(c.flags.replay)
	if err != nil {
		return misuse("%s cannot be judged again: %s", shown, plainError(err))
	}
	p := c.printer(set.Speaks())
	d, err := judge(e, p.lang)
	if err != nil {
		return misuse("%s cannot be judged again: its measurements contradict each other", shown)
	}
	if !c.flags.json {
		p.target(d.Target)
	}
	return c.tell(p, d, e)
}

// readReplay reads a saved examination. Only regular files are opened: a pipe without a writer would
// never end.
func readReplay(path string) (report.Examination, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return report.Examination{}, err
	case info.IsDir():
		return report.Examination{}, errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return report.Examination{}, errors.New("it is not a file")
	case info.Size() > report.MaxReplay:
		return report.Examination{}, report.ErrTooLarge
	}
	f, err := os.Open(path)
	if err != nil {
		return report.Examination{}, err
	}
	defer f.Close()
	return report.Read(f, checks.All())
}

func (c *call) printer(lang string) printer {
	s := newScreen(c.stdout, c.flags.noColor)
	return printer{screen: s, out: c.out, lang: lang, width: s.width()}
}
