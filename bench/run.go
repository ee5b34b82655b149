//go:build lab && linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/waymend/waymend/lab"
)

// personID is an ordinary account: raw sockets need more.
const personID = 12345

// result is one run of "waymend check".
type result struct {
	elapsed, wall, cpu float64 // ms
	rss                float64 // MB
	fault              string
}

// check runs the program at the client.
func check(w *lab.World, root bool, waymend string, args ...string) (r result, err error) {
	c := exec.Command(waymend, append([]string{"check", "--json"}, args...)...)
	out, wall, err := run(w, c, root)
	if err != nil {
		return r, err
	}
	var d struct {
		ElapsedMs float64 `json:"elapsed_ms"`
		Verdict   struct{ Fault string }
	}
	if err := json.Unmarshal(out, &d); err != nil {
		return r, fmt.Errorf("no answer: %w", err)
	}
	usage := c.ProcessState.SysUsage().(*syscall.Rusage)
	return result{
		elapsed: d.ElapsedMs, wall: wall, fault: d.Verdict.Fault,
		cpu: ms(c.ProcessState.UserTime() + c.ProcessState.SystemTime()),
		rss: float64(usage.Maxrss) / 1024,
	}, nil
}

// request lets curl fetch the page once, cold, and returns its time_total in milliseconds.
func request(w *lab.World, url string) (float64, error) {
	out, _, err := run(w, exec.Command("curl", "-sS", "-m", "10", "-o", "/dev/null", "-w", "%{http_code} %{time_total}", url), false)
	if err != nil {
		return 0, err
	}
	code, total, _ := strings.Cut(string(out), " ")
	seconds, err := strconv.ParseFloat(total, 64)
	if err != nil || code != "200" {
		return 0, fmt.Errorf("curl %s: %q", url, out)
	}
	return seconds * 1000, nil
}

// run runs a program at the client to its end and returns its output and how long it took.
func run(w *lab.World, c *exec.Cmd, root bool) (out []byte, wall float64, err error) {
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	c.Dir = "/"
	if !root {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: personID, Gid: personID}}
	}
	start := time.Now()
	if err = w.Client.Start(c); err != nil {
		return nil, 0, err
	}
	err = c.Wait()
	wall = ms(time.Since(start))
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() > 0 {
		err = nil // the answer says it
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w: %s", filepath.Base(c.Path), err, stderr.Bytes())
	}
	return stdout.Bytes(), wall, nil
}

// program measures the small build itself: its size and how long it takes to start.
func program(waymend string, runs int) error {
	info, err := os.Stat(waymend)
	if err != nil {
		return err
	}
	size := float64(info.Size()) / 1e6
	row("small build, stripped", fmt.Sprintf("%.1f MB", size), "≤ 16 MB", size <= 16, "")
	var took []float64
	for range runs {
		start := time.Now()
		if err := exec.Command(waymend, "version").Run(); err != nil {
			return err
		}
		took = append(took, ms(time.Since(start)))
	}
	row("start (version)", span(median(took)), "≤ 15 ms", median(took) <= 15, spread(took))
	return nil
}

// build makes the small program as it is shipped: static and stripped.
func build() (path string, done func(), err error) {
	dir, err := os.MkdirTemp("", "waymend-bench-")
	if err != nil {
		return "", nil, err
	}
	done = func() { os.RemoveAll(dir) }
	if err = os.Chmod(dir, 0o755); err == nil { // the client's programs run under another account
		path = filepath.Join(dir, "waymend")
		c := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "github.com/waymend/waymend")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		var out []byte
		if out, err = c.CombinedOutput(); err != nil {
			err = fmt.Errorf("building waymend: %w\n%s", err, out)
		}
	}
	if err != nil {
		done()
		return "", nil, err
	}
	return path, done, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(l []float64) float64 {
	l = slices.Sorted(slices.Values(l))
	return l[len(l)/2]
}

func spread(l []float64) string { return span(slices.Min(l)) + " … " + span(slices.Max(l)) }

func span(ms float64) string {
	if ms < 1000 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.2f s", ms/1000)
}
