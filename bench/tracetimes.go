//go:build lab && linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	probing "github.com/prometheus-community/pro-bing"
	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/lab/route"
)

// person makes a program one of an ordinary account.
func person(p *exec.Cmd) {
	p.Dir, p.Env = "/", append(os.Environ(), "HOME=/nonexistent", "XDG_CONFIG_HOME=", "TERM=xterm", "LANG=C")
	p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: personID, Gid: personID}}
}

// appearance measures when a live trace shows its first hop, and its last, on a terminal; what it takes to
// start the program at all is measured beside it and taken off.
func appearance(c *route.Chain, waymend string, runs int) error {
	var start, first, last []float64
	for range runs {
		time.Sleep(1100 * time.Millisecond)
		p := exec.Command(waymend, "version")
		person(p)
		begun := time.Now()
		if err := c.Client.Start(p); err != nil {
			return err
		}
		if err := p.Wait(); err != nil {
			return err
		}
		start = append(start, ms(time.Since(begun)))
		a, b, err := watch(c, waymend)
		if err != nil {
			return err
		}
		first, last = append(first, a), append(last, b)
	}
	const nearest, farthest = 1, 98 // ms, by the lab's settings
	own := median(start)
	row("first hop on the screen", span(median(first)-own), "≤ its RTT + 5 ms", median(first)-own <= nearest+5, "start of the program taken off: "+span(own)+", "+spread(first))
	row("slowest stretch named", span(median(last)-own), "≤ target's RTT + 15 ms", median(last)-own <= farthest+15, spread(last))
	return nil
}

// watch runs a live trace on a terminal and returns after how many milliseconds the first hop was there,
// and the sentence about the slowest stretch as it stayed.
func watch(c *route.Chain, waymend string) (first, last float64, err error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return 0, 0, err
	}
	defer master.Close()
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120})
	}
	if err != nil {
		return 0, 0, err
	}
	slave, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return 0, 0, err
	}
	p := exec.Command(waymend, "trace", "-c1", farEnd)
	person(p)
	p.Stdin, p.Stdout, p.Stderr = slave, slave, slave
	begun := time.Now()
	err = c.Client.Start(p)
	slave.Close()
	if err != nil {
		return 0, 0, err
	}
	b := make([]byte, 64<<10)
	for {
		n, err := master.Read(b)
		if n > 0 && first == 0 && bytes.Contains(b[:n], []byte(route.HopV4(1))) {
			first = ms(time.Since(begun))
		}
		if n > 0 && bytes.Contains(b[:n], []byte("stretch")) {
			last = ms(time.Since(begun))
		}
		if err != nil { // the other side has gone
			break
		}
	}
	return first, last, p.Wait()
}

// echoTimes measures how true round trips are while something else keeps one core busy: the next hop is a
// cable away and answers always alike, so all spread is the measuring one's own.
func echoTimes(c *route.Chain, waymend string) error {
	busy := exec.Command("sh", "-c", "while :; do :; done")
	if err := busy.Start(); err != nil {
		return err
	}
	defer func() {
		_ = busy.Process.Kill()
		_ = busy.Wait()
	}()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	const count = "400"
	next := route.HopV4(1)
	spreads := map[string]float64{}
	for _, x := range []tracer{
		{"waymend", []string{waymend, "ping", "-c", count, "--interval", "10ms", "--json", next}},
		{"ping", []string{"ping", "-n", "-c", count, "-i", "0.01", next}},
		{"pro-bing", []string{self, "-echoes", count, next}},
	} {
		p := exec.Command(x.argv[0], x.argv[1:]...)
		if person(p); x.name == "pro-bing" {
			p.SysProcAttr = nil // this program lies where the account may not look
		}
		var out bytes.Buffer
		p.Stdout, p.Stderr = &out, os.Stderr
		if err := c.Client.Start(p); err != nil {
			return err
		}
		if err := p.Wait(); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		times := roundTrips(out.Bytes())
		if len(times) < 300 {
			return fmt.Errorf("%s: only %d round trips", x.name, len(times))
		}
		slices.Sort(times)
		spreads[x.name] = times[len(times)*99/100] - times[len(times)/2]
	}
	ours := spreads["waymend"]
	row("echoes, one core busy: p99 − p50", micros(ours), "≤ 0.3 ms", ours <= 0.3, "ping "+micros(spreads["ping"]))
	row("", "", "≤ 1/2 pro-bing", ours <= spreads["pro-bing"]/2, fmt.Sprintf("%.2f of pro-bing's %s", ours/spreads["pro-bing"], micros(spreads["pro-bing"])))
	return nil
}

func micros(ms float64) string { return fmt.Sprintf("%.0f µs", ms*1000) }

var pingTime = regexp.MustCompile(`time=([0-9.]+) ms`)

// roundTrips reads the times, in milliseconds, out of any of the programs' answers.
func roundTrips(out []byte) (list []float64) {
	var d struct {
		Samples []*float64 `json:"samples_ms"`
	}
	if json.Unmarshal(out, &d) == nil {
		for _, s := range d.Samples {
			if s != nil {
				list = append(list, *s)
			}
		}
		return list
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if m := pingTime.FindStringSubmatch(lines.Text()); m != nil {
			if v, err := strconv.ParseFloat(m[1], 64); err == nil {
				list = append(list, v)
			}
		}
	}
	return list
}

// byProBing is this program in the part of its peer: it pings with pro-bing and prints what that measured.
func byProBing(count int, address string) error {
	p := probing.New(address)
	p.Count, p.Interval, p.Timeout = count, 10*time.Millisecond, time.Minute
	p.OnRecv = func(r *probing.Packet) { fmt.Printf("time=%.4f ms\n", ms6(r.Rtt)) }
	return p.RunWithContext(context.Background())
}

func ms6(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// nexttrace is the peer of that name, where it is: its source is not among the program's own.
func nexttrace() (string, bool) {
	if path := os.Getenv("NEXTTRACE"); path != "" {
		return path, true
	}
	path, err := exec.LookPath("nexttrace")
	return path, err == nil
}

// besideNextTrace compares one trace with NextTrace's, which needs raw sockets and so runs as root.
func besideNextTrace(c *route.Chain, ours float64, runs int) error {
	path, ok := nexttrace()
	if !ok {
		fmt.Printf("%-34s %14s   %-24s not measured: NEXTTRACE names no program\n", "", "", "≤ 1/40 NextTrace")
		return nil
	}
	f := &figures{}
	for range min(runs, 3) {
		time.Sleep(1100 * time.Millisecond)
		var out bytes.Buffer
		p := exec.Command(path, "-n", "-M", "-C", "--data-provider", "disable-geoip", farEnd)
		p.Stdout, p.Dir, p.Env = &out, "/", append(os.Environ(), "NEXTTRACE_DISABLEMPLS=1")
		begun := time.Now()
		err := c.Client.Start(p)
		if err == nil {
			err = p.Wait()
		}
		if err != nil {
			return fmt.Errorf("nexttrace: %w: %s", err, strings.TrimSpace(out.String()))
		}
		f.wall = append(f.wall, ms(time.Since(begun)))
		f.cpu = append(f.cpu, ms(p.ProcessState.UserTime()+p.ProcessState.SystemTime()))
		f.hops = append(f.hops, float64(addresses(out.Bytes())))
	}
	row("", "", "≤ 1/40 NextTrace", ours <= median(f.wall)/40, ratio("NextTrace", ours/median(f.wall))+hopsOf(f))
	return nil
}
