package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/waymend/waymend/app/agent"
	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
)

// uninstall removes the service, and with --purge what was chosen and seen, too, after saying what.
func (s *serving) uninstall(ctx context.Context) error {
	if !s.flags.purge {
		if err := s.service.Uninstall(); err != nil {
			return err
		}
		s.say("cli.service.removed")
		s.say("cli.service.kept", "command", s.command("uninstall")+" --purge")
		return nil
	}
	doomed, err := s.plan()
	if err != nil {
		return err
	}
	s.showPlan(doomed)
	if s.flags.dryRun {
		s.say("cli.fix.dry")
		return nil
	}
	if err := s.consent(ctx); err != nil {
		return err
	}
	if err := s.service.Uninstall(); err != nil && !errors.Is(err, agent.ErrNotInstalled) && !errors.Is(err, agent.ErrNoSystem) {
		return err
	}
	if s.service.Scope == control.Person {
		if err := s.entry().Disable(); err != nil {
			return err
		}
	}
	if _, err := control.AgentStatusOf(ctx, s.service.Scope); !errors.Is(err, control.ErrAbsent) {
		return codeError{exitFault, s.p.say("cli.service.still-runs")}
	}
	for _, dir := range doomed {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		s.doc.Deleted = append(s.doc.Deleted, dir)
	}
	s.say("cli.service.purged")
	return nil
}

// plan lists the folders that --purge deletes. While something that was cleared in browsers can be taken
// back, or a clean profile is in use, it refuses: their notes are in there.
func (s *serving) plan() (doomed []string, err error) {
	folders := settings.Folders()
	if s.service.Scope == control.Machine {
		folders = settings.MachineData()
	} else {
		for _, dir := range []string{settings.Cleared(), settings.Profiles()} {
			if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
				return nil, codeError{exitFault, s.p.say("cli.service.undoable", "command", "waymend undo")}
			}
		}
	}
	for _, dir := range folders {
		_, err := os.Lstat(dir)
		switch {
		case err == nil:
			doomed = append(doomed, dir)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return doomed, nil
}

func (s *serving) showPlan(doomed []string) {
	if s.flags.json {
		return
	}
	key := "cli.service.purge"
	if len(doomed) == 0 {
		key = "cli.service.purge.nothing"
	}
	s.say(key)
	for _, dir := range doomed {
		var size int64
		_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error { // what cannot be read counts nothing
			if err == nil && e.Type().IsRegular() {
				if info, err := e.Info(); err == nil {
					size += info.Size()
				}
			}
			return nil
		})
		s.p.para(s.p.screen.plain("  • "), dir+" ("+report.Size(s.p.lang, size)+")", "")
	}
}

// consent asks before anything is deleted, where somebody can be asked.
func (s *serving) consent(ctx context.Context) error {
	if s.flags.yes {
		return nil
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	m := &mending{call: s.call, p: s.p, ctx: ctx}
	if !m.attended() {
		return codeError{exitFault, s.p.say("cli.fix.unattended")}
	}
	yes, err := m.ask(s.p.say("cli.service.purge.ask"))
	if err == nil && !yes {
		err = codeError{exitFault, s.p.say("cli.fix.untouched")}
	}
	return err
}
