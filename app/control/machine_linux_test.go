package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/app/settings"
)

const nobody = 65534

// alone runs a test again as a process of its own, where /run belongs to it, and reports whether it is
// that process.
func alone(t *testing.T) bool {
	t.Helper()
	const variable = "WAYMEND_TEST_ALONE"
	if os.Getenv(variable) == t.Name() {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"); err != nil {
			t.Fatal(err)
		}
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root, for a /run of its own")
	}
	again := exec.Command("/proc/self/exe", "-test.v", "-test.run=^"+t.Name()+"$", "-test.timeout=2m")
	again.Env = append(os.Environ(), variable+"="+t.Name())
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := again.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("namespaces are not allowed here")
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// TestMachine has an ordinary account look at the machine's service, and fail to change it.
func TestMachine(t *testing.T) {
	if !alone(t) {
		return
	}
	place(t)
	d := newDiary(t)
	d.Set(Status{Title: "of the machine"})
	s, err := ListenMachine(Agent, AgentHandler(d))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := ListenMachine(Agent, AgentHandler(d)); !errors.Is(err, ErrTaken) {
		t.Errorf("twice: %v", err)
	}
	said, _ := child(t, "look", nobody)
	if got := line(t, said); got != `look "of the machine", pause 403, quit 403, watch 403, follow "of the machine"` {
		t.Errorf("nobody: %s", got)
	}
	if got := d.notes(); len(got) > 0 {
		t.Errorf("told %q", got)
	}
	if err := AgentPause(t.Context(), time.Time{}); err != nil || len(d.notes()) != 1 {
		t.Errorf("root: %v, %q", err, d.notes())
	}
	if info, err := os.Stat("/run/waymend"); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// A person's own is asked first.
	own := newDiary(t)
	own.Set(Status{Title: "of the person"})
	serve(t, Agent, AgentHandler(own), usual)
	if got, err := AgentStatus(t.Context()); err != nil || got.Title != "of the person" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := AgentStatusOf(t.Context(), Machine); err != nil || got.Title != "of the machine" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestMachineFlood has an account hold all the connections that it gets: root still gets in.
func TestMachineFlood(t *testing.T) {
	if !alone(t) {
		return
	}
	place(t)
	d := newDiary(t)
	s, err := ListenMachine(Agent, AgentHandler(d))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	said, kill := child(t, "flood", nobody)
	if got := line(t, said); got != fmt.Sprintf("%d of 1000 are open", maxEach) {
		t.Errorf("nobody: %s", got)
	}
	for range 2 * maxConns {
		if _, err := AgentStatusOf(t.Context(), Machine); err != nil {
			t.Fatal(err)
		}
	}
	kill()
	until(t, "room after the flood", func() bool {
		said, _ := child(t, "look", nobody)
		return strings.HasPrefix(line(t, said), "look \"\"")
	})
}

// TestMachineImpostors refuses a service whose folder others could reach into, or which is not its.
func TestMachineImpostors(t *testing.T) {
	if !alone(t) {
		return
	}
	place(t)
	if _, err := AgentStatusOf(t.Context(), Machine); !errors.Is(err, ErrAbsent) {
		t.Fatalf("nobody listens, but %v", err)
	}
	dir := settings.MachineSockets()
	s, err := ListenMachine(Agent, AgentHandler(newDiary(t)))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func() error{
		"a folder that all may write to": func() error { return os.Chmod(dir, 0o777) },
		"a folder of somebody else's":    func() error { return os.Chown(dir, nobody, nobody) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if _, err := AgentStatusOf(t.Context(), Machine); !errors.Is(err, errStranger) {
			t.Errorf("%s: %v", name, err)
		}
		if err := errors.Join(os.Chown(dir, 0, 0), os.Chmod(dir, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := AgentStatusOf(t.Context(), Machine); err != nil {
		t.Error(err)
	}
	s.Close()
	// A service's own account that the manager gave the folder to, and nobody else, may hold it.
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if s, err := ListenMachine(Agent, AgentHandler(newDiary(t))); err == nil {
		s.Close()
		t.Error("root took a folder that belongs to the service's account")
	}
	if err := os.Remove(dir + "/agent.lock"); err != nil {
		t.Fatal(err)
	}
	said, _ := child(t, "machine", nobody)
	if got := line(t, said); got != "holds" {
		t.Fatal(got)
	}
	if _, err := AgentStatusOf(t.Context(), Machine); err != nil {
		t.Errorf("of the service's account: %v", err)
	}
}

// TestStrangerMachine: without the folder, an account without rights cannot make it.
func TestStrangerMachine(t *testing.T) {
	if !alone(t) {
		return
	}
	place(t)
	said, _ := child(t, "machine", nobody)
	if got := line(t, said); got == "holds" {
		t.Error("an account without rights poses as the machine's service")
	}
}

// playMachine are the parts of another process in the tests here.
func playMachine(part string) {
	ctx := context.Background()
	switch part {
	case "look":
		s, err := AgentStatusOf(ctx, Machine)
		out := fmt.Sprintf("look %q", s.Title)
		if err != nil {
			out = "look " + err.Error()
		}
		for _, ask := range []struct {
			name string
			err  error
		}{{"pause", AgentPause(ctx, time.Time{})}, {"quit", AgentQuit(ctx)}, {"watch", AgentWatch(ctx, "a.example", 0)}} {
			var refusal *Error
			if errors.As(ask.err, &refusal) {
				out += fmt.Sprintf(", %s %d", ask.name, refusal.Status)
			} else {
				out += fmt.Sprintf(", %s %v", ask.name, ask.err)
			}
		}
		ctx, cancel := context.WithCancel(ctx)
		_ = FollowAgent(ctx, func(s Status) { out += fmt.Sprintf(", follow %q", s.Title); cancel() })
		fmt.Println(out)
	case "flood":
		var held []net.Conn
		for range 1000 {
			c, err := net.Dial("unix", settings.MachineSockets()+"/agent.sock")
			if err != nil {
				continue
			}
			io.WriteString(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
			held = append(held, c)
		}
		for _, c := range held {
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		}
		held = slices.DeleteFunc(held, func(c net.Conn) bool { n, _ := c.Read(make([]byte, 1)); return n == 0 })
		fmt.Printf("%d of 1000 are open\n", len(held))
		select {}
	case "machine":
		_, err := ListenMachine(Agent, AgentHandler(new(diary)))
		if err == nil {
			_, err = AgentStatusOf(ctx, Machine)
		}
		fmt.Println(outcome(err))
		select {}
	}
}
