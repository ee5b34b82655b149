//go:build lab && linux

// Package service holds the registered service, and the start at login, against a booted system with
// systemd: install, start, status, stop, uninstall, for a person and for the machine; a killed process,
// a start of the computer, a program that was moved.
package service

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/waymend/waymend/lab/booted"
	"github.com/waymend/waymend/platform/login"
)

const (
	bound = "/opt/bound" // where the program is seen inside
	// odd is where the machine's program lies first: a path with what means something to systemd.
	odd = "/opt/way mend/100%h/$HOME/waymend"
	// roleVariable lets the test program play a part inside.
	roleVariable = "WAYMEND_LAB_LOGIN"
	role         = "/opt/role"
)

func TestMain(m *testing.M) {
	if what := os.Getenv(roleVariable); what != "" {
		if err := playLogin(what); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if dir, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

// built is the program, made once for all tests.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "waymend-service")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "waymend")
	build := exec.Command("go", "build", "-trimpath", "-o", program, "github.com/waymend/waymend")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return program, fmt.Errorf("%w\n%s", err, out)
	}
	return program, nil
})

// playLogin switches the start at login on or off, or tells how it is.
func playLogin(what string) error {
	login.FindUserManager()
	e := login.Entry{Program: "/usr/local/bin/waymend", Arguments: []string{"agent", "--no-tray"}, Description: "x"}
	switch what {
	case "on":
		return e.Enable()
	case "off":
		return e.Disable()
	}
	s, err := e.State()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(s)
}

// lab is a booted system with the program inside.
type lab struct {
	t *testing.T
	*booted.System
}

func boot(t *testing.T) lab {
	t.Helper()
	t.Parallel() // most of the time goes by with waiting
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return lab{t, booted.Boot(t, program+":"+bound, self+":"+role)}
}

// report is what the tests read of "waymend service --json".
type report struct {
	Installed, Running, Current bool
	Program, File, Health       string
	Reason                      string
	Since                       *time.Time
	NextCheck                   *time.Time `json:"next_check"`
}

// service asks for an action as an account; program is the one that is started.
func (l lab) service(account, program string, args ...string) (r report, code int) {
	l.t.Helper()
	out, code := l.As(account, append([]string{program, "service", "--json"}, args...)...)
	text := out[max(0, strings.Index(out, "{")):]
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&r); err != nil {
		l.t.Fatalf("%q as %s: %v\n%s", args, account, err, out)
	}
	return r, code
}

// done wants an action to succeed.
func (l lab) done(account, program string, args ...string) report {
	l.t.Helper()
	r, code := l.service(account, program, args...)
	if code != 0 {
		l.t.Fatalf("%q as %s: code %d, %+v", args, account, code, r)
	}
	return r
}

// refused wants an action not to be done, with a sentence.
func (l lab) refused(want, account, program string, args ...string) {
	l.t.Helper()
	if r, code := l.service(account, program, args...); code != 1 || !strings.Contains(r.Reason, want) {
		l.t.Errorf("%q as %s: code %d, %q, want %q", args, account, code, r.Reason, want)
	}
}

// tree lists every file that the system has by now where services and programs leave something.
func (l lab) tree(dirs ...string) string {
	return l.Run(append(append([]string{"find"}, dirs...), "-xdev", "-not", "-path", "*/waymend-keep/*", "-printf", "%p %y %U %m %l\n")...)
}

