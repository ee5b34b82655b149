package launch

import (
	"slices"
	"strings"
)

// desktopEntry is what is read of a desktop file (freedesktop.org's Desktop Entry Specification).
type desktopEntry struct {
	name    string
	tryExec string
	argv    []string // with slot where the address goes
	https   bool     // it says that it opens https addresses
	hidden  bool
}

// parseDesktop reads the main group of a desktop file. ok is false for what is no application that
// can be started.
func parseDesktop(text []byte) (e desktopEntry, ok bool) {
	values := map[string]string{}
	group := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			if group != "" {
				break // the main group is the first
			}
			group = line
			continue
		}
		key, value, found := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if _, twice := values[key]; found && !twice && group == "[Desktop Entry]" && !strings.HasPrefix(key, "#") {
			values[key] = unescape(strings.TrimSpace(value))
		}
	}
	if values["Type"] != "Application" {
		return e, false
	}
	e.name, e.tryExec = printable(values["Name"]), values["TryExec"]
	e.hidden = values["Hidden"] == "true" || values["NoDisplay"] == "true"
	e.https = slices.Contains(strings.Split(values["MimeType"], ";"), "x-scheme-handler/https")
	e.argv, ok = parseExec(values["Exec"])
	return e, ok
}

// unescape resolves the escapes of a desktop file's text values.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\s`, " ", `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace(s)
}

// Bounds of a command; every browser's own has less than a tenth of it.
const (
	maxArgs    = 64
	maxCommand = 4096
)

// parseExec splits the Exec key into arguments. Quoting is as in the specification, which reserves
// characters that mean something to a shell; a command that uses them outside quotes is refused.
func parseExec(s string) (argv []string, ok bool) {
	if len(s) > maxCommand || strings.ContainsAny(s, "\x00\n\r") {
		return nil, false
	}
	has := false
	for len(argv) < maxArgs {
		if s = strings.TrimLeft(s, " \t"); s == "" {
			break
		}
		var arg string
		var quoted bool
		if arg, s, quoted, ok = nextArg(s); !ok {
			return nil, false
		}
		if !quoted {
			if arg, ok = fieldCodes(arg); !ok {
				continue
			}
			has = has || strings.Contains(arg, slot)
		}
		argv = append(argv, arg)
	}
	if s != "" || len(argv) == 0 || argv[0] == "" || strings.Contains(argv[0], slot) {
		return nil, false
	}
	if !has {
		argv = append(argv, slot)
	}
	return argv, true
}

// nextArg cuts the first argument off.
func nextArg(s string) (arg, rest string, quoted, ok bool) {
	if s[0] != '"' {
		end := strings.IndexAny(s, " \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], false, !strings.ContainsAny(s[:end], "\"'\\><~|&;$*?#()`")
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			after := s[i+1:]
			return b.String(), after, true, after == "" || after[0] == ' ' || after[0] == '\t'
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", true, false
}

// fieldCodes fills in %u and its kin in an argument; ok is false when nothing is left of it.
func fieldCodes(arg string) (string, bool) {
	if !strings.Contains(arg, "%") {
		return arg, true
	}
	var b strings.Builder
	for i := 0; i < len(arg); i++ {
		if arg[i] != '%' || i+1 == len(arg) {
			b.WriteByte(arg[i])
			continue
		}
		i++
		switch arg[i] {
		case 'u', 'U', 'f', 'F':
			b.WriteString(slot)
		case '%':
			b.WriteByte('%')
		}
	}
	return b.String(), b.Len() > 0
}

// parseDefaults reads which desktop files a mimeapps.list prefers for a type.
func parseDefaults(text []byte, mime string) []string {
	group := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
		}
		key, value, found := strings.Cut(line, "=")
		if !found || group != "[Default Applications]" || strings.TrimSpace(key) != mime {
			continue
		}
		list := slices.DeleteFunc(strings.Split(value, ";"), func(s string) bool { return strings.TrimSpace(s) == "" })
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		return list[:min(len(list), maxBrowsers)]
	}
	return nil
}
