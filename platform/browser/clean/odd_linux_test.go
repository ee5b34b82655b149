package clean

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestOddThingsInCaches clears, undoes and deletes caches that hold what no browser puts there.
func TestOddThingsInCaches(t *testing.T) {
	w := furnished(t, t.TempDir())
	w.put(w.home+"/docs/letter", "dear")
	cache := w.chrCache + "/Cache/Cache_Data"
	deep := cache
	for len(deep) < 4200 { // longer than a path may be
		name := strings.Repeat("d", 100)
		must(t, os.Chdir(filepath.Dir(w.home)))
		fd, err := unix.Open(cache, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		must(t, err)
		for rest := strings.TrimPrefix(deep, cache); rest != ""; {
			part, after, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
			next, err := unix.Openat(fd, part, unix.O_RDONLY|unix.O_DIRECTORY, 0)
			must(t, err, unix.Close(fd))
			fd, rest = next, after
		}
		must(t, unix.Mkdirat(fd, name, 0o700), unix.Close(fd))
		deep += "/" + name
	}
	must(t, os.WriteFile(cache+"/line\nbreak \x1b[31m\xff", []byte("x"), 0o600),
		os.Symlink(w.home+"/docs", cache+"/link"), os.Symlink(w.home, cache+"/home"),
		unix.Mkfifo(cache+"/pipe", 0o600),
		os.WriteFile(cache+"/read only", []byte("x"), 0o400))
	if err := unix.Mknod(cache+"/device", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err != nil {
		t.Log("no device can be made here:", err)
	}
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	must(t, err, os.Chdir(cache), unix.Bind(socket, &unix.SockaddrUnix{Name: "socket"}), unix.Close(socket), os.Chdir(w.home))

	done := make(chan bool)
	go func() {
		defer close(done)
		plan := w.plan(Request{Caches: true, Pages: true})
		if len(plan.Refused) > 0 || len(plan.Items) != 2 {
			t.Errorf("plan %+v", plan)
		}
		result := w.apply(plan)
		if back, err := w.Undo(context.Background(), result.ID); err != nil || len(back.Refused) > 0 {
			t.Errorf("undo %+v %v", back, err)
		}
		if _, err := os.Lstat(cache + "/line\nbreak \x1b[31m\xff"); err != nil {
			t.Error(err)
		}
		w.Resume(context.Background(), Quickly)
		result = w.apply(w.plan(Request{Caches: true}))
		if gone, err := w.Delete(context.Background(), result.ID, Quickly, nil); err != nil || len(gone.Refused) > 0 || gone.Files != plan.Files {
			t.Errorf("deleted %+v %v, planned %d files", gone, err, plan.Files)
		}
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("something waits for a pipe or a device")
	}
	left := strings.Join(w.files(), "\n")
	if !strings.Contains(left, `docs/letter 4 "dear"`) || strings.Contains(left, ".waymend-") {
		t.Errorf("left %s", left)
	}
}

// TestOddThingsForDatabases puts pipes and devices where files should be.
func TestOddThingsForDatabases(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"pipe":      func(path string) error { return unix.Mkfifo(path, 0o600) },
		"device":    func(path string) error { return unix.Mknod(path, unix.S_IFCHR|0o600, int(unix.Mkdev(1, 5))) }, // /dev/zero
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			w := furnished(t, t.TempDir())
			paths := []string{w.chromium + "/Cookies", w.chromium + "/TransportSecurity", w.firefox + "/cookies.sqlite", w.firefox + "/SiteSecurityServiceState.bin", w.firefox + "/serviceworker.txt"}
			for _, path := range paths {
				if err := make(path); err != nil {
					t.Skip("none can be made here:", err)
				}
			}
			before := w.files()
			plan := w.plan(Request{Cookies: true, HSTS: true, Storage: true, Site: siteOf(t, "site1.test")})
			if len(plan.Items) > 0 || len(plan.Refused) != len(paths) {
				t.Errorf("planned %+v, refused %q", plan.Items, refused(plan.Refused))
			}
			for _, r := range plan.Refused {
				if r.Reason != NotDir || !slices.Contains(paths, r.Path) {
					t.Errorf("refused %+v", r)
				}
			}
			w.same("after", before)
		})
	}
}

