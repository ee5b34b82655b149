//go:build lab && linux

// Package route builds networks of routers inside this machine and holds what traces paths through
// them against what is known of them: chains with delays, silent and rate-limited hops, parallel
// paths, loops, refusals. A node is a network namespace held by one thread of this process and by
// nothing else; no packet leaves the machine, and nothing is left behind.
package route

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"github.com/waymend/waymend/lab/wire"
	"golang.org/x/sys/unix"
)

// Network is a set of nodes and the cables between them.
type Network struct {
	nodes  map[string]*Node
	cables []*wire.Wire
	seed   uint64
}

// Node is one computer or router.
type Node struct {
	Name string
	tid  int
	jobs chan func()
	gone chan struct{}
}

// NewNetwork makes an empty network; equal seeds lose equal packets.
func NewNetwork(seed uint64) *Network { return &Network{nodes: map[string]*Node{}, seed: seed} }

// Close takes the network away, with every process in it.
func (n *Network) Close() {
	for _, c := range n.cables {
		c.Close()
	}
	for _, x := range n.nodes {
		close(x.jobs)
		<-x.gone
	}
}

// Node returns the node of that name, made at its first mention. It forwards packets and answers as
// often as it is asked.
func (n *Network) Node(name string) (*Node, error) {
	if x, ok := n.nodes[name]; ok {
		return x, nil
	}
	x := &Node{Name: name, jobs: make(chan func()), gone: make(chan struct{})}
	ready := make(chan error)
	go func() {
		defer close(x.gone)
		runtime.LockOSThread() // never unlocked: the thread, and the namespace, end with this goroutine
		x.tid = unix.Gettid()
		err := unix.Unshare(unix.CLONE_NEWNET)
		if ready <- err; err != nil {
			return
		}
		for f := range x.jobs {
			f()
		}
	}()
	if err := <-ready; err != nil {
		return nil, err
	}
	n.nodes[name] = x
	return x, x.Do(
		"sysctl net.ipv4.ip_forward=1", "sysctl net.ipv6.conf.all.forwarding=1", "sysctl net.ipv6.conf.default.accept_dad=0",
		"sysctl net.ipv6.conf.all.accept_dad=0", "sysctl net.ipv4.icmp_ratelimit=0", "sysctl net.ipv6.icmp.ratelimit=0",
		"sysctl net.ipv4.icmp_msgs_per_sec=100000", "sysctl net.ipv4.icmp_msgs_burst=10000",
		"sysctl net.ipv4.conf.all.rp_filter=0", "sysctl net.ipv4.conf.default.rp_filter=0",
		"sysctl net.ipv4.fib_multipath_hash_policy=1", "sysctl net.ipv6.fib_multipath_hash_policy=1",
		"ip link set lo up",
	)
}

// In runs f on the node's thread, so that sockets and children are born there.
func (x *Node) In(f func()) {
	done := make(chan struct{})
	x.jobs <- func() { defer close(done); f() }
	<-done
}

// Path names the namespace for ip(8).
func (x *Node) Path() string { return fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), x.tid) }

// Start begins a process at the node.
func (x *Node) Start(c *exec.Cmd) (err error) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Pdeathsig = syscall.SIGKILL
	x.In(func() { err = c.Start() })
	return err
}

// Output runs a program at the node to its end and returns what it wrote.
func (x *Node) Output(argv ...string) (string, error) {
	var out bytes.Buffer
	c := exec.Command(argv[0], argv[1:]...)
	c.Stdout, c.Stderr = &out, &out
	err := x.Start(c)
	if err == nil {
		err = c.Wait()
	}
	if err != nil {
		err = fmt.Errorf("%s: %s: %w: %s", x.Name, strings.Join(argv, " "), err, out.Bytes())
	}
	return out.String(), err
}

// Do carries out lines: "ip …" (all that follow one another in one go), "sysctl KEY=VALUE", or any
// other program.
func (x *Node) Do(lines ...string) error {
	var batch []string
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		c := exec.Command("ip", "-batch", "-")
		c.Stdin = strings.NewReader(strings.Join(batch, "\n") + "\n")
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		err := x.Start(c)
		if err == nil {
			err = c.Wait()
		}
		if err != nil {
			err = fmt.Errorf("%s: %w: %s\n%s", x.Name, err, out.Bytes(), strings.Join(batch, "\n"))
		}
		batch = nil
		return err
	}
	for _, line := range lines {
		words := strings.Fields(line)
		if words[0] == "ip" {
			batch = append(batch, strings.Join(words[1:], " "))
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		if words[0] == "sysctl" {
			if err := x.set(strings.TrimPrefix(line, "sysctl ")); err != nil {
				return err
			}
		} else if _, err := x.Output(words...); err != nil {
			return err
		}
	}
	return flush()
}

func (x *Node) set(setting string) (err error) {
	key, value, _ := strings.Cut(setting, "=")
	x.In(func() { err = os.WriteFile("/proc/sys/"+strings.ReplaceAll(key, ".", "/"), []byte(value), 0) })
	return err
}

// Link joins two nodes by a cable; dev is its name at both ends. Without words it is a plain veth
// pair; words such as "delay=5ms" or "loss=10%" hold both ways, and those that begin with ">" or "<"
// only towards b or towards a.
func (n *Network) Link(a, b *Node, devA, devB string, words ...string) error {
	if len(words) == 0 {
		return a.Do("ip link add "+devA+" type veth peer name "+devB+" netns "+b.Path(), "ip link set "+devA+" up")
	}
	n.seed++
	w, err := wire.New(wire.End{Enter: a.In, Dev: devA}, wire.End{Enter: b.In, Dev: devB}, n.seed)
	if err != nil {
		return err
	}
	n.cables = append(n.cables, w)
	return set(w, words)
}

// set gives a cable its properties anew.
func set(w *wire.Wire, words []string) (err error) {
	var there, back wire.Params
	for _, word := range words {
		if !strings.HasPrefix(word, "<") {
			err = there.Apply(strings.TrimPrefix(word, ">"))
		}
		if !strings.HasPrefix(word, ">") && err == nil {
			err = back.Apply(strings.TrimPrefix(word, "<"))
		}
		if err != nil {
			return err
		}
	}
	w.AB.Set(there)
	w.BA.Set(back)
	return nil
}
