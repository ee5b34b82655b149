package login

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/resources/packaging/units"
)

// askTime bounds one question to launchd.
const askTime = 45 * time.Second

// Paths are the files that an entry may be in.
func Paths() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	return []string{filepath.Join(home, "Library", "LaunchAgents", units.LabelAgent+".plist")}
}

func (e Entry) text() (string, error) {
	return units.Property(units.LabelAgent, units.Start(e), "/dev/null", true)
}

// State looks whether there is an entry.
func (e Entry) State() (State, error) {
	for _, file := range Paths() {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return State{}, err
		}
		wanted, _ := e.text()
		return State{On: true, How: LaunchAgent, File: file, Program: units.ProgramOf(string(text)), Current: string(text) == wanted}, nil
	}
	return State{}, nil
}

// Enable writes the entry, which launchd reads at the next login.
func (e Entry) Enable() error {
	text, err := e.text()
	if err != nil {
		return err
	}
	for _, file := range Paths() {
		err = errors.Join(err, replace(file, text))
	}
	return err
}

// Disable removes the entry. What runs goes on.
func (e Entry) Disable() error {
	var all error
	for _, file := range Paths() {
		_, err := remove(file)
		all = errors.Join(all, err)
	}
	return all
}

// domain is where launchd keeps a job (launchctl(1)).
func domain(user bool) string {
	if user {
		return "gui/" + strconv.Itoa(os.Getuid())
	}
	return "system"
}

var pid = regexp.MustCompile(`(?m)^\s*pid = (\d+)$`)

// Launched asks launchd whether it knows a job, and for its process, 0 when it waits.
func Launched(user bool, label string) (process int, known bool) {
	out, err := launchctl("print", domain(user)+"/"+label)
	if err != nil {
		return 0, false
	}
	if m := pid.FindStringSubmatch(out); m != nil {
		process, _ = strconv.Atoi(m[1])
	}
	return process, true
}

// Launch makes a job known to launchd, which starts it; one that is known is started if it does not run.
func Launch(user bool, label, file string) error {
	if _, known := Launched(user, label); known {
		_, err := launchctl("kickstart", domain(user)+"/"+label)
		return err
	}
	_, err := launchctl("bootstrap", domain(user), file)
	return err
}

// Unlaunch ends a job until the next login or start of the computer.
func Unlaunch(user bool, label string) error {
	if _, known := Launched(user, label); !known {
		return nil
	}
	_, err := launchctl("bootout", domain(user)+"/"+label)
	return err
}

func launchctl(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	ask := exec.CommandContext(ctx, "/bin/launchctl", args...)
	ask.WaitDelay = time.Second // a child of it that keeps the pipe open must not keep us
	out, err := ask.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		if text := strings.TrimSpace(string(failed.Stderr)); text != "" {
			return "", fmt.Errorf("launchctl: %s", text)
		}
	}
	return string(out), err
}
