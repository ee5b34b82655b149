package clean

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// inMountNamespace tells whether mounts of the test are seen by nobody else. If not, it has run
// the test so, and its caller is done.
func inMountNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv("CLEAN_MOUNTS") != "" {
		return true
	}
	cmd := exec.Command("unshare", "-r", "-m", "--", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=20m")
	if os.Geteuid() == 0 {
		cmd.Args = slices.Delete(cmd.Args, 1, 2)
	}
	cmd.Env = append(os.Environ(), "CLEAN_MOUNTS=1")
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

func mount(t *testing.T, what, at, kind string, flags uintptr, data string) {
	t.Helper()
	must(t, os.MkdirAll(at, 0o700), unix.Mount(what, at, kind, flags, data))
	t.Cleanup(func() { unix.Unmount(at, unix.MNT_DETACH) })
}

func TestMountsAreNotEntered(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	for name, at := range map[string]string{"the cache": "/Cache", "in the cache": "/Cache/Cache_Data/disk", "above it": ""} {
		t.Run(name, func(t *testing.T) {
			w := furnished(t, t.TempDir())
			w.put(w.home+"/disk/Cache/Cache_Data/letter", "dear")
			mount(t, w.home+"/disk", w.chrCache+at, "", unix.MS_BIND, "") // of the same file system
			before := w.files()
			plan := w.plan(Request{Caches: true})
			if len(plan.Refused) != 1 || plan.Refused[0].Reason != IsMount || len(plan.Items) != 1 {
				t.Errorf("refused %q, items %+v", refused(plan.Refused), plan.Items)
			}
			plan.Items = nil
			w.apply(plan)
			w.same("after", before)
		})
	}
}

func TestMountAfterThePlanIsNotEmptied(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	w := furnished(t, t.TempDir())
	must(t, os.Mkdir(w.chrCache+"/Cache/Cache_Data/disk", 0o700))
	w.put(w.home+"/disk/letter", "dear")
	plan := w.plan(Request{Caches: true})
	mount(t, w.home+"/disk", w.chrCache+"/Cache/Cache_Data/disk", "", unix.MS_BIND, "")
	result := w.apply(plan)
	gone, err := w.Delete(context.Background(), result.ID, Quickly, nil)
	must(t, err)
	moved, err := filepath.Glob(w.chrCache + "/.waymend-*/*/Cache_Data/disk")
	must(t, err)
	for _, at := range moved {
		defer unix.Unmount(at, unix.MNT_DETACH)
	}
	if len(gone.Refused) != 1 || gone.Refused[0].Reason != IsMount {
		t.Errorf("deleted %+v", gone)
	}
	if b, err := os.ReadFile(w.home + "/disk/letter"); err != nil || string(b) != "dear" {
		t.Errorf("the letter: %q %v", b, err)
	}
}

func TestFullDiskLosesNothing(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	home := t.TempDir()
	mount(t, "none", home, "tmpfs", 0, "size=4m")
	w := furnished(t, home)
	w.Dir = t.TempDir() // this program's own directory has room
	w.stock()
	jars, before := w.jars(), w.files()
	f, err := os.Create(home + "/filler")
	must(t, err)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	plan := w.plan(Request{Caches: true, Cookies: true})
	result := w.apply(plan)
	if len(result.Refused) == 0 {
		t.Errorf("nothing was refused: %+v", result)
	}
	for _, r := range result.Refused {
		if r.Reason != DiskFull {
			t.Errorf("refused %+v", r)
		}
	}
	if result.ID != "" {
		_, err := w.Undo(context.Background(), result.ID)
		must(t, err)
	}
	w.Resume(context.Background(), Quickly)
	w.Dir = home + "/waymend" // nor is anything touched without a journal
	if _, err := w.Apply(context.Background(), plan, nil); ReasonOf(err) != DiskFull {
		t.Errorf("without room for a journal: %v", err)
	}
	must(t, os.Remove(home+"/filler"))
	w.same("after", before)
	for name, want := range jars {
		if got := w.jars()[name]; !slices.Equal(got, want) {
			t.Errorf("%s lost %s", name, only(want, got))
		}
	}
}

func TestReadOnlyDiskIsNamed(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	w := furnished(t, t.TempDir())
	w.stock()
	w.Dir = t.TempDir()
	plan := w.plan(Request{Caches: true, Cookies: true})
	before := w.files()
	mount(t, w.home, w.home, "", unix.MS_BIND, "")
	must(t, unix.Mount("", w.home, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
	result := w.apply(plan)
	if len(result.Done) != 0 || len(result.Refused) != 5 {
		t.Errorf("result %+v", result)
	}
	for _, r := range result.Refused {
		if r.Reason != ReadOnly {
			t.Errorf("refused %+v", r)
		}
	}
	w.same("after", before)
}

func TestFilesOfOthersAreLeftAlone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	for _, name := range []string{"/Cache", "/Cache/Cache_Data/theirs"} {
		w := furnished(t, t.TempDir())
		w.put(w.chrCache+"/Cache/Cache_Data/theirs", "x")
		must(t, os.Chown(w.chrCache+name, 4711, 4711))
		plan := w.plan(Request{Caches: true})
		if len(plan.Refused) != 1 || plan.Refused[0].Reason != NotOurs {
			t.Errorf("%s: refused %q", name, refused(plan.Refused))
		}
	}
}
