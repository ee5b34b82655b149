package change

import "strings"

// flagNames says which kinds of proxies flags of WinINET stand for.
func flagNames(flags uint32) string {
	var names []string
	for _, f := range []struct {
		bit  uint32
		name string
	}{{2, "server"}, {4, "script"}, {8, "detection"}} {
		if flags&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return "direct"
	}
	return strings.Join(names, " + ")
}
