package history

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/diagnostics/probe"
)

// inMountNamespace tells whether mounts of the test are seen by nobody else. If not, it has run the
// test so, and its caller is done.
func inMountNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv("HISTORY_MOUNTS") != "" {
		return true
	}
	cmd := exec.Command("unshare", "-r", "-m", "--", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
	if os.Geteuid() == 0 {
		cmd.Args = slices.Delete(cmd.Args, 1, 2)
	}
	cmd.Env = append(os.Environ(), "HISTORY_MOUNTS=1")
	out, err := cmd.CombinedOutput()
	if !strings.Contains(string(out), "=== RUN") {
		t.Skipf("no mount namespace can be made here: %v %s", err, out)
	}
	if err != nil {
		t.Fatalf("%s", out)
	}
	t.Logf("%s", out)
	return false
}

func TestFullDiskDropsAndGoesOn(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	ctx, dir := context.Background(), t.TempDir()
	must(t, unix.Mount("none", dir, "tmpfs", 0, "size=2m"))
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	s := openAt(t, filepath.Join(dir, "history.db"))
	minutely(t, s, "a", noon, time.Hour)
	filler := func() {
		f, err := os.Create(filepath.Join(dir, "filler"))
		must(t, err)
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		f.Close()
	}
	at, written := noon.Add(2*time.Hour), 60
	for round := range 3 {
		filler()
		dropped := s.Dropped()
		for range 2000 { // until the log has no room left
			at = at.Add(time.Second)
			if s.Add(ctx, []probe.Result{good("a", at, time.Second)}) == nil {
				written++
			} else if s.Dropped() > dropped+10 {
				break
			}
		}
		if s.Dropped() <= dropped+10 || s.Trouble() == nil {
			t.Fatalf("round %d: %d dropped, trouble %v", round, s.Dropped(), s.Trouble())
		}
		if _, err := s.Begin(ctx, Incident{Address: "a"}, []byte("measured")); err == nil {
			t.Errorf("round %d: an incident was noted without room", round)
		}
		if err := s.Thin(ctx, at); err == nil {
			t.Errorf("round %d: summarized without room", round)
		}
		must(t, os.Remove(filepath.Join(dir, "filler")))
		at = at.Add(time.Second)
		must(t, s.Add(ctx, []probe.Result{good("a", at, time.Second)}))
		written++
		if s.Trouble() != nil {
			t.Errorf("round %d: trouble %v", round, s.Trouble())
		}
	}
	if list, err := s.Probes(ctx, "a", noon, at.Add(time.Second), 10_000); err != nil || len(list) != written {
		t.Errorf("%d probes of %d, %v", len(list), written, err)
	}
	must(t, sound(ctx, s.conn))
	if aside, why := s.SetAside(); aside != "" {
		t.Errorf("set aside: %v", why)
	}
	must(t, s.Close())
	filler()
	s = openAt(t, filepath.Join(dir, "history.db"))
	if err := s.Add(ctx, []probe.Result{good("a", at.Add(time.Second), time.Second)}); err == nil || s.Trouble() == nil || s.Dropped() != 1 {
		t.Errorf("opened without room: %v, %d dropped", err, s.Dropped())
	}
	r, err := Read(ctx, s.path)
	must(t, err)
	if list, err := r.Probes(ctx, "a", noon, at.Add(time.Second), 10_000); err != nil || len(list) != written {
		t.Errorf("a reader without room: %d probes of %d, %v", len(list), written, err)
	}
	must(t, r.Close(), os.Remove(filepath.Join(dir, "filler")))
	s.wait = time.Time{}
	must(t, s.Add(ctx, []probe.Result{good("a", at.Add(time.Second), time.Second)}), s.Trouble())
}

func TestReadOnlyDisk(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	ctx := context.Background()
	for name, open := range map[string]bool{"closed in good order": false, "still open": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openAt(t, filepath.Join(dir, "history.db"))
			minutely(t, s, "a", noon, time.Hour)
			if !open {
				must(t, s.Close())
			}
			must(t, unix.Mount(dir, dir, "", unix.MS_BIND, ""))
			t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
			must(t, unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
			if _, err := Open(ctx, s.path, Keep{}); !errors.Is(err, unix.EROFS) {
				t.Errorf("a writer is told %v", err)
			}
			r, err := Read(ctx, s.path)
			must(t, err)
			if list, err := r.Probes(ctx, "a", noon, noon.Add(time.Hour), 0); err != nil || len(list) != 60 {
				t.Errorf("%d probes, %v", len(list), err)
			}
			must(t, r.Close())
		})
	}
}
