//go:build lab && linux

package lab

import (
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// watched is what the lab reads of "waymend history --json".
type watched struct {
	Incidents []struct {
		ID                  int64
		Address             string
		Fault, Blame, Title string
		Began               time.Time  `json:"began_at"`
		Known               time.Time  `json:"known_at"`
		Ended               *time.Time `json:"ended_at"`
		Examined            bool
	}
}

// TestAgent lets the real agent watch a real nginx: the program behind it dies and comes back, and then
// the provider's line. Each is one incident with the right blame, known and closed within two intervals.
func TestAgent(t *testing.T) {
	const every = 5 * time.Second
	waymend := binary(t)
	var dead atomic.Bool
	w, err := Up(&Scenario{Name: "agent", Address: shop, Setup: func(w *World) {
		w.Site(Site{Host: shop, Conf: deadBackend})
		w.Raw(App4+":8080", func(c net.Conn) {
			if !dead.Load() {
				_, _ = c.Read(make([]byte, 4<<10))
				fmt.Fprint(c, "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<h1>Welcome</h1>")
			}
		})
	}})
	defer w.Down()
	if err != nil {
		t.Fatal(err)
	}
	w.Home(".config/waymend/settings.toml", fmt.Sprintf("[watch]\nevery = %q\n[[watch.addresses]]\naddress = %q\n", every, shopURL))
	agent := exec.Command(waymend, "agent", "--no-tray")
	agent.Dir, agent.Env = w.file("home"), slices.Concat(w.Client.Env, w.Env)
	asPerson(agent, false)
	if err := w.Client.Start(agent); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- agent.Wait() }()
	defer agent.Process.Kill()
	time.Sleep(3 * every)

	see := func() (seen watched) {
		out, err := w.Person(limit, false, waymend, "history", "--json")
		if err == nil && len(out.stdout) > 0 {
			err = json.Unmarshal(out.stdout, &seen)
		}
		if err != nil {
			t.Fatalf("%v %s", err, out.stderr)
		}
		return seen
	}
	await := func(what string, holds func(watched) bool) (seen watched) {
		t.Helper()
		for start := time.Now(); time.Since(start) < 60*time.Second; time.Sleep(250 * time.Millisecond) {
			if seen = see(); holds(seen) {
				return seen
			}
		}
		t.Fatalf("waited in vain for %s: %+v", what, seen)
		return
	}
	if seen := see(); len(seen.Incidents) != 0 {
		t.Fatalf("all is well, and yet %+v", seen.Incidents)
	}
	for i, trouble := range []struct {
		blame, address string
		breaks, mends  func()
	}{
		{"website", shopURL, func() { dead.Store(true) }, func() { dead.Store(false) }},
		{"provider", "", func() { silence(w, "-I") }, func() { silence(w, "-D") }},
	} {
		began := time.Now()
		trouble.breaks()
		seen := await("the incident", func(s watched) bool { return len(s.Incidents) == i+1 && s.Incidents[0].Examined })
		broken := seen.Incidents[0]
		if broken.Blame != trouble.blame || broken.Address != trouble.address {
			t.Errorf("%s's fault became %+v", trouble.blame, broken)
		}
		known := broken.Known.Sub(began)
		mended := time.Now()
		trouble.mends()
		seen = await("its end", func(s watched) bool { return s.Incidents[0].Ended != nil })
		closed := time.Since(mended)
		t.Logf("%s: %s; known after %s, closed after %s", trouble.blame, broken.Title, known.Round(time.Millisecond), closed.Round(time.Millisecond))
		if len(seen.Incidents) != i+1 {
			t.Errorf("%d incidents: %+v", len(seen.Incidents), seen.Incidents)
		}
		time.Sleep(2 * every)
	}
	_ = agent.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the agent ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the agent goes on after it was told to end")
	}
}

// silence lets the router lose (-I), or not lose any more (-D), all that it would send to the provider.
func silence(w *World, do string) {
	for _, tables := range []string{"iptables", "ip6tables"} {
		for _, chain := range []string{"FORWARD", "OUTPUT"} {
			w.Cmd(w.Router, fmt.Sprintf("%s %s %s -o wan -j DROP", tables, do, chain))
		}
	}
}
