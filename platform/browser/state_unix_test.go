//go:build unix

package browser

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// TestHoldLock is not a test: another process runs it to hold a lock until its input ends.
func TestHoldLock(t *testing.T) {
	name := os.Getenv("HOLD_LOCK")
	if name == "" {
		t.Skip("a helper of other tests")
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("held\n")
	bufio.NewReader(os.Stdin).ReadString('\n')
}

// hold has another process hold a lock; it returns its id and what ends it.
func hold(t *testing.T, name string) (pid int, end func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldLock$")
	cmd.Env = append(os.Environ(), "HOLD_LOCK="+name)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatal(line, err)
	}
	return cmd.Process.Pid, func() { in.Close(); cmd.Wait() }
}

func TestStateIsThatOfTheLockNotOfTheFile(t *testing.T) {
	s, home := account(t, "linux", map[string]string{
		".config/chromium/Local State":                         oneProfile,
		".config/chromium/Weird Name/Preferences":              "{}",
		".config/chromium/Default/Local Storage/leveldb/LOCK":  "",
		"snap/chromium/common/chromium/Local State":            oneProfile,
		"snap/chromium/common/chromium/Weird Name/Preferences": "{}",
		".mozilla/firefox/profiles.ini":                        "[Profile0]\nName=a\nPath=ab.a\n",
		".mozilla/firefox/ab.a/.parentlock":                    "",
		".local/share/epiphany/cookies.sqlite":                 "",
	})
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	chromium := filepath.Join(home, ".config/chromium")
	snap := filepath.Join(home, "snap/chromium/common/chromium")
	firefox := filepath.Join(home, ".mozilla/firefox/ab.a")
	state := func() map[string]Live {
		all := map[string]Live{}
		for _, p := range s.Profiles(t.Context()) {
			all[p.Browser] = s.State(p)
		}
		return all
	}
	check := func(when, browser string, want Live) {
		t.Helper()
		if got := state()[browser]; got != want {
			t.Errorf("%s: %s is %+v, want %+v", when, browser, got, want)
		}
	}
	link := func(to, at string) {
		t.Helper()
		os.Remove(at)
		if err := os.Symlink(to, at); err != nil {
			t.Fatal(err)
		}
	}
	link("127.0.0.1:+1", filepath.Join(firefox, "lock"))
	link(host+"-1234", filepath.Join(chromium, "SingletonLock"))
	check("files left behind", "Firefox", Live{State: Stopped})
	check("files left behind", "Chromium", Live{State: Stopped})
	check("no lock is known", "GNOME Web", Live{State: Unknown})

	pid, end := hold(t, filepath.Join(firefox, ".parentlock"))
	check("lock held", "Firefox", Live{Running, pid})
	end()
	check("lock given back", "Firefox", Live{State: Stopped})

	pid, end = hold(t, filepath.Join(chromium, "Default/Local Storage/leveldb/LOCK"))
	check("another profile's lock held", "Chromium", Live{Running, pid})
	end()

	link("elsewhere-77", filepath.Join(chromium, "SingletonLock"))
	check("another computer's", "Chromium", Live{State: Unknown})
	link(host+"-5", filepath.Join(snap, "SingletonLock"))
	check("in a container", "Chromium (snap)", Live{State: Unknown})

	link(host+"-"+strconv.Itoa(os.Getpid()), filepath.Join(chromium, "SingletonLock"))
	socket := filepath.Join(t.TempDir(), "SingletonSocket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	link(socket, filepath.Join(chromium, "SingletonSocket"))
	check("no profile open", "Chromium", Live{Running, os.Getpid()})
	listener.Close()
	check("nobody listens", "Chromium", Live{State: Stopped})

	if err := os.Remove(filepath.Join(firefox, ".parentlock")); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(firefox, ".parentlock"), 0o600); err != nil {
		t.Fatal(err)
	}
	check("a pipe for a lock", "Firefox", Live{State: Unknown})
}
