package launch

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// desktop finds the browsers of a system with freedesktop.org's conventions: those of the table on
// PATH, then whatever has a desktop file that says it opens https.
func (s System) desktop() []Browser {
	var list []Browser
	for i := range kinds {
		for _, name := range kinds[i].commands {
			if program, ok := s.lookPath(name); ok {
				if b, ok := s.command(program); ok {
					list = add(list, b)
				}
			}
		}
	}
	defaults := s.defaultHandlers()
	taken := len(defaults)    // the first of the defaults that is there
	seen := map[string]bool{} // a file hides those of its name in later folders
	for _, dir := range s.applications() {
		names, _ := s.ReadDir(dir)
		slices.Sort(names)
		for _, name := range names {
			if !strings.HasSuffix(name, ".desktop") || seen[name] {
				continue
			}
			seen[name] = true
			text, err := s.ReadFile(path.Join(dir, name))
			if err != nil {
				continue
			}
			b, ok := s.entry(strings.TrimSuffix(name, ".desktop"), text)
			if !ok {
				continue
			}
			list = add(list, b)
			rank := slices.Index(defaults, name)
			if rank < 0 || rank >= taken {
				continue
			}
			taken = rank
			for i := range list {
				list[i].Default = list[i].ID == b.ID || list[i].program == b.program
			}
		}
	}
	return list
}

// entry makes a browser of a desktop file.
func (s System) entry(id string, text []byte) (Browser, bool) {
	e, ok := parseDesktop(text)
	if !ok || !e.https || e.hidden {
		return Browser{}, false
	}
	if e.tryExec != "" {
		if _, ok := s.lookPath(e.tryExec); !ok {
			return Browser{}, false
		}
	}
	program, ok := s.lookPath(e.argv[0])
	if !ok {
		return Browser{}, false
	}
	if path.Base(program) == "flatpak" {
		for i := range kinds {
			if slices.Contains(kinds[i].flatpaks, id) {
				b := kinds[i].known("flatpak", "flatpak "+id, []string{program, "run", id})
				b.room = flatpakRoom(id)
				return b, true
			}
		}
	} else if b, ok := s.command(s.behindEnv(program, e.argv)); ok {
		return b, true
	}
	argv := append([]string{program}, e.argv[1:]...)
	return Browser{ID: "desktop/" + printable(id), Name: e.name, program: id + ".desktop", normal: argv}, e.name != ""
}

// behindEnv is the program that "env NAME=value PROGRAM" starts.
func (s System) behindEnv(program string, argv []string) string {
	if path.Base(program) != "env" {
		return program
	}
	for _, arg := range argv[1:] {
		if !strings.Contains(arg, "=") {
			found, _ := s.lookPath(arg)
			return found
		}
	}
	return program
}

// snapDirs are where snaps have their commands; all of them lead to the same program.
var snapDirs = []string{"/snap/bin/", "/var/lib/snapd/snap/bin/"}

// command makes a browser of a program that the table knows by its name, or by the name of what a
// link or a script of that name leads to.
func (s System) command(program string) (Browser, bool) {
	if behind := s.wrapped(program); behind != "" {
		program = behind
	}
	for _, dir := range snapDirs {
		if name, ok := strings.CutPrefix(program, dir); ok {
			if k := byCommand(name); k != nil {
				b := k.known("snap", program, []string{program})
				b.room = snapRoom(name)
				return b, true
			}
			return Browser{}, false
		}
	}
	k := byCommand(path.Base(program))
	if k == nil {
		return Browser{}, false
	}
	real, err := s.Resolve(program)
	if err != nil {
		return Browser{}, false
	}
	if behind := byCommand(path.Base(real)); behind != nil && behind.family == k.family {
		k = behind
	}
	return k.known("", real, []string{program}), true
}

