package platform

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// gsettingsTime bounds the one process that is started where GNOME has a proxy setting.
const gsettingsTime = 500 * time.Millisecond

// proxies lists the environment's setting and the desktop's. Browsers follow the desktop, and the
// environment only where the desktop says nothing.
func proxies(ctx context.Context, u *url.URL) ([]Proxy, error) {
	list, err := environmentProxies(ctx, u)
	if err != nil {
		return nil, err
	}
	var desktop []setting
	if s, ok := gnomeSetting(ctx); ok {
		s.Browsers = !onKDE()
		desktop = append(desktop, s)
	}
	if s, ok := kdeSetting(); ok {
		s.Browsers = onKDE()
		desktop = append(desktop, s)
	}
	followed := false
	for _, s := range desktop {
		followed = followed || s.Browsers
	}
	for i := range list {
		list[i].Browsers = !followed
	}
	return append(list, applied(ctx, desktop, u)...), ctx.Err()
}

func onKDE() bool { return strings.Contains(os.Getenv("XDG_CURRENT_DESKTOP"), "KDE") }

func configDir() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return dir
	}
	if home := os.Getenv("HOME"); home != "" {
		return filepath.Join(home, ".config")
	}
	return ""
}

// gnomeSetting asks gsettings, but only where some database of settings mentions a proxy at all and a
// session is there to answer: most computers have no such setting, and a process takes longer than
// all other facts together.
func gnomeSetting(ctx context.Context) (setting, bool) {
	if configDir() == "" || !hasSession() {
		return setting{}, false
	}
	databases, _ := filepath.Glob("/etc/dconf/db/*")
	databases = append(databases, filepath.Join(configDir(), "dconf", "user"),
		filepath.Join(configDir(), "glib-2.0", "settings", "keyfile"))
	if !slices.ContainsFunc(databases, func(file string) bool {
		b, err := readBounded(file, 4<<20)
		return err == nil && bytes.Contains(b, []byte("proxy"))
	}) {
		return setting{}, false
	}
	program, err := exec.LookPath("gsettings")
	if err != nil {
		return setting{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, gsettingsTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "list-recursively", "org.gnome.system.proxy")
	cmd.WaitDelay = gsettingsTime // what it started may keep its output open
	out, err := cmd.Output()
	if err != nil {
		return setting{}, false
	}
	return parseGsettings(out)
}

// hasSession reports whether a session bus is there; gsettings would else try to start one.
func hasSession() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

func kdeSetting() (setting, bool) {
	dir := configDir()
	if dir == "" {
		return setting{}, false
	}
	b, err := readBounded(filepath.Join(dir, "kioslaverc"), 1<<20)
	if err != nil {
		return setting{}, false
	}
	return parseKioslaverc(b)
}
