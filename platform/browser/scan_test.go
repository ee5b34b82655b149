package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// account makes an account whose environment is that of system; {home} in names is its home.
func account(t *testing.T, system string, files map[string]string) (System, string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), strings.ReplaceAll(text, "HOME", dir))
	}
	env := map[string]string{"HOME": dir}
	if system == "windows" {
		env = map[string]string{"USERPROFILE": dir, "APPDATA": filepath.Join(dir, "Roaming"), "LOCALAPPDATA": filepath.Join(dir, "Local")}
	}
	return System{OS: system, Getenv: func(k string) string { return env[k] }, Now: Here().Now}, dir
}

// scanned lists, for each profile that was measured, its caches with the number of files in them.
func scanned(t *testing.T, s System, home string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	started := map[string]bool{}
	err := s.Scan(context.Background(), func(f Found) {
		key := f.Browser + "/" + f.Name
		started[key] = true
		if !f.Measured {
			return
		}
		list := []string{}
		for _, c := range f.Caches {
			rel, err := filepath.Rel(home, c.Path())
			if err != nil {
				t.Error(err)
			}
			text := fmt.Sprintf("%s %d", filepath.ToSlash(rel), c.Files)
			if c.Err != nil {
				text += " refused"
			}
			list = append(list, text)
		}
		slices.Sort(list)
		all[key] = list
	})
	if err != nil {
		t.Error(err)
	}
	if len(started) != len(all) {
		t.Errorf("told of %v, measured %v", started, all)
	}
	return all
}

const oneProfile = `{"profile":{"info_cache":{"Weird Name":{"name":"Work"}}}}`