// wrapped is the browser that a distribution's script of another name for it starts, "" for none:
// Ubuntu's start the snap, Debian's "firefox" starts firefox-esr.
func (s System) wrapped(program string) string {
	k := byCommand(path.Base(program))
	if k == nil {
		return ""
	}
	text, err := s.ReadFile(program)
	if err != nil || !bytes.HasPrefix(text, []byte("#!")) {
		return ""
	}
	last := ""
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "exec" {
			last = f[1]
		}
	}
	behind := byCommand(path.Base(last))
	if found, ok := s.lookPath(last); ok && found != program && behind != nil && behind.family == k.family {
		return found
	}
	return ""
}

func byCommand(name string) *kind {
	for i := range kinds {
		if slices.Contains(kinds[i].commands, name) {
			return &kinds[i]
		}
	}
	return nil
}

// lookPath finds a program by name in the absolute folders of PATH, or by its absolute path.
func (s System) lookPath(name string) (string, bool) {
	if strings.HasPrefix(name, "/") {
		return name, s.executable(name)
	}
	if name == "" || strings.Contains(name, "/") {
		return "", false
	}
	dirs := strings.Split(s.Getenv("PATH"), ":")
	for _, dir := range append(dirs, snapDirs...) {
		if full := path.Join(dir, name); strings.HasPrefix(dir, "/") && s.executable(full) {
			return full, true
		}
	}
	return "", false
}

func (s System) executable(file string) bool {
	info, err := s.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

// applications lists the folders of desktop files, the person's own first.
func (s System) applications() []string {
	var list []string
	for _, dir := range s.dataDirs() {
		list = append(list, path.Join(dir, "applications"))
	}
	return append(list, "/var/lib/snapd/desktop/applications")
}

func (s System) dataDirs() []string {
	home := s.base("XDG_DATA_HOME", ".local/share")
	list := append(home, split(s.Getenv("XDG_DATA_DIRS"), "/usr/local/share:/usr/share")...)
	for _, dir := range home {
		list = append(list, path.Join(dir, "flatpak/exports/share"))
	}
	list = append(list, "/var/lib/flatpak/exports/share")
	return unique(list)
}

// defaultHandlers lists the desktop files that should open https, the first choice first
// (freedesktop.org's "Association between MIME types and applications").
func (s System) defaultHandlers() []string {
	dirs := append(s.base("XDG_CONFIG_HOME", ".config"), split(s.Getenv("XDG_CONFIG_DIRS"), "/etc/xdg")...)
	for _, dir := range s.dataDirs() {
		dirs = append(dirs, path.Join(dir, "applications"))
	}
	var names []string
	for _, d := range strings.Split(s.Getenv("XDG_CURRENT_DESKTOP"), ":") {
		if d != "" && !strings.Contains(d, "/") {
			names = append(names, strings.ToLower(d)+"-mimeapps.list")
		}
	}
	names = append(names, "mimeapps.list")
	var list []string
	for _, dir := range dirs {
		for _, name := range names {
			if text, err := s.ReadFile(path.Join(dir, name)); err == nil && len(list) < maxBrowsers {
				list = append(list, parseDefaults(text, "x-scheme-handler/https")...)
			}
		}
	}
	return list
}

// base is the folder that a variable names, or the usual one below the home; none when there is no
// home.
func (s System) base(variable, usual string) []string {
	if dir := s.Getenv(variable); strings.HasPrefix(dir, "/") {
		return []string{dir}
	}
	if home := s.Getenv("HOME"); strings.HasPrefix(home, "/") {
		return []string{path.Join(home, usual)}
	}
	return nil
}

// split reads a list of absolute folders as in PATH.
func split(list, usual string) []string {
	if list == "" {
		list = usual
	}
	return slices.DeleteFunc(strings.Split(list, ":"), func(dir string) bool { return !strings.HasPrefix(dir, "/") })
}

func unique(list []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(s string) bool {
		s = path.Clean(s)
		was := seen[s]
		seen[s] = true
		return was
	})
}
