//go:build lab && linux

// Command bench prints how fast and how small the program is, in the laboratory and in one run
// with what it is compared to. It asserts nothing: figures are for people to read.
//
//	go run -tags lab ./bench [-runs 11] [-waymend FILE] [NAME…]
//	go run -tags lab ./bench -window [frame pauses memory idle]
//	go run -tags lab ./bench agent [SECONDS] [https http echo]
//	go run -tags lab ./bench idle [SECONDS]
//
// It needs root, as the laboratory does. Every figure is a median; the machine's load is printed
// before and after, because other work on the same cores spoils them all.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/waymend/waymend/lab"
)

func main() {
	if len(os.Args) > 1 && background[os.Args[1]] != nil {
		if err := background[os.Args[1]](os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	runs := flag.Int("runs", 11, "how often each figure is measured")
	waymend := flag.String("waymend", "", "a program that was built already")
	inWindow := flag.Bool("window", false, "measure the window instead, beside the least window that there can be")
	pings := flag.Int("echoes", 0, "be the peer that pings ADDRESS so often with pro-bing; the program calls itself so")
	flag.Parse()
	if *pings > 0 {
		if err := byProBing(*pings, flag.Arg(0)); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if *inWindow {
		if err := measureWindow(*runs, flag.Args()); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := bench(*runs, *waymend, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// background are the commands that measure the background checks: the first is for people, and starts
// the others in processes and namespaces of their own.
var background = map[string]func([]string) error{"agent": measureAgent, "agent-inside": agentInside, "agent-part": agentPart, "idle": measureIdle, "idle-inside": idleInside}

func bench(runs int, waymend string, only []string) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("the laboratory makes network namespaces: run it as root")
	}
	if waymend == "" {
		path, done, err := build()
		if err != nil {
			return err
		}
		defer done()
		waymend = path
	}
	fmt.Printf("load before: %s; medians of %d\n\n", load(), runs)
	fmt.Printf("%-34s %14s   %-24s %s\n", "", "waymend", "bar", "beside it")
	wanted := func(name string) bool { return len(only) == 0 || slices.Contains(only, name) }
	if wanted("program") {
		if err := program(waymend, runs); err != nil {
			return err
		}
	}
	if wanted("healthy") {
		if err := healthy(waymend, runs); err != nil {
			return err
		}
	}
	if wanted("trace") {
		if err := traces(waymend, runs); err != nil {
			return err
		}
	}
	for _, t := range targets {
		if !wanted(t.scenario) {
			continue
		}
		if err := t.measure(waymend, runs); err != nil {
			return err
		}
	}
	fmt.Printf("\nload after: %s; Windows and macOS: not measured\n", load())
	return nil
}

// target is a fault and how soon it is to be named.
type target struct {
	scenario string
	what     string
	limit    float64 // ms
}

var targets = []target{
	{"site.no-answer", "silent site", 4000},
	{"dns.server-silent", "dead resolver", 3000},
	{"router.no-answer", "dead router", 3000},
	{"provider.no-uplink-silent", "no uplink, silent", 3000},
	{"provider.no-uplink-icmp", "no uplink, said so", 3000},
	{"portal.redirect", "sign-in page", 3000},
	{"site.bad-gateway-nginx", "502 from nginx", 1500},
}

// measure lets the program examine the scenario again and again in one world.
func (t target) measure(waymend string, runs int) error {
	s, err := lab.Find(t.scenario)
	if err != nil {
		return err
	}
	w, err := lab.Up(s)
	defer w.Down()
	if err != nil {
		return err
	}
	var took []float64
	faults := map[string]int{}
	for range runs {
		r, err := check(w, s.Root, waymend, slices.Concat(s.Args, address(s))...)
		if err != nil {
			return fmt.Errorf("%s: %w", t.scenario, err)
		}
		took = append(took, r.elapsed)
		faults[r.fault]++
	}
	right := 0
	for _, f := range s.Faults {
		right += faults[f]
	}
	row(t.what, span(median(took)), "≤ "+span(t.limit), median(took) <= t.limit, fmt.Sprintf("%s, right in %d of %d", spread(took), right, runs))
	return nil
}

func address(s *lab.Scenario) []string {
	if s.Address == "" {
		return nil
	}
	return []string{s.Address}
}

// row prints one figure, its bar and whether it was met.
func row(what, figure, bar string, met bool, beside string) {
	if met {
		bar += "  met"
	} else {
		bar += "  MISSED"
	}
	fmt.Printf("%-34s %14s   %-24s %s\n", what, figure, bar, beside)
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:2], " ")
}
