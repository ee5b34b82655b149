//go:build browsers

package launch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestRealClean starts real browsers without a window, in a network namespace of their own and with a
// home of their own. The page arrives there without the cookie that the person's profile has, nothing
// of the person's changes, and the profile is there as long as the browser runs, and no longer.
func TestRealClean(t *testing.T) {
	if os.Getenv("CLEAN_NAMESPACE") == "" {
		cmd := exec.Command("unshare", "-n", "--", os.Args[0], "-test.run=^TestRealClean$", "-test.v")
		cmd.Env = append(os.Environ(), "CLEAN_NAMESPACE=1")
		out, err := cmd.CombinedOutput()
		if !strings.Contains(string(out), "=== RUN") {
			t.Skipf("no network namespace can be made here: %s", out)
		}
		if t.Logf("%s", out); err != nil {
			t.Fatal(err)
		}
		return
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, c := range []struct{ id, program, flags string }{
		{"chromium", "chromium", "--no-sandbox --headless=new --disable-gpu"},
		{"firefox/esr", "firefox-esr", "--headless"},
	} {
		t.Run(c.program, func(t *testing.T) { realClean(t, c.id, c.program, c.flags) })
	}
}

func realClean(t *testing.T, id, program, flags string) {
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skip("not installed:", program)
	}
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" {
			if len(r.Cookies()) > 0 {
				t.Errorf("the profile is not clean: %s", r.Header.Get("Cookie"))
			}
			asked.Add(1)
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b", MaxAge: 3600})
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>x</title>")
	}))
	defer server.Close()
	bin, home := t.TempDir(), t.TempDir()
	pids := filepath.Join(bin, "pids")
	script := "#!/bin/sh\necho $$ >>" + pids + "\n/usr/bin/env HOME=" + home + " " + path + " " + flags + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, program), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	s := Here()
	s.Getenv = func(name string) string {
		return map[string]string{"PATH": bin, "HOME": home, "XDG_DATA_DIRS": bin}[name]
	}
	list := s.Browsers()
	i := slices.IndexFunc(list, func(b Browser) bool { return b.ID == id })
	if i < 0 {
		t.Fatalf("not among %+v", list)
	}
	own := filepath.Join(home, "own")
	for round := range 2 {
		began := time.Now()
		if err := s.OpenClean(list[i], server.URL+"/page", own); err != nil {
			t.Fatal(err)
		}
		until(t, "the page", func() bool { return asked.Load() == int32(round+1) })
		dirs, _ := filepath.Glob(own + "/clean-*")
		if len(dirs) != 1 {
			t.Fatalf("profiles: %v", dirs)
		}
		until(t, "the lock", func() bool { f, _, _ := parseClean(filepath.Base(dirs[0])); return s.usesClean(f, dirs[0], time.Hour) })
		t.Logf("the page came after %v", time.Since(began).Round(time.Millisecond))
		if left := s.SweepClean(own); left != 1 || !isThere(dirs[0]) {
			t.Errorf("%d left; the profile was deleted under the running browser", left)
		}
		text, err := os.ReadFile(pids)
		if err != nil {
			t.Fatal(err)
		}
		ended := syscall.SIGINT
		if round == 1 {
			ended = syscall.SIGKILL // as if it crashed
		}
		pid := strings.Fields(string(text))[round]
		if err := syscall.Kill(-atoi(t, pid), ended); err != nil {
			t.Fatal(err)
		}
		f, _, _ := parseClean(filepath.Base(dirs[0]))
		until(t, "the end of the browser", func() bool { return !s.usesClean(f, dirs[0], time.Hour) })
		old := filepath.Join(own, cleanPrefix+f.ID+"-1700000000-abcdefgh")
		if err := os.Rename(dirs[0], old); err != nil {
			t.Fatal(err)
		}
		until(t, "the deletion", func() bool { return s.SweepClean(own) == 0 && !isThere(old) })
		if left, _ := os.ReadDir(own); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
	for _, dir := range []string{".config/chromium/Default", ".mozilla/firefox/profiles.ini"} {
		if isThere(filepath.Join(home, dir)) {
			t.Errorf("%s: the person's own profile was touched", dir)
		}
	}
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(s, &n); err != nil || n <= 1 {
		t.Fatalf("%q: %v", s, err)
	}
	return n
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("waited in vain for", what)
}
