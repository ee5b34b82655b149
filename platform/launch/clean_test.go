package launch

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestCleanCommands: every packaging is started with a directory that it can write to.
func TestCleanCommands(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the homes of these computers are not absolute on Windows")
	}
	home, own := t.TempDir(), filepath.Join(t.TempDir(), "own")
	const u = "https://example.com/a"
	chromium := []string{"--user-data-dir=DIR", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--password-store=basic", "--use-mock-keychain", u}
	firefox := []string{"--no-remote", "--profile", "DIR", u}
	for _, c := range []struct {
		id, os string
		files  fstest.MapFS
		room   string
		want   []string
	}{
		{"chromium", "linux", fstest.MapFS{"usr/bin/chromium": program("")}, own, append([]string{"/usr/bin/chromium"}, chromium...)},
		{"firefox/esr", "linux", fstest.MapFS{"usr/bin/firefox-esr": program("")}, own, append([]string{"/usr/bin/firefox-esr"}, firefox...)},
		{"firefox/snap", "linux", fstest.MapFS{"snap/bin/firefox": program("")}, home + "/snap/firefox/common/waymend-profiles", append([]string{"/snap/bin/firefox"}, firefox...)},
		{"chromium/flatpak", "linux", fstest.MapFS{
			"usr/bin/flatpak": program(""),
			"usr/share/applications/org.chromium.Chromium.desktop": text("[Desktop Entry]\nType=Application\nName=Chromium\nMimeType=x-scheme-handler/https;\nExec=/usr/bin/flatpak run org.chromium.Chromium %U\n"),
		}, home + "/.var/app/org.chromium.Chromium/cache/waymend-profiles", append([]string{"/usr/bin/flatpak", "run", "org.chromium.Chromium"}, chromium...)},
		{"firefox", "darwin", fstest.MapFS{"Applications/Firefox.app": directory()}, own, append([]string{"/usr/bin/open", "-n", "-b", "org.mozilla.firefox", "--args"}, firefox...)},
		{"safari", "darwin", fstest.MapFS{"Applications/Safari.app": directory()}, "", nil},
		{"arc", "darwin", fstest.MapFS{"Applications/Arc.app": directory()}, "", nil},
	} {
		computer := &computer{os: c.os, files: c.files, env: map[string]string{"HOME": home, "PATH": "/usr/bin"}}
		s := computer.system()
		list := s.Browsers()
		i := slices.IndexFunc(list, func(b Browser) bool { return b.ID == c.id })
		if i < 0 {
			t.Errorf("%s is not among %+v", c.id, list)
			continue
		}
		err := s.OpenClean(list[i], u, own)
		if c.want == nil {
			if !errors.Is(err, ErrClean) || list[i].CanClean() || len(computer.started) > 0 {
				t.Errorf("%s: %v, started %q", c.id, err, computer.started)
			}
			continue
		}
		if err != nil || len(computer.started) != 1 {
			t.Errorf("%s: %v, started %q", c.id, err, computer.started)
			continue
		}
		dirs, _ := filepath.Glob(c.room + "/clean-*")
		if len(dirs) != 1 {
			t.Errorf("%s: not one profile in %s", c.id, c.room)
			continue
		}
		if info, err := os.Lstat(dirs[0]); err != nil || info.Mode() != os.ModeDir|0o700 {
			t.Errorf("%s: %v, %v", c.id, info.Mode(), err)
		}
		got := strings.Split(strings.ReplaceAll(strings.Join(computer.started[0], "\n"), dirs[0], "DIR"), "\n")
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q\nwant %q", c.id, got, c.want)
		}
		if err := os.RemoveAll(c.room); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCleanFails: a browser that does not start leaves nothing, and nothing but an address is opened.
func TestCleanFails(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own")
	c := &computer{os: "linux", files: fstest.MapFS{"usr/bin/chromium": program("")}, env: map[string]string{"PATH": "/usr/bin"}, fails: errors.New("broken")}
	s := c.system()
	b := s.Browsers()[0]
	if err := s.OpenClean(b, "https://example.com/", own); err == nil || len(c.started) != 1 {
		t.Errorf("%v, %q", err, c.started)
	}
	for _, address := range []string{"", "--user-data-dir=/", "file:///etc/passwd", "https://a\x00b/", "https://a\x01b/"} {
		if err := s.OpenClean(b, address, own); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := s.OpenClean(b, "https://example.com/", ""); err == nil || len(c.started) != 1 {
		t.Errorf("without a folder: %v", err)
	}
	if left, _ := os.ReadDir(own); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestSweep deletes what nobody uses: not what was made just now, what is not one of these profiles,
// or where a link leads.
func TestSweep(t *testing.T) {
	own, elsewhere := t.TempDir(), t.TempDir()
	name := func(family string, age time.Duration) string {
		return cleanPrefix + family + "-" + strconv.FormatInt(time.Now().Add(-age).Unix(), 10) + "-abcdefgh"
	}
	put := func(dir string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, "Default"), 0o700), os.WriteFile(filepath.Join(dir, "Default", "Cookies"), []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	canary := filepath.Join(elsewhere, "canary")
	if err := os.WriteFile(canary, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old, future, young := name("chromium", time.Hour), name("opera-gx", -time.Hour), name("firefox", 0)
	keep := []string{young, "clean-", "clean-x-1-y", "clean-chromium-soon-abcdefgh", "mine"}
	for _, n := range append([]string{old, future}, keep...) {
		put(filepath.Join(own, n))
	}
	if runtime.GOOS != "windows" {
		if err := errors.Join(os.Symlink(elsewhere, filepath.Join(own, name("edge", time.Hour))), os.Symlink(elsewhere, filepath.Join(own, old, "link"))); err != nil {
			t.Fatal(err)
		}
	}
	s := (&computer{os: runtime.GOOS}).system()
	if left := s.SweepClean(own); left != 1 {
		t.Errorf("%d are said to be in use", left)
	}
	var got []string
	entries, _ := os.ReadDir(own)
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if slices.Sort(keep); !slices.Equal(got, keep) {
		t.Errorf("left %q, want %q", got, keep)
	}
	if _, err := os.Stat(canary); err != nil {
		t.Error("a link was followed")
	}
	if runtime.GOOS != "windows" {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(elsewhere, link); err != nil {
			t.Fatal(err)
		}
		put(filepath.Join(elsewhere, old))
		if s.SweepClean(link); !isThere(filepath.Join(elsewhere, old)) {
			t.Error("the folder itself was a link, and it was followed")
		}
	}
}

func isThere(path string) bool { _, err := os.Lstat(path); return err == nil }
