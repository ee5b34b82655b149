package browser

import (
	"strconv"
	"strings"
)

// section is one section of an INI file.
type section struct {
	name   string
	values map[string]string
}

// maxSections bounds an INI file; a real profiles.ini has one a profile.
const maxSections = 256

func parseINI(b []byte) (list []section) {
	for line := range strings.Lines(strings.TrimPrefix(string(b), "\ufeff")) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			if len(list) == maxSections {
				break
			}
			list = append(list, section{strings.TrimSuffix(name, "]"), map[string]string{}})
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok && len(list) > 0 && line[0] != ';' && line[0] != '#' {
			list[len(list)-1].values[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return list
}

// parsePrefs reads the lines user_pref("name", value); of a prefs.js whose names begin with one of
// the prefixes. Values are text, numbers and booleans as text.
func parsePrefs(b []byte, prefixes ...string) map[string]string {
	prefs := map[string]string{}
	for line := range strings.Lines(string(b)) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "user_pref(")
		if !ok {
			continue
		}
		name, rest, ok := jsString(strings.TrimSpace(rest))
		if !ok || !hasAny(name, prefixes) {
			continue
		}
		rest, ok = strings.CutPrefix(strings.TrimSpace(rest), ",")
		if !ok {
			continue
		}
		rest = strings.TrimSpace(rest)
		value, _, ok := jsString(rest)
		if !ok {
			value, _, ok = strings.Cut(rest, ")")
			value = strings.TrimSpace(value)
			if _, err := strconv.Atoi(value); err != nil && value != "true" && value != "false" {
				continue
			}
		}
		if ok {
			prefs[name] = value
		}
	}
	return prefs
}

func hasAny(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// jsString reads a quoted string as Firefox writes it: backslashes before quotes, backslashes and
// control characters (\n, \r, \xHH, \uHHHH).
func jsString(s string) (value, rest string, ok bool) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == s[0]:
			return b.String(), s[i+1:], true
		case c != '\\':
			b.WriteByte(c)
		default:
			if i++; i == len(s) {
				return "", s, false
			}
			digits := map[byte]int{'x': 2, 'u': 4}[s[i]]
			switch n, err := strconv.ParseUint(s[i+1:min(i+1+digits, len(s))], 16, 32); {
			case digits > 0 && err == nil:
				b.WriteRune(rune(n))
				i += digits
			case s[i] == 'n':
				b.WriteByte('\n')
			case s[i] == 'r':
				b.WriteByte('\r')
			default:
				b.WriteByte(s[i])
			}
		}
	}
	return "", s, false
}
