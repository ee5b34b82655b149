//go:build lab && linux

package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/lab/wire"
)

// Addresses of the home.
const (
	Client4, Client6 = "192.168.1.10", "2001:db8:1::10"
	Router4, Router6 = "192.168.1.1", "2001:db8:1::1"
	// ProviderDNS is the provider's resolver, which the home router asks.
	ProviderDNS, ProviderDNS6 = "203.0.113.53", "2001:db8:53::53"
)

// Link names a cable of the world.
type Link int

// The links on the way from the client out.
const (
	Lan    Link = iota // client eth0 – router lan
	Access             // router wan – first provider hop home
	Core               // first hop north – second hop south
	Edge               // second hop north – internet eth0
)

// World is one internet. A scenario's Setup fills in what it should be like before it is built;
// its Break then works on the standing world. Errors gather; the first ones end the scenario.
type World struct {
	Client, Router, Hop1, Hop2, Net *Room

	Dir     string          // scratch files, removed with the world
	Shift   time.Duration   // how far the true time is ahead of the client's clock
	Wires   map[Link]string // links that are wires with these parameters, both ways
	NoIPv6  bool            // the home has IPv4 only
	Env     []string        // further environment of the person's programs
	Trusted []*authority    // authorities installed on the client besides the public ones

	RouterDNS   []string // options of the router's dnsmasq instead of asking the provider; see also NoRouterDNS
	NoRouterDNS bool
	NoProvider  bool   // somebody else than the public resolvers' unbound serves ProviderDNS
	Resolvers   string // options of the public resolvers' unbound, server: section
	SignIn      func() // replaces the sign-in probes' servers

	names *names
	sites []string // nginx server blocks
	waits []wait
	wires map[Link]*wire.Wire
	procs map[string]*process
	certs int

	mu   sync.Mutex
	errs []error
	down []func()
}

type wait struct {
	room *Room
	addr string
}

// everywhere are settings of every room, made before it has devices, which inherit them: servers may start
// before their addresses are there, no waiting for duplicate addresses, and not bbr, which would hide a bloated queue.
var everywhere = []string{"net.ipv4.ip_nonlocal_bind=1", "net.ipv6.ip_nonlocal_bind=1", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.accept_ra=0", "net.ipv4.tcp_congestion_control=reno"}

// limit bounds whatever the lab itself does to build a world.
const limit = 10 * time.Second

func (w *World) check(err error) {
	if err != nil {
		w.mu.Lock()
		w.errs = append(w.errs, err)
		w.mu.Unlock()
	}
}

func (w *World) onDown(f func()) {
	w.mu.Lock()
	w.down = append(w.down, f)
	w.mu.Unlock()
}

// Up builds the world of a scenario; the caller takes it Down whatever the error.
func Up(s *Scenario) (*World, error) {
	w := &World{names: newNames(), Wires: map[Link]string{}, wires: map[Link]*wire.Wire{}, procs: map[string]*process{}}
	var err error
	if w.Dir, err = scratch(); err != nil {
		return w, err
	}
	w.check(w.computer())
	for _, r := range []struct {
		at      **Room
		name    string
		furnish func() error
	}{{&w.Client, "client", w.furnish}, {&w.Router, "router", nil}, {&w.Hop1, "hop1", nil}, {&w.Hop2, "hop2", nil}, {&w.Net, "internet", nil}} {
		if *r.at, err = newRoom(r.name, r.furnish); err != nil {
			return w, err
		}
		w.onDown((*r.at).Close)
		w.check((*r.at).Set(everywhere...))
	}
	w.Net.Env = append(os.Environ(), w.clockEnv()...)
	if s.Setup != nil {
		s.Setup(w)
	}
	w.Net.Env = append(os.Environ(), w.clockEnv()...)
	w.check(os.WriteFile(w.file("ca.pem"), bundle(w.Trusted...), 0o644))
	w.Client.Env = w.clientEnv()
	w.cables()
	w.standing()
	if w.fault() == nil && s.Break != nil {
		s.Break(w)
		w.awaitAll()
	}
	return w, w.fault()
}

func (w *World) fault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.errs...)
}

// Down takes everything away, the latest first.
func (w *World) Down() {
	for i := len(w.down) - 1; i >= 0; i-- {
		w.down[i]()
	}
	w.down = nil
	if w.Dir != "" {
		os.RemoveAll(w.Dir)
	}
}

func (w *World) file(name string) string { return filepath.Join(w.Dir, name) }

const scratchPrefix = "waymend-lab-"

// scratch makes a directory that names this process, and removes those of processes that are gone:
// all that a killed lab can leave behind.
func scratch() (string, error) {
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchPrefix+"*"))
	for _, d := range old {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(d), scratchPrefix), "-")
		if _, err := os.Readlink("/proc/" + pid + "/exe"); errors.Is(err, os.ErrNotExist) { // nobody, or a zombie
			os.RemoveAll(d)
		}
	}
	d, err := os.MkdirTemp("", scratchPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", err
	}
	return d, os.Chmod(d, 0o755) // the client's programs run under another account
}

