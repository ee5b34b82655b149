package login

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/resources/packaging/units"
)

// askTime bounds one question to systemd; starting and stopping wait for the service.
const askTime = 45 * time.Second

// A desktop has its own list of what starts with it, which brings its display along and which people
// can look at; a unit would start before there is a display. So a unit is for sessions without one.

// Paths are the files that an entry may be in.
func Paths() []string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return nil
	}
	return []string{entryFile(dir), unitFile(dir)}
}

func entryFile(config string) string {
	return filepath.Join(config, "autostart", units.ID+".agent.desktop")
}

func unitFile(config string) string {
	return filepath.Join(config, "systemd", "user", units.Agent+".service")
}

// State looks which entry there is. One that its person switched off in the desktop's own list is off.
func (e Entry) State() (State, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return State{}, err
	}
	for _, way := range []struct {
		how  How
		kind units.Kind
		file string
	}{{DesktopEntry, units.Desktop, entryFile(config)}, {SystemdUnit, units.Login, unitFile(config)}} {
		text, err := os.ReadFile(way.file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return State{}, err
		}
		wanted, _ := units.Text(way.kind, units.Start(e))
		s := State{On: true, How: way.how, File: way.file, Program: units.ProgramOf(string(text)), Current: string(text) == wanted}
		if way.how == DesktopEntry {
			s.On = !switchedOff(string(text))
		} else {
			_, err := os.Lstat(filepath.Join(filepath.Dir(way.file), "default.target.wants", filepath.Base(way.file)))
			s.On = err == nil
		}
		return s, nil
	}
	return State{}, nil
}

// switchedOff reads how a desktop marks an entry that its person switched off.
func switchedOff(text string) bool {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key, value = strings.TrimSpace(key), strings.TrimSpace(value); {
		case key == "Hidden" && value == "true", key == "X-GNOME-Autostart-enabled" && value == "false":
			return true
		}
	}
	return false
}

// Enable writes the entry and removes the one of the other kind.
func (e Entry) Enable() error {
	config, err := os.UserConfigDir()
	if err != nil {
		return err
	}
	if hasDesktop() || !UserManager() {
		text, err := units.Text(units.Desktop, units.Start(e))
		if err == nil {
			err = replace(entryFile(config), text)
		}
		return errors.Join(err, removeUnit(config))
	}
	text, err := units.Text(units.Login, units.Start(e))
	if err == nil {
		err = replace(unitFile(config), text)
	}
	if err == nil {
		_, err = Systemctl(true, "daemon-reload")
	}
	if err == nil {
		_, err = Systemctl(true, "enable", "--quiet", units.Agent+".service")
	}
	_, gone := remove(entryFile(config))
	return errors.Join(err, gone)
}

// Disable removes every entry. What runs goes on.
func (e Entry) Disable() error {
	config, err := os.UserConfigDir()
	if err != nil {
		return err
	}
	_, err = remove(entryFile(config))
	return errors.Join(err, removeUnit(config))
}

// removeUnit removes the unit and the link to it, also where no manager runs.
func removeUnit(config string) error {
	file := unitFile(config)
	wants := filepath.Join(filepath.Dir(file), "default.target.wants")
	_, linkErr := remove(filepath.Join(wants, filepath.Base(file)))
	was, err := remove(file)
	for _, dir := range []string{wants, filepath.Dir(file), filepath.Dir(filepath.Dir(file))} {
		if was {
			os.Remove(dir) // unless it is in use
		}
	}
	if was && UserManager() {
		_, told := Systemctl(true, "daemon-reload")
		err = errors.Join(err, told)
	}
	return errors.Join(linkErr, err)
}

// hasDesktop reports whether this session has a desktop.
func hasDesktop() bool {
	return slices.ContainsFunc([]string{"DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP"}, func(name string) bool { return os.Getenv(name) != "" })
}

// UserManager reports whether systemd's manager for this account can be asked.
func UserManager() bool {
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	c, err := net.DialTimeout("unix", filepath.Join(dir, "systemd", "private"), time.Second)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// FindUserManager lets a session that was begun without one, as by su, use the account's own manager
// all the same, for this process and those it starts.
func FindUserManager() {
	dir := filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	if info, err := os.Stat(filepath.Join(dir, "systemd")); os.Getenv("XDG_RUNTIME_DIR") == "" && err == nil && info.IsDir() {
		_ = os.Setenv("XDG_RUNTIME_DIR", dir)
	}
}

// Systemctl asks systemd, the person's own manager or the system's, and returns what it prints. It never
// asks for a password.
func Systemctl(user bool, args ...string) (string, error) {
	scope := "--system"
	if user {
		scope = "--user"
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	ask := exec.CommandContext(ctx, "systemctl", append([]string{scope, "--no-ask-password", "--no-pager"}, args...)...)
	ask.WaitDelay = time.Second // a child of it that keeps the pipe open must not keep us
	out, err := ask.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		if text := strings.TrimSpace(string(failed.Stderr)); text != "" {
			return "", fmt.Errorf("systemctl: %s", text)
		}
	}
	return string(out), err
}
