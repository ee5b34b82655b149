//go:build lab && linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/waymend/waymend/lab/route"
)

// tracer is one program that finds the path, beside the program itself.
type tracer struct {
	name string
	argv []string
}

// figures are what one program took.
type figures struct {
	wall, cpu []float64 // ms
	hops      []float64
}

// traces compares traces of the reference path: with delays, and without.
func traces(waymend string, runs int) error {
	for _, delays := range []bool{true, false} {
		c, err := route.Reference(delays)
		if err != nil {
			return err
		}
		err = c.Client.Do("sysctl net.ipv4.ping_group_range=0 2147483647")
		if err == nil {
			err = once(c, waymend, runs, delays)
		}
		switch {
		case err != nil:
		case delays:
			if err = rounds(c, waymend, max(3, runs/3)); err == nil {
				err = appearance(c, waymend, runs)
			}
		default:
			err = echoTimes(c, waymend)
		}
		c.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

const farEnd = route.TargetV4

func once(c *route.Chain, waymend string, runs int, delays bool) error {
	list := []tracer{
		{"ping -c1", []string{"ping", "-n", "-c1", farEnd}},
		{"trace -c1, ping socket", []string{waymend, "trace", "-c1", "--icmp", "--json", farEnd}},
		{"trace -c1, udp", []string{waymend, "trace", "-c1", "--udp", "--json", farEnd}},
		{"traceroute", []string{"traceroute", "-n", farEnd}},
		{"traceroute tuned", []string{"traceroute", "-n", "-N", "64", "-q", "1", "-w", "1,2,2", farEnd}},
		{"mtr -c1", []string{"mtr", "-n", "-r", "-c", "1", farEnd}},
	}
	got, err := inTurns(c, list, runs, !delays)
	if err != nil {
		return err
	}
	path := "12 hops, 98 ms"
	if !delays {
		path = "12 hops, no delay"
	}
	for _, ours := range []string{"trace -c1, ping socket", "trace -c1, udp"} {
		m := median(got[ours].wall)
		beside := func(name string) float64 { return m / median(got[name].wall) }
		what := path + ": " + ours
		if delays {
			row(what, span(m), "≤ 1.10 × ping", beside("ping -c1") <= 1.10, ratio("ping", beside("ping -c1"))+hopsOf(got[ours]))
			row("", "", "≤ 1.05 × traceroute tuned", beside("traceroute tuned") <= 1.05, ratio("tuned", beside("traceroute tuned"))+hopsOf(got["traceroute tuned"]))
			row("", "", "≤ 1/3 traceroute", beside("traceroute") <= 1./3, ratio("traceroute", beside("traceroute"))+hopsOf(got["traceroute"]))
			if err := besideNextTrace(c, m, runs); err != nil {
				return err
			}
			row("", "", "≤ 1/40 mtr -c1", beside("mtr -c1") <= 1./40, ratio("mtr", beside("mtr -c1"))+hopsOf(got["mtr -c1"]))
		} else {
			row(what, span(m), "≤ 1.00 × traceroute", beside("traceroute") <= 1, ratio("traceroute", beside("traceroute"))+hopsOf(got[ours]))
		}
	}
	return nil
}

// rounds compares ten rounds.
func rounds(c *route.Chain, waymend string, runs int) error {
	list := []tracer{
		{"trace -c10", []string{waymend, "trace", "-c10", "--icmp", "--json", farEnd}},
		{"mtr -c10", []string{"mtr", "-n", "-r", "-c", "10", farEnd}},
	}
	got, err := inTurns(c, list, runs, false)
	if err != nil {
		return err
	}
	ours, peer := got["trace -c10"], got["mtr -c10"]
	row("ten rounds", span(median(ours.wall)), "≤ 1/25 mtr -c10", median(ours.wall) <= median(peer.wall)/25, ratio("mtr", median(ours.wall)/median(peer.wall))+hopsOf(ours))
	row("  the same: processor time", span(median(ours.cpu)), "≤ mtr's", median(ours.cpu) <= median(peer.cpu), "mtr "+span(median(peer.cpu)))
	return nil
}

func ratio(name string, r float64) string { return fmt.Sprintf("%.3f of %s", r, name) }

func hopsOf(f *figures) string {
	return fmt.Sprintf(", %.0f hops, cpu %s, %s", median(f.hops), span(median(f.cpu)), spread(f.wall))
}

// inTurns lets the programs take turns at the client, with a pause that lets limiters recover. None of
// them has rights that an ordinary account lacks; mtr's helper has its own.
func inTurns(c *route.Chain, list []tracer, runs int, quick bool) (map[string]*figures, error) {
	got := map[string]*figures{}
	for range runs {
		for _, i := range rand.Perm(len(list)) { // nobody always comes after the same other
			x := list[i]
			if quick && strings.HasPrefix(x.name, "mtr") {
				continue
			}
			time.Sleep(1100 * time.Millisecond)
			if got[x.name] == nil {
				got[x.name] = &figures{}
			}
			if err := got[x.name].add(c, x); err != nil {
				return nil, fmt.Errorf("%s: %w", x.name, err)
			}
		}
	}
	return got, nil
}

func (f *figures) add(c *route.Chain, x tracer) error {
	var out bytes.Buffer
	p := exec.Command(x.argv[0], x.argv[1:]...)
	p.Stdout, p.Stderr, p.Dir = &out, os.Stderr, "/"
	p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: personID, Gid: personID}}
	p.Env = append(os.Environ(), "HOME=/nonexistent", "XDG_CONFIG_HOME=")
	start := time.Now()
	if err := c.Client.Start(p); err != nil {
		return err
	}
	if err := p.Wait(); err != nil {
		return err
	}
	f.wall = append(f.wall, ms(time.Since(start)))
	f.cpu = append(f.cpu, ms(p.ProcessState.UserTime()+p.ProcessState.SystemTime()))
	f.hops = append(f.hops, float64(addresses(out.Bytes())))
	return nil
}

// addresses counts the hops of the chain that a program has named.
func addresses(out []byte) (n int) {
	var d struct {
		Flows []struct {
			Hops []struct{ Addresses []string }
		}
	}
	if json.Unmarshal(out, &d) == nil && len(d.Flows) > 0 {
		for _, h := range d.Flows[0].Hops {
			n += min(len(h.Addresses), 1)
		}
		return n
	}
	words := strings.Fields(string(out))
	for i := 1; i <= 12; i++ {
		if slices.Contains(words, route.HopV4(i)) {
			n++
		}
	}
	if strings.Count(string(out), farEnd) > 1 || slices.Contains(words, farEnd) {
		n++
	}
	return n
}
