package checks

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// aloneKey marks the child that runs in its own network namespace.
const aloneKey = "WAYMEND_TEST_ALONE"

// alone tells tests that this process has a network of its own: no packet leaves it, every port is
// free, and the references' real addresses can be given to the loopback interface.
var alone = os.Getenv(aloneKey) != ""

// TestMain runs the tests in a network namespace of their own.
func TestMain(m *testing.M) {
	if alone {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "the namespace's loopback: %v: %s\n", err, out)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	if code, ok := runAlone(); ok {
		os.Exit(code)
	}
	fmt.Fprintln(os.Stderr, "no network namespace can be made here: tests that need the references' addresses are skipped")
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

// ownAddrs gives addresses to the loopback interface until the test ends.
func ownAddrs(t *testing.T, addrs ...string) {
	t.Helper()
	if !alone {
		t.Skip("needs a network namespace of its own")
	}
	for _, a := range addrs {
		if out, err := exec.Command("ip", "addr", "add", a, "dev", "lo", "nodad").CombinedOutput(); err != nil {
			t.Fatalf("ip addr add %s: %v: %s", a, err, out)
		}
		t.Cleanup(func() { _ = exec.Command("ip", "addr", "del", a, "dev", "lo").Run() })
		awaitAddr(netip.MustParsePrefix(a).Addr())
	}
}

// awaitAddr returns when a closed port of the address refuses: the kernel loses the first packets
// to an IPv6 address that is a moment old.
func awaitAddr(a netip.Addr) {
	for range 100 {
		c, err := net.DialTimeout("tcp", netip.AddrPortFrom(a, 1).String(), 50*time.Millisecond)
		if err == nil {
			c.Close()
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
	}
}

// ip runs one ip command in the namespace.
func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v: %s", args, err, out)
	}
}
