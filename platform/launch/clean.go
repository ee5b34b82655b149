package launch

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/platform/browser"
)

// ErrClean says that a browser cannot be started with a profile of its own.
var ErrClean = errors.New("launch: this browser cannot be started with a clean profile")

const (
	// cleanStart is how long a browser may take until it holds the lock of a new profile; until then
	// the profile looks as if nobody used it.
	cleanStart = time.Minute
	// cleanDoubt is how long a profile is kept of which it cannot be told whether it is in use.
	cleanDoubt = 24 * time.Hour
	// cleanPrefix begins the names of these profiles, and nothing else in their folders does.
	cleanPrefix = "clean-"
	// cleanRoom is their folder where a sandboxed browser may write.
	cleanRoom = "waymend-profiles"
)

// dirSlot stands for the directory of a profile in a command, as slot does for the address.
const dirSlot = "\x01"

// notClean are families of these engines that choose their profile themselves.
var notClean = []string{"arc"}

// cleanFlags are the arguments before an address that make a browser start beside one that runs, with
// the profile in a directory, without extensions and without a tour. Chromium's store of passwords is
// told to be plain, or the desktop might ask for the key of a store that stays empty.
func cleanFlags(f *browser.Family) []string {
	switch {
	case slices.Contains(notClean, f.ID):
		return nil
	case f.Engine == browser.Chromium:
		return []string{"--user-data-dir=" + dirSlot, "--no-first-run", "--no-default-browser-check",
			"--disable-extensions", "--password-store=basic", "--use-mock-keychain"}
	case f.Engine == browser.Gecko:
		return []string{"--no-remote", "--profile", dirSlot}
	}
	return nil
}

// cleanPrefs keeps Firefox from opening its tour and its notice in place of the page.
const cleanPrefs = `user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionPolicyBypassNotification", true);
user_pref("trailhead.firstrun.didSeeAboutWelcome", true);
user_pref("termsofuse.bypassNotification", true);
`

// CanClean reports whether OpenClean can start the browser.
func (b Browser) CanClean() bool { return len(b.clean) > 0 }

// OpenClean opens an absolute http or https address in the browser with a new, empty profile, beside
// whatever runs of it. The profile is made below own, or where the browser's sandbox lets it write;
// SweepClean deletes it when the browser has ended.
func (s System) OpenClean(b Browser, address, own string) error {
	if err := checkURL(address); err != nil {
		return err
	}
	if !b.CanClean() {
		return ErrClean
	}
	room := own
	if b.room != "" {
		home := s.Getenv("HOME")
		if !filepath.IsAbs(home) {
			return ErrClean
		}
		room = filepath.Join(home, b.room, cleanRoom)
	}
	dir, err := makeClean(room, b.Family)
	if err != nil {
		return fmt.Errorf("launch: %w", err)
	}
	argv := slices.Clone(b.clean)
	for i, arg := range argv {
		argv[i] = strings.NewReplacer(slot, address, dirSlot, dir).Replace(arg)
	}
	if err := s.Start(argv); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return nil
}

// makeClean makes the directory of a profile, for this account alone. Its name says of which family it
// is and when it was made.
func makeClean(room, family string) (string, error) {
	if !filepath.IsAbs(room) {
		return "", errors.New("the system names no folder for it")
	}
	if err := os.MkdirAll(room, 0o700); err != nil {
		return "", err
	}
	name := cleanPrefix + family + "-" + strconv.FormatInt(time.Now().Unix(), 10) + "-" + strings.ToLower(rand.Text()[:8])
	dir := filepath.Join(room, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	if f := familyOf(family); f != nil && f.Engine == browser.Gecko {
		if err := os.WriteFile(filepath.Join(dir, "user.js"), []byte(cleanPrefs), 0o600); err != nil {
			return "", errors.Join(err, os.RemoveAll(dir))
		}
	}
	return dir, nil
}

// SweepClean deletes the profiles of OpenClean that no browser uses any more, also those of a process
// that ended before it could, and returns how many are left.
func (s System) SweepClean(own string) (left int) {
	for _, room := range s.rooms(own) {
		left += s.sweep(room)
	}
	return left
}

// HasClean reports whether there are profiles of OpenClean, in use or not.
func (s System) HasClean(own string) bool {
	return slices.ContainsFunc(s.rooms(own), func(room string) bool {
		names, _ := readDir(room)
		return slices.ContainsFunc(names, func(name string) bool { _, _, ok := parseClean(name); return ok })
	})
}

// rooms lists the folders in which these profiles can be.
func (s System) rooms(own string) (list []string) {
	if filepath.IsAbs(own) {
		list = append(list, own)
	}
	home := s.Getenv("HOME")
	if !filepath.IsAbs(home) || s.OS != "linux" {
		return list
	}
	for i := range kinds {
		for _, name := range kinds[i].commands {
			list = append(list, filepath.Join(home, snapRoom(name), cleanRoom))
		}
		for _, id := range kinds[i].flatpaks {
			list = append(list, filepath.Join(home, flatpakRoom(id), cleanRoom))
		}
	}
	return list
}

// snapRoom and flatpakRoom are folders below the home that a sandboxed browser may write to.
func snapRoom(name string) string  { return "snap/" + name + "/common" }
func flatpakRoom(id string) string { return ".var/app/" + id + "/cache" }

// sweep deletes what is unused in one folder. It reaches nothing outside of it, whatever is swapped
// for a link meanwhile.
func (s System) sweep(room string) (left int) {
	if info, err := os.Lstat(room); err != nil || !info.IsDir() {
		return 0
	}
	root, err := os.OpenRoot(room)
	if err != nil {
		return 0
	}
	defer root.Close()
	names, _ := readDir(room)
	for _, name := range names {
		f, made, ok := parseClean(name)
		if !ok {
			continue
		}
		if s.usesClean(f, filepath.Join(room, name), time.Since(made)) || root.RemoveAll(name) != nil {
			left++
		}
	}
	return left
}

// parseClean takes the name of a profile apart: clean-FAMILY-SECONDS-RANDOM; families have hyphens.
func parseClean(name string) (f *browser.Family, made time.Time, ok bool) {
	rest, ok := strings.CutPrefix(name, cleanPrefix)
	parts := strings.Split(rest, "-")
	if !ok || len(parts) < 3 {
		return nil, made, false
	}
	n := len(parts)
	seconds, err := strconv.ParseInt(parts[n-2], 10, 64)
	f = familyOf(strings.Join(parts[:n-2], "-"))
	return f, time.Unix(seconds, 0), err == nil && f != nil
}

// usesClean reports whether a browser has the profile open, or may have. A clock that was put back
// makes the age negative: then only the locks count.
func (s System) usesClean(f *browser.Family, dir string, age time.Duration) bool {
	p := browser.Profile{Family: f, Root: dir, Dir: dir}
	if f.Engine == browser.Chromium {
		p.Dir = filepath.Join(dir, "Default")
	}
	switch (browser.System{OS: s.OS, Getenv: s.Getenv}).State(p).State {
	case browser.Running:
		return true
	case browser.Stopped:
		return age >= 0 && age < cleanStart
	}
	return age >= 0 && age < cleanDoubt
}
