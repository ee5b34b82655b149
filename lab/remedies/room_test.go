//go:build lab && linux

// Package remedies holds what changes a computer against real parts of one: caches of names, DHCP
// clients, the hosts file, a booted system with its services. Every test runs again as a process of
// its own in namespaces of network, mounts and processes, which end with it; the machine around them
// is not touched, and no packet leaves it. What is missing here is said and skipped.
package remedies

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"
)

const insideVariable = "WAYMEND_LAB_INSIDE"

// inside reports whether the test runs in a computer of its own. Outside it starts that one, waits for
// it, and passes on what it said.
func inside(t *testing.T, programs ...string) bool {
	t.Helper()
	if os.Getenv(insideVariable) == t.Name() {
		furnish(t)
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("needs %s", p)
		}
	}
	again := exec.Command("/proc/self/exe", "-test.v", "-test.run=^"+t.Name()+"$", "-test.timeout=2m")
	again.Env = append(os.Environ(), insideVariable+"="+t.Name())
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
	}
	out, err := again.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("%s", out)
	case !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("the test did not run:\n%s", out)
	}
	return false
}

// furnish gives the computer mounts of its own: what it writes to /etc, /run and /var stays in memory.
func furnish(t *testing.T) {
	t.Helper()
	must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	must(t, unix.Mount("proc", "/proc", "proc", 0, ""))
	work := t.TempDir()
	must(t, unix.Mount("tmpfs", work, "tmpfs", 0, ""))
	t.Cleanup(func() { _ = unix.Unmount(work, unix.MNT_DETACH) })
	for _, dir := range []string{"/etc", "/var"} {
		upper, scratch := work+dir+".upper", work+dir+".work"
		must(t, os.MkdirAll(upper, 0o755))
		must(t, os.MkdirAll(scratch, 0o755))
		must(t, unix.Mount("overlay", dir, "overlay", 0, "lowerdir="+dir+",upperdir="+upper+",workdir="+scratch))
	}
	must(t, unix.Mount("tmpfs", "/run", "tmpfs", 0, ""))
	must(t, unix.Sethostname([]byte("lab")))
	command(t, "ip", "link", "set", "lo", "up")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// command runs a program to its end and returns what it printed.
func command(t *testing.T, argv ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return string(out)
}

// serve starts a program that stays; it ends with the test.
func serve(t *testing.T, argv ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(argv[0], argv[1:]...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c
}

// wait polls until ok; a part of the laboratory that never comes up is a failure.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not in half a minute", what)
		}
	}
}

// counter is a name server whose answer is another one each time, and may be kept for an hour.
type counter struct{ asked atomic.Int32 }

func (c *counter) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	a := new(dns.Msg)
	a.SetReply(q)
	if q.Question[0].Qtype == dns.TypeA {
		n := c.asked.Add(1)
		a.Answer = append(a.Answer, &dns.A{
			Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 3600},
			A:   net.IPv4(192, 0, 2, byte(n)),
		})
	}
	a.Authoritative, a.RecursionAvailable = true, true
	_ = w.WriteMsg(a)
}

// nameServer starts one that ends with the test's process.
func nameServer(t *testing.T, addr string) {
	t.Helper()
	must(t, nameServerAt(addr))
}

// nameServerAt serves on UDP and TCP as long as the process lives.
func nameServerAt(addr string) error {
	c := &counter{}
	packets, err := net.ListenPacket("udp", addr)
	if err != nil {
		return err
	}
	streams, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	for _, s := range []*dns.Server{{PacketConn: packets, Handler: c}, {Listener: streams, Handler: c}} {
		go func() { _ = s.ActivateAndServe() }()
	}
	return nil
}

// ask looks the name up at a resolver; "" when it does not answer.
func ask(server, name string) string {
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(name), dns.TypeA)
	c := dns.Client{Timeout: time.Second}
	a, _, err := c.Exchange(m, netip.AddrPortFrom(netip.MustParseAddr(server), 53).String())
	if err != nil || len(a.Answer) == 0 {
		return ""
	}
	r, ok := a.Answer[0].(*dns.A)
	if !ok {
		return ""
	}
	return r.A.String()
}

func write(t *testing.T, path, format string, values ...any) {
	t.Helper()
	_ = os.Remove(path) // a link, as /etc/resolv.conf often is
	must(t, os.WriteFile(path, fmt.Appendf(nil, format, values...), 0o644))
}
