// Package units makes the files by which a system starts the program by itself: systemd units,
// launchd property lists, a desktop entry for the start at login. It fills templates in and quotes what
// goes into them; it installs nothing.
package units

import (
	"embed"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed templates
var templates embed.FS

// Names by which systems know what is started.
const (
	ID    = "io.github.waymend.waymend" // as in FyneApp.toml
	Name  = "waymend"                   // of the service: waymend.service
	Agent = "waymend-agent"             // of the start at login: waymend-agent.service
	// Label and LabelAgent are launchd's names of the same.
	Label      = ID + ".service"
	LabelAgent = ID + ".agent"
)

// Kind is one of the files.
type Kind string

// The files. User and System are services; the others start the agent at login.
const (
	User    Kind = "user.service"
	System  Kind = "system.service"
	Login   Kind = "login.service"
	Desktop Kind = "login.desktop"
)

// Start is what is to be started.
type Start struct {
	Program     string // its whole path
	Arguments   []string
	Description string // one line, for whoever looks at the list of what is started
}

// ErrPath means that a path or an argument cannot be written into such a file.
var ErrPath = errors.New("units: a path with quotation marks, backslashes, control characters or two braces cannot be registered")

// valid refuses what no quoting keeps on one line; "{{" means something to the library that registers.
func (s Start) valid() bool {
	for _, part := range append([]string{s.Program, s.Description}, s.Arguments...) {
		if !utf8.ValidString(part) || strings.ContainsFunc(part, unicode.IsControl) || strings.Contains(part, "{{") {
			return false
		}
	}
	return s.Program != ""
}

// Text makes a unit or a desktop entry.
func Text(kind Kind, s Start) (string, error) {
	if !s.valid() {
		return "", ErrPath
	}
	command := systemdPath(s.Program)
	quote := systemdWord
	switch {
	case kind == Desktop:
		command, quote = desktopWord(s.Program), desktopWord
	case strings.ContainsAny(s.Program, `"'\`): // systemd refuses them, quoted or not
		return "", ErrPath
	}
	for _, a := range s.Arguments {
		command += " " + quote(a)
	}
	return fill(string(kind), "@DESCRIPTION@", strings.ReplaceAll(s.Description, "%", "%%"), "@ID@", ID, "@COMMAND@", command)
}

// Property makes a property list for launchd (launchd.plist(5)). What the program writes to standard
// error goes to the file log, "/dev/null" for nowhere. A visible job is one of a person's session with
// something to see, which is not slowed down.
func Property(label string, s Start, log string, visible bool) (string, error) {
	if !s.valid() || !(Start{Program: log}).valid() {
		return "", ErrPath
	}
	var arguments strings.Builder
	for _, a := range append([]string{s.Program}, s.Arguments...) {
		arguments.WriteString("\t\t<string>" + escapeXML(a) + "</string>\n")
	}
	process := "Background"
	if visible {
		process = "Interactive"
	}
	return fill("launchd.plist", "@LABEL@", label, "@ARGUMENTS@", arguments.String(), "@LOG@", escapeXML(log), "@PROCESS@", process)
}

func fill(name string, pairs ...string) (string, error) {
	text, err := templates.ReadFile("templates/" + name)
	if err != nil {
		return "", err
	}
	return strings.NewReplacer(pairs...).Replace(string(text)), nil
}

// systemdPath quotes a program (systemd.service(5), systemd.syntax(7)): no variable is expanded there.
func systemdPath(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(s) + `"`
}

// systemdWord quotes an argument, in which variables are expanded.
func systemdWord(s string) string { return strings.ReplaceAll(systemdPath(s), "$", "$$") }

// desktopWord quotes an argument of a desktop entry's Exec (Desktop Entry Specification 1.5, "The Exec
// key"): first as a word, then as a string, in which a backslash is written twice.
func desktopWord(s string) string {
	word := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`, "%", "%%").Replace(s) + `"`
	return strings.ReplaceAll(word, `\`, `\\`)
}

func escapeXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// ProgramOf reads which program a file made here starts, "" for a file of somebody else's.
func ProgramOf(text string) string {
	if _, rest, ok := strings.Cut(text, "<array>\n\t\t<string>"); ok {
		program, _, _ := strings.Cut(rest, "</string>")
		return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(program)
	}
	for line := range strings.Lines(text) {
		if command, ok := strings.CutPrefix(line, "ExecStart=\""); ok {
			return unquote(command)
		}
		if command, ok := strings.CutPrefix(line, "Exec=\""); ok {
			return unquote(strings.ReplaceAll(command, `\\`, `\`))
		}
	}
	return ""
}

// unquote reads a word up to its closing quote.
func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String()
		case s[i] == '\\' && i+1 < len(s), s[i] == '%' && strings.HasPrefix(s[i+1:], "%"):
			i++
		}
		b.WriteByte(s[i])
	}
	return ""
}
