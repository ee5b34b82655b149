package clean

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// disk is an ext4 in a file, which can lose its power.
type disk struct {
	t     *testing.T
	image string
	at    string // where it is mounted
}

// newDisk makes an empty one in memory.
func newDisk(t *testing.T, megabytes int64) *disk {
	t.Helper()
	memory := t.TempDir()
	mount(t, "none", memory, "tmpfs", 0, "")
	d := &disk{t, memory + "/image", memory + "/disk"}
	f, err := os.Create(d.image)
	must(t, err, f.Truncate(megabytes<<20), f.Close(), os.Mkdir(d.at, 0o700))
	if out, err := exec.Command("mkfs.ext4", "-q", "-J", "size=4", d.image).CombinedOutput(); err != nil {
		t.Skipf("no ext4 can be made here: %v %s", err, out)
	}
	t.Cleanup(func() { unix.Unmount(d.at, unix.MNT_DETACH) })
	return d
}

func (d *disk) mount(options string) {
	d.t.Helper()
	if out, err := exec.Command("mount", "-o", "loop,"+options, d.image, d.at).CombinedOutput(); err != nil {
		d.t.Skipf("no loop device can be mounted here: %v %s", err, out)
	}
}

func (d *disk) unmount() {
	d.t.Helper()
	must(d.t, unix.Unmount(d.at, 0))
}

// content is what is on the disk itself at one moment: two readings are the same when nothing was
// written between them.
func (d *disk) content() []byte {
	d.t.Helper()
	for range 100 {
		a, err := os.ReadFile(d.image)
		must(d.t, err)
		if b, err := os.ReadFile(d.image); err == nil && bytes.Equal(a, b) {
			return a
		}
	}
	d.t.Fatal("the disk is never still")
	return nil
}

// TestPowerCut cuts the power at random moments of a clearing: what the kernel had not written by
// then is lost. Half of the disks write names before contents, as file systems may that do not look
// for the replacing of files (noauto_da_alloc), and some are told to write all names at a random
// moment before.
func TestPowerCut(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	d := newDisk(t, 24)
	d.mount("defaults")
	w := used(t, d.at)
	was := w.before()
	d.unmount()
	full := d.content()
	found := map[string]int{}
	span := map[string]time.Duration{}
	cut := 0
	for n := range rounds() {
		must(t, os.WriteFile(d.image, full, 0o600))
		d.mount([]string{"defaults", "noauto_da_alloc,commit=1"}[n%2])
		env := []string{"CLEAN_CRASH_CACHES=1"}
		if n%3 == 0 {
			env = append(env, "CLEAN_CRASH_UNDO=1")
		}
		kind := fmt.Sprint(env, n%2)
		after := time.Minute
		if s := span[kind]; s > 0 {
			after = rand.N(s * 21 / 20)
		}
		cmd, lines := clearing(t, d.at, env...)
		begun := time.Now()
		var writing sync.WaitGroup
		if n%4 > 1 && after < time.Minute {
			writing.Go(func() { // the kernel writes of its own accord, at times
				time.Sleep(rand.N(after + 1))
				if f, err := os.Open(d.at); err == nil {
					unix.Syncfs(int(f.Fd()))
					f.Close()
				}
			})
		}
		stop := time.AfterFunc(after, func() { cmd.Process.Signal(syscall.SIGSTOP) })
		var left []byte
		ended := make(chan bool, 1)
		go func() {
			done := false
			for lines.Scan() {
				done = done || lines.Text() == "done"
			}
			ended <- done
		}()
		select {
		case <-ended:
			span[kind] = time.Since(begun)
			left = d.content()
		case <-time.After(after + 100*time.Millisecond):
			cut++
			left = d.content()
			must(t, cmd.Process.Kill())
			<-ended
		}
		stop.Stop()
		cmd.Wait()
		writing.Wait()
		d.unmount()
		must(t, os.WriteFile(d.image, left, 0o600))
		d.mount("defaults") // which puts the file system itself in order
		w.clock = time.Now()
		state := w.left()
		found[state]++
		w.recover(was, n%3 == 0)
		d.unmount()
		if t.Failed() {
			t.Fatalf("in round %d, which left %s", n, state)
		}
	}
	k := killer{killed: cut, found: found}
	t.Logf("of %d clearings %s", rounds(), strings.Replace(k.String(), "killed", "without power", 1))
}
