package login

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const (
	runKey   = `Software\Microsoft\Windows\CurrentVersion\Run`
	runValue = "Waymend"
	place    = `HKEY_CURRENT_USER\` + runKey + `\` + runValue
	// approved is where the task manager notes what a person switched off: the first byte is odd then.
	approved = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// Paths is the place of the entry in the registry.
func Paths() []string { return []string{place} }

func (e Entry) line() string {
	return windows.ComposeCommandLine(append([]string{e.Program}, e.Arguments...))
}

// State looks whether there is an entry, and whether it is switched off.
func (e Entry) State() (State, error) {
	line, err := read(func(k registry.Key) (string, error) { s, _, err := k.GetStringValue(runValue); return s, err }, runKey)
	if err != nil || line == "" {
		return State{}, err
	}
	mark, err := read(func(k registry.Key) (string, error) { b, _, err := k.GetBinaryValue(runValue); return string(b), err }, approved)
	if err != nil {
		return State{}, err
	}
	s := State{On: mark == "" || mark[0]&1 == 0, How: RunKey, File: place, Current: line == e.line()}
	if words, err := windows.DecomposeCommandLine(line); err == nil && len(words) > 0 {
		s.Program = words[0]
	}
	return s, nil
}

// read reads one value; what is not there is empty.
func read(get func(registry.Key) (string, error), path string) (string, error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	var value string
	if err == nil {
		defer k.Close()
		value, err = get(k)
	}
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	return value, err
}

// Enable writes the entry, and takes back that it was switched off.
func (e Entry) Enable() error {
	if strings.ContainsRune(e.line(), 0) {
		return windows.ERROR_INVALID_PARAMETER
	}
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer k.Close()
	return errors.Join(k.SetStringValue(runValue, e.line()), unset(approved))
}

// Disable removes the entry. What runs goes on.
func (e Entry) Disable() error { return errors.Join(unset(runKey), unset(approved)) }

func unset(path string) error {
	k, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err == nil {
		defer k.Close()
		err = k.DeleteValue(runValue)
	}
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	return err
}
