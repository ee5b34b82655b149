// Package browser knows the browser families: where each keeps its profiles, and what a profile
// says about the network. It reads and never writes beside a browser's files; a running browser
// does not notice. It draws no conclusions and starts no browser.
package browser

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Bounds of one look at all profiles.
const (
	// CookieTime is what one profile's cookies may take.
	CookieTime = 250 * time.Millisecond
	// maxProfiles is more than any person uses.
	maxProfiles = 64
	// maxText bounds a settings file; a Preferences of a heavy user has a few megabytes.
	maxText = 16 << 20
	// atOnce is how many profiles are read at the same time.
	atOnce = 4
)

// System is the account whose browsers are looked at. Here returns this one; tests make others.
type System struct {
	OS     string              // as in GOOS
	Getenv func(string) string // HOME, XDG_*, APPDATA, LOCALAPPDATA
	Etc    string              // directory of the administrator's settings, "/etc"; "" for none
	Policy func(vendor string) map[string]any
	Now    func() time.Time
}

// Here is the account that runs this program.
func Here() System {
	return System{OS: runtime.GOOS, Getenv: os.Getenv, Etc: "/etc", Policy: registryPolicy, Now: time.Now}
}

// Profile is one profile of one browser.
type Profile struct {
	Family  *Family
	Browser string // name with channel and packaging: "Google Chrome Beta", "Firefox (snap)"
	Name    string // the person's name for it, or the directory's
	Root    string // directory of the browser
	Dir     string // directory of the profile
	Used    time.Time
	Where   Root // the place of the table that Root is
}

// Settings is what a profile, or the administrator, says about the network.
type Settings struct {
	DoHMode   string // off, automatic, secure; "" when not set
	DoHURL    string
	ProxyMode string // system, direct, fixed, script, detect; "" when not set
	Proxy     string // server or script, without credentials
	Managed   bool   // the administrator decided
}

// Report is a profile with all that was asked about it.
type Report struct {
	Profile
	Settings
	Jar       Jar
	CookieErr string
}

// Reports looks at every profile: its settings and its cookies for the host ("" for none). It
// returns what it has when ctx ends.
func (s System) Reports(ctx context.Context, host string) []Report {
	profiles := s.Profiles(ctx)
	list := make([]Report, len(profiles))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, p := range profiles {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			list[i] = Report{Profile: p, CookieErr: "not read in time"}
			if ctx.Err() != nil {
				return
			}
			list[i].Settings = s.Settings(p)
			if host == "" {
				list[i].CookieErr = ""
				return
			}
			jar, err := s.Cookies(ctx, p, host)
			list[i].Jar, list[i].CookieErr = jar, ""
			if err != nil {
				list[i].CookieErr = err.Error()
			}
		})
	}
	all.Wait()
	return list
}

// Profiles lists the profiles that the browsers themselves list, the last used first.
func (s System) Profiles(ctx context.Context) []Profile {
	var list []Profile
	s.find(ctx, func(p Profile) { list = append(list, p) })
	slices.SortStableFunc(list, func(a, b Profile) int { return b.Used.Compare(a.Used) })
	return list
}

// find hands over each profile as soon as it is found.
func (s System) find(ctx context.Context, use func(Profile)) {
	count := 0
	seen := map[string]bool{}
	for i := range Families {
		f := &Families[i]
		for _, r := range f.Roots[s.OS] {
			for _, dir := range s.expand(r.Path) {
				if ctx.Err() != nil || seen[dir] || !isDir(dir) {
					continue
				}
				seen[dir] = true
				for _, p := range s.list(f, dir) {
					p.Family, p.Root, p.Browser, p.Name, p.Where = f, dir, r.title(f), printable(p.Name), r
					if count < maxProfiles && !seen[p.Dir+"\x00"] {
						seen[p.Dir+"\x00"] = true
						count++
						use(p)
					}
				}
			}
		}
	}
}

func (s System) list(f *Family, root string) []Profile {
	switch f.Engine {
	case Chromium:
		return chromiumProfiles(root)
	case Gecko:
		return geckoProfiles(root)
	case QtWebEngine:
		return qtProfiles(root)
	default:
		return []Profile{{Name: "default", Dir: root}}
	}
}

// Settings reads what the profile and the administrator say. Files that are missing or odd say
// nothing.
func (s System) Settings(p Profile) Settings {
	switch p.Family.Engine {
	case Chromium:
		return s.chromiumSettings(p)
	case Gecko:
		return s.geckoSettings(p)
	}
	return Settings{}
}

// expand fills in the variable of a path, and the pattern * of the few that have one.
func (s System) expand(path string) []string {
	dir, rest := s.variable(path)
	if !filepath.IsAbs(dir) {
		return nil // no home: nothing is guessed
	}
	full := filepath.Join(dir, filepath.FromSlash(rest))
	if !strings.Contains(rest, "*") {
		return []string{full}
	}
	found, _ := filepath.Glob(full)
	return found[:min(len(found), 8)]
}

// variable splits a path of the table into the directory that its variable stands for and the
// rest; "" where the environment does not say.
func (s System) variable(path string) (dir, rest string) {
	name, rest, _ := strings.Cut(path, "/")
	home := cmp.Or(s.Getenv("HOME"), s.Getenv("USERPROFILE"))
	switch name {
	case "{home}":
		dir = home
	case "{config}":
		dir = cmp.Or(s.Getenv("XDG_CONFIG_HOME"), under(home, ".config"))
	case "{chrome}":
		dir = cmp.Or(s.Getenv("CHROME_CONFIG_HOME"), s.Getenv("XDG_CONFIG_HOME"), under(home, ".config"))
	case "{cache}":
		dir = cmp.Or(s.Getenv("XDG_CACHE_HOME"), under(home, ".cache"))
	case "{data}":
		dir = cmp.Or(s.Getenv("XDG_DATA_HOME"), under(home, ".local/share"))
	case "{support}":
		dir = under(home, "Library/Application Support")
	case "{caches}":
		dir = under(home, "Library/Caches")
	case "{local}":
		dir = cmp.Or(s.Getenv("LOCALAPPDATA"), under(home, "AppData/Local"))
	case "{roaming}":
		dir = cmp.Or(s.Getenv("APPDATA"), under(home, "AppData/Roaming"))
	}
	return dir, rest
}

func under(home, path string) string {
	if home == "" {
		return ""
	}
	return filepath.Join(home, filepath.FromSlash(path))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// printable replaces what could command a terminal in a name that a person chose.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s[:min(len(s), 128)])
}

// modified is when a file was last written, the zero time if it cannot be told.
func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// readText reads a settings file of reasonable size; pipes and devices are not read.
func readText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxText {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	return os.ReadFile(path)
}
