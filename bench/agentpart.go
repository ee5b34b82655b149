//go:build lab && linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	probing "github.com/prometheus-community/pro-bing"

	"github.com/waymend/waymend/app/agent"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/platform"
)

const (
	// grain is the agent's for intervals under half a minute.
	grain = 250 * time.Millisecond
	round = 10 * time.Second
)

// mostInBurst leaves enough local ports: each connection keeps one for a minute after its end.
const mostInBurst = 6 * watchedNames

// taken is what one checker process measured of itself.
type taken struct {
	Checks  int           `json:"checks"`
	Bad     int           `json:"bad"`
	First   string        `json:"first_bad,omitempty"`
	CPU     time.Duration `json:"cpu"`
	RSS     float64       `json:"rss"`      // MB, at the end
	RSSHalf float64       `json:"rss_half"` // MB, in the middle
	P50     time.Duration `json:"p50"`      // of what a check took
	Late50  time.Duration `json:"late_p50"` // start after due
	Late99  time.Duration `json:"late_p99"`
	LateMax time.Duration `json:"late_max"`
	Served  int           `json:"served,omitempty"` // what nginx answered meanwhile
	Bursts  float64       `json:"bursts,omitempty"` // checks a second
}

// agentPart is one checker in a process of its own: part, scheme, seconds.
func agentPart(args []string) error {
	seconds, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	if path := os.Getenv("BENCH_PROFILE"); path != "" {
		f, err := os.Create(path + "." + args[0] + "." + args[1])
		if err != nil {
			return err
		}
		_ = pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	length := time.Duration(seconds) * time.Second
	var t taken
	switch args[0] {
	case "agent":
		t, err = scheduled(args[1], length)
	case "each":
		t, err = paced(args[1], length)
	case "burst":
		t, err = burst(args[1], length)
	case "echoes":
		t, err = echoes(grain, length)
	case "pro-bing":
		t, err = proBing(length)
	default:
		err = fmt.Errorf("no such part: %s", args[0])
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}

func prober() *probe.Prober { return probe.New(probe.Options{Host: platform.New()}) }

func targetsOf(scheme string) []diagnostics.Target {
	list := make([]diagnostics.Target, watchedNames)
	for i := range list {
		list[i], _ = diagnostics.ParseTarget(scheme + "://" + siteName(i) + "/")
	}
	return list
}

// scheduled lets the agent itself check each address once in a round, with a history on the disk and
// nobody to tell.
func scheduled(scheme string, length time.Duration) (taken, error) {
	dir, err := os.MkdirTemp("", "waymend-bench-")
	if err != nil {
		return taken{}, err
	}
	defer os.RemoveAll(dir)
	store, err := history.Open(context.Background(), filepath.Join(dir, "history.db"), history.Keep{})
	if err != nil {
		return taken{}, err
	}
	set := settings.Defaults()
	set.Watch.Every = round
	set.References = diagnostics.References{Anchors: []diagnostics.Anchor{{Operator: "nginx", V4: netip.MustParseAddr("127.0.0.1"), DoH: "https://" + siteName(0) + "/"}}}
	for _, t := range targetsOf(scheme) {
		set.Watch.Addresses = append(set.Watch.Addresses, settings.Watched{Address: t.Input})
	}
	c := collector{lock: make(chan struct{}, 1)}
	var counts atomic.Bool
	a := agent.New(agent.Options{
		Settings: set, Host: platform.New(), Store: store,
		NewProber: func(s settings.Settings) agent.Prober {
			return probe.New(probe.Options{Host: platform.New(), References: s.References})
		},
		Examine: func(context.Context, diagnostics.Target, settings.Settings) *agent.Finding { return nil },
		Observe: func(r probe.Result) {
			if r.Address != "" && counts.Load() {
				c.add(0, r)
			}
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { a.Run(ctx); close(ended) }()
	time.Sleep(2 * round) // each address has been checked, and its certificate judged
	before, err := served()
	if err != nil {
		cancel()
		return taken{}, err
	}
	c.begin()
	counts.Store(true)
	time.Sleep(length / 2)
	c.t.RSSHalf = resident(os.Getpid())
	time.Sleep(length / 2)
	counts.Store(false)
	t := c.end()
	after, err := served()
	t.Served = after - before - 1
	cancel()
	<-ended
	return t, err
}

// paced checks each address once in a round, each by itself: what a check costs and takes alone.
func paced(scheme string, length time.Duration) (taken, error) {
	p := prober()
	defer p.Close()
	targets := targetsOf(scheme)
	const step = round / watchedNames
	c := collector{}
	c.warm(p, targets)
	c.begin()
	start := time.Now().Add(step)
	var all sync.WaitGroup
	for turn := range int(length / step) {
		due := start.Add(time.Duration(turn) * step)
		time.Sleep(time.Until(due))
		all.Go(func() {
			p.ProbeAll(context.Background(), []probe.Job{{Target: targets[turn%len(targets)], Due: due}}, c.add)
		})
	}
	all.Wait()
	return c.end(), nil
}

// burst checks all addresses as fast as they can be, again and again: the least that they cost.
func burst(scheme string, length time.Duration) (taken, error) {
	p := prober()
	defer p.Close()
	targets := targetsOf(scheme)
	c := collector{}
	c.warm(p, targets)
	c.begin()
	start := time.Now()
	for time.Since(start) < length && c.t.Checks < mostInBurst {
		jobs := make([]probe.Job, len(targets))
		for i, t := range targets {
			jobs[i] = probe.Job{Target: t, Due: time.Now()}
		}
		p.ProbeAll(context.Background(), jobs, c.add)
	}
	t := c.end()
	t.Bursts = float64(t.Checks) / time.Since(start).Seconds()
	return t, nil
}

// collector sums up.
type collector struct {
	t    taken
	took []time.Duration
	late []time.Duration
	lock chan struct{}
}

// warm makes each check once, so that certificates have been judged.
func (c *collector) warm(p *probe.Prober, targets []diagnostics.Target) {
	jobs := make([]probe.Job, len(targets))
	for i, t := range targets {
		jobs[i] = probe.Job{Target: t}
	}
	p.ProbeAll(context.Background(), jobs, func(int, probe.Result) {})
}

func (c *collector) begin() {
	if c.lock == nil {
		c.lock = make(chan struct{}, 1)
	}
	c.t.CPU = -ownCPU()
}

func (c *collector) add(_ int, r probe.Result) {
	c.lock <- struct{}{}
	c.t.Checks++
	if !r.Well() || r.Status != 200 || r.Bytes == 0 {
		if c.t.Bad++; c.t.First == "" {
			c.t.First = fmt.Sprintf("%+v", r)
		}
	}
	c.took = append(c.took, r.Took)
	c.late = append(c.late, r.At.Sub(r.Due))
	<-c.lock
}

func (c *collector) end() taken {
	c.t.CPU += ownCPU()
	c.t.RSS = resident(os.Getpid())
	c.t.P50 = quantile(c.took, 0.5)
	c.t.Late50, c.t.Late99, c.t.LateMax = quantile(c.late, 0.5), quantile(c.late, 0.99), quantile(c.late, 1)
	return c.t
}

func quantile(l []time.Duration, q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	slices.Sort(l)
	return l[min(int(q*float64(len(l))), len(l)-1)]
}

func echoAddress(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}) }

// echoes sends a thousand echoes a round, those due in a grain together.
func echoes(grain, length time.Duration) (taken, error) {
	p := prober()
	defer p.Close()
	batch := int(int64(watchedNames) * int64(grain) / int64(round))
	c := collector{}
	p.Echoes(context.Background(), []netip.Addr{echoAddress(1)})
	c.begin()
	start := time.Now().Add(grain)
	for turn := 0; time.Duration(turn)*grain < length; turn++ {
		due := start.Add(time.Duration(turn) * grain)
		time.Sleep(time.Until(due))
		addrs := make([]netip.Addr, batch)
		for i := range addrs {
			addrs[i] = echoAddress(1 + (turn*batch+i)%watchedNames)
		}
		c.late = append(c.late, time.Since(due))
		for _, e := range p.Echoes(context.Background(), addrs) {
			c.t.Checks++
			c.took = append(c.took, e.RTT)
			if !e.OK {
				if c.t.Bad++; c.t.First == "" {
					c.t.First = fmt.Sprintf("%+v", e)
				}
			}
		}
	}
	return c.end(), nil
}

// proBing makes the same echoes as its documentation has it: a pinger for each.
func proBing(length time.Duration) (taken, error) {
	c := collector{}
	c.begin()
	type echo struct {
		rtt time.Duration
		ok  bool
	}
	results := make(chan echo, 1<<16)
	step := round / watchedNames
	start := time.Now().Add(step)
	n := int(length / step)
	for turn := range n {
		time.Sleep(time.Until(start.Add(time.Duration(turn) * step)))
		go func() {
			x := probing.New("")
			x.SetIPAddr(&net.IPAddr{IP: echoAddress(1 + turn%watchedNames).AsSlice()})
			x.Count, x.Timeout = 1, time.Second
			x.SetPrivileged(false)
			err := x.Run()
			s := x.Statistics()
			results <- echo{s.AvgRtt, err == nil && s.PacketsRecv == 1}
		}()
	}
	for range n {
		e := <-results
		c.t.Checks++
		c.took = append(c.took, e.rtt)
		if !e.ok {
			c.t.Bad++
		}
	}
	return c.end(), nil
}

// ownCPU is the processor time of this process (getrusage(2)).
func ownCPU() time.Duration { return cpu(os.Getpid()) }

// cpu is the processor time of a process, from /proc (proc_pid_stat(5)).
func cpu(pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 on all of Go's architectures
}

// resident is a process's resident memory in MB.
func resident(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kb / 1024
}
