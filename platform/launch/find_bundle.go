package launch

import (
	"context"
	"path"
	"strings"
)

// bundles finds the browsers of macOS: those of the table that lie in a folder for applications.
func (s System) bundles() []Browser {
	dirs := []string{"/Applications"}
	if home := s.Getenv("HOME"); strings.HasPrefix(home, "/") {
		dirs = append(dirs, path.Join(home, "Applications"))
	}
	preferred := s.defaultBundle()
	var list []Browser
	for i := range kinds {
		k := &kinds[i]
		if k.app == "" || !s.isDir(dirs, k.app+".app") {
			continue
		}
		b := k.known("", k.bundle, nil)
		b.normal = []string{"/usr/bin/open", "-b", k.bundle, slot}
		if flag := privateFlags[k.family]; flag != nil {
			b.private = append(append([]string{"/usr/bin/open", "-n", "-b", k.bundle, "--args"}, flag...), slot)
		}
		if b.CanClean() {
			b.clean = append([]string{"/usr/bin/open", "-n", "-b", k.bundle, "--args"}, b.clean...)
		}
		b.Default = strings.EqualFold(preferred, k.bundle)
		list = add(list, b)
	}
	return list
}

func (s System) isDir(dirs []string, name string) bool {
	for _, dir := range dirs {
		if info, err := s.Stat(path.Join(dir, name)); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}

// defaultBundle is the identifier of the person's browser. The system keeps only what differs from
// Safari.
func (s System) defaultBundle() string {
	out, err := s.Output(context.Background(), "/usr/bin/defaults", "read",
		"com.apple.LaunchServices/com.apple.launchservices.secure", "LSHandlers")
	if err == nil {
		if id := parseHandlers(out, "https"); id != "" {
			return id
		}
	}
	return "com.apple.Safari"
}

// parseHandlers reads what "defaults read" prints of the list of handlers: dictionaries in braces
// with lines "KEY = VALUE;", of which LSHandlerPreferredVersions holds one of its own.
func parseHandlers(out []byte, scheme string) string {
	depth, role, matches := 0, "", false
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		key, value, found := strings.Cut(strings.TrimSuffix(line, ";"), " = ")
		value = strings.Trim(value, `" `)
		switch {
		case strings.HasSuffix(line, "{"):
			if depth++; depth == 1 {
				role, matches = "", false
			}
		case strings.HasPrefix(line, "}"):
			if depth--; depth == 0 && matches && role != "" {
				return role
			}
		case found && depth == 1 && key == "LSHandlerURLScheme":
			matches = strings.EqualFold(value, scheme)
		case found && depth == 1 && key == "LSHandlerRoleAll":
			role = printable(value)
		}
	}
	return ""
}
