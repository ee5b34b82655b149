//go:build lab && linux

package service

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/platform/login"
)

// TestLogin switches the start at login on and off, with a desktop and without.
func TestLogin(t *testing.T) {
	l := boot(t)
	l.put("/usr/local/bin/waymend")
	l.Run("loginctl", "enable-linger", "alice")
	l.Wait("alice's manager", func() bool { _, err := l.Try("test", "-S", "/run/user/1000/systemd/private"); return err == nil })
	play := func(what string, env ...string) (s login.State) {
		t.Helper()
		out, code := l.As("alice", append(append([]string{"env"}, env...), roleVariable+"="+what, role)...)
		if code != 0 {
			t.Fatalf("%s: %s", what, out)
		}
		if what == "state" {
			if err := json.Unmarshal([]byte(out), &s); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
		return s
	}
	before := l.tree("/home")
	if s := play("state"); s.On || s.How != "" {
		t.Errorf("at first: %+v", s)
	}
	play("on")
	if s := play("state"); !s.On || s.How != login.SystemdUnit || !s.Current || s.Program != "/usr/local/bin/waymend" {
		t.Errorf("without a desktop: %+v", s)
	}
	begin := time.Now()
	l.Reboot()
	t.Logf("booted after %v", time.Since(begin).Round(10*time.Millisecond))
	l.Wait("the agent by itself", func() bool {
		_, code := l.As("alice", "env", "XDG_RUNTIME_DIR=/run/user/1000", "/usr/local/bin/waymend", "agent", "status")
		return code == 0
	})
	t.Logf("the agent answers %v after the computer was switched off", time.Since(begin).Round(10*time.Millisecond))
	play("on", "DISPLAY=:0")
	if s := play("state"); !s.On || s.How != login.DesktopEntry || !s.Current || s.Program != "/usr/local/bin/waymend" {
		t.Errorf("with a desktop: %+v", s)
	}
	if out := l.tree("/home"); strings.Contains(out, "waymend-agent.service") {
		t.Errorf("two entries:\n%s", out)
	}
	l.Run("sed", "-i", "s/^NoDisplay.*/Hidden=true/", "/home/alice/.config/autostart/io.github.waymend.waymend.agent.desktop")
	if s := play("state"); s.On || s.How != login.DesktopEntry {
		t.Errorf("switched off in the desktop's list: %+v", s)
	}
	play("on", "DISPLAY=:0")
	if s := play("state"); !s.On {
		t.Errorf("on again: %+v", s)
	}
	play("off")
	after := l.tree("/home")
	for _, own := range []string{".config ", ".config/autostart ", ".local", ".cache"} { // folders of everybody's; what the agent saw
		after = dropLine(after, "/home/alice/"+own)
	}
	l.same("in the end", before, after)
}
