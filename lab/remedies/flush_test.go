//go:build lab && linux

package remedies

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/waymend/waymend/platform/change"
)

// flush does what Flush plans here, and wants exactly these steps.
func flush(t *testing.T, want ...change.Verb) []change.Done {
	t.Helper()
	steps, err := change.Here().Flush(t.Context())
	must(t, err)
	var list []change.Done
	for _, s := range steps {
		d, err := change.Do(t.Context(), s, false)
		must(t, err)
		list = append(list, d)
	}
	for i, v := range want {
		if len(list) != len(want) || list[i].Step.Verb != v {
			t.Fatalf("steps %+v, want %v", list, want)
		}
	}
	return list
}

// stale asks for a name until the cache answers alike twice.
func stale(t *testing.T, ask func() string) string {
	t.Helper()
	var last string
	wait(t, "a cached answer", func() bool {
		now := ask()
		same := now != "" && now == last
		last = now
		return same
	})
	return last
}

func TestFlushDnsmasq(t *testing.T) {
	if !inside(t, "dnsmasq") {
		return
	}
	nameServer(t, "127.0.0.5:53")
	write(t, "/run/dnsmasq.conf", "")
	serve(t, "dnsmasq", "--keep-in-foreground", "--conf-file=/run/dnsmasq.conf", "--no-resolv", "--no-hosts", "--server=127.0.0.5", "--listen-address=127.0.0.1", "--bind-interfaces", "--user=root")
	before := stale(t, func() string { return ask("127.0.0.1", "www.example.net") })
	flush(t, change.FlushDnsmasq)
	wait(t, "another answer", func() bool { now := ask("127.0.0.1", "www.example.net"); return now != "" && now != before })
}

func TestFlushUnbound(t *testing.T) {
	if !inside(t, "unbound", "unbound-control") {
		return
	}
	nameServer(t, "127.0.0.5:53")
	must(t, os.MkdirAll("/etc/unbound", 0o755))
	write(t, "/etc/unbound/unbound.conf", `server:
  interface: 127.0.0.1
  username: ""
  chroot: ""
  do-not-query-localhost: no
  module-config: "iterator"
  use-syslog: no
  pidfile: ""
remote-control:
  control-enable: yes
  control-interface: /run/unbound.ctl
forward-zone:
  name: "."
  forward-addr: 127.0.0.5
`)
	serve(t, "unbound", "-d", "-c", "/etc/unbound/unbound.conf")
	before := stale(t, func() string { return ask("127.0.0.1", "www.example.net") })
	done := flush(t, change.FlushUnbound)
	if !done[0].Proved || done[0].Before == "0" {
		t.Errorf("%+v", done[0])
	}
	if now := ask("127.0.0.1", "www.example.net"); now == before || now == "" {
		t.Errorf("still %q after the flush", now)
	}
}

func TestFlushNscd(t *testing.T) {
	if !inside(t, "nscd", "getent") {
		return
	}
	nameServer(t, "127.0.0.5:53")
	write(t, "/etc/resolv.conf", "nameserver 127.0.0.5\n")
	write(t, "/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
	write(t, "/etc/nscd.conf", "enable-cache hosts yes\npositive-time-to-live hosts 3600\nshared hosts no\npersistent hosts no\nenable-cache passwd no\nenable-cache group no\nenable-cache services no\nenable-cache netgroup no\n")
	must(t, os.MkdirAll("/run/nscd", 0o755))
	must(t, os.MkdirAll("/var/cache/nscd", 0o755))
	serve(t, "nscd", "-F")
	wait(t, "nscd", func() bool { _, err := os.Stat("/run/nscd/socket"); return err == nil })
	lookup := func() string {
		out, _ := exec.CommandContext(t.Context(), "getent", "hosts", "www.example.net").Output()
		word, _, _ := strings.Cut(string(out), " ")
		return word
	}
	before := stale(t, lookup)
	if done := flush(t, change.FlushNscd); !done[0].Proved {
		t.Errorf("%+v", done[0])
	}
	if now := lookup(); now == before || now == "" {
		t.Errorf("still %q after the flush", now)
	}
}

// TestFlushWithoutRights: an ordinary account gets a typed refusal, and nothing is changed.
func TestFlushWithoutRights(t *testing.T) {
	if !inside(t, "nscd") {
		return
	}
	must(t, os.MkdirAll("/run/nscd", 0o755))
	must(t, os.MkdirAll("/var/cache/nscd", 0o755))
	serve(t, "nscd", "-F")
	wait(t, "nscd", func() bool { _, err := os.Stat("/run/nscd/socket"); return err == nil })
	asNobody(t, change.Step{Verb: change.FlushNscd})
	file := "192.0.2.7 a.test\n"
	write(t, "/etc/hosts", "%s", file)
	steps, err := change.Here().Hosts(t.Context(), "a.test")
	must(t, err)
	asNobody(t, steps[0])
	if now, _ := os.ReadFile("/etc/hosts"); string(now) != file {
		t.Errorf("the hosts file is %q", now)
	}
}
