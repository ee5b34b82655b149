//go:build !windows

package agent

import (
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/waymend/waymend/app/control"
)

// wait returns when the service is to end: told by a signal, or by itself.
func (p *program) wait() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	select {
	case <-signals:
	case <-p.done:
	}
}

// endedByItself has nothing to do: wait sees it.
func endedByItself(error) {}

// may refuses what only root may do.
func (s Service) may() error {
	if s.Scope == control.Machine && os.Geteuid() != 0 {
		return ErrRights
	}
	return nil
}

// safe refuses a program that an account other than root could replace: it, and every folder on the
// way to it.
func safe(program string) error {
	path, err := filepath.EvalSymlinks(program)
	if err != nil {
		return err
	}
	for ; ; path = filepath.Dir(path) {
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid != 0 || info.Mode().Perm()&0o022 != 0 || info.Mode().Type()&^fs.ModeDir != 0 {
			return ErrUnsafe
		}
		if path == filepath.Dir(path) {
			return nil
		}
	}
}

// ServiceScope is the scope of a service: a person's own unless the machine's is asked for.
func ServiceScope(machine bool) control.Scope {
	if machine {
		return control.Machine
	}
	return control.Person
}
