package launch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/waymend/waymend/platform/browser"
)

const firefoxEntry = `[Desktop Entry]
Type=Application
Name=Firefox Web Browser
Name[de]=Firefox-Webbrowser
Exec=firefox %u
MimeType=text/html;x-scheme-handler/http;x-scheme-handler/https;
[Desktop Action new]
Name=New
Exec=evil %u
`

func entry(name, exec string) *fstest.MapFile {
	return text(fmt.Sprintf("[Desktop Entry]\nType=Application\nName=%s\nExec=%s\nMimeType=x-scheme-handler/https;\n", name, exec))
}

// rich has what many Linux computers have some of.
func rich() *computer {
	return &computer{
		os: "linux",
		env: map[string]string{
			"PATH": "/usr/bin:bin:/bin", "HOME": "/home/a", "XDG_CURRENT_DESKTOP": "ubuntu:GNOME",
			"link /usr/bin/google-chrome": "/opt/google/chrome/google-chrome-stable",
			"link /usr/bin/firefox-esr":   "/usr/lib/firefox-esr/firefox-esr",
			"link /snap/bin/brave":        "/usr/bin/snap",
		},
		files: fstest.MapFS{
			"usr/bin/firefox":          program("#!/bin/sh\nexec \"$FIREFOX.real\" \"$@\"\nexec firefox-esr \"$@\"\n"),
			"usr/bin/librewolf":        program("#!/bin/sh\nexec librewolf \"$@\"\n"),
			"usr/bin/firefox-esr":      program("\x7fELF"),
			"usr/bin/google-chrome":    program("#!/bin/bash\n"),
			"usr/bin/chromium-browser": program("#!/bin/sh\nexec /snap/bin/chromium \"$@\"\n"),
			"usr/bin/flatpak":          program(""),
			"usr/bin/env":              program(""),
			"usr/bin/opera":            text("not a program"),
			"snap/bin/chromium":        program(""),
			"snap/bin/brave":           program(""),
			"opt/odd/odd":              program(""),

			"usr/share/applications/firefox-esr.desktop": text(firefoxEntry),
			"usr/share/applications/odd.desktop":         entry("Odd\x1b]0;x Browser", `"/opt/odd/odd" --url=%U`),
			"usr/share/applications/gone.desktop":        entry("Gone", "gone %u"),
			"usr/share/applications/sh.desktop":          entry("Shell", "sh -c $(reboot) %u"),
			"usr/share/applications/hidden.desktop":      entry("Overridden", "odd"),
			"usr/share/applications/editor.desktop":      text("[Desktop Entry]\nType=Application\nName=Ed\nExec=flatpak\nMimeType=text/plain;\n"),

			"home/a/.local/share/applications/hidden.desktop":                                  text("[Desktop Entry]\nType=Application\nHidden=true\n"),
			"var/lib/snapd/desktop/applications/brave_brave.desktop":                           entry("Brave", "env BAMF_DESKTOP_FILE_HINT=/x /snap/bin/brave %U"),
			"var/lib/flatpak/exports/share/applications/com.vivaldi.Vivaldi.desktop":           entry("Vivaldi", "/usr/bin/flatpak run --branch=stable --command=v --file-forwarding com.vivaldi.Vivaldi @@u %U @@"),
			"home/a/.local/share/flatpak/exports/share/applications/one.ablaze.floorp.desktop": entry("Floorp", "/usr/bin/flatpak run --file-forwarding one.ablaze.floorp @@u %U @@"),
			"home/a/.config/mimeapps.list":                                                     text("[Default Applications]\nx-scheme-handler/http=odd.desktop\nx-scheme-handler/https=gone.desktop;com.vivaldi.Vivaldi.desktop;\n[Added Associations]\nx-scheme-handler/https=odd.desktop;\n"),
			"usr/share/applications/mimeapps.list":                                             text("[Default Applications]\nx-scheme-handler/https=firefox-esr.desktop\n"),
		},
	}
}

func mac() *computer {
	return &computer{
		os: "darwin", env: map[string]string{"HOME": "/Users/a"},
		files: fstest.MapFS{
			"Applications/Safari.app":          directory(),
			"Applications/Google Chrome.app":   directory(),
			"Users/a/Applications/Firefox.app": directory(),
			"Applications/Opera.app":           text("a file"),
		},
		prints: map[string]string{"/usr/bin/defaults read com.apple.LaunchServices/com.apple.launchservices.secure LSHandlers": handlers},
	}
}

