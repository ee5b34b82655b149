package agent

import (
	"errors"
	"os"
	"strings"
	"unsafe"

	"github.com/kardianos/service"
	"golang.org/x/sys/windows"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/platform/elevate"
)

const (
	serviceName = "Waymend"
	// account has few rights on this computer and none on others; its folders are in
	// %SystemRoot%\ServiceProfiles\LocalService.
	account = `NT AUTHORITY\LocalService`
)

// available is true: the service control manager is always there.
func (s Service) available() error { return nil }

// file is "": services are in the registry.
func (s Service) file() string { return "" }

func (s Service) folder(string) bool { return false }

func (s Service) text() (string, error) { return "", nil }

func (s Service) config() (*service.Config, error) {
	return &service.Config{Name: serviceName, DisplayName: "Waymend", Description: s.About, UserName: account,
		Executable: s.Program, Arguments: s.arguments(), Option: service.KeyValue{
			"OnFailure": "restart", "OnFailureDelayDuration": "10s", "OnFailureResetPeriod": 24 * 60 * 60,
		}}, nil
}

func (s Service) may() error {
	if !elevate.Admin() {
		return ErrRights
	}
	return nil
}

// safe leaves it to the installer, which puts the program where only administrators write.
func safe(string) error { return nil }

func (s Service) ask(state *ServiceState) error {
	registered, err := s.registrar(nil)
	if err != nil {
		return err
	}
	status, err := registered.Status()
	if errors.Is(err, service.ErrNotInstalled) {
		return nil
	}
	if err != nil {
		return err
	}
	state.Installed, state.Running = true, status == service.StatusRunning
	line, err := commandLine()
	if err != nil {
		return err
	}
	words, err := windows.DecomposeCommandLine(line)
	if err != nil || len(words) == 0 {
		return err
	}
	state.Program = words[0]
	state.Current = strings.Join(words, "\x00") == strings.Join(append([]string{s.Program}, s.arguments()...), "\x00")
	return nil
}

// commandLine is how the service is registered to be started.
func commandLine() (string, error) {
	name, err := windows.UTF16PtrFromString(serviceName)
	if err != nil {
		return "", err
	}
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return "", err
	}
	defer windows.CloseServiceHandle(manager)
	h, err := windows.OpenService(manager, name, windows.SERVICE_QUERY_CONFIG)
	if err != nil {
		return "", err
	}
	defer windows.CloseServiceHandle(h)
	const most = 8 << 10 // of the structure with all its texts (QueryServiceConfigW)
	var buffer [most / 8]uint64
	config := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&buffer))
	var needed uint32
	if err := windows.QueryServiceConfig(h, config, most, &needed); err != nil {
		return "", err
	}
	return windows.UTF16PtrToString(config.BinaryPathName), nil
}

// enable has nothing to repair.
func (s Service) enable() error { return nil }

// start and stop leave it to the library, which takes what is so already for a failure.
func (s Service) start() (bool, error) { return s.is(true) }
func (s Service) stop() (bool, error)  { return s.is(false) }

func (s Service) is(running bool) (bool, error) {
	state, err := s.State()
	return state.Running == running, err
}

// wait is not asked for here; the manager says when to end.
func (p *program) wait() {}

// endedByItself ends the process, because the manager would take it for one that runs; it starts it
// again after ten seconds.
func endedByItself(err error) {
	if err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// ServiceScope is always the machine's: Windows has no services of a person's own.
func ServiceScope(bool) control.Scope { return control.Machine }
