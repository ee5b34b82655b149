package change

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/godbus/dbus/v5"
)

const gnomeProxy = "org.gnome.system.proxy"

// proxySteps turns off what GNOME and KDE were told; the servers stay written down there.
func proxySteps(ctx context.Context) ([]Step, error) {
	var steps []Step
	if mode, err := gnomeMode(ctx); err == nil && mode != "none" {
		steps = append(steps, Step{Verb: ProxyGNOME, Args: map[string]string{"mode": "none"}, Info: map[string]string{"before": mode}})
	}
	if _, b, _, err := kdeFile(); err == nil {
		if mode := kdeMode(b); mode != "" && mode != "0" {
			steps = append(steps, Step{Verb: ProxyKDE, Args: map[string]string{"mode": "0"}, Info: map[string]string{"before": mode}})
		}
	}
	if len(steps) == 0 {
		return nil, ErrNothing
	}
	return steps, nil
}

func gnomeMode(ctx context.Context) (string, error) {
	if !hasSession() {
		return "", ErrNotHere
	}
	out, err := run(ctx, "gsettings", "get", gnomeProxy, "mode")
	if err != nil {
		return "", err
	}
	mode := strings.Trim(strings.TrimSpace(out), "'")
	if !gnomeArg.MatchString(mode) {
		return "", ErrNotHere
	}
	return mode, nil
}

// hasSession reports whether a session bus is there; gsettings would else try to start one.
func hasSession() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return dir != "" && err == nil
}

func setGNOME(ctx context.Context, done *Done, _ bool) error {
	before, err := gnomeMode(ctx)
	if err != nil {
		return err
	}
	mode := done.Step.Args["mode"]
	if _, err := run(ctx, "gsettings", "set", gnomeProxy, "mode", mode); err != nil {
		return err
	}
	after, err := gnomeMode(ctx)
	if err != nil {
		return err
	}
	if after != mode {
		return fmt.Errorf("%w: the setting is fixed by an administrator", ErrNotHere)
	}
	done.Before, done.After, done.Proved = before, after, true
	done.Undo = &Step{Verb: ProxyGNOME, Args: map[string]string{"mode": before}}
	return nil
}

// kdeFile reads KDE's settings for programs that load addresses.
func kdeFile() (path string, b []byte, info os.FileInfo, err error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", nil, nil, err
	}
	if path, err = filepath.EvalSymlinks(filepath.Join(dir, "kioslaverc")); err != nil {
		return "", nil, nil, err
	}
	if info, err = os.Lstat(path); err != nil {
		return "", nil, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return "", nil, nil, errors.New("not a file of settings")
	}
	b, err = os.ReadFile(path)
	return path, b, info, err
}

func setKDE(_ context.Context, done *Done, _ bool) error {
	path, b, info, err := kdeFile()
	if err != nil {
		return err
	}
	before := kdeMode(b)
	if !kdeArg.MatchString(before) {
		return ErrChanged
	}
	edited := withKDEMode(b, done.Step.Args["mode"])
	if err := replace(path, edited, info, ""); err != nil {
		return err
	}
	tellKDE()
	_, now, _, err := kdeFile()
	done.Before, done.After = before, kdeMode(now)
	done.Proved = err == nil && done.After == done.Step.Args["mode"]
	done.Bytes = int64(len(edited) - len(b))
	done.Undo = &Step{Verb: ProxyKDE, Args: map[string]string{"mode": before}}
	return nil
}

// tellKDE lets running programs read the file again, as KDE's own settings do; none may be there.
func tellKDE() {
	if !hasSession() {
		return
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.Emit("/KIO/Scheduler", "org.kde.KIO.Scheduler.reparseSlaveConfiguration", "")
}
