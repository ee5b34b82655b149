//go:build lab && linux

// Package booted is a Debian with systemd as its first process, in namespaces of its own and without a
// network, for tests of what belongs to a whole system. What it writes is thrown away.
package booted

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// System is one that runs, or is between two runs.
type System struct {
	t       *testing.T
	args    []string // of systemd-nspawn
	console *os.File
	spawn   *exec.Cmd
	leader  int // the first process, seen from outside
}

// count gives each system a name of its own.
var count atomic.Int32

// Boot starts the system, which ends with the test. Each bind is FILE:PLACE, a file that is to be seen
// inside. The test is skipped where something is missing.
func Boot(t *testing.T, binds ...string) *System {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	root, err := filepath.Abs("../../dist/system")
	must(t, err)
	if _, err := os.Stat(root + "/etc/lab-is-ready"); err != nil {
		t.Skip("needs the system that lab/remedies/system.sh makes")
	}
	for _, p := range []string{"systemd-nspawn", "nsenter"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("needs %s", p)
		}
	}
	work := t.TempDir()
	must(t, unix.Mount("tmpfs", work, "tmpfs", 0, ""))
	t.Cleanup(func() { _ = unix.Unmount(work, unix.MNT_DETACH) })
	for _, dir := range []string{"upper", "scratch", "tree"} {
		must(t, os.Mkdir(filepath.Join(work, dir), 0o755))
	}
	tree := filepath.Join(work, "tree")
	must(t, unix.Mount("overlay", tree, "overlay", 0, "lowerdir="+root+",upperdir="+work+"/upper,workdir="+work+"/scratch"))
	t.Cleanup(func() { _ = unix.Unmount(tree, unix.MNT_DETACH) })
	console, err := os.Create(filepath.Join(work, "console"))
	must(t, err)
	s := &System{t: t, console: console, args: []string{"--quiet", "--register=no", "--keep-unit", "--console=read-only", "--private-network",
		"-D", tree, "-M", fmt.Sprintf("waymend-lab-%d-%d", os.Getpid(), count.Add(1)), "-b"}}
	for _, bind := range binds {
		s.args = append(s.args, "--bind-ro="+bind)
	}
	t.Cleanup(s.kill)
	s.start()
	return s
}

func (s *System) start() {
	s.t.Helper()
	s.spawn = exec.Command("systemd-nspawn", s.args...)
	s.spawn.Stdout, s.spawn.Stderr = s.console, s.console
	s.spawn.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	must(s.t, s.spawn.Start())
	s.Wait("systemd", func() bool {
		out, _ := exec.Command("pgrep", "-P", strconv.Itoa(s.spawn.Process.Pid), "-x", "systemd").Output()
		s.leader, _ = strconv.Atoi(strings.TrimSpace(string(out)))
		return s.leader != 0
	})
	s.Wait("the message bus", func() bool { _, err := s.Try("test", "-S", "/run/dbus/system_bus_socket"); return err == nil })
	s.Wait("the boot", func() bool {
		out, _ := s.Try("systemctl", "is-system-running")
		return strings.HasPrefix(out, "running") || strings.HasPrefix(out, "degraded")
	})
}

// kill ends the first process, and with it all others.
func (s *System) kill() {
	if s.leader != 0 {
		_ = unix.Kill(s.leader, unix.SIGKILL)
	}
	if s.spawn != nil && s.spawn.Process != nil {
		_ = s.spawn.Process.Kill()
		_ = s.spawn.Wait()
	}
	s.leader, s.spawn = 0, nil
}

// Reboot shuts the system down in order, and starts it again with what it had written.
func (s *System) Reboot() {
	s.t.Helper()
	const halt = syscall.Signal(34 + 4) // SIGRTMIN+4: poweroff.target (systemd(1))
	must(s.t, unix.Kill(s.leader, halt))
	ended := make(chan struct{})
	spawn := s.spawn
	go func() { _ = spawn.Wait(); close(ended) }()
	select {
	case <-ended:
		s.leader, s.spawn = 0, nil
	case <-time.After(30 * time.Second):
		s.t.Fatal("the system does not shut down")
	}
	s.start()
}

// Try runs a program inside as root, for a minute at most.
func (s *System) Try(argv ...string) (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	enter := []string{"-t", strconv.Itoa(s.leader), "-a", "env", "-i", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	out, err := exec.CommandContext(ctx, "nsenter", append(enter, argv...)...).CombinedOutput()
	return string(out), err
}

// Run runs a program inside as root; its failure is the test's.
func (s *System) Run(argv ...string) string {
	s.t.Helper()
	out, err := s.Try(argv...)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return out
}

// As runs a program inside as an account, and returns what it printed and its exit code.
func (s *System) As(account string, argv ...string) (string, int) {
	s.t.Helper()
	out, err := s.Try(append([]string{"runuser", "-u", account, "--", "env", "HOME=/home/" + account}, argv...)...)
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		s.t.Fatalf("%s as %s: %v", strings.Join(argv, " "), account, err)
	}
	if ended != nil {
		return out, ended.ExitCode()
	}
	return out, 0
}

// Wait polls until ok; what does not come within half a minute is a failure.
func (s *System) Wait(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%s: not in half a minute", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
