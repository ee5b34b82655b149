package units

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// odd is a path with everything that means something to somebody.
const odd = `/opt/way mend/a"b\c%h$HOME` + "`d`'e&<f>ü;#"

// TestProgramOf reads back what was written, whatever the path is.
func TestProgramOf(t *testing.T) {
	for _, program := range []string{"/usr/bin/waymend", odd, "/opt/way mend/%h$HOME", `/a\`, `/%`, `/%%`, `/\\"`} {
		s := Start{program, []string{"service", "run"}, "100 % watched"}
		plist, err := Property(Label, s, "/dev/null", false)
		if err != nil || ProgramOf(plist) != program {
			t.Errorf("%s in a property list: %q, %v", program, ProgramOf(plist), err)
		}
		for _, kind := range []Kind{User, System, Login, Desktop} {
			text, err := Text(kind, s)
			if kind != Desktop && strings.ContainsAny(program, "\"\\") {
				if !errors.Is(err, ErrPath) {
					t.Errorf("%s in %s: %v", program, kind, err)
				}
				continue
			}
			if err != nil || ProgramOf(text) != program || strings.Contains(text, "@COMMAND") || strings.Contains(text, "@DESCR") {
				t.Errorf("%s in %s: %q, %v\n%s", program, kind, ProgramOf(text), err, text)
			}
		}
	}
	for _, text := range []string{"", "ExecStart=/bin/sh\n", `ExecStart="`, `ExecStart="/bin/sh`, `ExecStart="\`, `Exec="%`} {
		if p := ProgramOf(text); p != "" {
			t.Errorf("%q starts %q", text, p)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, s := range []Start{{}, {Program: "/a\nExecStartPre=/bin/sh"}, {Program: "/{{Name}}"}, {Program: "/a", Arguments: []string{"\x00"}}, {Program: "/\xff"}, {Program: "/a", Description: "x\n"}} {
		if text, err := Text(User, s); !errors.Is(err, ErrPath) {
			t.Errorf("%+v: %q, %v", s, text, err)
		}
		if text, err := Property(Label, s, "/dev/null", false); !errors.Is(err, ErrPath) {
			t.Errorf("%+v: %q, %v", s, text, err)
		}
	}
}

// TestSystemd lets systemd read the units.
func TestSystemd(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("needs systemd-analyze")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "way mend %h $HOME")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []Kind{User, System, Login} {
		text, err := Text(kind, Start{program, []string{"service", "run", "--config", `/a b/c$d%e"f`}, "Waymend"})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "waymend.service")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		scope := "--user"
		if kind == System {
			scope = "--system"
		}
		verify := exec.Command("systemd-analyze", "verify", scope, "--man=no", "--recursive-errors=no", file)
		verify.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir)
		out, err := verify.CombinedOutput()
		if err != nil || strings.Contains(string(out), "waymend.service") {
			t.Errorf("%s: %v\n%s", kind, err, out)
		}
	}
}

func TestDesktopEntry(t *testing.T) {
	if _, err := exec.LookPath("desktop-file-validate"); err != nil {
		t.Skip("needs desktop-file-validate")
	}
	text, err := Text(Desktop, Start{odd, []string{"agent"}, "Watches the way to websites"})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), ID+".desktop")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("desktop-file-validate", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s\n%s", err, out, text)
	}
}

// launchdKeys are the keys that launchd.plist(5) documents for jobs like ours (macOS 14), with the
// element each takes; below a slash those of a dictionary.
var launchdKeys = map[string][]string{
	"Label": {"string"}, "Disabled": {"true", "false"}, "UserName": {"string"}, "GroupName": {"string"}, "Program": {"string"},
	"ProgramArguments": {"array"}, "RunAtLoad": {"true", "false"}, "KeepAlive": {"true", "false", "dict"}, "KeepAlive/SuccessfulExit": {"true", "false"},
	"KeepAlive/Crashed": {"true", "false"}, "KeepAlive/OtherJobEnabled": {"dict"}, "KeepAlive/PathState": {"dict"},
	"WorkingDirectory": {"string"}, "EnvironmentVariables": {"dict"}, "Umask": {"integer", "string"}, "TimeOut": {"integer"}, "ExitTimeOut": {"integer"},
	"ThrottleInterval": {"integer"}, "InitGroups": {"true", "false"}, "WatchPaths": {"array"}, "QueueDirectories": {"array"}, "StartInterval": {"integer"},
	"StandardInPath": {"string"}, "StandardOutPath": {"string"}, "StandardErrorPath": {"string"}, "Debug": {"true", "false"}, "SoftResourceLimits": {"dict"},
	"HardResourceLimits": {"dict"}, "Nice": {"integer"}, "ProcessType": {"string"}, "AbandonProcessGroup": {"true", "false"}, "LowPriorityIO": {"true", "false"},
	"LowPriorityBackgroundIO": {"true", "false"}, "LaunchOnlyOnce": {"true", "false"}, "MachServices": {"dict"}, "Sockets": {"dict"}, "SessionCreate": {"true", "false"},
	"LimitLoadToSessionType": {"string", "array"}, "EnableGlobbing": {"true", "false"}, "EnableTransactions": {"true", "false"}, "AssociatedBundleIdentifiers": {"string", "array"},
}

// TestPropertyList reads the lists as XML and holds every key to launchd.plist(5).
func TestPropertyList(t *testing.T) {
	for _, visible := range []bool{false, true} {
		text, err := Property(LabelAgent, Start{odd, []string{"agent", "--config", "a & b"}, ""}, "/Users/a b/Library/Logs/x.log", visible)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(text))
		var path []string
		key, keys, strings := "", 0, []string(nil)
		var in []string // keys of the dictionaries that are open
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			switch e := token.(type) {
			case xml.StartElement:
				name := e.Name.Local
				if len(path) > 0 && path[len(path)-1] == "dict" && name != "key" {
					full := key
					if len(in) > 1 {
						full = in[len(in)-1] + "/" + key
					}
					if !slices.Contains(launchdKeys[full], name) {
						t.Errorf("%s takes %q, not %s", full, launchdKeys[full], name)
					}
					keys++
				}
				if name == "dict" {
					in = append(in, key)
				}
				path = append(path, name)
			case xml.EndElement:
				path = path[:len(path)-1]
				if e.Name.Local == "dict" {
					in = in[:len(in)-1]
				}
			case xml.CharData:
				switch {
				case len(path) > 0 && path[len(path)-1] == "key":
					key = string(e)
				case len(path) > 0 && path[len(path)-1] == "string":
					strings = append(strings, string(e))
				}
			}
		}
		want := []string{LabelAgent, odd, "agent", "--config", "a & b", map[bool]string{false: "Background", true: "Interactive"}[visible], "/dev/null", "/Users/a b/Library/Logs/x.log"}
		if keys != 10 || !slices.Equal(strings, want) {
			t.Errorf("%d keys, strings %q", keys, strings)
		}
	}
}

func FuzzProgramOf(f *testing.F) {
	for _, program := range []string{"/usr/bin/waymend", odd} {
		f.Add(program)
	}
	f.Fuzz(func(t *testing.T, program string) {
		ProgramOf(program)
		for _, kind := range []Kind{User, Desktop} {
			text, err := Text(kind, Start{Program: program, Arguments: []string{program}})
			if err == nil && ProgramOf(text) != program {
				t.Errorf("%q comes back as %q", program, ProgramOf(text))
			}
		}
	})
}
