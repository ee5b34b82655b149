//go:build lab && linux

package lab

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Room is a network and a mount namespace, held by one thread of this process and by nothing else:
// no name under /run/netns, no bind mount. When the process ends, however it ends, the kernel kills
// what the thread started (Pdeathsig) and takes the namespaces away.
type Room struct {
	Name string
	Env  []string // environment of the commands, nil for this process's own
	UID  uint32   // account of the commands that run As user

	tid  int
	jobs chan func()
	gone chan struct{}
}

// newRoom makes the namespaces of a room. furnish, when given, changes its mounts.
func newRoom(name string, furnish func() error) (*Room, error) {
	r := &Room{Name: name, jobs: make(chan func()), gone: make(chan struct{})}
	ready := make(chan error)
	go func() {
		defer close(r.gone)
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		r.tid = unix.Gettid()
		err := unix.Unshare(unix.CLONE_NEWNET | unix.CLONE_NEWNS)
		if err == nil {
			err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil { // some servers name their shared memory always alike, and leave it behind when killed
			err = unix.Mount("tmpfs", "/dev/shm", "tmpfs", 0, "")
		}
		if err == nil && furnish != nil {
			err = furnish()
		}
		ready <- err
		if err != nil {
			return
		}
		for f := range r.jobs {
			f()
		}
	}()
	if err := <-ready; err != nil {
		return nil, fmt.Errorf("room %s: %w", name, err)
	}
	return r, nil
}

// Do runs f on the room's thread, so that sockets and children it makes are born in the room.
// f must not wait for the room itself.
func (r *Room) Do(f func()) {
	done := make(chan struct{})
	r.jobs <- func() { defer close(done); f() }
	<-done
}

// Close ends the room's thread; the kernel kills every process that was started from it.
func (r *Room) Close() {
	close(r.jobs)
	<-r.gone
}

// Path names the namespace for ip(8), as long as the room stands.
func (r *Room) Path() string { return fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), r.tid) }

// Start begins a process in the room. It dies with the room.
func (r *Room) Start(c *exec.Cmd) (err error) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if c.Env == nil {
		c.Env = r.Env
	}
	r.Do(func() { err = c.Start() })
	if err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	return nil
}

// Run executes a command to its end with input on its standard input; out is both its outputs.
func (r *Room) Run(ctx context.Context, input, name string, args ...string) (out string, err error) {
	c := exec.CommandContext(ctx, name, args...)
	var b bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &b, &b
	c.WaitDelay = time.Second
	if err = r.Start(c); err == nil {
		err = c.Wait()
	}
	if err != nil {
		err = fmt.Errorf("%s: %s %s: %w: %s", r.Name, name, strings.Join(args, " "), err, b.String())
	}
	return b.String(), err
}

// Set writes sysctls of the room ("net.ipv4.ip_forward=1").
func (r *Room) Set(settings ...string) (err error) {
	r.Do(func() {
		for _, s := range settings {
			k, v, _ := strings.Cut(s, "=")
			if e := os.WriteFile("/proc/sys/"+strings.ReplaceAll(k, ".", "/"), []byte(v), 0); e != nil && err == nil {
				err = fmt.Errorf("%s: %w", r.Name, e)
			}
		}
	})
	return err
}

// Listen opens a TCP listener in the room. Addresses are literal, as everywhere in the lab:
// a name would be looked up on another thread and so in another namespace.
func (r *Room) Listen(addr string) (l net.Listener, err error) {
	r.Do(func() { l, err = net.Listen("tcp", addr) })
	return l, err
}

// ListenPacket opens a UDP socket in the room.
func (r *Room) ListenPacket(addr string) (c net.PacketConn, err error) {
	r.Do(func() { c, err = net.ListenPacket("udp", addr) })
	return c, err
}

// Dial connects from inside the room; network is "tcp" or "udp".
func (r *Room) Dial(network, addr string) (c net.Conn, err error) {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	r.Do(func() {
		if network == "udp" {
			c, err = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(ap))
		} else {
			c, err = net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(ap))
		}
	})
	return c, err
}

// Await returns once something in the room accepts TCP at addr.
func (r *Room) Await(addr string, limit time.Duration) error {
	for end := time.Now().Add(limit); ; time.Sleep(3 * time.Millisecond) {
		c, err := r.Dial("tcp", addr)
		if err == nil {
			c.Close()
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s: nothing listens: %w", r.Name, err)
		}
	}
}
