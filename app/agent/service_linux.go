package agent

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kardianos/service"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/platform/login"
	"github.com/waymend/waymend/resources/packaging/units"
)

// available wants a booted systemd (sd_booted(3)), and for a person their own manager. The library
// would write scripts for other systems, which nobody has tried.
func (s Service) available() error {
	if s.Scope == control.Machine {
		if info, err := os.Stat("/run/systemd/system"); err != nil || !info.IsDir() {
			return ErrNoSystem
		}
		return nil
	}
	if !login.UserManager() {
		return ErrNoSystem
	}
	return nil
}

// file is where the library puts the unit.
func (s Service) file() string { return settings.ServiceFile(s.Scope == control.Machine) }

// folder reports whether a folder goes when it is empty: the person's may be there for this alone.
func (s Service) folder(dir string) bool {
	home, err := os.UserHomeDir()
	return err == nil && s.Scope == control.Person && strings.HasPrefix(dir, filepath.Join(home, ".config/systemd"))
}

func (s Service) text() (string, error) {
	kind := units.User
	if s.Scope == control.Machine {
		kind = units.System
	}
	return units.Text(kind, units.Start{Program: s.Program, Arguments: s.arguments(), Description: s.About})
}

func (s Service) config() (*service.Config, error) {
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	return &service.Config{Name: units.Name, Executable: s.Program, Option: service.KeyValue{
		"UserService": s.Scope == control.Person, "SystemdScript": text,
	}}, nil
}

// ask asks systemd itself: the library takes a service that waits to be started again for one that runs,
// and one that failed for an error.
func (s Service) ask(state *ServiceState) error {
	out, err := login.Systemctl(s.Scope == control.Person, "show", "--property=ActiveState,MainPID", units.Name+".service")
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "ActiveState":
			state.Running = value == "active" || value == "activating" || value == "reloading"
			state.Failed = value == "failed"
		case "MainPID":
			state.PID, _ = strconv.Atoi(value)
		}
	}
	return nil
}

// enable repairs the link by which the service starts by itself.
func (s Service) enable() error {
	_, err := login.Systemctl(s.Scope == control.Person, "enable", "--quiet", units.Name+".service")
	return err
}

// start and stop ask systemd themselves, because the library loses what it answers.
func (s Service) start() (bool, error) { return s.systemctl("start") }
func (s Service) stop() (bool, error)  { return s.systemctl("stop") }

func (s Service) systemctl(verb string) (bool, error) {
	_, err := login.Systemctl(s.Scope == control.Person, verb, units.Name+".service")
	return true, err
}
