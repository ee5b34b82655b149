// Command clean measures how fast a browser's cache is scanned and cleared, beside the tools that
// people have: du, rm and BleachBit. It prints medians and ratios and asserts nothing.
//
//	go run ./bench/clean [-files 200000] [-rounds 3] [-dir DIRECTORY]
//
// The files are made in a home of its own below the directory, which should be on the file system
// that is of interest.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/clean"
)

func main() {
	files := flag.Int("files", 200_000, "files in the cache")
	rounds := flag.Int("rounds", 3, "rounds of each measurement")
	dir := flag.String("dir", "", "where to make them (default: the directory for temporary files)")
	flag.Parse()
	for _, shape := range []string{"flat", "tree"} {
		if err := measure(*dir, shape, *files, *rounds); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// times collects durations under names, in the order of their first use.
type times struct {
	names []string
	all   map[string][]time.Duration
}

func (t *times) add(name string, d time.Duration) {
	if _, ok := t.all[name]; !ok {
		t.names = append(t.names, name)
	}
	t.all[name] = append(t.all[name], d)
}

func (t *times) median(name string) time.Duration {
	list := slices.Sorted(slices.Values(t.all[name]))
	if len(list) == 0 {
		return 0
	}
	return list[len(list)/2]
}

func measure(dir, shape string, files, rounds int) error {
	home, err := os.MkdirTemp(dir, "clean-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	cache := filepath.Join(home, ".cache/chromium/Default/Cache")
	env := map[string]string{"HOME": home}
	cleaner := &clean.Cleaner{
		System: browser.System{OS: "linux", Getenv: func(k string) string { return env[k] }, Now: time.Now},
		Dir:    filepath.Join(home, "waymend"), Keep: time.Hour,
	}
	t := &times{all: map[string][]time.Duration{}}
	for range rounds {
		if err := fill(home, cache, shape, files); err != nil {
			return err
		}
		tool(t, "du -s", home, "du", "-s", cache)
		if err := scan(t, cleaner); err != nil {
			return err
		}
		tool(t, "bleachbit --preview", home, "bleachbit", "--preview", "chromium.cache")
		id, err := clear(t, cleaner)
		if err == nil {
			err = remove(t, cleaner, id, clean.Quickly, "deleted quickly")
		}
		if err != nil {
			return err
		}
		if err := fill(home, cache, shape, files); err != nil {
			return err
		}
		tool(t, "rm -rf", home, "rm", "-rf", cache)
	}
	if err := fill(home, cache, shape, files); err != nil {
		return err
	}
	id, err := clear(t, cleaner)
	if err != nil {
		return err
	}
	share, err := watch(func() error { return remove(t, cleaner, id, clean.Gently, "deleted gently") })
	if err != nil {
		return err
	}
	report(t, shape, files, share)
	return nil
}

// shares are of one core, in percent.
type shares struct{ mean, most float64 }

// watch measures what work takes of the processor: as a whole, and in the second that took most.
func watch(work func() error) (s shares, err error) {
	done := make(chan error, 1)
	start, before := time.Now(), cpu()
	go func() { done <- work() }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for at, last := start, before; ; {
		select {
		case err := <-done:
			s.mean = 100 * float64(cpu()-before) / float64(time.Since(start))
			return s, err
		case now := <-tick.C:
			used := cpu()
			s.most = max(s.most, 100*float64(used-last)/float64(now.Sub(at)))
			at, last = now, used
		}
	}
}

// fill makes the cache of a profile, 2 KB a file, and has it written to the disk.
func fill(home, cache, shape string, files int) error {
	state := filepath.Join(home, ".config/chromium/Local State")
	if err := os.MkdirAll(filepath.Join(filepath.Dir(state), "Default"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(state, []byte(`{"profile":{"info_cache":{"Default":{"name":"a"}}}}`), 0o600); err != nil {
		return err
	}
	content := make([]byte, 2048)
	for i := range files {
		name := filepath.Join(cache, "Cache_Data", fmt.Sprintf("%016x_0", uint64(i)*0x9e3779b97f4a7c15))
		if shape == "tree" {
			name = filepath.Join(cache, fmt.Sprint(i%200), filepath.Base(name))
		}
		if i < 200 {
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				return err
			}
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
	syscall.Sync()
	return nil
}

func scan(t *times, c *clean.Cleaner) error {
	start := time.Now()
	err := c.System.Scan(context.Background(), func(browser.Found) {})
	t.add("scan with sizes", time.Since(start))
	return err
}

// clear does what a click does.
func clear(t *times, c *clean.Cleaner) (id string, err error) {
	ctx := context.Background()
	plan, err := c.Plan(ctx, clean.Request{Profiles: c.System.Profiles(ctx), Caches: true})
	if err != nil {
		return "", err
	}
	start := time.Now()
	result, err := c.Apply(ctx, plan, nil)
	t.add("from click to cleared", time.Since(start))
	return result.ID, err
}

// remove gives the space back, all of it.
func remove(t *times, c *clean.Cleaner, id string, speed clean.Speed, name string) error {
	start := time.Now()
	gone, err := c.Delete(context.Background(), id, speed, nil)
	if err == nil && (gone.Files == 0 || len(gone.Refused) > 0) {
		err = fmt.Errorf("not all was deleted: %+v", gone.Refused)
	}
	t.add(name, time.Since(start))
	return err
}

// tool runs a program that is measured beside, if there is one.
func tool(t *times, name, home, program string, args ...string) {
	path, err := exec.LookPath(program)
	if err != nil {
		return
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=")
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v: %s\n", name, err, strings.TrimSpace(string(out)))
		return
	}
	t.add(name, time.Since(start))
}

// cpu is the time that this process has had of all cores.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func report(t *times, shape string, files int, share shares) {
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%s, %d files (load %s)\n", shape, files, strings.TrimSpace(string(load)))
	for _, name := range t.names {
		list := slices.Sorted(slices.Values(t.all[name]))
		fmt.Printf("  %-22s %8d ms  (%d to %d)\n", name, t.median(name).Milliseconds(), list[0].Milliseconds(), list[len(list)-1].Milliseconds())
	}
	for _, pair := range [][2]string{{"scan with sizes", "du -s"}, {"scan with sizes", "bleachbit --preview"}, {"deleted quickly", "rm -rf"}} {
		if other := t.median(pair[1]); other > 0 {
			fmt.Printf("  %s / %s = %.2f\n", pair[0], pair[1], float64(t.median(pair[0]))/float64(other))
		} else {
			fmt.Printf("  %s / %s: not measured, there is no %s here\n", pair[0], pair[1], strings.Fields(pair[1])[0])
		}
	}
	fmt.Printf("  deleted gently with %.0f %% of a core, %.0f %% in the busiest second\n", share.mean, share.most)
}
