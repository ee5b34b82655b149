//go:build lab && linux

package remedies

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/platform/change"
)

const hostsText = "127.0.0.1\tlocalhost\n\n# by hand\n192.0.2.7 www.a.test A.test other.test # old server\n192.0.2.8 b.test\n"

// TestHosts takes a line out and puts it back, and keeps what is known of the file.
func TestHosts(t *testing.T) {
	if !inside(t) {
		return
	}
	write(t, "/etc/hosts", hostsText)
	must(t, os.Chown("/etc/hosts", 0, 12))
	must(t, os.Chmod("/etc/hosts", 0o664))
	must(t, unix.Setxattr("/etc/hosts", "trusted.note", []byte("kept"), 0))
	steps, err := change.Here().Hosts(t.Context(), "a.test.")
	must(t, err)
	done, err := change.Do(t.Context(), steps[0], false)
	must(t, err)
	file, _ := os.ReadFile("/etc/hosts")
	if strings.Contains(string(file), "\n192.0.2.7 www.a.test A.test") || !strings.Contains(string(file), "\n192.0.2.7 www.a.test other.test #") || !done.Proved || done.Undo == nil {
		t.Fatalf("%+v\n%s", done, file)
	}
	info, err := os.Stat("/etc/hosts")
	must(t, err)
	note := make([]byte, 16)
	n, _ := unix.Getxattr("/etc/hosts", "trusted.note", note)
	if s := info.Sys().(*syscall.Stat_t); s.Gid != 12 || info.Mode().Perm() != 0o664 || string(note[:max(n, 0)]) != "kept" {
		t.Errorf("group %d, mode %v, note %q", s.Gid, info.Mode(), note)
	}
	if backup, _ := os.ReadFile("/etc/hosts.waymend-backup"); string(backup) != hostsText {
		t.Errorf("backup: %q", backup)
	}
	if _, err := change.Do(t.Context(), steps[0], false); !errors.Is(err, change.ErrChanged) {
		t.Errorf("the same plan again: %v", err)
	}
	if _, err := change.Here().Hosts(t.Context(), "a.test"); !errors.Is(err, change.ErrNothing) {
		t.Errorf("planned again: %v", err)
	}

	// Somebody changes the file: it is theirs now.
	write(t, "/etc/hosts", "%s192.0.2.9 c.test\n", file)
	if _, err := change.Do(t.Context(), *done.Undo, false); !errors.Is(err, change.ErrChanged) {
		t.Errorf("undone after a change: %v", err)
	}
	write(t, "/etc/hosts", "%s", file)
	if _, err := change.Do(t.Context(), *done.Undo, false); err != nil {
		t.Fatal(err)
	}
	if back, _ := os.ReadFile("/etc/hosts"); string(back) != hostsText {
		t.Errorf("restored: %q", back)
	}
	if _, err := os.Stat("/etc/hosts.waymend-backup"); err == nil {
		t.Error("the backup is left behind")
	}
}

func TestHostsThatAreLeftAlone(t *testing.T) {
	if !inside(t) {
		return
	}
	here := change.Here()
	for _, name := range []string{"localhost", "x.localhost", "LAB"} {
		write(t, "/etc/hosts", "127.0.0.1 localhost x.localhost lab\n")
		if _, err := here.Hosts(t.Context(), name); !errors.Is(err, change.ErrNotHere) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, os.Remove("/etc/hosts"))
	if _, err := here.Hosts(t.Context(), "a.test"); !errors.Is(err, change.ErrNothing) {
		t.Errorf("no file: %v", err)
	}
	must(t, unix.Mkfifo("/etc/hosts", 0o644))
	if _, err := here.Hosts(t.Context(), "a.test"); !errors.Is(err, change.ErrNotHere) {
		t.Errorf("a pipe: %v", err)
	}
	must(t, os.Remove("/etc/hosts"))

	// A file that is mounted by itself cannot be replaced in one go.
	write(t, "/etc/hosts", hostsText)
	write(t, "/run/hosts", hostsText)
	must(t, unix.Mount("/run/hosts", "/etc/hosts", "", unix.MS_BIND, ""))
	steps, err := here.Hosts(t.Context(), "a.test")
	must(t, err)
	if _, err := change.Do(t.Context(), steps[0], false); !errors.Is(err, change.ErrNotHere) {
		t.Errorf("a mounted file: %v", err)
	}
	must(t, unix.Unmount("/etc/hosts", 0))

	// A link is followed, so that the file stays where it lives.
	must(t, os.Remove("/etc/hosts"))
	must(t, os.Mkdir("/etc/elsewhere", 0o755))
	write(t, "/etc/elsewhere/hosts", hostsText)
	must(t, os.Symlink("elsewhere/hosts", "/etc/hosts"))
	steps, err = here.Hosts(t.Context(), "a.test")
	must(t, err)
	if _, err := change.Do(t.Context(), steps[0], false); err != nil {
		t.Error(err)
	}
	if to, _ := os.Readlink("/etc/hosts"); to != "elsewhere/hosts" {
		t.Errorf("the link is %q", to)
	}
	left, _ := filepath.Glob("/etc/.waymend-*")
	if len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestHostsKilled kills the edit at random moments: the file is whole, the one or the other.
func TestHostsKilled(t *testing.T) {
	if mode := os.Getenv("WAYMEND_LAB_EDIT"); mode != "" {
		for { // until it is killed
			steps, err := change.Here().Hosts(t.Context(), "a.test")
			must(t, err)
			done, err := change.Do(t.Context(), steps[0], false)
			must(t, err)
			_, err = change.Do(t.Context(), *done.Undo, false)
			must(t, err)
		}
	}
	if !inside(t) {
		return
	}
	text := hostsText + strings.Repeat("192.0.2.1 some.other.host.test\n", 20000)
	whole, edited := 0, 0
	for i := range 100 {
		write(t, "/etc/hosts", "%s", text)
		c := exec.Command("/proc/self/exe", "-test.run=^TestHostsKilled$")
		c.Env = append(os.Environ(), "WAYMEND_LAB_EDIT=1")
		must(t, c.Start())
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		must(t, c.Process.Kill())
		_ = c.Wait()
		file, err := os.ReadFile("/etc/hosts")
		must(t, err)
		switch s := string(file); {
		case s == text:
			whole++
		case strings.HasSuffix(s, text[len(hostsText):]) && strings.Contains(s, " # 192.0.2.7 www.a.test A.test other.test # old server\n192.0.2.7 www.a.test other.test #"):
			edited++
		default:
			t.Fatalf("round %d: a torn file of %d bytes", i, len(s))
		}
	}
	fmt.Printf("%d times as it was, %d times edited\n", whole, edited)
	if whole == 0 || edited == 0 {
		t.Errorf("killed %d times before and %d times after: the moments are not spread", whole, edited)
	}
}
