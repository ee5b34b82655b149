package launch

import (
	"slices"
	"strings"
)

// hives are the account's part of the registry and the machine's.
var hives = []string{`HKCU\`, `HKLM\`}

// registered finds the browsers of Windows: those that registered as browsers, those of the table
// among the paths of programs, and apps from the Microsoft Store.
func (s System) registered() []Browser {
	preferred := s.defaultProgram()
	var list []Browser
	for _, hive := range hives {
		clients := hive + `SOFTWARE\Clients\StartMenuInternet`
		keys := s.Subkeys(clients)
		slices.Sort(keys)
		for _, key := range keys {
			program := parseCommand(s.Value(clients+`\`+key+`\shell\open\command`, ""))
			list = s.program(list, program, s.Value(clients+`\`+key, ""), preferred)
		}
		paths := hive + `SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\`
		for _, name := range []string{"firefox", "chrome", "msedge", "brave", "vivaldi", "opera", "browser", "librewolf", "waterfox", "zen"} {
			if program := parseCommand(s.Value(paths+name+".exe", "")); byProgram(program) != nil {
				list = s.program(list, program, "", preferred)
			}
		}
	}
	for i := range kinds {
		if local := s.Getenv("LOCALAPPDATA"); kinds[i].alias != "" && local != "" {
			program := local + `\Microsoft\WindowsApps\` + kinds[i].alias
			if s.isProgram(program) {
				list = add(list, kinds[i].known("Store", program, []string{program}))
			}
		}
	}
	return list
}

// program appends the browser whose program is given, under the table's name or its own.
func (s System) program(list []Browser, program, name, preferred string) []Browser {
	if !s.isProgram(program) || strings.HasSuffix(strings.ToLower(program), `\iexplore.exe`) {
		return list
	}
	var b Browser
	if k := byProgram(program); k != nil {
		b = k.known("", strings.ToLower(program), []string{program})
	} else if name = printable(name); name != "" && !strings.HasPrefix(name, "@") {
		b = Browser{ID: "desktop/" + name, Name: name, program: strings.ToLower(program), normal: []string{program, slot}}
	} else {
		return list
	}
	b.Default = strings.EqualFold(program, preferred) || preferred != "" && byProgram(program) != nil && byProgram(program) == byProgram(preferred)
	return add(list, b)
}

// isProgram accepts an absolute path on a drive to a program that is there.
func (s System) isProgram(file string) bool {
	if len(file) < 4 || file[1] != ':' || file[2] != '\\' || !strings.HasSuffix(strings.ToLower(file), ".exe") {
		return false
	}
	info, err := s.Stat(file)
	return err == nil && !info.IsDir()
}

// byProgram finds a program of Windows in the table.
func byProgram(file string) *kind {
	file = strings.ToLower(file)
	for i := range kinds {
		for _, end := range kinds[i].windows {
			if strings.HasSuffix(file, end) {
				return &kinds[i]
			}
		}
	}
	// Installed elsewhere: the program's own name, unless several browsers share it.
	name := file[strings.LastIndexByte(file, '\\')+1:]
	switch name {
	case "firefox.exe", "msedge.exe", "brave.exe", "vivaldi.exe", "librewolf.exe", "waterfox.exe", "zen.exe":
		i := slices.IndexFunc(kinds, func(k kind) bool {
			return k.channel == "" && slices.ContainsFunc(k.windows, func(end string) bool { return strings.HasSuffix(end, `\`+name) })
		})
		return &kinds[i]
	}
	return nil
}

// defaultProgram is the program that the person's https links open in.
func (s System) defaultProgram() string {
	const choice = `HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\`
	for _, key := range []string{`UserChoiceLatest\ProgId`, `UserChoice`} {
		id := s.Value(choice+key, "ProgId")
		if id == "" || strings.ContainsAny(id, `\/`) {
			continue
		}
		for _, hive := range hives {
			if program := parseCommand(s.Value(hive+`Software\Classes\`+id+`\shell\open\command`, "")); program != "" {
				return program
			}
		}
	}
	return ""
}

// parseCommand is the program of a command line in the registry: in quotes, or up to its ending.
func parseCommand(s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, `"`); ok {
		program, _, closed := strings.Cut(rest, `"`)
		if !closed {
			return ""
		}
		return program
	}
	for i := 4; i <= len(s); i++ {
		if strings.EqualFold(s[i-4:i], ".exe") {
			return s[:i]
		}
	}
	return ""
}
