package launch

import (
	"slices"
	"strings"
	"unicode"

	"github.com/waymend/waymend/platform/browser"
)

// Browser is one installed browser that can be started.
type Browser struct {
	// ID is stable: the family's id, then "/" and the channel or the packaging where there is one:
	// "firefox", "chrome/beta", "firefox/snap". A browser of no known family has "desktop/" and the
	// name of its desktop file.
	ID      string
	Name    string // "Google Chrome Beta", "Firefox (snap)"
	Family  string // ID of its browser.Family; "" when of none
	Default bool   // it is what the person's links open in

	system  System
	program string   // what tells two entries apart and is compared with the default
	normal  []string // the command, with slot for the address
	private []string // the same for a private window; nil when there is none
	clean   []string // the same for a clean profile, with dirSlot for its directory; nil when there is none
	room    string   // the only folder below the home where it may write; "" for any
}

// slot stands for the address in a command. It cannot be part of a path.
const slot = "\x00"

// CanPrivate reports whether Open can ask for a private window.
func (b Browser) CanPrivate() bool { return len(b.private) > 0 }

// Open opens an absolute http or https address in the browser, in a private window if wanted. A
// browser that runs already shows it there.
func (b Browser) Open(url string, private bool) error {
	if err := checkURL(url); err != nil {
		return err
	}
	command := b.normal
	if private {
		command = b.private
	}
	if len(command) == 0 {
		return ErrPrivate
	}
	argv := slices.Clone(command)
	for i, arg := range argv {
		argv[i] = strings.ReplaceAll(arg, slot, url)
	}
	return b.system.Start(argv)
}

// Browsers lists the installed browsers that can be started, the default one first.
func (s System) Browsers() []Browser {
	var list []Browser
	switch s.OS {
	case "windows":
		list = s.registered()
	case "darwin":
		list = s.bundles()
	default:
		list = s.desktop()
	}
	for i := range list {
		list[i].system = s
	}
	slices.SortStableFunc(list, func(a, b Browser) int {
		switch {
		case a.Default && !b.Default:
			return -1
		case b.Default && !a.Default:
			return 1
		}
		return 0
	})
	return list[:min(len(list), maxBrowsers)]
}

// ReloadKeys names the keys of a forced reload; see the function of that name.
func (s System) ReloadKeys(id string) string {
	id, _, _ = strings.Cut(id, "/")
	f := familyOf(id)
	if f == nil {
		return ""
	}
	mac := s.OS == "darwin"
	switch f.Engine {
	case browser.Chromium, browser.Gecko, browser.WebKitGTK:
		switch {
		case mac:
			return "Cmd+Shift+R"
		case s.OS == "windows":
			return "Ctrl+F5"
		}
		return "Ctrl+Shift+R"
	case browser.Safari:
		return "Cmd+Option+R"
	case browser.QtWebEngine:
		if id == "qutebrowser" {
			return "Shift+R"
		}
	}
	return ""
}

func familyOf(id string) *browser.Family {
	for i := range browser.Families {
		if browser.Families[i].ID == id {
			return &browser.Families[i]
		}
	}
	return nil
}

// known makes the entry of a browser of the table. packaging is "snap", "flatpak" or "". The
// command is what comes before the flag for a private window.
func (k *kind) known(packaging, program string, command []string) Browser {
	f := familyOf(k.family)
	b := Browser{ID: k.family, Name: f.Name, Family: k.family, program: program}
	if k.channel != "" {
		b.ID += "/" + idPart(k.channel)
		b.Name += " " + k.channel
	}
	if packaging != "" {
		b.ID += "/" + idPart(packaging)
		b.Name += " (" + packaging + ")"
	}
	b.normal = slices.Concat(command, []string{slot})
	if flag := privateFlags[k.family]; flag != nil {
		b.private = slices.Concat(command, flag, []string{slot})
	}
	if flags := cleanFlags(f); flags != nil {
		b.clean = slices.Concat(command, flags, []string{slot})
	}
	return b
}

// idPart writes a name as part of an ID: "Developer Edition" is "developer-edition".
func idPart(name string) string {
	return strings.NewReplacer(" ", "-", "(", "", ")", "").Replace(strings.ToLower(name))
}

// add appends a browser that is not in the list yet.
func add(list []Browser, b Browser) []Browser {
	same := func(o Browser) bool { return o.ID == b.ID || o.program == b.program }
	if len(list) >= maxBrowsers || slices.ContainsFunc(list, same) {
		return list
	}
	return append(list, b)
}

// printable is a name that a file gives itself, fit to be shown.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return strings.TrimSpace(s)
}
