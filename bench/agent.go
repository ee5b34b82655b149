//go:build lab && linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// measureAgent compares the background checks with their peers: blackbox_exporter and gatus for
// websites, pro-bing for echoes. All run in namespaces of their own, against servers on loopback.
func measureAgent(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, append([]string{"agent-inside"}, args...)...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	return c.Run()
}

// agentInside runs in the namespaces. Its arguments are the seconds of each run, and which figures
// to take: https, http, echo; all of them when none is named.
func agentInside(args []string) error {
	runtime.LockOSThread() // its end would end the servers that were started from it
	seconds := 60
	if len(args) > 0 {
		if n, err := strconv.Atoi(args[0]); err == nil {
			seconds, args = n, args[1:]
		}
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	l, err := newLittle()
	if err != nil {
		return err
	}
	defer l.down()
	wanted := func(name string) bool { return len(args) == 0 || slices.Contains(args, name) }
	fmt.Printf("load before: %s; %d addresses each %v, %d s a run; processor time of 1000 checks\n\n", load(), watchedNames, round, seconds)
	fmt.Printf("%-34s %14s   %-24s %s\n", "", "waymend", "bar", "beside it")
	for _, scheme := range []string{"https", "http"} {
		if wanted(scheme) {
			if err := l.websites(scheme, seconds); err != nil {
				return err
			}
		}
	}
	if wanted("echo") {
		if err := l.echoes(seconds); err != nil {
			return err
		}
	}
	fmt.Printf("\nload after: %s; Windows and macOS: not measured\n", load())
	return nil
}

// websites takes the figures of one scheme.
func (l *little) websites(scheme string, seconds int) error {
	ours, err := l.part("agent", scheme, seconds)
	if err != nil {
		return err
	}
	each, err := l.part("each", scheme, min(seconds, 20))
	if err != nil {
		return err
	}
	floor, err := l.part("burst", scheme, min(seconds, 20))
	if err != nil {
		return err
	}
	cost, least := ours.each(), floor.each()
	row(scheme, span(ms(cost)), "≤ 2 × burst", cost <= 2*least, fmt.Sprintf("%.2f × burst %s (%.0f checks/s)", ratioOf(cost, least), span(ms(least)), floor.Bursts))
	factor := time.Duration(3)
	if scheme == "http" {
		factor = 6
	}
	if peer, ok := l.blackbox(scheme, seconds); ok {
		row("", "", fmt.Sprintf("≤ 1/%d blackbox_exporter", factor), cost*factor <= peer.each(), peer.beside(cost))
	}
	if peer, ok := l.gatus(scheme, seconds); ok {
		if scheme == "http" {
			row("", "", "≤ 1/6 gatus", cost*6 <= peer.each(), peer.beside(cost))
		} else {
			row("", "", "≤ 1/2.2 gatus", cost*22 <= peer.each()*10, peer.beside(cost))
		}
	}
	row("  memory", fmt.Sprintf("%.1f MB", ours.RSS), "≤ 30 MB, flat", ours.RSS <= 30 && ours.RSS <= ours.RSSHalf+2, fmt.Sprintf("%.1f MB at half time, burst %.1f MB", ours.RSSHalf, floor.RSS))
	row("  lateness, p99", span(ms(ours.Late99)), "≤ a tick of 250 ms", ours.Late99 <= grain, fmt.Sprintf("median %s, most %s", span(ms(ours.Late50)), span(ms(ours.LateMax))))
	lost := max(ours.Served-ours.Checks, ours.Checks-ours.Served)
	row("  lost", strconv.Itoa(ours.Bad), "none", ours.Bad == 0 && lost <= inFlight, fmt.Sprintf("%d checks, nginx answered %d at the same time %s", ours.Checks, ours.Served, ours.First))
	row("  measured time, median", span(ms(ours.P50)), "≤ 1.15 × unbatched", ours.P50*100 <= each.P50*115, fmt.Sprintf("%.2f × %s; unbatched costs %s", ratioOf(ours.P50, each.P50), span(ms(each.P50)), span(ms(each.each()))))
	return nil
}

func (l *little) echoes(seconds int) error {
	ours, err := l.part("echoes", "icmp", seconds)
	if err != nil {
		return err
	}
	peer, err := l.part("pro-bing", "icmp", seconds)
	if err != nil {
		return err
	}
	row("echoes", span(ms(ours.each())), "≤ 1/10 pro-bing", ours.each()*10 <= peer.each(), fmt.Sprintf("%.3f of %s; round trip %v, there %v; %.1f MB", ratioOf(ours.each(), peer.each()), span(ms(peer.each())), ours.P50, peer.P50, ours.RSS))
	row("  lost", strconv.Itoa(ours.Bad), "none", ours.Bad == 0, fmt.Sprintf("of %d, there %d of %d %s", ours.Checks, peer.Bad, peer.Checks, ours.First))
	return nil
}

// each is the processor time of a thousand checks.
func (t taken) each() time.Duration { return t.CPU * 1000 / time.Duration(max(t.Checks, 1)) }

func (t taken) beside(ours time.Duration) string {
	return fmt.Sprintf("%.3f of %s, %d checks, %.0f MB", ratioOf(ours, t.each()), span(ms(t.each())), t.Checks, t.RSS)
}

func ratioOf(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

// inFlight may be on the way, or the connection in general's own, when the counting begins and ends.
const inFlight = 10

// part runs one checker in a process of its own.
func (l *little) part(name, scheme string, seconds int) (t taken, err error) {
	self, err := os.Executable()
	if err != nil {
		return t, err
	}
	c := exec.Command(self, "agent-part", name, scheme, strconv.Itoa(seconds))
	c.Env, c.Stderr = l.env(), os.Stderr
	out, err := c.Output()
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, json.Unmarshal(out, &t)
}

func (l *little) env() []string {
	return append(os.Environ(), "SSL_CERT_FILE="+l.roots, "SSL_CERT_DIR=/nonexistent")
}

// peer finds a program that is compared with; BENCH_PEERS names a folder of programs built elsewhere.
func peer(names ...string) (string, bool) {
	for _, name := range names {
		if path := filepath.Join(os.Getenv("BENCH_PEERS"), name); os.Getenv("BENCH_PEERS") != "" {
			if _, err := os.Stat(path); err == nil {
				return path, true
			}
		}
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	fmt.Printf("%-34s %14s   %s is missing: not compared (BENCH_PEERS names a folder with it)\n", "", "", names[0])
	return "", false
}

// stranger is a peer that runs.
type stranger struct {
	*exec.Cmd
}

func (l *little) run(path string, args ...string) (*stranger, error) {
	c := exec.Command(path, args...)
	c.Env, c.Dir = l.env(), l.dir
	var errors bytes.Buffer
	c.Stderr = &errors
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return nil, err
	}
	return &stranger{c}, nil
}

func (s *stranger) end() {
	_ = s.Process.Kill()
	_ = s.Wait()
}

// blackbox asks blackbox_exporter for each address once in a round.
func (l *little) blackbox(scheme string, seconds int) (t taken, ok bool) {
	path, ok := peer("blackbox_exporter", "prometheus-blackbox-exporter")
	if !ok {
		return t, false
	}
	conf := filepath.Join(l.dir, "blackbox.yml")
	text := "modules:\n  http_2xx:\n    prober: http\n    timeout: 5s\n    http:\n      preferred_ip_protocol: ip4\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return t, false
	}
	const at = "127.0.0.1:9115"
	s, err := l.run(path, "--config.file="+conf, "--web.listen-address="+at, "--log.level=error")
	if err != nil {
		fmt.Println(err)
		return t, false
	}
	defer s.end()
	if !listens(at) {
		fmt.Println("blackbox_exporter does not listen")
		return t, false
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 10 * time.Second}
	ask := func(i int) bool {
		resp, err := client.Get("http://" + at + "/probe?module=http_2xx&target=" + url.QueryEscape(scheme+"://"+siteName(i)+"/"))
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return strings.Contains(string(b), "\nprobe_success 1")
	}
	for i := range 20 {
		ask(i)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	t.CPU = -cpu(s.Process.Pid)
	step := round / watchedNames
	start := time.Now()
	for turn := range int(time.Duration(seconds) * time.Second / step) {
		time.Sleep(time.Until(start.Add(time.Duration(turn) * step)))
		all.Go(func() {
			good := ask(turn % watchedNames)
			mu.Lock()
			defer mu.Unlock()
			t.Checks++
			if !good {
				t.Bad++
			}
		})
	}
	all.Wait()
	t.CPU += cpu(s.Process.Pid)
	t.RSS = resident(s.Process.Pid)
	if t.Bad > 0 {
		fmt.Printf("blackbox_exporter: %d of %d went wrong\n", t.Bad, t.Checks)
	}
	return t, true
}

// gatus starts one address after the other: it is given a while, and what nginx answers is counted
// rather than what was asked of it.
func (l *little) gatus(scheme string, seconds int) (t taken, ok bool) {
	path, ok := peer("gatus")
	if !ok {
		return t, false
	}
	var b strings.Builder
	b.WriteString("web:\n  address: 127.0.0.1\n  port: 9116\nendpoints:\n")
	for i := range watchedNames {
		fmt.Fprintf(&b, "  - name: s%d\n    url: %s://%s/\n    interval: 10s\n    conditions: [\"[STATUS] == 200\"]\n", i, scheme, siteName(i))
	}
	conf := filepath.Join(l.dir, "gatus.yml")
	if err := os.WriteFile(conf, []byte(b.String()), 0o600); err != nil {
		return t, false
	}
	c := exec.Command(path)
	c.Env, c.Dir = append(l.env(), "GATUS_CONFIG_PATH="+conf, "GATUS_LOG_LEVEL=ERROR"), l.dir
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		fmt.Println(err)
		return t, false
	}
	s := &stranger{c}
	defer s.end()
	if !listens("127.0.0.1:9116") {
		fmt.Println("gatus does not listen")
		return t, false
	}
	time.Sleep(time.Duration(seconds) * time.Second)
	before, _ := served()
	t.CPU = -cpu(s.Process.Pid)
	time.Sleep(time.Duration(seconds) * time.Second)
	t.CPU += cpu(s.Process.Pid)
	after, _ := served()
	t.Checks, t.RSS = after-before-1, resident(s.Process.Pid)
	return t, t.Checks > 0
}

func listens(at string) bool {
	for range 200 {
		if c, err := net.Dial("tcp", at); err == nil {
			_ = c.Close()
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}
