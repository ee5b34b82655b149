package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/change"
)

// TestChecksAfterEach does three fixes for a website on this computer's loopback that nobody serves.
// The second one starts its server: so it is the one that helped, and the third is not begun.
func TestChecksAfterEach(t *testing.T) {
	if os.Getenv("MENDING_NAMESPACE") == "" {
		c := exec.Command("unshare", "-n", "--", os.Args[0], "-test.run=^TestChecksAfterEach$", "-test.v")
		c.Env = append(os.Environ(), "MENDING_NAMESPACE=1")
		out, err := c.CombinedOutput()
		if !bytes.Contains(out, []byte("=== RUN")) {
			t.Skipf("no network namespace can be made here: %s", out)
		}
		if err != nil {
			t.Fatalf("%s", out)
		}
		return
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Skipf("%v: %s", err, out)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("LANG", "C.UTF-8")
	for _, c := range []struct {
		name     string
		helper   change.Verb // the step that starts the server; "" for before all
		outcomes []string
		helped   []bool
		said     []string
	}{
		{"the second helps", change.FlushDnsmasq, []string{outcomeDone, outcomeDone, outcomeNotNeeded}, []bool{false, true},
			[]string{"it did not help", "works now. That helped", "Not needed any more: "}},
		{"none helps", "none", []string{outcomeDone, outcomeDone, outcomeDone}, []bool{false, false, false}, []string{"it did not help"}},
		{"it worked before", "", []string{outcomeDone, outcomeDone, outcomeDone}, []bool{false, false, false}, []string{"Checked before and after"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := l.Addr().String()
			l.Close()
			server := &http.Server{Addr: address, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<title>x</title>hello") })}
			defer server.Close()
			serve := func() {
				l, err := net.Listen("tcp", address)
				if err != nil {
					t.Error(err)
					return
				}
				go server.Serve(l)
			}
			if c.helper == "" {
				serve()
			}
			var shown bytes.Buffer
			k := &call{out: bufio.NewWriter(&shown), err: io.Discard, stdout: os.Stdout, stderr: os.Stderr}
			k.flags.yes, k.flags.timeout = true, 5*time.Second
			m, stop, err := k.mending(t.Context(), "waymend.fix/1")
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			one := func(v change.Verb) func(context.Context, platform.Link) ([]change.Step, error) {
				return func(context.Context, platform.Link) ([]change.Step, error) {
					return []change.Step{{Verb: v}}, nil
				}
			}
			m.kit.Host.System = change.System{
				Flush:      func(ctx context.Context) ([]change.Step, error) { return one(change.FlushNscd)(ctx, platform.Link{}) },
				Neighbours: one(change.FlushDnsmasq), Renew: one(change.FlushUnbound),
			}
			m.kit.Host.Links = func(context.Context) ([]platform.Link, error) {
				return []platform.Link{{Name: "eth0", Kind: platform.Ethernet}}, nil
			}
			m.kit.Host.Do = func(_ context.Context, steps []change.Step, each func(change.Done)) error {
				for _, s := range steps {
					if s.Verb == c.helper {
						serve()
					}
					each(change.Done{Step: s, Proved: true})
				}
				return nil
			}
			if m.site, err = diagnostics.ParseTarget("http://" + address + "/"); err != nil {
				t.Fatal(err)
			}
			var asked []mend.Asked
			for _, id := range []string{"flush-dns", "flush-neighbours", "renew-lease"} {
				asked = append(asked, m.kit.PlanAsked(m.ctx, id, remedy.Target{}, false))
			}
			if err := m.carryOut(asked, false); err != nil {
				t.Fatal(err)
			}
			m.out.Flush()
			var outcomes []string
			var helped []bool
			for _, f := range m.doc.Fixes {
				outcomes = append(outcomes, f.Outcome)
				if f.Check != nil {
					helped = append(helped, f.Check.Helped)
				}
			}
			if !slices.Equal(outcomes, c.outcomes) || !slices.Equal(helped, c.helped) || m.doc.Before == nil {
				t.Errorf("outcomes %v, helped %v, before %+v, last %+v\n%s", outcomes, helped, m.doc.Before, m.doc.Check, &shown)
			}
			for _, text := range c.said {
				if !strings.Contains(strings.Join(strings.Fields(shown.String()), " "), text) {
					t.Errorf("%q is not said: %s", text, &shown)
				}
			}
		})
	}
}