// cables joins the rooms and gives them addresses and routes.
func (w *World) cables() {
	ends := []struct {
		link   Link
		a, b   *Room
		da, db string
	}{{Lan, w.Client, w.Router, "eth0", "lan"}, {Access, w.Router, w.Hop1, "wan", "home"}, {Core, w.Hop1, w.Hop2, "north", "south"}, {Edge, w.Hop2, w.Net, "north", "eth0"}}
	var veth strings.Builder
	for i, e := range ends {
		params, wired := w.Wires[e.link]
		if !wired {
			fmt.Fprintf(&veth, "link add name %s netns %s type veth peer name %s netns %s\n", e.da, e.a.Path(), e.db, e.b.Path())
			continue
		}
		x, err := wire.New(wire.End{Enter: e.a.Do, Dev: e.da}, wire.End{Enter: e.b.Do, Dev: e.db}, uint64(i+1))
		if w.check(err); err != nil {
			return
		}
		w.onDown(x.Close)
		var p wire.Params
		w.check(p.Apply(strings.Fields(params)...))
		x.AB.Set(p)
		x.BA.Set(p)
		w.wires[e.link] = x
	}
	w.input(w.Net, veth.String(), "ip", "-batch", "-")
	w.address()
}

// address gives the rooms their addresses, routes and settings.
func (w *World) address() {
	var wg sync.WaitGroup
	for _, r := range []struct {
		room     *Room
		settings []string
		plan     string
	}{
		{w.Client, []string{"net.ipv4.ping_group_range=0 2147483647"}, w.clientPlan()},
		{w.Router, forwarding, routerPlan},
		{w.Hop1, forwarding, hop1Plan},
		{w.Hop2, forwarding, hop2Plan},
		{w.Net, nil, netPlan()},
	} {
		wg.Go(func() {
			w.check(r.room.Set(r.settings...))
			w.input(r.room, r.plan, "ip", "-batch", "-")
		})
	}
	wg.Go(func() {
		w.input(w.Router, "*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n", "iptables-restore")
	})
	wg.Wait()
}

// Cmd runs commands in a room, one a line, and fails the world when one fails.
func (w *World) Cmd(r *Room, script string) { w.input(r, script, "sh", "-e") }

func (w *World) input(r *Room, input, name string, args ...string) {
	if w.fault() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_, err := r.Run(ctx, input, name, args...)
	w.check(err)
}

// Serve starts a server program in a room; the world is not ready before it accepts TCP at addr.
// The program is the first of a process namespace, so that it takes all its children along.
func (w *World) Serve(r *Room, addr, name string, args ...string) {
	if w.fault() != nil {
		return
	}
	log, err := os.Create(w.file(filepath.Base(name) + "-" + r.Name + ".log"))
	w.check(err)
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = log, log
	c.Dir = w.Dir
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
	err = r.Start(c)
	w.check(err)
	log.Close()
	if err != nil {
		return
	}
	p := &process{cmd: c, again: func() { w.Serve(r, addr, name, args...) }}
	w.onDown(p.kill)
	w.mu.Lock()
	w.procs[filepath.Base(name)+"-"+r.Name] = p
	w.waits = append(w.waits, wait{r, addr})
	w.mu.Unlock()
}

// Background runs a command of the person in a room for as long as the world stands.
func (w *World) Background(r *Room, name string, args ...string) {
	c := exec.Command(name, args...)
	err := r.Start(c)
	if w.check(err); err == nil {
		w.onDown(func() { c.Process.Kill(); c.Wait() })
	}
}

// process is a running server program.
type process struct {
	cmd   *exec.Cmd
	once  sync.Once
	again func()
}

func (p *process) kill() { p.once.Do(func() { p.cmd.Process.Kill(); p.cmd.Wait() }) }

// Restart starts the latest server of that program and room afresh, with empty caches ("unbound-internet").
func (w *World) Restart(names ...string) {
	for _, n := range names {
		if p := w.procs[n]; p != nil {
			p.kill()
			p.again()
		}
	}
	w.awaitAll()
}

func (w *World) awaitAll() {
	waits := w.waits
	w.waits = nil
	for _, x := range waits {
		if err := x.room.Await(x.addr, limit); err != nil {
			w.check(fmt.Errorf("%w\n%s", err, w.logs()))
			return
		}
	}
}

// logs is what the servers had to say, for a world that did not come up.
func (w *World) logs() string {
	var b strings.Builder
	files, _ := filepath.Glob(w.file("*.log"))
	for _, f := range files {
		if t, _ := os.ReadFile(f); len(t) > 0 {
			fmt.Fprintf(&b, "%s: %.2000s\n", filepath.Base(f), t)
		}
	}
	return b.String()
}

// clockEnv makes a C program live in the world's true time.
func (w *World) clockEnv() []string {
	if w.Shift == 0 {
		return nil
	}
	return []string{"LD_PRELOAD=/usr/lib/" + multiarch + "/faketime/libfaketime.so.1", fmt.Sprintf("FAKETIME=%+ds", int(w.Shift.Seconds()))}
}
