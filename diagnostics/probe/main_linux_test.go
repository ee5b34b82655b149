package probe

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// aloneKey marks the child that runs in its own network namespace.
const aloneKey = "WAYMEND_PROBE_ALONE"

// alone tells tests that this process has a network of its own: no packet leaves it.
var alone = os.Getenv(aloneKey) != ""

// TestMain runs the tests in a network namespace of their own.
func TestMain(m *testing.M) {
	if alone {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "the namespace's loopback: %v: %s\n", err, out)
			os.Exit(1)
		}
		// Any group may open ping sockets, as systemd sets it (sysctl.d, 50-default.conf).
		_ = os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte("0 2147483647"), 0)
		os.Exit(m.Run())
	}
	if code, ok := runAlone(); ok {
		os.Exit(code)
	}
	fmt.Fprintln(os.Stderr, "no network namespace can be made here: some tests are skipped")
	os.Exit(m.Run())
}

func runAlone() (code int, ok bool) {
	if _, err := exec.LookPath("ip"); err != nil {
		return 0, false
	}
	self, err := os.Executable()
	if err != nil {
		return 0, false
	}
	c := exec.Command(self, os.Args[1:]...)
	c.Env = append(os.Environ(), aloneKey+"=1")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	signal.Ignore(os.Interrupt) // the child handles it
	if err := c.Start(); err != nil {
		return 0, false
	}
	_ = c.Wait()
	return c.ProcessState.ExitCode(), true
}
