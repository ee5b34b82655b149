package agent

import (
	"github.com/kardianos/service"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/platform/login"
	"github.com/waymend/waymend/resources/packaging/units"
)

// available is true: launchd is always there.
func (s Service) available() error { return nil }

// file is where the library puts the property list.
func (s Service) file() string { return settings.ServiceFile(s.Scope == control.Machine) }

// folder is false: the system's own folders stay.
func (s Service) folder(string) bool { return false }

func (s Service) text() (string, error) {
	return units.Property(units.Label, units.Start{Program: s.Program, Arguments: s.arguments(), Description: s.About}, "/dev/null", false)
}

func (s Service) config() (*service.Config, error) {
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	return &service.Config{Name: units.Label, Executable: s.Program, Option: service.KeyValue{
		"UserService": s.Scope == control.Person, "LaunchdConfig": text,
	}}, nil
}

func (s Service) ask(state *ServiceState) error {
	state.PID, state.Running = login.Launched(s.Scope == control.Person, units.Label)
	return nil
}

// enable has nothing to repair: launchd reads the folder.
func (s Service) enable() error { return nil }

// start and stop use launchctl's present verbs; the library's are the old ones.
func (s Service) start() (bool, error) {
	return true, login.Launch(s.Scope == control.Person, units.Label, s.file())
}

func (s Service) stop() (bool, error) {
	return true, login.Unlaunch(s.Scope == control.Person, units.Label)
}