// asNobody tells whether permissions count for the test. If not, it has run the test for an account
// for which they do, and its caller is done.
func asNobody(t *testing.T) (home string, ok bool) {
	t.Helper()
	if home := os.Getenv("CLEAN_NOBODY"); home != "" {
		return home, true
	}
	home, err := os.MkdirTemp("", "clean-nobody-")
	must(t, err, os.Chmod(home, 0o700))
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+rwx", home).Run(); os.RemoveAll(home) })
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "CLEAN_NOBODY="+home, "TMPDIR="+home)
	cmd.Dir = "/"
	if os.Geteuid() == 0 {
		must(t, os.Chown(home, 65534, 65534))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if !strings.Contains(string(out), "=== RUN") {
		t.Skipf("no other account can be used here: %v %s", err, out)
	}
	if err != nil {
		t.Fatalf("%s", out)
	}
	return "", false
}

func TestReadOnlyFilesAreNamed(t *testing.T) {
	home, ok := asNobody(t)
	if !ok {
		return
	}
	for n, test := range []struct {
		name string
		mode os.FileMode
		path func(*world) string
		plan []string // what the plan refuses, and
		want []string // Apply with it
	}{
		{"cookies", 0o400, func(w *world) string { return w.chromium + "/Cookies" }, nil, []string{"cookies denied Cookies"}},
		{"unreadable cookies", 0, func(w *world) string { return w.chromium + "/Cookies" }, []string{"cookies denied Cookies"}, []string{"cookies denied Cookies"}},
		{"profile", 0o500, func(w *world) string { return w.chromium }, nil, []string{"cookies denied Cookies", "sessions denied Device Bound Sessions"}},
		{"above the cache", 0o500, func(w *world) string { return w.chrCache }, nil, []string{"cache denied Cache"}},
		{"the cache", 0o500, func(w *world) string { return w.chrCache + "/Cache" }, nil, []string{"cache denied Cache"}}, // moving it would change it
		{"in the cache", 0, func(w *world) string { return w.chrCache + "/Cache/Cache_Data" }, nil, nil},
	} {
		w := furnished(t, fmt.Sprintf("%s/%d", mkdirs(t, home, n), n))
		w.stock()
		jars := w.jars()
		must(t, os.Chmod(test.path(w), test.mode))
		plan := w.plan(Request{Caches: true, Cookies: true, Site: siteOf(t, "example.co.uk")})
		if got := refused(plan.Refused); !slices.Equal(got, test.plan) {
			t.Errorf("%s: the plan refused %q, want %q", test.name, got, test.plan)
		}
		result := w.apply(plan)
		if got := refused(result.Refused); !slices.Equal(got, test.want) {
			t.Errorf("%s: refused %q, want %q: %+v", test.name, got, test.want, result.Refused)
		}
		if len(result.Done) == 0 {
			t.Errorf("%s: the rest was not done", test.name)
		}
		for _, r := range result.Refused {
			if !strings.HasPrefix(r.Path, w.home) {
				t.Errorf("%s: no path in %+v", test.name, r)
			}
		}
		if gone, err := w.Delete(context.Background(), result.ID, Quickly, nil); err != nil || len(gone.Refused) > 0 {
			t.Errorf("%s: deleted %+v %v", test.name, gone, err)
		}
		_ = os.Chmod(test.path(w), 0o700) // it may be gone
		for name, list := range w.jars() {
			if name == "chromium" && len(test.want) > 0 && test.want[0][:3] == "coo" && !slices.Equal(list, jars[name]) {
				t.Errorf("%s: refused cookies are gone", test.name)
			}
		}
	}
}

func mkdirs(t *testing.T, home string, n int) string {
	t.Helper()
	must(t, os.MkdirAll(fmt.Sprintf("%s/%d", home, n), 0o700))
	return home
}