func (l lab) same(what, before, after string) {
	l.t.Helper()
	if before == after {
		return
	}
	was := strings.Split(before, "\n")
	for _, line := range strings.Split(after, "\n") {
		if !contains(was, line) {
			l.t.Errorf("%s: left behind: %s", what, line)
		}
	}
	now := strings.Split(after, "\n")
	for _, line := range was {
		if !contains(now, line) {
			l.t.Errorf("%s: gone: %s", what, line)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// put copies the program to a place inside.
func (l lab) put(path string) {
	l.t.Helper()
	l.Run("mkdir", "-p", filepath.Dir(path))
	l.Run("cp", bound, path)
}

// pid is the process of a unit, 0 for none.
func (l lab) pid(show ...string) int {
	out, _ := l.Try(append(show, "show", "-p", "MainPID", "--value", "waymend.service")...)
	n, _ := strconv.Atoi(strings.TrimSpace(out))
	return n
}

func TestMachine(t *testing.T) {
	l := boot(t)
	l.put(odd)
	l.put("/home/alice/waymend")
	l.Run("chown", "-R", "alice", "/home/alice/waymend")
	dirs := []string{"/etc", "/usr/local", "/var/lib", "/run/systemd/system", "/root", "/home"}
	before := l.tree(dirs...)

	l.refused("Only an administrator", "bob", odd, "install", "--system")
	l.refused("can be replaced by others", "root", "/home/alice/waymend", "install", "--system")
	l.refused("not installed", "root", odd, "start", "--system")
	l.same("after refusals", before, l.tree(dirs...))
	if r := l.done("bob", odd, "status", "--system"); r.Installed || r.Running {
		t.Errorf("%+v", r)
	}

	r := l.done("root", odd, "install", "--system")
	if !r.Installed || r.Running || !r.Current || r.Program != odd {
		t.Errorf("installed: %+v", r)
	}
	begin := time.Now()
	r = l.done("root", odd, "start", "--system")
	t.Logf("started, and answers after %v", time.Since(begin).Round(time.Millisecond))
	if !r.Running || r.Health == "" || r.Since == nil {
		t.Errorf("started: %+v", r)
	}
	l.Wait("the next check", func() bool { return l.done("bob", odd, "status", "--system").NextCheck != nil })
	if out, code := l.As("bob", odd, "agent", "status"); code != 0 || !strings.Contains(out, "machine's service") {
		t.Errorf("bob looks: %d, %s", code, out)
	}
	if out, code := l.As("bob", odd, "agent", "pause"); code != 1 || !strings.Contains(out, "only an administrator may change") {
		t.Errorf("bob pauses: %d, %s", code, out)
	}
	l.Run(odd, "agent", "watch", "https://example.com/", "1h")
	if out := l.Run("cat", "/var/lib/waymend/settings.toml"); !strings.Contains(out, "example.com") {
		t.Errorf("root's wish was not kept:\n%s", out)
	}
	l.report("waymend.service")

	first := l.pid("systemctl")
	begin = time.Now()
	l.Run("kill", "-9", strconv.Itoa(first))
	l.Wait("another process", func() bool {
		now := l.pid("systemctl")
		return now != 0 && now != first && l.done("bob", odd, "status", "--system").Health != ""
	})
	t.Logf("killed, and back after %v", time.Since(begin).Round(10*time.Millisecond))

	begin = time.Now()
	l.Reboot()
	l.Wait("the service by itself", func() bool { return l.done("bob", odd, "status", "--system").Health != "" })
	t.Logf("answers %v after the computer was switched off", time.Since(begin).Round(10*time.Millisecond))

	l.put("/usr/local/bin/waymend")
	l.Run("rm", "-r", "/opt/way mend")
	if r := l.done("bob", "/usr/local/bin/waymend", "status", "--system"); r.Current || r.Program != odd {
		t.Errorf("the program was moved: %+v", r)
	}
	if r := l.done("root", "/usr/local/bin/waymend", "install", "--system"); !r.Current || !r.Running || r.Program != "/usr/local/bin/waymend" {
		t.Errorf("installed anew: %+v", r)
	}
	l.Wait("the moved program", func() bool { return l.done("bob", "/usr/local/bin/waymend", "status", "--system").Health != "" })
	first = l.pid("systemctl")
	l.done("root", "/usr/local/bin/waymend", "install", "--system")
	if now := l.pid("systemctl"); now != first {
		t.Errorf("an install that changes nothing started it anew: %d, %d", first, now)
	}

	if r := l.done("root", "/usr/local/bin/waymend", "stop", "--system"); r.Running || !r.Installed {
		t.Errorf("stopped: %+v", r)
	}
	l.done("root", "/usr/local/bin/waymend", "start", "--system")
	l.done("root", "/usr/local/bin/waymend", "uninstall", "--system")
	if _, err := l.Try("test", "-e", "/var/lib/private/waymend/history.db"); err != nil {
		t.Error("the history went with the service")
	}
	l.refused("not installed", "root", "/usr/local/bin/waymend", "uninstall", "--system")
	l.refused("nobody can be asked", "root", "/usr/local/bin/waymend", "uninstall", "--system", "--purge")
	l.done("root", "/usr/local/bin/waymend", "uninstall", "--system", "--purge", "--yes")
	l.Run("rm", "/usr/local/bin/waymend")
	// What the other services of the system write while it runs is not ours.
	l.same("in the end", ours(before), ours(l.tree(dirs...)))
}

// report prints what it costs and how well it is shut in.
func (l lab) report(unit string) {
	out, _ := l.Try("systemd-analyze", "security", "--no-pager", unit)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	l.t.Log(strings.TrimSpace(lines[len(lines)-1]))
	out, _ = l.Try("sh", "-c", "grep -E 'VmRSS|CapEff|NoNewPrivs|^Uid' /proc/$(systemctl show -p MainPID --value "+unit+")/status")
	l.t.Log(strings.Join(strings.Fields(out), " "))
}

// ours drops what other services write by themselves.
func ours(tree string) string {
	var keep []string
	for line := range strings.SplitSeq(tree, "\n") {
		if !strings.Contains(line, "/var/lib/systemd/") && !strings.Contains(line, "/var/lib/NetworkManager/") && !strings.Contains(line, "/var/lib/dbus") {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "\n")
}

func TestPerson(t *testing.T) {
	l := boot(t)
	l.put("/usr/local/bin/waymend")
	const program = "/usr/local/bin/waymend"
	l.Run("loginctl", "enable-linger", "alice")
	l.Wait("alice's manager", func() bool { _, err := l.Try("test", "-S", "/run/user/1000/systemd/private"); return err == nil })
	before := l.tree("/home")

	l.refused("no systemd that answers you", "bob", program, "install")
	if r := l.done("alice", program, "install"); !r.Installed || !r.Current || r.Running || r.File != "/home/alice/.config/systemd/user/waymend.service" {
		t.Errorf("installed: %+v", r)
	}
	if r := l.done("alice", program, "start"); !r.Running || r.Health == "" {
		t.Errorf("started: %+v", r)
	}
	session := []string{"env", "XDG_RUNTIME_DIR=/run/user/1000"}
	alice := append([]string{"runuser", "-u", "alice", "--"}, append(session, "systemctl", "--user")...)
	if out, code := l.As("alice", append(session, program, "agent", "--no-tray")...); code != 1 || !strings.Contains(out, "run already") {
		t.Errorf("a second one: %d, %s", code, out)
	}
	if out, code := l.As("bob", program, "agent", "status"); code != 1 || !strings.Contains(out, "Nothing is watched") {
		t.Errorf("bob sees alice's: %d, %s", code, out)
	}
	first := l.pid(alice...)
	begin := time.Now()
	l.Run("kill", "-9", strconv.Itoa(first))
	l.Wait("another process", func() bool {
		now := l.pid(alice...)
		return now != 0 && now != first && l.done("alice", program, "status").Health != ""
	})
	t.Logf("killed, and back after %v", time.Since(begin).Round(10*time.Millisecond))

	l.Reboot()
	l.Wait("the service by itself", func() bool {
		_, err := l.Try("test", "-S", "/run/user/1000/systemd/private")
		return err == nil && l.done("alice", program, "status").Health != ""
	})

	// The agent was there first: the service waits, and takes over.
	l.done("alice", program, "stop")
	l.Run("systemd-run", "-q", "--unit=first", "--uid=alice", "-E", "XDG_RUNTIME_DIR=/run/user/1000", "-E", "HOME=/home/alice", program, "agent", "--no-tray")
	l.Wait("the agent", func() bool { return l.done("alice", program, "status").Health != "" })
	l.done("alice", program, "start")
	if out, code := l.As("alice", append(session, program, "agent", "quit")...); code != 0 {
		t.Errorf("%d, %s", code, out)
	}
	l.Wait("the end of the agent", func() bool { _, err := l.Try("systemctl", "is-active", "--quiet", "first"); return err != nil })
	l.Wait("the service in its place", func() bool { return l.done("alice", program, "status").Health != "" })

	if r := l.done("alice", program, "stop"); r.Running {
		t.Errorf("stopped: %+v", r)
	}
	l.done("alice", program, "start")
	l.done("alice", program, "uninstall")
	if after := l.tree("/home"); strings.Contains(after, "systemd") || !strings.Contains(after, "history.db") {
		t.Errorf("after uninstall:\n%s", after)
	}
	if out, _ := l.As("alice", program, "service", "uninstall", "--purge", "--dry-run"); !strings.Contains(out, "/home/alice/.local/state/waymend (") {
		t.Errorf("the plan:\n%s", out)
	}
	l.done("alice", program, "uninstall", "--purge", "--yes")
	after := l.tree("/home")
	for _, parent := range []string{"/.config", "/.local", "/.local/state", "/.cache"} { // everybody's folders stay
		after = dropLine(after, "/home/alice"+parent+" ")
	}
	l.same("in the end", before, after)
	if out, err := l.Try("sh", "-c", "ls -A /run/user/1000/waymend"); err == nil {
		t.Logf("until the session ends: %s", strings.Join(strings.Fields(out), " "))
	}
}

func dropLine(text, prefix string) string {
	var keep []string
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, prefix) {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "\n")
}

// TestNoSystemd is refused with a sentence where nothing starts services, and leaves nothing.
func TestNoSystemd(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	for _, args := range []string{"install", "install --system", "start", "stop --system", "status --json"} {
		c := exec.Command("sh", "-ec", "mount -t tmpfs none /run; mount -t tmpfs none /etc/systemd 2>/dev/null || :; exec "+program+" service "+args)
		c.Env = []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET, Unshareflags: syscall.CLONE_NEWNS}
		out, err := c.CombinedOutput()
		switch {
		case strings.HasPrefix(args, "status"):
			if err != nil || !strings.Contains(string(out), `"installed": false`) {
				t.Errorf("%s: %v\n%s", args, err, out)
			}
		case err == nil || !strings.Contains(string(out), "as in a container") || strings.Count(string(out), "\n") != 1:
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
	if list, _ := os.ReadDir(home); len(list) > 0 {
		t.Errorf("left: %v", list)
	}
}
