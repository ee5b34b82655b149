//go:build lab && linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// idleWarm is until when the agent has done what only its start needs.
const idleWarm = 40 * time.Second

// measureIdle takes the figures of the whole program "waymend agent" that watches one website a minute:
// memory, processor time, and how often it wakes up. Its argument is the seconds.
func measureIdle(args []string) error {
	waymend, done, err := build()
	if err != nil {
		return err
	}
	defer done()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, append([]string{"idle-inside", waymend}, args...)...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	return c.Run()
}

// idleInside runs in namespaces of its own: measureIdle's program, then the seconds.
func idleInside(args []string) error {
	runtime.LockOSThread() // its end would end the servers that were started from it
	seconds := 60
	if len(args) > 1 {
		if n, err := strconv.Atoi(args[1]); err == nil {
			seconds = n
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
	text := fmt.Sprintf("[references]\nsign_in = []\n[[references.anchors]]\nipv4 = \"127.0.0.1\"\n[watch]\nevery = \"1m\"\n[[watch.addresses]]\naddress = \"https://%s/\"\n", siteName(0))
	config := filepath.Join(l.dir, "settings.toml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	c := exec.Command(args[0], "agent", "--no-tray", "--config", config)
	c.Dir, c.Stderr = l.dir, os.Stderr
	c.Env = append(l.env(), "HOME="+l.dir, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "XDG_CACHE_HOME=", "XDG_RUNTIME_DIR=", "DBUS_SESSION_BUS_ADDRESS=")
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return err
	}
	fmt.Printf("load before: %s; one website each minute, measured for %d s after %v\n\n", load(), seconds, idleWarm)
	time.Sleep(idleWarm)
	pid, span := c.Process.Pid, time.Duration(seconds)*time.Second
	used, woken := cpu(pid), switches(pid)
	time.Sleep(span)
	share := 100 * float64(cpu(pid)-used) / float64(span)
	wakes := float64(switches(pid)-woken) / span.Seconds()
	size := resident(pid)
	row("agent, idle: resident", fmt.Sprintf("%.1f MB", size), "≤ 15 MB", size <= 15, "")
	row("agent, idle: of a core", fmt.Sprintf("%.3f %%", share), "≤ 0.05 %", share <= 0.05, "")
	row("agent, idle: wake-ups", fmt.Sprintf("%.2f /s", wakes), "≤ 5 /s", wakes <= 5, "")
	start := time.Now()
	_ = c.Process.Signal(syscall.SIGTERM)
	err = c.Wait()
	row("agent: end", time.Since(start).Round(time.Millisecond).String(), "≤ 1 s", time.Since(start) <= time.Second, "")
	return err
}

// switches is how often the threads of a process have been woken or taken off their core.
func switches(pid int) (n int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, f := range files {
		text, _ := os.ReadFile(f)
		for line := range strings.Lines(string(text)) {
			if key, value, _ := strings.Cut(line, ":"); strings.HasSuffix(key, "voluntary_ctxt_switches") {
				one, _ := strconv.Atoi(strings.TrimSpace(value))
				n += one
			}
		}
	}
	return n
}
