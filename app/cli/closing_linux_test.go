package cli

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pretendChromium holds a Chromium's directory as one that runs, until SIGINT, on which Chromium saves
// everything and ends. On SIGTERM it ends too, but not in order.
func pretendChromium() {
	root := os.Args[1]
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGINT, syscall.SIGTERM)
	host, err := os.Hostname()
	open, e := os.Open(filepath.Join(root, "Local State"))
	listener, e2 := net.Listen("unix", filepath.Join(root, "SingletonSocket"))
	if err != nil || e != nil || e2 != nil {
		fmt.Println(err, e, e2)
		os.Exit(1)
	}
	defer open.Close()
	lock := filepath.Join(root, "SingletonLock")
	if err := os.Symlink(fmt.Sprintf("%s-%d", host, os.Getpid()), lock); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	how := <-ends
	listener.Close()
	os.Remove(lock)
	if how == syscall.SIGINT { // the last cookies are written when all locks are gone
		time.Sleep(300 * time.Millisecond)
		err := database(filepath.Join(root, "Default/Cookies"), "INSERT OR REPLACE INTO cookies VALUES (1, 'example.test', '', 'n', 'v', '/', 0)")
		if err == nil {
			err = os.WriteFile(filepath.Join(root, "saved"), nil, 0o600)
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// running starts one in the account.
func (p person) running(t *testing.T) (root string, c *exec.Cmd) {
	t.Helper()
	name, err := exec.LookPath("pretend-chromium")
	if err != nil {
		t.Fatal(err)
	}
	root = filepath.Join(p.home, ".config/chromium")
	c = exec.Command(name, root)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	waitFor(t, func() bool { _, err := os.Lstat(filepath.Join(root, "SingletonLock")); return err == nil })
	return root, c
}

// TestClosesFirst: a browser that is in the way is closed when the person says so, in the way in which
// it saves everything, and not otherwise.
func TestClosesFirst(t *testing.T) {
	site := []string{"fix", "clear-site-cookies", "--site", "example.test"}
	for _, c := range []struct {
		name   string
		args   []string
		keys   string // on a terminal; "" without one
		closed bool
		code   int
	}{
		{"asked for", append(site, "--yes", "--close"), "", true, 0},
		{"not asked for", append(site, "--yes"), "", false, 1},
		{"nobody to agree", append(slices.Clone(site), "--close"), "", false, 1},
		{"only shown", append(site, "--dry-run", "--close"), "", false, 0},
		{"yes, yes", site, "y\ny\n", true, 0},
		{"yes, no", site, "y\nn\n", true, 1},
		{"no, yes", site, "n\ny\n", false, 1},
		{"reset", []string{"reset", "example.test", "--yes", "--close"}, "", true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPerson(t)
			root, chromium := p.running(t)
			command := p.command(append(slices.Clone(c.args), "--timeout", "1s")...)
			if c.args[0] == "reset" || slices.Contains(c.args, "--dry-run") {
				command = p.command(c.args...)
			}
			command.Args = append([]string{"unshare", "-n", p.program}, command.Args[1:]...) // it checks afterwards
			unshare, err := exec.LookPath("unshare")
			if err != nil || exec.Command(unshare, "-n", "true").Run() != nil {
				t.Skip("needs a network namespace")
			}
			command.Path = unshare
			var shown string
			if c.keys != "" {
				shown = typing(t, command, c.keys)
			} else {
				out, _ := command.CombinedOutput()
				shown = string(out)
			}
			if code := command.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d: %s", code, shown)
			}
			if c.closed {
				_ = chromium.Wait()
			}
			_, saved := os.Stat(filepath.Join(root, "saved"))
			_, locked := os.Lstat(filepath.Join(root, "SingletonLock"))
			if (saved == nil) != c.closed || (locked != nil) != c.closed {
				t.Errorf("saved: %v, locked: %v: %s", saved, locked, shown)
			}
			left, err := hosts(filepath.Join(root, "Default/Cookies"))
			cleared := !slices.Contains(left, "example.test")
			if err != nil || cleared != (c.closed && c.code == 0) {
				t.Errorf("cookies of %v, %v: %s", left, err, shown)
			}
			if !c.closed && c.keys == "" && c.name != "nobody to agree" && !strings.Contains(strings.Join(strings.Fields(shown), " "), "add --close") {
				t.Errorf("it is not said that it can be closed: %s", shown)
			}
		})
	}
}

// TestCannotClose: a browser that cannot be asked from here is named, and what else was asked for is
// done.
func TestCannotClose(t *testing.T) {
	p := newPerson(t)
	lock := filepath.Join(p.home, ".mozilla/firefox/ab.main/.parentlock")
	f, err := os.Create(lock)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := lockFile(f); err != nil {
		t.Fatal(err)
	}
	out, _ := p.command("fix", "clear-browsers", "--yes", "--close").CombinedOutput()
	if !bytes.Contains(out, []byte("Close Firefox yourself")) || !bytes.Contains(out, []byte("Done: Empty the caches")) || bytes.Contains(out, []byte("add --close")) {
		t.Errorf("%s", out)
	}
	if left, _ := os.ReadDir(filepath.Join(p.home, ".cache/mozilla/firefox/ab.main/cache2/entries")); len(left) != 10 {
		t.Errorf("%d entries are left under a running browser", len(left))
	}
}