const handlers = `(
        {
        LSHandlerContentType = "public.html";
        LSHandlerPreferredVersions =         {
            LSHandlerRoleAll = "-";
        };
        LSHandlerRoleAll = "com.apple.safari";
    },
        {
        LSHandlerPreferredVersions =         {
            LSHandlerRoleAll = "-";
        };
        LSHandlerRoleAll = "org.mozilla.firefox";
        LSHandlerURLScheme = https;
    }
)
`

func windows11() *computer {
	const clients = `SOFTWARE\Clients\StartMenuInternet\`
	return &computer{
		os: "windows", env: map[string]string{"LOCALAPPDATA": `C:\Users\a\AppData\Local`},
		files: fstest.MapFS{
			"C:/Program Files/Mozilla Firefox/firefox.exe":                 program(""),
			"C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe": program(""),
			"C:/Users/a/AppData/Local/Programs/Opera GX/Launcher.exe":      program(""),
			"D:/tools/floorp.exe":                                               program(""),
			"D:/portable/brave.exe":                                             program(""),
			"C:/Program Files/Internet Explorer/iexplore.exe":                   program(""),
			"C:/Users/a/AppData/Local/Microsoft/WindowsApps/Arc.exe":            program(""),
			"C:/Program Files/Google/Chrome SxS/Application/chrome.exe":         program(""),
			"C:/Program Files/Google/Chrome/Application/not there/whatever.exe": program(""),
		},
		registry: map[string]string{
			`HKLM\` + clients + `Firefox-308046B0AF4A39CB`:                        "Mozilla Firefox",
			`HKLM\` + clients + `Firefox-308046B0AF4A39CB\shell\open\command`:     `"C:\Program Files\Mozilla Firefox\firefox.exe"`,
			`HKLM\` + clients + `Microsoft Edge\shell\open\command`:               `"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"`,
			`HKLM\` + clients + `Google Chrome\shell\open\command`:                `"C:\Program Files\Google\Chrome\Application\chrome.exe"`,
			`HKLM\` + clients + `IEXPLORE.EXE\shell\open\command`:                 `C:\Program Files\Internet Explorer\iexplore.exe`,
			`HKCU\` + clients + `Opera GXStable\shell\open\command`:               `"C:\Users\a\AppData\Local\Programs\Opera GX\Launcher.exe"`,
			`HKCU\` + clients + `Floorp`:                                          "Floorp",
			`HKCU\` + clients + `Floorp\shell\open\command`:                       `D:\tools\floorp.exe -osint`,
			`HKCU\` + clients + `UNC\shell\open\command`:                          `"\\server\share\firefox.exe"`,
			`HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\brave.exe`:  `D:\portable\brave.exe`,
			`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\chrome.exe`: `C:\Program Files\Google\Chrome SxS\Application\chrome.exe`,

			`HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice|ProgId`: "MSEdgeHTM",
			`HKLM\Software\Classes\MSEdgeHTM\shell\open\command`:                                         `"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe" --single-argument %1`,
		},
	}
}

func TestBrowsers(t *testing.T) {
	const u = "https://example.com/a?b=c&d=e"
	for _, c := range []struct {
		name string
		on   *computer
		want []string // id, name, command, command for a private window
	}{
		{"linux", rich(), []string{
			"vivaldi/flatpak, Vivaldi (flatpak), /usr/bin/flatpak run com.vivaldi.Vivaldi U, /usr/bin/flatpak run com.vivaldi.Vivaldi --incognito U",
			"firefox/esr, Firefox ESR, /usr/bin/firefox-esr U, /usr/bin/firefox-esr --private-window U",
			"chrome, Google Chrome, /usr/bin/google-chrome U, /usr/bin/google-chrome --incognito U",
			"chromium/snap, Chromium (snap), /snap/bin/chromium U, /snap/bin/chromium --incognito U",
			"brave/snap, Brave (snap), /snap/bin/brave U, /snap/bin/brave --incognito U",
			"librewolf, LibreWolf, /usr/bin/librewolf U, /usr/bin/librewolf --private-window U",
			"desktop/odd, Odd]0;x Browser, /opt/odd/odd --url=U, ",
			"desktop/one.ablaze.floorp, Floorp, /usr/bin/flatpak run --file-forwarding one.ablaze.floorp @@u U @@, ",
		}},
		{"macOS", mac(), []string{
			"firefox, Firefox, /usr/bin/open -b org.mozilla.firefox U, /usr/bin/open -n -b org.mozilla.firefox --args --private-window U",
			"chrome, Google Chrome, /usr/bin/open -b com.google.Chrome U, /usr/bin/open -n -b com.google.Chrome --args --incognito U",
			"safari, Safari, /usr/bin/open -b com.apple.Safari U, ",
		}},
		{"Windows", windows11(), []string{
			`edge, Microsoft Edge, C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe U, C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe --inprivate U`,
			`desktop/Floorp, Floorp, D:\tools\floorp.exe U, `,
			`opera-gx, Opera GX, C:\Users\a\AppData\Local\Programs\Opera GX\Launcher.exe U, C:\Users\a\AppData\Local\Programs\Opera GX\Launcher.exe --private U`,
			`brave, Brave, D:\portable\brave.exe U, D:\portable\brave.exe --incognito U`,
			`firefox, Firefox, C:\Program Files\Mozilla Firefox\firefox.exe U, C:\Program Files\Mozilla Firefox\firefox.exe --private-window U`,
			`chrome/canary, Google Chrome Canary, C:\Program Files\Google\Chrome SxS\Application\chrome.exe U, C:\Program Files\Google\Chrome SxS\Application\chrome.exe --incognito U`,
			`arc/store, Arc (Store), C:\Users\a\AppData\Local\Microsoft\WindowsApps\Arc.exe U, `,
		}},
		{"an empty computer", &computer{os: "linux"}, nil},
		{"an empty Mac", &computer{os: "darwin"}, nil},
		{"an empty Windows", &computer{os: "windows"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := c.on.system().Browsers()
			var got []string
			for i, b := range list {
				if b.Default != (i == 0) {
					t.Errorf("%s: default %v at place %d", b.ID, b.Default, i)
				}
				c.on.started = nil
				if err := b.Open(u, false); err != nil {
					t.Errorf("%s: %v", b.ID, err)
				}
				err := b.Open(u, true)
				if (err == nil) != b.CanPrivate() {
					t.Errorf("%s: private %v, but %v", b.ID, b.CanPrivate(), err)
				}
				line := b.ID + ", " + b.Name
				for n := range 2 {
					line += ", "
					if n < len(c.on.started) {
						line += strings.ReplaceAll(strings.Join(c.on.started[n], " "), u, "U")
					}
				}
				got = append(got, line)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestKinds holds the table together: every row is of a known family, no name is two browsers', and
// every family but Tor Browser can be started somewhere.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	started := map[string]bool{"tor-browser": true}
	for _, k := range kinds {
		if familyOf(k.family) == nil {
			t.Errorf("no family is called %q", k.family)
		}
		started[k.family] = true
		for i, names := range [][]string{k.commands, k.flatpaks, k.windows, {k.app}, {k.bundle}} {
			for _, name := range names {
				if of := fmt.Sprint(i, name); name != "" && seen[of] {
					t.Errorf("%s %s: %q is twice in the table", k.family, k.channel, name)
				} else {
					seen[of] = true
				}
			}
		}
		for _, end := range k.windows {
			if end != strings.ToLower(end) || !strings.HasPrefix(end, `\`) {
				t.Errorf("%q would never match", end)
			}
		}
	}
	for _, f := range browser.Families {
		if !started[f.ID] {
			t.Errorf("%s cannot be started", f.ID)
		}
	}
	for id := range privateFlags {
		if familyOf(id) == nil {
			t.Errorf("no family is called %q", id)
		}
	}
}

func TestReloadKeys(t *testing.T) {
	for _, c := range []struct{ os, id, want string }{
		{"linux", "firefox/snap", "Ctrl+Shift+R"},
		{"linux", "chrome", "Ctrl+Shift+R"},
		{"windows", "chrome/beta", "Ctrl+F5"},
		{"darwin", "chrome", "Cmd+Shift+R"},
		{"darwin", "safari", "Cmd+Option+R"},
		{"linux", "qutebrowser", "Shift+R"},
		{"linux", "falkon", ""},
		{"linux", "desktop/odd", ""},
		{"linux", "", ""},
	} {
		if got := (System{OS: c.os}).ReloadKeys(c.id); got != c.want {
			t.Errorf("%s on %s: %q, not %q", c.id, c.os, got, c.want)
		}
	}
}
