package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/kardianos/service"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/resources/packaging/units"
)

// Service is the schedule as a service of the system: registered, started and stopped through
// kardianos/service, with units and property lists of our own. Its errors are ErrNoSystem,
// ErrNotInstalled, ErrRights, ErrUnsafe and units.ErrPath, or what the system said.
type Service struct {
	Scope   control.Scope
	Program string // the whole path of what is registered
	Config  string // the whole path of a settings file; "" for the usual one
	About   string // one line, for the system's lists
}

// Errors of a Service.
var (
	// ErrNoSystem: nothing here starts services for that scope, as in a container.
	ErrNoSystem = errors.New("agent: there is no service manager here")
	// ErrNotInstalled: the service is not registered.
	ErrNotInstalled = errors.New("agent: the service is not installed")
	// ErrRights: only an administrator may do that.
	ErrRights = errors.New("agent: this needs an administrator")
	// ErrUnsafe: an account without rights could put another program in the place of this one.
	ErrUnsafe = errors.New("agent: the program lies where others may change it")
)

// stopTime is how long a service may take to end; then the process ends anyway.
const stopTime = 10 * time.Second

// ServiceState is what the system knows of a service.
type ServiceState struct {
	Installed bool
	Running   bool // or about to be
	Current   bool // it is registered as this program would do it
	PID       int  // of the process that runs; 0 when it is not known
	Failed    bool // it ended in failure, and is not started again
	Program   string
	File      string // the unit or property list; "" where there is none
}

// State asks the system. ErrNoSystem comes with what is known all the same.
func (s Service) State() (ServiceState, error) {
	state := ServiceState{File: s.file()}
	unavailable := s.available()
	if state.File != "" {
		text, err := os.ReadFile(state.File)
		if errors.Is(err, fs.ErrNotExist) {
			return state, unavailable
		}
		if err != nil {
			return state, err
		}
		wanted, _ := s.text()
		state.Installed, state.Current, state.Program = true, string(text) == wanted, units.ProgramOf(string(text))
	}
	if unavailable != nil {
		return state, unavailable
	}
	if err := s.ask(&state); err != nil {
		return state, err
	}
	return state, nil
}

// Install registers the service, so that it starts by itself from then on; it does not start it now.
// It reports false when all was as it should be. What is registered otherwise, by an older version or for
// a program that was moved, is registered anew, and runs again if it ran.
func (s Service) Install() (bool, error) {
	if err := s.may(); err != nil {
		return false, err
	}
	state, err := s.State()
	if err != nil {
		return false, err
	}
	if s.Scope == control.Machine {
		if err := safe(s.Program); err != nil {
			return false, err
		}
	}
	if state.Installed && state.Current {
		return false, s.enable()
	}
	registered, err := s.registrar(nil)
	if err != nil {
		return false, err
	}
	if state.Installed {
		if err := s.remove(state); err != nil {
			return false, err
		}
	}
	if err := registered.Install(); err != nil {
		_ = s.tidy() // what the library left of a failed try
		return false, fmt.Errorf("agent: %w", err)
	}
	if state.Running {
		return true, s.Start()
	}
	return true, nil
}

// Uninstall stops the service and removes all that Install made.
func (s Service) Uninstall() error {
	if err := s.may(); err != nil {
		return err
	}
	state, err := s.State()
	if err != nil && !errors.Is(err, ErrNoSystem) {
		return err
	}
	if !state.Installed {
		return ErrNotInstalled
	}
	if err != nil { // no manager to tell; the file is all there is
		return s.tidy()
	}
	return s.remove(state)
}

func (s Service) remove(state ServiceState) error {
	if state.Running {
		if err := s.Stop(); err != nil {
			return err
		}
	}
	registered, err := s.registrar(nil)
	if err != nil {
		return err
	}
	return errors.Join(registered.Uninstall(), s.tidy())
}

// tidy removes the definition, should it be left, and folders that are empty now.
func (s Service) tidy() error {
	file := s.file()
	if file == "" {
		return nil
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := filepath.Dir(file); s.folder(dir); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break // not empty
		}
	}
	return nil
}

// Start starts the service, and returns when the system has it running.
func (s Service) Start() error { return s.act(service.Service.Start, s.start) }

// Stop stops the service; it is started again when this computer is, or at the next login.
func (s Service) Stop() error { return s.act(service.Service.Stop, s.stop) }

// act lets the system do it itself where it knows a better way than the library.
func (s Service) act(do func(service.Service) error, own func() (bool, error)) error {
	if err := s.may(); err != nil {
		return err
	}
	state, err := s.State()
	if err != nil {
		return err
	}
	if !state.Installed {
		return ErrNotInstalled
	}
	if done, err := own(); done || err != nil {
		return err
	}
	registered, err := s.registrar(nil)
	if err != nil {
		return err
	}
	if err := do(registered); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	return nil
}

// Run is what the system's service manager starts: serve, until the manager or serve itself ends it.
func (s Service) Run(serve func(context.Context) error) error {
	p := newProgram(serve)
	registered, err := s.registrar(p)
	if err != nil {
		return err
	}
	if err := registered.Run(); err != nil && !errors.Is(err, p.err) {
		return errors.Join(fmt.Errorf("agent: %w", err), p.err)
	}
	return p.err
}

func (s Service) registrar(p *program) (service.Service, error) {
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	if p == nil {
		p = newProgram(func(context.Context) error { return nil })
	}
	if c.Option == nil {
		c.Option = service.KeyValue{}
	}
	c.Option["RunWait"] = p.wait
	registered, err := service.New(p, c)
	if err != nil {
		return nil, ErrNoSystem
	}
	return registered, nil
}

// arguments are those by which the system starts the program.
func (s Service) arguments() []string {
	list := []string{"service", "run"}
	if s.Scope == control.Machine {
		list = append(list, "--system")
	}
	if s.Config != "" {
		list = append(list, "--config", s.Config)
	}
	return list
}

// program is what the library starts and stops.
type program struct {
	serve func(context.Context) error
	ctx   context.Context
	stop  context.CancelFunc
	done  chan struct{}
	err   error // after done
}

func newProgram(serve func(context.Context) error) *program {
	p := &program{serve: serve, done: make(chan struct{})}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p
}

// Start must not wait.
func (p *program) Start(service.Service) error {
	go func() {
		p.err = p.serve(p.ctx)
		close(p.done)
		if p.ctx.Err() == nil {
			endedByItself(p.err)
		}
	}()
	return nil
}

func (p *program) Stop(service.Service) error {
	p.stop()
	select {
	case <-p.done:
		return p.err
	case <-time.After(stopTime):
		return errors.New("agent: it did not end in time")
	}
}