func TestScanFindsCachesOfEverySystem(t *testing.T) {
	for _, test := range []struct {
		system string
		files  map[string]string
		want   map[string][]string
	}{
		{"linux", map[string]string{
			".config/google-chrome/Local State":                                                   oneProfile,
			".config/google-chrome/Weird Name/GPUCache/data_0":                                    "x",
			".config/google-chrome/ShaderCache/data_0":                                            "x",
			".cache/google-chrome/Weird Name/Cache/Cache_Data/1234567890abcdef_0":                 "x",
			".cache/google-chrome/Weird Name/Code Cache/js/1234567890abcdef_0":                    "x",
			".cache/google-chrome/Default/Cache/Cache_Data/1234567890abcdef_0":                    "not in the list of profiles",
			"snap/chromium/common/chromium/Local State":                                           oneProfile,
			"snap/chromium/common/chromium/Weird Name/Preferences":                                "{}",
			"snap/chromium/common/.cache/chromium/Weird Name/Cache/Cache_Data/index":              "x",
			"snap/brave/42/.config/BraveSoftware/Brave-Browser/Local State":                       oneProfile,
			"snap/brave/42/.config/BraveSoftware/Brave-Browser/Weird Name/GPUCache/index":         "x",
			"snap/brave/common/.cache/BraveSoftware/Brave-Browser/Weird Name/Cache/a":             "x",
			".var/app/com.google.Chrome/config/google-chrome/Local State":                         oneProfile,
			".var/app/com.google.Chrome/config/google-chrome/Weird Name/Preferences":              "{}",
			".var/app/com.google.Chrome/cache/google-chrome/Weird Name/Code Cache/js/index":       "x",
			".mozilla/firefox/profiles.ini":                                                       "[Profile0]\nName=a\nIsRelative=1\nPath=ab.a\n[Profile1]\nName=b\nIsRelative=0\nPath=HOME/elsewhere\n",
			".mozilla/firefox/ab.a/prefs.js":                                                      "",
			".cache/mozilla/firefox/ab.a/cache2/entries/0123456789ABCDEF0123456789ABCDEF01234567": "x",
			".cache/mozilla/firefox/ab.a/safebrowsing/list":                                       "keep",
			".cache/mozilla/firefox/ab.a/startupCache/scriptCache.bin":                            "x",
			"elsewhere/cache2/entries/0123456789ABCDEF0123456789ABCDEF01234567":                   "x",
			"snap/firefox/common/.mozilla/firefox/profiles.ini":                                   "[Profile0]\nName=a\nIsRelative=1\nPath=ab.a\n",
			"snap/firefox/common/.mozilla/firefox/ab.a/prefs.js":                                  "",
			"snap/firefox/common/.cache/mozilla/firefox/ab.a/cache2/entries/0":                    "x",
			".var/app/org.mozilla.firefox/.mozilla/firefox/installs.ini":                          "[ABC]\nDefault=cd.b\n",
			".var/app/org.mozilla.firefox/.mozilla/firefox/cd.b/prefs.js":                         "",
			".var/app/org.mozilla.firefox/cache/mozilla/firefox/cd.b/cache2/entries/0":            "x",
			".librewolf/profiles.ini":                                                             "[Profile0]\nPath=x.default\n",
			".librewolf/x.default/prefs.js":                                                       "",
			".cache/librewolf/x.default/cache2/entries/0":                                         "x",
			".local/share/epiphany/cookies.sqlite":                                                "",
			".cache/epiphany/WebKitCache/Version 16/Records/a":                                    "x",
			".config/falkon/profiles/default/Cookies":                                             "",
			".cache/falkon/default/Cache/index":                                                   "x",
			".config/opera/Default/Preferences":                                                   "{}",
			".cache/opera/Default/Cache/Cache_Data/index":                                         "x",
		}, map[string][]string{
			"Google Chrome/Work":           {".cache/google-chrome/Weird Name/Cache 1", ".cache/google-chrome/Weird Name/Code Cache 1", ".config/google-chrome/ShaderCache 1", ".config/google-chrome/Weird Name/GPUCache 1"},
			"Chromium (snap)/Work":         {"snap/chromium/common/.cache/chromium/Weird Name/Cache 1"},
			"Brave (snap)/Work":            {"snap/brave/42/.config/BraveSoftware/Brave-Browser/Weird Name/GPUCache 1", "snap/brave/common/.cache/BraveSoftware/Brave-Browser/Weird Name/Cache 1"},
			"Google Chrome (flatpak)/Work": {".var/app/com.google.Chrome/cache/google-chrome/Weird Name/Code Cache 1"},
			"Firefox/a":                    {".cache/mozilla/firefox/ab.a/cache2/entries 1", ".cache/mozilla/firefox/ab.a/startupCache 1"},
			"Firefox/b":                    {"elsewhere/cache2/entries 1"},
			"Firefox (snap)/a":             {"snap/firefox/common/.cache/mozilla/firefox/ab.a/cache2/entries 1"},
			"Firefox (flatpak)/cd.b":       {".var/app/org.mozilla.firefox/cache/mozilla/firefox/cd.b/cache2/entries 1"},
			"LibreWolf/x.default":          {".cache/librewolf/x.default/cache2/entries 1"},
			"GNOME Web/default":            {".cache/epiphany/WebKitCache 1"},
			"Falkon/default":               {".cache/falkon/default/Cache 1"},
			"Opera/Default":                {".cache/opera/Default/Cache 1"},
		}},
		{"darwin", map[string]string{
			"Library/Application Support/Google/Chrome/Local State":           oneProfile,
			"Library/Application Support/Google/Chrome/Weird Name/GPUCache/a": "x",
			"Library/Caches/Google/Chrome/Weird Name/Cache/Cache_Data/index":  "x",
			"Library/Application Support/Firefox/profiles.ini":                "[Profile0]\nName=a\nIsRelative=1\nPath=Profiles/ab.a\n",
			"Library/Application Support/Firefox/Profiles/ab.a/prefs.js":      "",
			"Library/Caches/Firefox/Profiles/ab.a/cache2/entries/0":           "x",
			"Library/Containers/com.apple.Safari/Data/Library/Cookies/unread": "x",
			"Library/Caches/com.apple.Safari/WebKitCache/a":                   "x",
			"Library/Application Support/com.operasoftware.Opera/Preferences": "{}",
			"Library/Caches/com.operasoftware.Opera/Cache/a":                  "x",
		}, map[string][]string{
			"Google Chrome/Work":            {"Library/Application Support/Google/Chrome/Weird Name/GPUCache 1", "Library/Caches/Google/Chrome/Weird Name/Cache 1"},
			"Firefox/a":                     {"Library/Caches/Firefox/Profiles/ab.a/cache2/entries 1"},
			"Safari/default":                {"Library/Caches/com.apple.Safari 1"},
			"Opera/com.operasoftware.Opera": {"Library/Caches/com.operasoftware.Opera/Cache 1"},
		}},
		{"windows", map[string]string{
			"Local/Microsoft/Edge/User Data/Local State":                                                                   oneProfile,
			"Local/Microsoft/Edge/User Data/Weird Name/Cache/Cache_Data/f_1":                                               "x",
			"Local/Microsoft/Edge/User Data/Weird Name/Network/Cookies":                                                    "",
			"Roaming/Opera Software/Opera Stable/Default/Preferences":                                                      "{}",
			"Local/Opera Software/Opera Stable/Default/Cache/Cache_Data/f":                                                 "x",
			"Roaming/Mozilla/Firefox/profiles.ini":                                                                         "[Profile0]\nName=a\nIsRelative=1\nPath=Profiles/ab.a\n",
			"Roaming/Mozilla/Firefox/Profiles/ab.a/prefs.js":                                                               "",
			"Local/Mozilla/Firefox/Profiles/ab.a/cache2/entries/0":                                                         "x",
			"Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox/profiles.ini":                 "[Profile0]\nName=s\nIsRelative=1\nPath=Profiles/st.s\n",
			"Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox/Profiles/st.s/prefs.js":       "",
			"Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Local/Mozilla/Firefox/Profiles/st.s/cache2/entries/0": "x",
		}, map[string][]string{
			"Microsoft Edge/Work": {"Local/Microsoft/Edge/User Data/Weird Name/Cache 1"},
			"Opera/Default":       {"Local/Opera Software/Opera Stable/Default/Cache 1"},
			"Firefox/a":           {"Local/Mozilla/Firefox/Profiles/ab.a/cache2/entries 1"},
			"Firefox (Store)/s":   {"Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Local/Mozilla/Firefox/Profiles/st.s/cache2/entries 1"},
		}},
	} {
		t.Run(test.system, func(t *testing.T) {
			s, home := account(t, test.system, test.files)
			if test.system == "linux" {
				if err := os.Symlink("42", filepath.Join(home, "snap/brave/current")); err != nil {
					t.Skip(err)
				}
			}
			got := scanned(t, s, home)
			for name, want := range test.want {
				if !slices.Equal(got[name], want) {
					t.Errorf("%s:\n got %q\nwant %q", name, got[name], want)
				}
				delete(got, name)
			}
			if len(got) > 0 {
				t.Errorf("also found %v", got)
			}
		})
	}
}

func TestScanCanBeStopped(t *testing.T) {
	s, _ := account(t, "linux", map[string]string{
		".config/chromium/Local State":                 oneProfile,
		".config/chromium/Weird Name/Cache/Cache_Data": "x",
	})
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	err := s.Scan(ctx, func(Found) { calls++; cancel() })
	if err == nil || calls == 0 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
